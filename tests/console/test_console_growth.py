# SPDX-License-Identifier: AGPL-3.0-or-later
"""A case that grows: nothing is read or verified twice, and nothing changed goes unseen."""

from __future__ import annotations

from datetime import timedelta

import pytest

import vestigo.console.custody_view as module
from vestigo.console.custody_view import CustodyView
from vestigo.console.indexing import MOST_ONE_BY_ONE, Indexer
from vestigo.console.paging import paged
from vestigo.errors import VerificationError
from vestigo.evidence.custody import CustodyLog
from vestigo.records import Page, Retraction
from vestigo.store import RecordLedger

ROWS = 50


@pytest.fixture
def log(tmp_path, made_case):
    """A custody log of 200 events."""
    found = CustodyLog(tmp_path / "custody", "unit@test", made_case.clock)
    for n in range(200):
        found.append("access", reason=f"look {n}")
    return found


@pytest.fixture
def parsed(monkeypatch):
    """The lines that the view parsed since the list was emptied."""
    lines: list[bytes] = []
    real = module.parse_event
    monkeypatch.setattr(module, "parse_event", lambda line: (lines.append(line), real(line))[1])
    return lines


def changed(log, old, new):
    """Change the bytes of the log and keep its length."""
    assert len(old) == len(new)
    content = log.path.read_bytes()
    assert old in content
    log.path.write_bytes(content.replace(old, new, 1))


def test_a_second_look_at_the_custody_log_reads_only_what_came_and_what_it_shows(
    log, parsed, made_case
):
    view = CustodyView(log, made_case.clock)
    assert view.page(1, ROWS).head == log.verify()
    assert len(parsed) == 200 + ROWS
    for _n in range(3):
        parsed.clear()
        log.append("access", reason="one more")
        shown = view.page(1, ROWS)
        assert len(parsed) == 1 + ROWS
        assert shown.head == log.head()
    assert shown.n_whole == 200
    assert [event.id for event in shown.rows] == list(range(203, 153, -1))


def test_pages_of_the_custody_log_hold_every_event_once(log, made_case):
    view = CustodyView(log, made_case.clock)
    seen = [event for n in range(1, 8) for event in view.page(n, 30).rows]
    assert [event.id for event in seen] == list(range(200, 0, -1))
    assert view.page(99, 30).page == 7
    assert {event.reason for event in seen} == {f"look {n}" for n in range(200)}


def test_tampering_with_a_line_that_is_shown_is_seen_at_the_next_look(log, made_case):
    view = CustodyView(log, made_case.clock)
    view.page(1, ROWS)
    changed(log, b"look 190", b"look 999")
    with pytest.raises(VerificationError) as caught:
        view.page(1, ROWS)
    assert caught.value.code == "E-EVI-107"


def test_tampering_with_an_old_line_is_seen_when_it_is_asked_for_or_shown(log, made_case):
    view = CustodyView(log, made_case.clock)
    view.page(1, ROWS)
    changed(log, b'look 3"', b'look X"')
    assert view.page(1, ROWS).head.n_events == 200
    with pytest.raises(VerificationError):
        view.page(4, ROWS)
    with pytest.raises(VerificationError):
        view.page(1, ROWS, whole=True)


def test_a_log_that_was_cut_swapped_or_lost_is_said(log, made_case):
    view = CustodyView(log, made_case.clock)
    view.page(1, ROWS)
    content = log.path.read_bytes()
    lines = content.splitlines(keepends=True)
    log.path.write_bytes(b"".join(lines[:150]))
    assert view.page(1, ROWS).head.n_events == 150, "the log as it stands; bundles show the cut"
    log.path.write_bytes(b"".join([*lines[:10], lines[11], lines[10], *lines[12:]]))
    with pytest.raises(VerificationError):
        view.page(1, ROWS, whole=True)
    log.path.write_bytes(b"{}\n" + content)
    with pytest.raises(VerificationError):
        view.page(1, ROWS)
    log.path.unlink()
    assert view.page(1, ROWS).rows == ()


def test_an_event_from_a_clock_that_ran_backwards_is_said(log, made_case):
    view = CustodyView(log, made_case.clock)
    view.page(1, ROWS)
    line = CustodyLog(log.path.parent, "unit@test", lambda: made_case.clock.now - timedelta(days=1))
    line._now = lambda _tail: made_case.clock.now - timedelta(days=1)
    line.append("access", reason="from yesterday")
    with pytest.raises(VerificationError) as caught:
        view.page(1, ROWS)
    assert caught.value.code == "E-EVI-006"


def test_an_unfinished_line_is_no_event_yet(log, made_case):
    view = CustodyView(log, made_case.clock)
    view.page(1, ROWS)
    with log.path.open("ab") as handle:
        handle.write(b'{"schema":1,"id":201')
    assert view.page(1, ROWS).head.n_events == 200


class Counting(RecordLedger):
    """A ledger that counts how many bodies are read, whole kinds and new entries apart."""

    def __init__(self, path) -> None:
        super().__init__(path)
        self.one_by_one = self.by_kind = 0

    def entries(self, after, limit):
        found = super().entries(after, limit)
        self.one_by_one += len(found)
        return found

    def bodies_of(self, kind, **given):
        for found in super().bodies_of(kind, **given):
            self.by_kind += 1
            yield found


