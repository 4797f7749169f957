# SPDX-License-Identifier: AGPL-3.0-or-later
"""The compiled scan takes, refuses and hashes exactly what the plain parser does."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.parsing import find_blocks, merkle_branch, merkle_root, read_chain_file, scan_block
from ledger.parsing.digest import displayed
from ledger.parsing.validity import verify_block
from ledger.scanning import choice, hashing, scan_columns, walking
from ledger.scanning.branches import ShownTree
from ledger.scanning.choice import sha256_update
from ledger.scanning.columns import BrokenBlockError
from ledger.scanning.extracting import extract
from ledger.scanning.proving import unproven
from vestigo.errors import InputError
from vestigo.training.behaviour import load_behaviour
from vestigo.training.chain.ledger import make_ledger
from vestigo.training.telling import tell_world

NAMES = ["block169482.dat", "block227835.dat", "block227836.dat", "block277647.dat.bz2",
         "block413567.raw", "block481829.dat", "blk_0_to_4.dat.bz2", "blocks1-256.bz2"]  # fmt: skip


def columns_of(raw: bytes, n_threads: int | None = None):
    bounds = np.array([0]), np.array([len(raw)])
    return scan_columns(np.frombuffer(raw, dtype=np.uint8), *bounds, n_threads)


def assert_same(raw: bytes) -> None:
    block, columns = scan_block(raw, where=""), columns_of(raw)
    found = extract(columns)
    assert [tx.txid for tx in block.transactions] == [bytes(row) for row in found.txids]
    assert [tx.weight for tx in block.transactions] == found.weight.tolist()
    assert [(tx.start, tx.end) for tx in block.transactions] == list(
        zip(found.start.tolist(), found.end.tolist(), strict=True)
    )
    assert [(tx.version, tx.locktime) for tx in block.transactions] == list(
        zip(found.version.tolist(), found.locktime.tolist(), strict=True)
    )
    assert [one for tx in block.transactions for one in tx.inputs] == [
        (bytes(prev), vout, one.script_sig, sequence)
        for prev, vout, sequence, one in zip(
            found.prevouts, found.prev_vout.tolist(), found.sequence.tolist(),
            (one for tx in block.transactions for one in tx.inputs), strict=True,
        )
    ]  # fmt: skip
    scripts = bytes(found.scripts)
    ends = found.bounds.tolist()
    assert [tuple(one) for tx in block.transactions for one in tx.outputs] == [
        (value, scripts[start:end])
        for value, start, end in zip(found.value_sat.tolist(), ends, ends[1:], strict=False)
    ]


@pytest.mark.real
@pytest.mark.parametrize("name", NAMES)
def test_real_blocks_come_out_the_same(blocks_of: Callable[[str], Path], name: str):
    for found in find_blocks(read_chain_file(blocks_of(name)), name):
        assert_same(found.block.raw)
        assert not unproven(columns_of(found.block.raw)).any()


@pytest.fixture(scope="module")
def blocks() -> list[bytes]:
    """Blocks with every kind of script and witness that the range makes."""
    made = make_ledger(tell_world(1, load_behaviour("demo")))
    return sorted((block.raw for block in made.blocks), key=len)[-6:]


def test_signed_blocks_come_out_the_same(blocks: list[bytes]):
    for raw in blocks:
        assert_same(raw)
        assert not unproven(columns_of(raw)).any()


@settings(max_examples=300)
@given(data=st.data())
def test_broken_blocks_are_refused_by_both_or_by_none(blocks: list[bytes], data):
    raw = bytearray(data.draw(st.sampled_from(blocks)))
    for _change in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(80, len(raw) - 1))
        kind = data.draw(st.sampled_from(["set", "cut", "insert"]))
        if kind == "set":
            raw[at] = data.draw(st.sampled_from([0, 1, 0xFC, 0xFD, 0xFE, 0xFF, raw[at] ^ 1]))
        elif kind == "cut" and len(raw) > 200:
            del raw[at : at + data.draw(st.integers(1, 40))]
        else:
            raw[at:at] = data.draw(st.binary(min_size=1, max_size=9))
    whole = bytes(raw)
    try:
        block = scan_block(whole, where="", whole=False)
    except InputError:
        with pytest.raises(BrokenBlockError):
            columns_of(whole)
        return
    columns = columns_of(whole)
    assert columns.ends.tolist() == [len(block.raw)]
    assert [tx.txid for tx in block.transactions] == [bytes(row) for row in columns.txids]
    try:
        verify_block(block, "regtest", where="", offset=0)
    except InputError as error:
        work = "proof of work" in error.what
        assert work or unproven(columns).tolist() == [True]
    else:
        assert unproven(columns).tolist() == [False]


@pytest.fixture(params=["this machine", "without its instructions"])
def machine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways by which ``choice`` goes."""
    if request.param != "this machine":
        monkeypatch.setattr(choice, "has_instructions", lambda: False)


