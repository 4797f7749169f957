# SPDX-License-Identifier: AGPL-3.0-or-later
"""A frontier that can no longer be written ends the crawl; it never waits for ever."""

import sqlite3

import pytest

from crawler.frontier import Frontier


@pytest.mark.timeout(60)
@pytest.mark.parametrize("method", ["lease", "has_waiting"])
def test_a_full_disk_below_the_frontier_ends_the_crawl(crawls, market, html, monkeypatch, method):
    market.answers["/"] = html.category("/p/1")
    market.answers["/p/1"] = html.listing(1)
    calls = []
    working = getattr(Frontier, method)

    def full(frontier, *values):
        calls.append(method)
        if len(calls) > 1:
            raise sqlite3.OperationalError("database or disk is full")
        return working(frontier, *values)

    monkeypatch.setattr(Frontier, method, full)
    with pytest.raises(sqlite3.OperationalError, match="disk is full"):
        crawls.run()
