# SPDX-License-Identifier: AGPL-3.0-or-later
"""Killed in the middle, the crawl goes on: nothing lost, nothing fetched twice as new."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from crawler.frontier import Frontier
from vestigo.evidence.warc import iter_captures
from vestigo.pipeline.authorizing import record_authorization
from vestigo.pipeline.crawling import record_segments
from vestigo.pipeline.session import open_session
from vestigo.records import Capture
from vestigo.store import CaseFolder

HERE = Path(__file__).parent
N_PAGES = 60


@pytest.fixture
def case(tmp_path, order):
    folder = CaseFolder.create(tmp_path / "case", title="t", unit="u")
    with open_session(folder.path) as session:
        record_authorization(session, order())
    return folder


@pytest.fixture
def pages(market, html):
    market.answers["/"] = html.category(*(f"/p/{n}" for n in range(N_PAGES)))
    for n in range(N_PAGES):
        market.answers[f"/p/{n}"] = html.listing(n)


def start(case, market):
    profile = HERE / "market.toml"
    return subprocess.Popen(
        [sys.executable, HERE / "crawl_and_die.py", case.path, profile, market.uri],
        stderr=subprocess.PIPE,
    )


def wait_for(market, n_pages, process):
    deadline = time.monotonic() + 60
    while sum(market.asked.values()) < n_pages and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.005)


def finished(process):
    _out, error = process.communicate(timeout=60)
    return process.returncode, error.decode()


@pytest.mark.parametrize("n_pages", [1, 12, 40])
def test_kill_9_and_again(case, market, pages, n_pages):
    process = start(case, market)
    wait_for(market, n_pages, process)
    os.kill(process.pid, signal.SIGKILL)
    finished(process)
    before = {capture.uri for capture in iter_captures(case.captures)}
    code, error = finished(start(case, market))
    assert code == 0, error
    archived = list(iter_captures(case.captures))
    assert len({capture.uri for capture in archived}) == N_PAGES + 1
    twice = [uri for uri, n in Counter(c.uri for c in archived).items() if n > 1]
    assert twice == []
    assert all(market.asked[uri.removeprefix(market.uri[:-1])] == 1 for uri in before)
    with open_session(case.path) as session:
        assert list(session.ledger.of_kind(Capture)) == archived
        session.ledger.verify()
        session.custody.verify()
        events = list(session.custody.events())
    closed = [event.exhibit for event in events if event.reason == "WARC segment closed"]
    assert closed == sorted(path.name for path in case.captures.glob("*.warc.gz"))


def test_a_page_that_was_archived_but_not_marked_is_taken_from_the_archive(market, crawls, html):
    """The crash fell between the durable record and the mark in the frontier."""
    market.answers["/"] = html.category("/p/1", "/p/2")
    market.answers["/p/1"] = market.answers["/p/2"] = html.listing(1)
    crawls.run()
    frontier = Frontier(crawls.job().frontier_path)
    frontier._db.execute("DELETE FROM pages WHERE uri LIKE '%/p/%'")
    frontier._db.execute("UPDATE pages SET state = 'leased', capture_id = '', page_kind = ''")
    frontier.close()
    report = crawls.run()
    assert report.n_reconciled == 1
    assert market.asked["/"] == 1
    assert report.coverage.page_kinds == {"category": 1, "listing": 2}


def test_a_page_that_was_leased_and_never_archived_is_asked_for(market, crawls, html):
    market.answers["/"] = html.listing(1)
    frontier = Frontier(crawls.job().frontier_path)
    from crawler.frontier import NewPage

    frontier.add([NewPage(market.uri, "")])
    frontier.lease(1e12, ("", 0))
    frontier.close()
    report = crawls.run()
    assert (report.n_reconciled, report.coverage.fetched) == (0, 1)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_in_order(case, market, pages, number):
    process = start(case, market)
    wait_for(market, 10, process)
    os.kill(process.pid, number)
    code, error = finished(process)
    assert (code, error) == (0, "")
    archived = list(iter_captures(case.captures))
    assert len(archived) == sum(market.asked.values())
    assert not list(case.captures.glob("*.open"))
    with open_session(case.path) as session:
        assert list(session.ledger.of_kind(Capture)) == archived
    code, error = finished(start(case, market))
    assert code == 0, error
    assert set(market.asked.values()) == {1}
    assert len(list(iter_captures(case.captures))) == N_PAGES + 1


def test_a_segment_whose_event_a_crash_prevented_is_logged_later(case, market, pages):
    finished(start(case, market))
    log = case.custody / "events.jsonl"
    lines = log.read_text().splitlines()
    kept = []
    for line in lines:
        if json.loads(line)["reason"] == "WARC segment closed":
            break
        kept.append(line)
    log.write_text("\n".join(kept) + "\n")
    shutil.rmtree(case.custody / "tree")  # takes in only what was on the disk: never that event
    with open_session(case.path) as session:
        record_segments(session)
        record_segments(session)
        found = [e for e in session.custody.events() if e.reason == "WARC segment closed"]
    assert len(found) == 1
    assert found[0].exhibit in {path.name for path in case.captures.iterdir()}