LENGTHS = [0, 1, 54, 55, 56, 63, 64, 65, 118, 119, 120, 128, 1_000, 70_000]


@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize("n", [0, 1, 2, 3, 400])
def test_many_messages_of_unlike_lengths_are_hashed_right(n: int):
    content = random.Random(n).randbytes(200_000)
    chosen = [(at, at + LENGTHS[at % len(LENGTHS)]) for at in range(0, 97 * n, 97)]
    plain, keys = np.frombuffer(content, dtype=np.uint8), np.zeros(n, dtype=np.uint64)
    choice.write_keys(plain, np.array(chosen, dtype=np.int64).reshape(-1, 2), keys)
    wanted = [hashlib.sha256(content[start:end]).digest()[:8] for start, end in chosen]
    assert [int(key).to_bytes(8, "little") for key in keys] == wanted


@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize("whole", [False, True])
def test_ids_are_right_however_they_are_hashed(blocks: list[bytes], whole: bool):
    columns, scanned = columns_of(blocks[-1]), scan_block(blocks[-1], where="")
    out = np.empty_like(columns.txids)
    choice.write_ids(columns.content, columns.tx, whole, out)
    assert [bytes(row) for row in out] == [
        tx.wtxid(blocks[-1]) if whole else tx.txid for tx in scanned.transactions
    ]


@given(content=st.binary(max_size=300))
@settings(max_examples=60)
def test_both_sha256_are_sha256(content: bytes):
    plain = np.frombuffer(content + b"\0", dtype=np.uint8)
    bounds = np.array([[0, len(content)]])
    for function in {int(hashing.OWN), int(sha256_update())}:
        key = np.zeros(1, dtype=np.uint64)
        hashing.sha256_keys(np.uint64(function), plain, bounds, key)
        assert int(key[0]).to_bytes(8, "little") == hashlib.sha256(content).digest()[:8]


def test_ids_without_openssl_are_the_same(blocks: list[bytes]):
    columns = columns_of(blocks[-1])
    for whole in (False, True):
        ids = [np.empty_like(columns.txids) for _function in range(2)]
        for function, out in zip((hashing.OWN, sha256_update()), ids, strict=True):
            hashing.hash_transactions(function, columns.content, columns.tx, whole, out)
        assert (ids[0] == ids[1]).all()


@pytest.mark.parametrize("roots", [choice.write_roots, partial(hashing.roots, sha256_update())])
@given(n=st.integers(1, 40), twice=st.booleans())
@settings(max_examples=40)
def test_merkle_roots_and_pairs_of_equals(roots: Callable[..., None], n: int, twice: bool):
    leaves = [hashlib.sha256(bytes([k])).digest() for k in range(n)]
    if twice and n > 1:
        leaves[-1] = leaves[-2]
    rows = np.frombuffer(b"".join(leaves), dtype=np.uint8).reshape(-1, 32)
    out, ambiguous = np.empty((1, 32), dtype=np.uint8), np.zeros(1, dtype=np.bool_)
    roots(rows, np.array([0, n]), out, ambiguous)
    from ledger.parsing.merkle import unambiguous_root

    assert bytes(out[0]) == merkle_root(leaves)
    assert bool(ambiguous[0]) == (unambiguous_root(leaves) is None)


@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize("n", [1, 2, 3, 7, 8, 33])
def test_branches_are_those_of_the_plain_way(n: int):
    leaves = [hashlib.sha256(bytes([k])).digest() for k in range(n)]
    tree = ShownTree(np.frombuffer(b"".join(leaves), dtype=np.uint8).reshape(-1, 32))
    for position in range(n):
        plain = tuple(displayed(node) for node in merkle_branch(leaves, position))
        assert tree.branch(position) == plain


def test_threads_change_nothing(blocks: list[bytes]):
    one, many = columns_of(blocks[-1], 1), columns_of(blocks[-1], 3)
    assert (one.txids == many.txids).all()
    assert (one.tx == many.tx).all()
    assert one.tx.shape[1] == walking.N_TX_COLUMNS
