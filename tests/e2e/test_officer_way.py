# SPDX-License-Identifier: AGPL-3.0-or-later
"""The crawl of a whole world over real HTTP: three venues, two passes, and the score."""

import json
import sys
from collections import Counter, defaultdict
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from vestigo.evidence.warc import read_exchange
from vestigo.pipeline.session import open_session
from vestigo.records import Capture, Listing, Page

HERE = Path(__file__).parent
SMALL = HERE / "small_world.toml"


@pytest.fixture(scope="session")
def practice_officer():
    spec = spec_from_file_location("practice_officer", HERE / "practice_officer.py")
    module = module_from_spec(spec)
    sys.modules["practice_officer"] = module
    spec.loader.exec_module(module)
    return module


class Way:
    """What happened on the way, for many tests to look at."""

    def __init__(self, officer):
        self.officer, self.reports, self.codes = officer, {}, {}
        self.unattended = self.phishing = self.read = self.score = None


@pytest.fixture(scope="session")
def way(practice_officer, tmp_path_factory):
    """Two passes of the small world, from nothing to a score; do not change the case."""
    officer = practice_officer.Officer(tmp_path_factory.mktemp("officer"), 3, SMALL)
    way = Way(officer)
    officer.prepare()
    for pass_no in (1, 2):
        with officer.served(pass_no) as urls:
            if pass_no == 1:
                officer.authorize([one["genuine"][0].split("/")[2] for one in urls.values()])
                way.unattended = officer.crawl("candil", urls["candil"]["genuine"][0],
                                               attended=False)  # fmt: skip
                way.phishing = officer.crawl("candil", urls["candil"]["phishing"][0])
                way.refusal = officer.person.said[-1]
            for market, addresses in urls.items():
                key = (market, pass_no)
                way.codes[key], way.reports[key] = officer.crawl(
                    market, addresses["genuine"][0], pass_no
                )
    way.read = officer.derive()
    way.score = officer.score()
    return way


def test_every_listing_of_every_pass_is_captured(way):
    for (market, pass_no), report in way.reports.items():
        view = way.officer.world.market(market).at(pass_no)
        assert way.codes[market, pass_no] == 0, (market, pass_no, report)
        assert report["page_kinds"]["listing"] == len(view.listings)
        assert (report["failed"], report["waiting"], report["paused_code"]) == ({}, 0, "")


def test_without_a_person_the_captcha_pauses_the_crawl(way):
    code, report = way.unattended
    assert code == 4
    assert report["paused_code"] == report["paused"] == "E-CRA-016"
    assert report["page_kinds"] == {}


def test_a_phishing_copy_that_no_order_names_is_refused(way):
    code, report = way.phishing
    assert (code, report) == (6, {})
    assert "E-AUT-003" in way.refusal


def test_captchas_were_read_by_the_person_and_their_pictures_are_gone(way):
    assert len(way.officer.person.typed) >= 4  # two venues, two passes
    assert set(way.officer.person.modes) == {0o600}
    assert list((way.officer.case / "scratch").iterdir()) == []
    with open_session(way.officer.case, write=False) as session:
        answered = [e for e in session.custody.events()
                    if e.reason == "captcha answered by a person"]  # fmt: skip
    assert len(answered) == len(way.officer.person.typed)
    assert {event.details["person"] for event in answered} == {"Marta Vidal"}


def test_lost_sessions_are_begun_again(way):
    assert way.reports["lantern", 1]["log_ins"] > 1
    assert way.reports["candil", 1]["log_ins"] == 1


def test_pages_of_the_door_are_known_as_such_and_give_nothing(way):
    with open_session(way.officer.case, write=False) as session:
        kinds = {page.sources[0]: page.page_kind for page in session.ledger.of_kind(Page)}
        listings = {item.sources[0] for item in session.ledger.of_kind(Listing)}
        captures = {item.capture_id: item for item in session.ledger.of_kind(Capture)}
        statuses = defaultdict(Counter)
        for capture_id, kind in kinds.items():
            statuses[kind][captures[capture_id].status] += 1
    assert {kinds[one] for one in listings} == {"listing"}
    assert {"login", "captcha", "queue", "maintenance"} <= set(statuses)
    assert set(statuses["maintenance"]) == {503}
    assert way.read["findings"] == []


