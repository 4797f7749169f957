# SPDX-License-Identifier: AGPL-3.0-or-later
"""Hash sets: read from what units have, sorted on disk, found again, never shown."""

import hashlib
import json
import stat

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vestigo.errors import ConfigurationError, UsageError
from vestigo.evidence.screening import hash_file, hash_reading
from vestigo.evidence.screening.hash_file import HashSetFile, HashSetHead, build_hash_set
from vestigo.evidence.screening.hash_reading import read_digests
from vestigo.evidence.screening.lists import (
    ListTitle,
    add_hash_set,
    add_terms,
    notes_of,
    open_lists,
)

MD5, SHA1, SHA256, PDQ = "aa" * 16, "bb" * 20, "cc" * 32, "dd" * 32
HEAD = HashSetHead(
    name="n", version="1", source="s", date="d", pdq_distance=31, file_sha256="", counts={}
)


def digests_of(tmp_path, text):
    file = tmp_path / "given"
    file.write_text(text)
    return [(kind, digest.hex()) for kind, digest in read_digests(file)]


def test_plain_text_with_every_kind(tmp_path):
    text = f"# list\n{MD5}\n{SHA1.upper()}  # known\n\n{SHA256}\npdq:{PDQ}\nsha-1 = {SHA1}\n"
    assert digests_of(tmp_path, text) == [
        ("md5", MD5), ("sha1", SHA1), ("sha256", SHA256), ("pdq", PDQ), ("sha1", SHA1),
    ]  # fmt: skip


@pytest.mark.parametrize("sign", [",", ";"])
def test_csv_names_its_columns(tmp_path, sign):
    rows = [["id", "MD5", "note", "PDQ"], ["1", MD5, "x", PDQ], ["2", "", "y", PDQ]]
    text = "\n".join(sign.join(row) for row in rows)
    assert digests_of(tmp_path, text) == [("md5", MD5), ("pdq", PDQ), ("pdq", PDQ)]


def test_vics_json_in_pieces(tmp_path, monkeypatch):
    monkeypatch.setattr(hash_reading, "PIECE", 16)
    media = [
        {"MediaID": n, "Category": 1, "MD5": f"{n:032X}", "SHA1": f"{n:040x}", "MediaSize": 5,
         "MediaFiles": [{"MD5": "not read: a file of the medium"}]}
        for n in range(40)
    ]  # fmt: skip
    document = {"@odata.context": "http://x/$metadata#Media", "value": media}
    monkeypatch.setattr(hash_reading, "PIECE", 64)
    found = digests_of(tmp_path, json.dumps(document, indent=1))
    assert found == [pair for n in range(40) for pair in
                     (("md5", f"{n:032x}"), ("sha1", f"{n:040x}"))]  # fmt: skip


def test_a_plain_json_array(tmp_path):
    text = json.dumps([{"sha256": SHA256}, {"pdq_hash": PDQ, "sha256": None}])
    assert digests_of(tmp_path, text) == [("sha256", SHA256), ("pdq", PDQ)]


@pytest.mark.parametrize(
    "text",
    ["not a digest", MD5[:-1], "zz" * 16, f"pdq:{MD5}", f"MD5,x\n{SHA1},1", '{"value": 3}',
     '[{"MD5": "aa"}', '[{"MD5": "aa"}]', "[1]", "{", '{"value": [', "\x00\x01\x02", "x\ry\n"],
)  # fmt: skip
def test_what_is_no_hash_set_is_refused_and_not_repeated(tmp_path, text):
    with pytest.raises(UsageError) as caught:
        digests_of(tmp_path, text)
    assert caught.value.code == "E-SCR-001"
    assert text not in str(caught.value)


DIGESTS = st.one_of(
    *(
        st.tuples(st.just(kind), st.binary(min_size=width, max_size=width))
        for kind, width in hash_file.WIDTHS.items()
    )
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(DIGESTS, max_size=60), st.lists(DIGESTS, max_size=10), st.integers(1, 20))
def test_a_set_holds_what_was_added_and_nothing_else(tmp_path, monkeypatch, added, asked, run):
    monkeypatch.setattr(hash_file, "RUN", run)
    path = tmp_path / "one.hashes"
    head = build_hash_set(path, added, HEAD)
    assert sum(head.counts.values()) == len(set(added))
    with HashSetFile(path) as opened:
        for kind, digest in {*added, *asked}:
            assert opened.holds(kind, digest) == ((kind, digest) in set(added))
    assert [one.name for one in tmp_path.iterdir()] == ["one.hashes"]
    path.unlink()


def test_a_damaged_set_is_an_error_and_never_an_empty_one(folder, tmp_path):
    file = tmp_path / "list.txt"
    file.write_text(MD5)
    add_hash_set(folder, file, ListTitle(name="n", version="1"))
    (stored,) = folder.screening.iterdir()
    whole = stored.read_bytes()
    for spoiled in (whole[:-1], whole + b"x", b"x" + whole[1:], whole[:100], b""):
        stored.write_bytes(spoiled)
        with pytest.raises((ConfigurationError, ValueError)) as caught:
            open_lists(folder)
        assert getattr(caught.value, "code", "") == "E-SCR-002"


def test_stored_lists_are_for_the_account_alone_and_notes_show_nothing(folder, tmp_path):
    file, words = tmp_path / "list.txt", tmp_path / "words.txt"
    file.write_text(f"{MD5}\n{MD5}\npdq:{PDQ}\n")
    words.write_text("forbidden word\n")
    add_hash_set(folder, file, ListTitle(name="n", version="1", source="who", date="2026-01-01"))
    add_terms(folder, words, ListTitle(name="t", version="1"))
    for stored in folder.screening.iterdir():
        assert stat.S_IMODE(stored.stat().st_mode) == 0o600
    notes = notes_of(folder)
    assert [note.counts for note in notes] == [{"md5": 1, "pdq": 1}, {"terms": 1}]
    assert notes[0].file_sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert "forbidden" not in str(notes)
    assert MD5 not in str(notes)


def test_a_list_of_the_same_name_is_replaced(folder, tmp_path):
    file = tmp_path / "list.txt"
    for version, digest in (("1", MD5), ("2", "ee" * 16)):
        file.write_text(digest)
        add_hash_set(folder, file, ListTitle(name="n", version=version))
    with open_lists(folder) as lists:
        (only,) = lists.sets
        assert only.head.version == "2"
        assert not only.holds("md5", bytes.fromhex(MD5))


def test_an_empty_list_is_refused(folder, tmp_path):
    file = tmp_path / "list.txt"
    file.write_text("# nothing\n")
    for add in (add_hash_set, add_terms):
        with pytest.raises(UsageError) as caught:
            add(folder, file, ListTitle(name="n", version="1"))
        assert caught.value.code == "E-SCR-004"
    assert notes_of(folder) == []
