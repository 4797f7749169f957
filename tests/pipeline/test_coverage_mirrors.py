# SPDX-License-Identifier: AGPL-3.0-or-later
"""A real crawl of a market of the range with two addresses: one market, and a way of its own."""

import json
import os
import subprocess
import sys
from collections import Counter
from urllib.parse import urlsplit

import pytest

from crawler.market import load_profile
from vestigo.pipeline.benchmark import ORDER
from vestigo.pipeline.coverage import this_pass
from vestigo.pipeline.history.listings import listing_histories
from vestigo.pipeline.reading import read_captures
from vestigo.pipeline.session import open_session
from vestigo.pipeline.steps import run_step, vestigo_words
from vestigo.places import config_root
from vestigo.records import Capture, CoverageEstimate
from vestigo.store import CaseFolder
from vestigo.training.behaviour import load_behaviour
from vestigo.training.telling import tell_world

SEED = 31


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A world whose market has two addresses, every ninth page broken; (market, addresses)."""
    demo = (config_root() / "training" / "worlds" / "demo.toml").read_text("utf-8")
    path = tmp_path_factory.mktemp("world") / "mirrored.toml"
    more = 'layout = "table"\nn_mirrors = 1\ntruncated_every = 9\n'
    path.write_text(demo.replace('layout = "table"\n', more), "utf-8")
    words = [sys.executable, "-m", "vestigo", "training", "range", "--seed", str(SEED),
             "--behaviour", str(path), "--serve", "--until-eof"]  # fmt: skip
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env=os.environ | {"VESTIGO_LANG": "en"},
    ) as process:  # fmt: skip
        urls = json.loads(process.stdout.readline())["urls"]["range"]["genuine"]
        (market,) = tell_world(SEED, load_behaviour(str(path))).markets
        yield market, urls
        process.stdin.close()
        process.wait(60)


@pytest.fixture(scope="module")
def crawled(served, tmp_path_factory):
    """A case in which both addresses were crawled in one run: (market, addresses, case, profile)."""
    market, urls = served
    work = tmp_path_factory.mktemp("mirrors")
    hosts = [urlsplit(url).netloc for url in urls]
    text = (config_root() / "markets" / "range.toml").read_text("utf-8")
    profile = work / "both.toml"
    profile.write_text(
        text.replace("start = ", f"hosts = {json.dumps(hosts)}\nstart = ", 1), "utf-8"
    )
    case, order, seeds = work / "case", work / "order.toml", work / "seeds.txt"
    run_step(vestigo_words("case", "new", str(case), "--title", "t", "--unit", "u"))
    toml = CaseFolder(case).toml
    toml.write_text(f"{toml.read_text()}\n[settings.crawl]\nattempts = 1\nretry_seconds = 0.0\n")
    told = ORDER.replace('["{host}"]', json.dumps(hosts))
    told = told.replace("accounts = []", f'accounts = ["{market.account}"]')
    order.write_text(told.replace('"search"]', '"search", "login"]'), "utf-8")
    run_step(vestigo_words("case", "authorize", str(case), str(order)))
    seeds.write_text(f"{urls[1]}\n", "utf-8")
    words = vestigo_words(
        "crawl", "run", str(case), "--profile", str(profile), "--start", urls[0], "--seeds",
        str(seeds), "--account", market.account, "--password-stdin", "--json",
    )  # fmt: skip
    report = run_step(words, stdin=market.password).document()
    return market, hosts, case, profile, report


@pytest.mark.timeout(300)
def test_both_addresses_are_crawled_in_one_run(crawled):
    _market, hosts, case, _profile, report = crawled
    assert report["paused"] == ""
    assert set(report["failed"]) <= {"broken-off"}
    with open_session(case, write=False) as session:
        posts = Counter(
            urlsplit(one.uri).netloc
            for one in session.ledger.of_kind(Capture)
            if one.request_method == "POST"
        )
    assert set(posts) <= set(hosts)  # on loopback a cookie is good for every port


@pytest.mark.timeout(300)
def test_a_listing_on_two_mirrors_is_one_and_found_by_a_further_way(crawled):
    market, hosts, case, _profile, report = crawled
    seen = this_pass(CaseFolder.open(case), "range", 1).listings
    true = {one.key for one in market.at(1).listings}
    assert seen.known <= len(market.listings)
    assert seen.ways["mirror"] > len(true) // 2
    assert seen.abstained == ""
    assert seen.low <= len(true) <= seen.high
    one_way = report["page_kinds"]["listing"]
    assert seen.on_sale < one_way, "most were captured through both"
    with open_session(case, write=False) as session:
        shown = [
            c for c in session.ledger.of_kind(Capture) if "/listing/" in c.uri and not c.problem
        ]
    twice = Counter(key for key, _host in {(c.uri.rpartition("/")[2], urlsplit(c.uri).netloc)
                                           for c in shown})  # fmt: skip
    assert len([key for key, n in twice.items() if n == len(hosts)]) > len(true) // 2


@pytest.mark.timeout(300)
def test_the_archive_says_the_same_and_a_listing_has_one_history(crawled):
    _market, _hosts, case, profile, _report = crawled
    with open_session(case) as session:
        read_captures(session, [load_profile(str(profile))])
        (record,) = session.ledger.of_kind(CoverageEstimate)
        seen = this_pass(session.folder, "range", 1).listings
        assert {one.name: one.n for one in record.ways} == seen.ways
        histories = listing_histories(session.ledger)
    assert len(histories) == len({one.key for one in histories})
    assert max(len(one.versions) for one in histories) > 1
    assert not any(version.changed for one in histories for version in one.versions)
