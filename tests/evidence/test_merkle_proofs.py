# SPDX-License-Identifier: AGPL-3.0-or-later
"""Proofs against the definitions of RFC 6962, its known vectors, and both verifiers' arithmetic."""

from __future__ import annotations

import base64
import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vestigo.errors import VerificationError
from vestigo.evidence.log_tree import LogTree
from vestigo.evidence.merkle import leaf_hash, merkle_root
from vestigo.evidence.merkle_proofs import (
    consistency_proof,
    inclusion_proof,
    verify_consistency,
    verify_inclusion,
)
from vestigo.evidence.note import NoteKey, parse_key, parse_note, parse_signature, verify_note
from vestigo.evidence.stranger import verify
from vestigo.evidence.tlog_files import (
    ConsistencyFile,
    InclusionFile,
    parse_consistency,
    parse_inclusion,
)

# the inputs of the tests of Certificate Transparency, and what is published for them
LEAVES = [bytes.fromhex(x) for x in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657",
                                     "606162636465666768696a6b6c6d6e6f")]  # fmt: skip
A = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
B = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
C = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
D = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
E = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
F = "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"
G = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
H = "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
I = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"  # noqa: E741
ROOTS = {
    1: I, 2: H, 3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77", 4: F,
    5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    6: "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    7: "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}  # fmt: skip


def naive_root(lines: list[bytes]) -> bytes:
    """MTH of RFC 6962, 2.1, as it is written there."""
    if not lines:
        return hashlib.sha256(b"").digest()
    if len(lines) == 1:
        return hashlib.sha256(b"\x00" + lines[0]).digest()
    k = largest(len(lines))
    return hashlib.sha256(b"\x01" + naive_root(lines[:k]) + naive_root(lines[k:])).digest()


def naive_path(m: int, lines: list[bytes]) -> list[bytes]:
    """PATH of RFC 6962, 2.1.1."""
    if len(lines) == 1:
        return []
    k = largest(len(lines))
    if m < k:
        return [*naive_path(m, lines[:k]), naive_root(lines[k:])]
    return [*naive_path(m - k, lines[k:]), naive_root(lines[:k])]


def naive_proof(m: int, lines: list[bytes], whole: bool = True) -> list[bytes]:
    """SUBPROOF of RFC 6962, 2.1.2."""
    if m == len(lines):
        return [] if whole else [naive_root(lines)]
    k = largest(len(lines))
    if m <= k:
        return [*naive_proof(m, lines[:k], whole), naive_root(lines[k:])]
    return [*naive_proof(m - k, lines[k:], False), naive_root(lines[:k])]


