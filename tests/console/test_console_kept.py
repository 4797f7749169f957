# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the index keeps beside a case gives the same index as the ledger itself."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from vestigo.console.indexing import Indexer
from vestigo.console.kept import KeptRows
from vestigo.console.light import LIGHT, digest_of
from vestigo.records import CERTAIN, Listing, Method, Page, Retraction
from vestigo.store import RecordLedger


class Counting(RecordLedger):
    """A ledger that counts the entries that were read out of it."""

    n_read = 0
    kinds: tuple[str, ...] = ()

    def entries(self, after, limit):
        found = super().entries(after, limit)
        self.n_read += len(found)
        return found

    def bodies_of(self, kind, *, up_to=None):
        self.kinds = (*self.kinds, kind)
        return super().bodies_of(kind, up_to=up_to)


@pytest.fixture
def ledger(tmp_path, served):
    """A ledger with the records of the served case."""
    source = served.desk.session.ledger
    with Counting(tmp_path / "records.sqlite") as found:
        found.append([source.get(record_id) for record_id, _kind in source.ids()])
        yield found


@pytest.fixture
def path(tmp_path):
    return tmp_path / "console" / "kept.sqlite"


def page(number):
    method = Method(rule="test.rule.v1", settings_sha256="5" * 64)
    return Page(market="m", uri=f"http://m.test/{number}", page_kind="other", truncated=False,
                leftovers=(), failed_assertions=(), sources=("a" * 64,), method=method,
                confidence=CERTAIN, observed_at=None)  # fmt: skip


def same(found, ledger):
    plain = Indexer(ledger).index()
    return found == plain and list(found.by_id) == list(plain.by_id)


def test_the_first_start_and_the_next_give_what_the_ledger_gives(ledger, path):
    for _start in range(2):
        assert same(Indexer(ledger, KeptRows(path, ledger)).index(), ledger)
    assert any(one.KIND in LIGHT for one in (Listing, Page))


def test_a_later_start_reads_only_what_came_since(ledger, path):
    Indexer(ledger, KeptRows(path, ledger)).index()
    ledger.append([page(n) for n in range(7)])
    ledger.n_read, ledger.kinds = 0, ()
    found = Indexer(ledger, KeptRows(path, ledger)).index()
    assert ledger.n_read == 7
    assert not LIGHT.keys() & set(ledger.kinds)
    assert same(found, ledger)


def test_what_was_taken_back_is_left_out_though_it_is_kept(ledger, path, served):
    Indexer(ledger, KeptRows(path, ledger)).index()
    listing = next(one for one, _record in ledger.named_of_kind(Listing))
    ledger.append([Retraction(retracts=listing, reason="r", person="p",
                              retracted_at=served.case.clock())])  # fmt: skip
    found = Indexer(ledger, KeptRows(path, ledger)).index()
    assert listing not in found.by_id
    assert same(found, ledger)


def test_after_a_disposal_nothing_of_the_destroyed_record_is_in_the_file(ledger, path):
    ledger.append([page("destroyed-by-order")])
    Indexer(ledger, KeptRows(path, ledger)).index()
    assert b"destroyed-by-order" in everything(path)
    ledger.dispose([page("destroyed-by-order").record_id], "ORD-1")
    assert same(Indexer(ledger, KeptRows(path, ledger)).index(), ledger)
    assert b"destroyed-by-order" not in everything(path)


def everything(path):
    return b"".join(one.read_bytes() for one in sorted(path.parent.iterdir()))


@pytest.mark.parametrize("damage", [
    "no database", "a changed value", "another type", "another release",
])  # fmt: skip
def test_a_file_that_is_wrong_is_made_anew(ledger, path, damage):
    Indexer(ledger, KeptRows(path, ledger)).index()
    if damage == "no database":
        path.write_bytes(b"not a database" * 1000)
    else:
        text = {"a changed value": "UPDATE kept SET rows = CAST(replace(rows, '2', '3') AS BLOB)",
                "another type": "UPDATE kept SET rows = CAST(rows AS TEXT)",
                "another release": "UPDATE position SET format = 'vestigo.kept.v0'"}[damage]  # fmt: skip
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute(text)
    for _start in range(3):
        assert same(Indexer(ledger, KeptRows(path, ledger)).index(), ledger)
    ledger.n_read = 0
    Indexer(ledger, KeptRows(path, ledger)).index()
    assert ledger.n_read == 0, "the file was not made again"


def test_a_file_of_another_ledger_is_not_believed(ledger, path, tmp_path):
    with RecordLedger(tmp_path / "other.sqlite") as other:
        other.append([page(n) for n in range(3)])
        Indexer(other, KeptRows(path, other)).index()
    assert same(Indexer(ledger, KeptRows(path, ledger)).index(), ledger)


def test_where_nothing_can_be_written_the_ledger_is_read(ledger, path):
    path.parent.write_bytes(b"a file stands where the folder should be")
    assert same(Indexer(ledger, KeptRows(path, ledger)).index(), ledger)


def test_an_index_of_an_earlier_head_leaves_out_what_came_later(ledger, path):
    n = ledger.head().n_entries
    ledger.append([page(n) for n in range(5)])
    kept = KeptRows(path, ledger)
    kept.follow(n + 5)
    ids = [one for ids, *_rest in kept.columns_of(Page.KIND, n) for one in ids]
    assert not {page(one).record_id for one in range(5)} & set(ids)
    all_ids = [one for ids, *_rest in kept.columns_of(Page.KIND, n + 5) for one in ids]
    assert {page(one).record_id for one in range(5)} <= set(all_ids)


def test_equal_texts_have_equal_digests_in_every_process():
    assert digest_of("fast and kind") == digest_of("fast and kind") != digest_of("fast and Kind")
    assert digest_of("\ud800") == digest_of("\ud800")
    assert digest_of("a") == 38582675093786123
