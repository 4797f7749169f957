# SPDX-License-Identifier: AGPL-3.0-or-later
"""Crawls that are killed lose nothing; and the comparison sees what is lost."""

import json
import sqlite3
from collections import Counter

import pytest
from click.testing import CliRunner

from vestigo.cli.bench_crawl_kills import crawl_kills
from vestigo.pipeline.capture_bench.large_market import n_pages, page
from vestigo.pipeline.crawl_kills.rounds import KillRounds
from vestigo.pipeline.crawling import frontier_path
from vestigo.store import CaseFolder


@pytest.mark.timeout(300)
def test_three_killed_crawls_lose_nothing():
    words = ["--rounds", "3", "--seed", "7", "--json"]
    done = CliRunner().invoke(crawl_kills, words, standalone_mode=False)
    found = json.loads(done.stdout)
    assert found["rounds"] == 3
    assert found["met"] is True
    assert found["refetched"] <= found["in_flight"]
    assert done.return_value == 0


@pytest.mark.timeout(120)
def test_what_is_lost_or_asked_for_again_is_seen(tmp_path, monkeypatch):
    rounds = KillRounds(tmp_path, 1, 1)
    real = rounds._compare

    def tampered(market):
        market.asked["/p/3"] += 2
        path = frontier_path(CaseFolder.open(tmp_path / "case"), "large")
        with sqlite3.connect(path) as db:
            db.execute("UPDATE pages SET state = 'queued' WHERE uri LIKE '%/p/5'")
        db.close()
        real(market)

    monkeypatch.setattr(rounds, "_compare", tampered)
    monkeypatch.setattr(rounds, "_n_rounds", 1)
    monkeypatch.setattr(rounds, "_kill", lambda _market: True)
    found = rounds.run()
    assert (found.n_lost, found.n_refetched_beyond) == (1, 2)
    assert found.failed


@pytest.mark.parametrize("n_listings", [1, 99, 100, 101, 5000])
def test_the_large_market_is_as_large_as_it_says(n_listings):
    seen, waiting = set(), ["/"]
    while waiting:
        target = waiting.pop()
        if target in seen:
            continue
        found = page(target, n_listings)
        assert found is not None
        seen.add(target)
        waiting += [part.split('"')[0] for part in found.split('href="')[1:]]
    assert len(seen) == n_pages(n_listings)
    assert Counter(t[:2] for t in seen)["/p"] == n_listings
    for other in ("/p/-1", f"/p/{n_listings}", "/c/x", "/q", "/p/²"):
        assert page(other, n_listings) is None