def largest(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def subtree_of(lines: list[bytes]):
    return lambda begin, end: naive_root(lines[begin:end])


def hexed(hashes: list[bytes]) -> list[str]:
    return [one.hex() for one in hashes]


@pytest.mark.parametrize(
    ("index", "size", "path"),
    [(0, 1, []), (0, 8, [A, B, C]), (5, 8, [D, E, F]), (2, 3, [H]), (1, 5, [I, B, D])],
)
def test_known_inclusion_proofs(index, size, path):
    assert hexed(inclusion_proof(index, size, subtree_of(LEAVES[:size]))) == path
    root = bytes.fromhex(ROOTS[size])
    verify_inclusion(leaf_hash(LEAVES[index]), index, size, [bytes.fromhex(h) for h in path], root)


@pytest.mark.parametrize(
    ("old", "size", "path"), [(1, 1, []), (1, 8, [A, B, C]), (6, 8, [G, E, F]), (2, 5, [B, D])]
)
def test_known_consistency_proofs(old, size, path):
    assert hexed(consistency_proof(old, size, subtree_of(LEAVES[:size]))) == path
    roots = bytes.fromhex(ROOTS[old]), bytes.fromhex(ROOTS[size])
    verify_consistency(old, roots[0], size, roots[1], [bytes.fromhex(h) for h in path])
    assert verify.roots_of_proof(old, roots[0], size, [bytes.fromhex(h) for h in path]) == roots


def test_known_roots():
    assert {n: merkle_root(LEAVES[:n]).hex() for n in ROOTS} == ROOTS


lists = st.lists(st.binary(max_size=5), min_size=1, max_size=40)


@given(lists, st.data())
def test_inclusion_is_that_of_the_definition_and_both_arithmetics_accept_it(lines, data):
    index = data.draw(st.integers(0, len(lines) - 1))
    path = inclusion_proof(index, len(lines), subtree_of(lines))
    root, leaf = naive_root(lines), leaf_hash(lines[index])
    assert path == naive_path(index, lines)
    verify_inclusion(leaf, index, len(lines), path, root)
    assert verify.root_of_path(leaf, index, len(lines), path) == root


@given(lists, st.data())
def test_consistency_is_that_of_the_definition_and_both_arithmetics_accept_it(lines, data):
    old = data.draw(st.integers(1, len(lines)))
    path = consistency_proof(old, len(lines), subtree_of(lines))
    before, after = naive_root(lines[:old]), naive_root(lines)
    assert path == naive_proof(old, lines)
    verify_consistency(old, before, len(lines), after, path)
    assert verify.roots_of_proof(old, before, len(lines), path) == (before, after)


def spoiled(path: list[bytes], data) -> list[bytes]:
    """Return another path: cut, longer, flipped or in another order."""
    other = list(path)
    how = data.draw(st.sampled_from(["cut", "add", "flip", "swap"]))
    if how == "cut" and other:
        other.pop(data.draw(st.integers(0, len(other) - 1)))
    elif how == "flip" and other:
        at = data.draw(st.integers(0, len(other) - 1))
        other[at] = bytes([other[at][0] ^ 1]) + other[at][1:]
    elif how == "swap" and len(set(other)) > 1:
        other.reverse()
    else:
        other.insert(data.draw(st.integers(0, len(other))), bytes(32))
    return other


@given(lists, st.data())
def test_a_changed_proof_is_refused_by_both(lines, data):
    index = data.draw(st.integers(0, len(lines) - 1))
    root, leaf = naive_root(lines), leaf_hash(lines[index])
    path = spoiled(naive_path(index, lines), data)
    if path != naive_path(index, lines):
        with pytest.raises(VerificationError) as caught:
            verify_inclusion(leaf, index, len(lines), path, root)
        assert caught.value.code == "E-EVI-112"
        assert verify.root_of_path(leaf, index, len(lines), path) != root
    old = data.draw(st.integers(1, len(lines)))
    before, right = naive_root(lines[:old]), naive_proof(old, lines)
    proof = spoiled(right, data)
    if proof != right:
        with pytest.raises(VerificationError) as caught:
            verify_consistency(old, before, len(lines), root, proof)
        assert caught.value.code == "E-EVI-113"
        assert verify.roots_of_proof(old, before, len(lines), proof) != (before, root)


@given(lists, lists)
def test_two_logs_are_never_consistent(lines, others):
    size = len(lines) + len(others)
    if others[: len(lines)] == lines[: len(others)]:
        return
    forked = others + lines
    with pytest.raises(VerificationError):
        verify_consistency(
            len(lines), naive_root(lines), size, naive_root(forked), naive_proof(len(lines), forked)
        )


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_a_leaf_that_there_is_not_has_no_proof(index, size):
    with pytest.raises(ValueError):
        inclusion_proof(index, size, subtree_of(LEAVES))
    with pytest.raises(VerificationError):
        verify_inclusion(bytes(32), index, size, [], bytes(32))
    with pytest.raises(ValueError):
        consistency_proof(size + 1, size, subtree_of(LEAVES))


# ------------------------------------------------------------ the stored tree


def stored(folder, lines: list[bytes], cuts: list[int]) -> LogTree:
    """Write a log and let the tree follow it in several steps."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "events.jsonl"
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    tree = LogTree(folder)
    with path.open("rb") as log:
        for n in [*sorted(cuts), len(lines)]:
            tree.follow(log.fileno(), sum(len(line) + 1 for line in lines[:n]))
    return tree


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 1400), st.data())
def test_the_stored_tree_gives_the_same_roots_and_proofs(tmp_path_factory, n, data):
    lines = [b"%d" % i for i in range(n)]
    cuts = data.draw(st.lists(st.integers(0, n), max_size=4))
    tree = stored(tmp_path_factory.mktemp("tree"), lines, cuts)
    assert tree.state().n_leaves == n
    size = data.draw(st.integers(1, n))
    assert tree.root(size) == merkle_root(lines[:size])
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    root = tree.root(size)
    path = tree.inclusion_proof(index, size)
    verify_inclusion(leaf_hash(lines[index]), index, size, path, root)
    proof = tree.consistency_proof(old, size)
    verify_consistency(old, tree.root(old), size, root, proof)


def test_a_level_file_holds_the_tiles_of_tlog_tiles(tmp_path):
    lines = [b"%d" % i for i in range(70_000)]
    tree = stored(tmp_path, lines, [1, 255, 256, 257, 65_536])
    sizes = {path.name: path.stat().st_size for path in tree.folder.glob("level-*")}
    assert sizes == {"level-0": 70_000 * 32, "level-1": 273 * 32, "level-2": 32}
    tile = (tree.folder / "level-1").read_bytes()[:32]
    assert tile == merkle_root(lines[:256])
    assert (tree.folder / "level-2").read_bytes() == merkle_root(lines[:65_536])
    assert tree.root(70_000) == merkle_root(lines)


@pytest.mark.parametrize("damage", ["state", "level-0", "level-1", "all"])
def test_a_damaged_tree_is_made_again_from_the_log(tmp_path, damage):
    from vestigo.clock import system_clock
    from vestigo.evidence.custody import CustodyLog
    from vestigo.evidence.log_proofs import sound_tree

    log = CustodyLog(tmp_path, actor="a", clock=system_clock)
    log.append_all([{"action": "access", "reason": f"{n}"} for n in range(300)])
    root = log.tree().root(300)
    for path in sorted((tmp_path / "tree").iterdir()):
        if damage in (path.name, "all"):
            zeros = path.stat().st_size if damage != "state" else 5
            path.write_bytes(bytes(zeros))
    if damage == "all":
        (tmp_path / "tree" / "level-0").unlink()
    again = CustodyLog(tmp_path, actor="a", clock=system_clock)
    assert sound_tree(again, 300, root).root(300) == root
    again.append("access")
    assert again.verify().n_events == 301


# ------------------------------------------------------------ texts


def test_a_note_of_the_go_module_database_is_verified():
    """The example in the documentation of golang.org/x/mod/sumdb/note."""
    key = parse_key("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    text = (
        "If you think cryptography is the answer to your problem,\n"
        "then you don't know what your problem is.\n\n"
        "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
    )
    assert verify_note(parse_note(text), key, "") is None
    with pytest.raises(VerificationError) as caught:
        verify_note(parse_note(text.replace("answer", "anwser")), key, "")
    assert caught.value.code == "E-EVI-117"
    assert parse_note(text).written() == text


@pytest.mark.parametrize(
    "text",
    ["", "a\n", "a\n\n", "a\n\nb\n", "a\n\n- k AAAAAAA=\n", "a\n\n\u2014 k AAAA\n",
     "a\n\n\u2014 k  AAAAAAA=\n", "a\n\n\u2014 k+x AAAAAAA=\n", "a\x07\n\n\u2014 k AAAAAAA=\n",
     "a\n\n\u2014 k AAAAAAA=", "a\n\n\u2014 k AAAAAAB=\n", "a\n\n" + "\u2014 k AAAAAAA=\n" * 65],
)  # fmt: skip
def test_what_is_no_note_is_refused(text):
    with pytest.raises(ValueError):
        parse_note(text)


def test_a_note_may_hold_empty_lines_and_sixteen_signatures():
    text = "a\n\nb\n\n" + "\u2014 k AAAAAAA=\n" * 16
    note = parse_note(text)
    assert note.text == "a\n\nb\n"
    assert len(note.signatures) == 16


@pytest.mark.parametrize(
    "text", ["", "a", "a+b", "a+00000000+AAAA", "a b+79d0f6d6+BA==", "a+zz+" + "A" * 44]
)
def test_what_is_no_key_is_refused(text):
    with pytest.raises(ValueError):
        parse_key(text)


@given(st.binary(min_size=32, max_size=32), st.sampled_from([1, 4]))
def test_a_key_is_read_back_and_another_id_refused(public, kind):
    key = NoteKey("a/b", kind, public)
    assert parse_key(key.written() + "\n") == key
    with pytest.raises(ValueError):
        parse_key(
            key.written().replace(key.id.hex(), "00000000" if key.id != bytes(4) else "1" * 8)
        )
    with pytest.raises(ValueError):
        parse_key(key.written(), 5 - kind)


NOTE = "o\n5\n" + base64.b64encode(bytes(32)).decode() + "\n\n\u2014 o AAAAAAA=\n"


@given(st.lists(st.binary(min_size=32, max_size=32), max_size=8), st.integers(0, 10**9))
def test_proof_files_are_read_back(path, number):
    for made, parse in ((InclusionFile(number, tuple(path), parse_note(NOTE)), parse_inclusion),
                        (ConsistencyFile(number, tuple(path), parse_note(NOTE)), parse_consistency)):  # fmt: skip
        assert parse(made.written()) == made
    head = verify.PROOF_HEAD
    assert verify.proof_parts(InclusionFile(number, tuple(path), parse_note(NOTE)).written(), head, NOTE) == (number, path)  # fmt: skip


def test_extra_data_in_a_proof_is_passed_over():
    plain = InclusionFile(3, (bytes(32),), parse_note(NOTE))
    text = plain.written().replace("\nindex", "\nextra YWJj\nindex", 1)
    assert parse_inclusion(text) == plain


@given(st.text(max_size=300))
def test_no_text_is_read_with_anything_but_a_value_error(text):
    for parse in (parse_note, parse_key, parse_signature, parse_inclusion, parse_consistency):
        try:
            parse(text)
        except ValueError:
            continue
