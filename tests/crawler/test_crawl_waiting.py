# SPDX-License-Identifier: AGPL-3.0-or-later
"""Queue, rate limit, maintenance: the market says how long, and nobody comes sooner."""

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.judging import retry_after

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ONCE = {"concurrency": 1}


def times(answers):
    """Note when each request came in."""
    moments = []

    def answer(request, number):
        moments.append(time.monotonic())
        return answers(request, number)

    return moments, answer


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0), ("7", 7), (" 120 ", 120), ("-5", None), ("soon", None), ("", None), ("1.5", None),
        ("9999999999", None), ("٣", None),
        (format_datetime(NOW + timedelta(seconds=30), usegmt=True), 30),
        (format_datetime(NOW - timedelta(days=3), usegmt=True), 0),
        ("Sun, 01 Mar 2026 12:00:30 -0000", None),
    ],
)  # fmt: skip
def test_how_long_to_wait(value, seconds):
    assert retry_after(value, NOW) == seconds


@given(st.text(max_size=60))
def test_no_header_can_break_it(value):
    seconds = retry_after(value, NOW)
    assert seconds is None or seconds >= 0


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
def test_retry_after_holds_the_whole_crawl_and_costs_no_attempt(market, crawls, html, status):
    market.answers["/"] = html.category("/p/1", "/p/2")
    wait = html.page("", status=status, head="Retry-After: 1\r\n")
    first, market.answers["/p/1"] = times(lambda _r, n: wait if n < 2 else html.listing(1))
    other, market.answers["/p/2"] = times(lambda _r, _n: html.listing(2))
    report = crawls.run(settings={**ONCE, "attempts": 1})
    assert report.coverage.page_kinds == {"category": 1, "listing": 2}
    assert report.coverage.failed == {}
    assert len(first) == 3
    assert first[1] - first[0] >= 1
    assert other[0] - first[0] >= 1
    assert len(crawls.captures) == 5  # every answer is archived, the refusals too


def test_a_queue_page_is_waited_for_as_long_as_it_says(market, crawls, html):
    market.answers["/"] = html.category("/p/1")
    queue = html.page("<meta http-equiv=Refresh content='1; url=/p/1'><p class=queue>3 ahead")
    moments, market.answers["/p/1"] = times(lambda _r, n: queue if n < 2 else html.listing(1))
    report = crawls.run(settings={"attempts": 1})
    assert report.coverage.page_kinds == {"category": 1, "listing": 1}
    assert all(later - sooner >= 1 for sooner, later in pairwise(moments))


def test_a_market_that_never_lets_in_pauses_and_loses_nothing(market, crawls, html):
    market.answers["/"] = html.category("/p/1", "/p/2")
    market.answers["/p/1"] = html.page("", status="429 Slow", head="Retry-After: 0\r\n")
    market.answers["/p/2"] = html.listing(2)
    report = crawls.run(settings={**ONCE, "waits": 3})
    assert report.paused == "E-CRA-015"
    assert (report.coverage.waiting, report.coverage.failed) == (1, {})
    market.answers["/p/1"] = html.listing(1)
    assert crawls.run().coverage.page_kinds == {"category": 1, "listing": 2}


def test_nobody_waits_for_a_week(market, crawls, html):
    market.answers["/"] = html.page("", status="503 Later", head="Retry-After: 604800\r\n")
    report = crawls.run()
    assert report.paused == "E-CRA-015"
    assert "604800" in report.paused_why
    assert market.asked["/"] == 1


def test_captures_of_another_frontier_are_not_taken_for_ours(market, crawls, html):
    """Two markets (or passes) of a case share one archive: labels name their frontier."""
    from crawler.frontier import Frontier, NewPage

    market.answers["/"] = html.category()
    crawls.run(frontier_path=crawls.captures_folder.parent / "other.sqlite")
    frontier = Frontier(crawls.job().frontier_path)
    frontier.add([NewPage(market.uri, "category")])
    frontier.lease(0, ("", 0))
    frontier.close()
    report = crawls.run()
    assert report.n_reconciled == 0
    assert market.asked["/"] == 2