def pages(n, start=0):
    """Return ``n`` page records."""
    from vestigo.records import CERTAIN, Method

    method = Method(rule="test.rule.v1", settings_sha256="5" * 64)
    return [
        Page(market="m", uri=f"http://m.test/{start + i}", page_kind="other", truncated=False,
             leftovers=(), failed_assertions=(), sources=("a" * 64,), method=method,
             confidence=CERTAIN, observed_at=None)
        for i in range(n)
    ]  # fmt: skip


def test_a_ledger_that_grows_is_read_once_record_by_record(tmp_path):
    with Counting(tmp_path / "records.sqlite") as ledger:
        ledger.append(pages(300))
        indexer = Indexer(ledger)
        assert len(indexer.index().by_id) == 300
        assert (ledger.by_kind, ledger.one_by_one) == (300, 0)
        for n in range(5):
            ledger.append(pages(10, 1000 + 10 * n))
            before = indexer.index()
            assert indexer.index() is before, "nothing came: nothing is arranged again"
        assert len(indexer.index().by_id) == 350
        assert (ledger.by_kind, ledger.one_by_one) == (300, 50)


def test_a_ledger_that_grew_very_much_is_read_by_kind(tmp_path):
    with Counting(tmp_path / "records.sqlite") as ledger:
        ledger.append(pages(1))
        indexer = Indexer(ledger)
        indexer.index()
        ledger.append(pages(MOST_ONE_BY_ONE + 1, 10))
        assert len(indexer.index().by_id) == MOST_ONE_BY_ONE + 2
        assert ledger.one_by_one == 0


def test_growing_gives_the_same_index_as_reading_all_again(tmp_path, served):
    source = served.desk.session.ledger
    records = [source.get(record_id) for record_id, _kind in source.ids()]
    with RecordLedger(tmp_path / "records.sqlite") as ledger:
        indexer = Indexer(ledger)
        for n in range(0, len(records), 17):
            ledger.append(records[n : n + 17])
            grown = indexer.index()
        fresh = Indexer(ledger).index()
        assert grown == fresh
        assert list(grown.by_id) == list(fresh.by_id)


def test_what_is_no_market_record_leaves_the_listings_as_they_are_arranged(tmp_path, made_case):
    with RecordLedger(tmp_path / "records.sqlite") as ledger:
        first, second = pages(2)
        ledger.append([first, second])
        indexer = Indexer(ledger)
        before = indexer.index()
        back = Retraction(retracts="e" * 64, reason="r", person="p",
                          retracted_at=made_case.clock())  # fmt: skip
        ledger.append([back])
        after = indexer.index()
        assert after is not before
        assert after.offers is before.offers
        assert after.on_capture is before.on_capture
        assert back.record_id in after.by_id
        ledger.append(pages(1, 70))
        assert indexer.index().on_capture is not before.on_capture
        assert indexer.index() == Indexer(ledger).index()


def test_what_is_taken_back_leaves_the_pages_at_once(tmp_path, made_case):
    with RecordLedger(tmp_path / "records.sqlite") as ledger:
        first, second = pages(2)
        ledger.append([first, second])
        indexer = Indexer(ledger)
        assert first.record_id in indexer.index().by_id
        back = Retraction(retracts=first.record_id, reason="r", person="p",
                          retracted_at=made_case.clock())  # fmt: skip
        ledger.append([back])
        assert first.record_id not in indexer.index().by_id
        assert second.record_id in indexer.index().by_id
        assert back.record_id in indexer.index().by_id


@pytest.mark.parametrize(
    ("asked", "page", "first"),
    [
        ("1", 1, 0),
        ("3", 3, 100),
        ("9" * 9, 1, 0),
        ("4", 3, 100),
        ("-1", 1, 0),
        ("x", 1, 0),
        ("٣", 1, 0),
    ],
)
def test_pages_of_a_table(asked, page, first):
    found = paged(range(120), {"page": asked})
    assert (found.page, found.n_pages, found.n_rows, found.rows[0]) == (page, 3, 120, first)


def test_custody_pages_of_the_console_parse_a_bounded_number_of_lines(served, parsed):
    with served.signed_in() as client:
        client.get("/custody")
        parsed.clear()
        assert "Verify the whole log now" in client.get("/custody").text
        n_events = served.desk.session.custody.head().n_events
        assert len(parsed) <= min(n_events, ROWS) + 2
        parsed.clear()
        client.get("/custody?verify=all")
        assert len(parsed) >= n_events
    last = list(served.desk.session.custody.events())[-1]
    assert last.reason == "console: custody log verified"


def test_a_record_that_an_order_destroyed_is_gone_and_its_page_says_so(tmp_path):
    from litestar.exceptions import HTTPException

    with RecordLedger(tmp_path / "records.sqlite") as ledger:
        first, second = pages(2)
        ledger.append([first, second])
        indexer = Indexer(ledger)
        named = indexer.index().by_id.named(first.record_id)
        ledger.dispose([first.record_id], "ORD-9")
        with pytest.raises(HTTPException) as caught:
            assert named.record
        assert caught.value.status_code == 404
        assert first.record_id not in indexer.index().by_id, "before anything else comes"
        ledger.append(pages(1, 50))
        assert first.record_id not in indexer.index().by_id
        assert indexer.index().by_id[second.record_id] == second