def test_the_market_says_how_long_to_wait_and_is_not_asked_sooner(way):
    """After a 503 with Retry-After 5 nothing was asked of that venue for five seconds."""
    with open_session(way.officer.case, write=False) as session:
        captures = list(session.ledger.of_kind(Capture))
        folder = session.folder.captures
        told = [c for c in captures if c.status == 503]
        assert told
        for capture in told:
            assert b"Retry-After: 5" in read_exchange(folder, capture).response
            host = capture.uri.split("/")[2]
            later = [c.observed_at for c in captures
                     if c.uri.split("/")[2] == host and c.observed_at > capture.observed_at]  # fmt: skip
            gaps = [(moment - capture.observed_at).total_seconds() for moment in later]
            # what was in flight already may still have come in
            assert not [gap for gap in gaps if 1.5 < gap < 4.5]


def test_nothing_was_asked_of_any_other_address(way):
    with open_session(way.officer.case, write=False) as session:
        hosts = {capture.uri.split("/")[2] for capture in session.ledger.of_kind(Capture)}
    assert len(hosts) == 3


def test_the_history_knows_what_is_gone_and_what_nobody_is_meant_to_pay(way):
    """Compared with the truth of the world, listing by listing."""
    told = json.loads((way.officer.range / "truth.json").read_text())
    shown = json.loads(way.officer.run("crawl", "history", way.officer.case, "--json").stdout)
    states = {(one["market"], one["key"]): one["state"] for one in shown["listings"]}
    truth = {(one["market"], one["key"]): one for one in told["listings"]}
    assert set(states) == {key for key, one in truth.items() if one["first_pass"] <= 2}
    gone = {key for key in states if truth[key]["last_pass"] < 2}
    held = {key for key in states if 2 in truth[key]["holding"]} - gone
    assert {key for key, state in states.items() if state == "gone"} == gone != set()
    assert {key for key, state in states.items() if state == "holding_price"} == held != set()


def query(way, name, **parameters):
    words = [word for key, value in parameters.items() for word in ("--param", f"{key}={value}")]
    done = way.officer.run("graph", "query", way.officer.case, name, *words, "--json")
    return json.loads(done.stdout)


def test_the_second_pass_shows_what_is_new_changed_and_gone(way):
    first, second = ({f"{m.key}/{one.key}": one for m in way.officer.world.markets
                      for one in m.at(n).listings} for n in (1, 2))  # fmt: skip
    gone = {row["listing"] for row in query(way, "gone-listings", limit=500)}
    assert set(first) - set(second) <= gone
    assert not gone & set(second)
    new = set(second) - set(first)
    assert new
    started = min(item["at"] for item in query(way, "listing-history", listing=min(new)))
    found = {row["listing"] for row in query(way, "new-listings", since=started - 60_000,
                                             limit=500)}  # fmt: skip
    assert new <= found
    changed = [key for key in set(first) & set(second) if first[key].title != second[key].title]
    for key in changed[:3]:
        said = {row["said"] for row in query(way, "listing-history", listing=key)}
        assert len(said) == 2


def test_the_score_of_the_way(way):
    areas = way.score["areas"]
    for name in ("vendors", "listings", "prices", "addresses", "contacts", "pgp_keys"):
        counts = areas[name]["counts"]
        assert (counts["missed"], counts["wrong"]) == (0, 0), (name, counts)
        assert counts["found"] > 0
    assert way.score["looked_at"]["candil"] == [1, 2]
    assert all(1 in passes for passes in way.score["looked_at"].values())
    assert areas["cash_outs"]["counts"]["found"] >= 5
    assert areas["cash_outs"]["counts"]["missed"] == 0
    third = {item["why"] for item in areas["listings"]["items"]["not_looked_at"]}
    assert third <= {"pass_not_crawled"}


def test_every_found_item_names_its_exhibits(way):
    for name, area in way.score["areas"].items():
        for item in area["items"]["found"] + area["items"]["wrong"]:
            assert item["proofs"], (name, item["key"])
            for proof in item["proofs"]:
                assert proof["exhibits"] or proof["txids"], (name, item["key"])


def test_a_look_at_the_score_is_an_event(way):
    with open_session(way.officer.case, write=False) as session:
        reasons = [event.reason for event in session.custody.events()]
    assert "training score" in reasons


def test_a_person_whom_no_order_names_may_not_attend(way):
    done = way.officer.run(
        "crawl", "run", way.officer.case, "--profile", way.officer.profile("farol", 1), "--start",
        f"http://127.0.0.1:{way.officer.port}/", "--attend", "Somebody Else", accept=(6,),
    )  # fmt: skip
    assert "E-CRA-018" in done.stderr


def test_passes_are_crawled_in_their_order(way):
    done = way.officer.run(
        "crawl", "run", way.officer.case, "--profile", way.officer.profile("farol", 1), "--start",
        f"http://127.0.0.1:{way.officer.port}/", "--pass", 4, accept=(2,),
    )  # fmt: skip
    assert "E-CRA-019" in done.stderr
