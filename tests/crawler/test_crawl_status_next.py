# SPDX-License-Identifier: AGPL-3.0-or-later
"""What ``vestigo crawl status`` and its kin tell a person to do next: the right thing."""

import contextlib
import json
import os
import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from standing import NOW, PROFILE, START, WEEK, alive, at, fits, park, put

from crawler.job import Attendant
from crawler.market import load_profile
from vestigo import i18n
from vestigo.cli.case_read import read as read_command
from vestigo.errors import ExitCode
from vestigo.pipeline.crawl_look import look_at_crawls
from vestigo.pipeline.crawl_state import LastRun, Parked, state_path
from vestigo.pipeline.crawling import crawl_into_case, crawl_job
from vestigo.pipeline.session import open_session

PERSON = "Inspectora Ruiz"
PICTURE = b"\x89PNG\r\n\x1a\nnot really"


def test_coverage_of_a_frontier_that_is_gone_does_not_say_that_nothing_was_crawled(
    case, authorised, asked
):
    authorised()
    put(case, n_done=2)
    put(case, name="other", n_done=3)
    (case.crawl_state / "tiny.sqlite").unlink()
    code, out, err = asked("coverage")
    assert code == ExitCode.FINDINGS
    assert "Nothing was crawled" not in out
    assert "other, pass 1" in out
    assert "E-CRA-060" in err
    assert "tiny.sqlite" in err
    document = json.loads(asked("coverage", "--json")[1])
    assert [one["market"] for one in document["passes"]] == ["other"]
    assert document["lost"] == {"tiny": {"code": "E-CRA-060", "where": "tiny.sqlite"}}
    assert asked("coverage", "--market", "tiny")[0] == ExitCode.FINDINGS


def test_a_frontier_that_is_lost_hides_no_estimate_of_the_others(case, authorised, look):
    authorised()
    put(case, n_done=2)
    put(case, name="other", n_done=3)
    (case.crawl_state / "other.sqlite").write_bytes(b"rubbish" * 99)
    assert look()["coverage"]["pages"]["fetched"] == 2


@pytest.fixture
def asking(case, authorised, market, html):
    """Crawl into the case; while the captcha waits for its answer somebody looks."""
    authorised(persons=(PERSON,))
    wall = html.page("<form action=/in><img class=captcha src=/code.png><input name=seen></form>")
    market.answers["/"] = wall
    head = f"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: {len(PICTURE)}"
    market.answers["/code.png"] = f"{head}\r\n\r\n".encode() + PICTURE

    def crawl():
        seen = []

        def ask(_content, _media_type):
            with open_session(case.path, write=False) as other:
                seen.extend(look_at_crawls(other, case.path).markets)
            return ""

        with open_session(case.path) as session:
            job = crawl_job(
                session, load_profile(PROFILE), market.uri, attendant=Attendant(PERSON, ask)
            )
            crawl_into_case(session, job)
        return seen

    return crawl


def test_a_captcha_that_waits_says_who_has_to_type_where(asking, case):
    (look,) = asking()
    assert (look.reason, look.next.code) == ("asking", "answer")
    assert (look.next.who, look.next.where) == (PERSON, str(os.getpid()))
    assert "crawl attend" in look.next.command
    with open_session(case.path, write=False) as session:
        (after,) = look_at_crawls(session, case.path).markets
    assert (after.reason, after.next.code) == ("E-CRA-016", "attend")  # nobody had answered


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_screen_of_a_waiting_captcha(case, authorised, status, language):
    authorised(persons=(PERSON,))
    put(case, n_queued=3, running=alive(asked_at=at(-30), asked_of=PERSON))
    i18n.activate(language)
    out = status()[1]
    assert PERSON in out
    assert f"{os.getpid()}" in out
    assert "vestigo crawl attend" in out
    assert fits(out)


def test_what_was_read_is_not_to_be_read_again(case, authorised, look, status, capsys):
    authorised()
    last = LastRun(at(-60), at(-9), "complete")
    put(case, n_done=3, profile=PROFILE, last=last)
    assert look()["next"]["code"] == "read"
    words = [str(case.path), "--profile", PROFILE]
    read_command.main(args=words, standalone_mode=False)
    capsys.readouterr()
    assert look()["next"]["code"] == "done"
    assert "complete and was read" in status()[1]
    put(case, name="other", n_done=3, last=last)
    assert look("other")["next"]["code"] == "read"  # of that market nothing was read
    state = state_path(case.crawl_state / "tiny.sqlite")
    document = json.loads(state.read_text())
    document["last"]["ended_at"] = at(WEEK)
    state.write_text(json.dumps(document))
    assert look()["next"]["code"] == "read"  # it went on after it was read


@pytest.mark.parametrize(("days", "code"), [(1, "next-pass"), (30, "pass-later")])
def test_after_reading_comes_the_next_pass(case, authorised, look, status, capsys, days, code):
    authorised()
    case.toml.write_text(f"{case.toml.read_text()}\n[settings.crawl]\nrecrawl_days = {days}\n")
    put(case, n_done=3, last=LastRun(at(-200000), at(-100000), "complete"))
    read_command.main(args=[str(case.path), "--profile", PROFILE], standalone_mode=False)
    capsys.readouterr()
    assert look()["next"]["code"] == code
    assert fits(status()[1])


def test_what_is_due_of_a_parked_crawl_is_a_person(case, authorised, asked):
    authorised(persons=(PERSON,))
    put(case, n_queued=3, parked={"": Parked("E-CRA-013", "ban", at(-60))},
        last=LastRun(at(-90), at(-60), "parked", "E-CRA-013"))  # fmt: skip
    code, out, _err = asked("due")
    assert code == ExitCode.FINDINGS
    assert "crawl attend" in out
    assert "crawl run" not in out
    (one,) = json.loads(asked("due", "--json")[1])["markets"]
    assert (one["what"], one["due"]) == ("parked", True)
    assert f"--person '{PERSON}'" in one["command"]


def test_what_is_due_of_a_damaged_state_hides_no_other(case, authorised, asked):
    authorised()
    put(case, n_queued=1)
    put(case, name="other", n_done=1)
    state_path(case.crawl_state / "other.sqlite").write_text("{")
    code, out, _err = asked("due")
    assert code == ExitCode.FINDINGS
    assert "tiny: pass 1 is not complete" in out
    assert "other: pass 1: what was remembered of it cannot be read" in out


def test_a_host_in_quarantine_stops_every_crawl_of_it(case, authorised, look, status):
    authorised()
    put(case, n_queued=3)
    put(case, name="other", n_queued=3, start="http://127.0.0.1:10/")
    park(case, "127.0.0.1:9")
    assert (look()["reason"], look()["next"]["code"]) == ("E-SCR-012", "quarantine")
    assert look()["next"]["where"] == "127.0.0.1:9"
    assert look("other")["reason"] == "waiting"
    assert look("")["parked_hosts"] == ["127.0.0.1:9"]
    for words in ((), ("tiny",), ("other",)):
        out = status(*words)[1]
        assert "127.0.0.1:9" in out
        assert fits(out)


def test_a_host_that_was_released_parks_nobody(case, authorised, look):
    authorised()
    put(case, n_queued=3, parked={"": Parked("E-SCR-012", "", at(-60))})
    assert (look()["reason"], look()["next"]["code"]) == ("waiting", "resume")


def test_hosts_in_quarantine_stand_on_the_screen_of_a_case_without_crawls(case, status):
    park(case, "somewhere.onion:80")
    assert "somewhere.onion:80" in status()[1]


def test_an_order_that_has_not_begun_is_waited_for(case, authorised, look, status):
    authorised(starts_at=NOW + timedelta(days=1), ends_at=NOW + timedelta(days=3))
    put(case, n_queued=1)
    assert (look()["reason"], look()["next"]["code"]) == ("E-AUT-002", "wait-order")
    assert look()["next"]["at"] == at(86400)
    assert f"begins {at(86400)}" in status()[1]


def test_another_host_says_which_ones_the_order_names(case, authorised, status):
    authorised(hosts=("other.onion",))
    put(case, n_queued=1)
    assert "it names: other.onion" in status()[1]


def test_an_order_that_is_over_says_since_when(case, authorised, status):
    authorised(starts_at=NOW - timedelta(days=3), ends_at=NOW - timedelta(days=1))
    put(case, n_queued=1)
    assert f"the last ended {at(-86400)}" in status()[1]


@pytest.mark.parametrize(("until", "code"), [(WEEK, "wait"), (-5, "resume")])
def test_told_to_stay_away_means_until_then(case, authorised, look, until, code):
    authorised()
    put(case, n_queued=1, parked={"": Parked("E-CRA-015", "queue", at(-60), at(until))})
    assert look()["next"]["code"] == code


STATES = {
    "expired": {"order": {"ends_at": NOW - timedelta(hours=1)}},
    "not begun": {"order": {"starts_at": NOW + timedelta(days=1)}},
    "wrong host": {"order": {"hosts": ("other.onion",)}},
    "captcha": {"parked": {"": Parked("E-CRA-016", "captcha", at(-60))}},
    "ban": {"parked": {"": Parked("E-CRA-013", "ban", at(-60))}},
    "queue": {"parked": {"": Parked("E-CRA-015", "queue", at(-60), at(WEEK))}},
    "killed": {"running": replace(alive(), ticks="1")},
    "running": {"running": alive(let_in_at=at(-9))},
    "held": {"running": alive(held_until=at(WEEK), held_cause="queue")},
    "asking": {"running": alive(asked_at=at(-9), asked_of=PERSON)},
    "disk full": {"last": LastRun(at(-60), at(-9), "failed", "E-STO-005", "tiny.sqlite")},
    "Tor down": {"last": LastRun(at(-60), at(-9), "failed", "E-CRA-031", "127.0.0.1:9051")},
    "interrupted": {"last": LastRun(at(-60), at(-9), "interrupted")},
    "stopped": {"last": LastRun(at(-60), at(-9), "failed", "ZeroDivisionError", "")},
}


def test_a_frontier_of_a_newer_version_is_left_alone(case, authorised, look, status):
    authorised()
    put(case, n_queued=1)
    with contextlib.closing(sqlite3.connect(case.crawl_state / "tiny.sqlite")) as db:
        db.execute("PRAGMA user_version = 99")
    assert (look()["reason"], look()["next"]["code"]) == ("E-CRA-062", "file")
    assert "a newer Vestigo made its frontier" in status()[1]


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("state", STATES)
def test_every_state_is_one_screen_with_an_action(case, authorised, status, look, state, language):
    given = dict(STATES[state])
    values = {"starts_at": NOW - timedelta(days=9), "ends_at": NOW + timedelta(days=9)}
    authorised(persons=(PERSON,), **(values | given.pop("order", {})))
    failed = [f"http-{n}" for n in range(500, 509)]
    put(case, n_done=5, n_queued=20, failed=failed, **given)
    found = look()
    i18n.activate(language)
    out = status()[1]
    assert fits(out)
    assert f"[{found['reason']}]" in out
    assert found["next"]["command"] in out
    assert START in out


@pytest.fixture
def bound(tmp_path):
    """Write the profile of the tests with assertions; return its path."""

    def make(*tables):
        path = tmp_path / "bound.toml"
        path.write_text(
            Path(PROFILE).read_text() + "".join(f"\n[[assertions]]\n{t}" for t in tables)
        )
        return path

    return make


PRICED = 'count = "listing.prices"\nshare_of = "listing"\nmin = 0.5\n'
SOLD = 'count = "listing.vendor"\nshare_of = "listing"\nmin = 0.5\n'
SOME = 'count = "listing"\nmin = 3\nmax = 90\n'


def shop_of(market, html, n):
    market.answers["/"] = html.category(*(f"/p/{number}" for number in range(n)))
    for number in range(n):
        market.answers[f"/p/{number}"] = html.listing(number)


def test_a_market_that_changed_is_warned_of_and_stands_on_the_screen(
    case, authorised, asked, look, status, market, html, bound
):
    authorised()
    shop_of(market, html, 4)
    words = ("run", "--profile", bound(SOLD, PRICED, SOME), "--start", market.uri)
    code, _out, err = asked(*words)
    assert code == ExitCode.FINDINGS
    assert "The market may have changed: listing.vendor as a share of listing: 0.0000" in err
    assert "less than 3" not in err
    assert look()["changed"] == ["listing.vendor as a share of listing: 0.0000 is less than 0.5"]
    assert "Changed?    listing.vendor" in status()[1]
    assert json.loads(asked(*words, "--json")[1])["changed"] == look()["changed"]  # it is still so


def test_a_market_as_it_should_be_is_not_warned_of(
    case, authorised, asked, look, market, html, bound
):
    authorised()
    shop_of(market, html, 4)
    code, _out, err = asked("run", "--profile", bound(PRICED, SOME), "--start", market.uri)
    assert (code, look()["changed"]) == (ExitCode.DONE, [])
    assert "changed" not in err


def test_too_few_is_said_of_a_whole_pass_only(case, authorised, asked, market, html, bound):
    authorised()
    shop_of(market, html, 2)
    market.answers["/p/1"] = html.page("<img class=captcha>")
    words = ("run", "--profile", bound(SOME), "--start", market.uri)
    code, _out, err = asked(*words)
    assert "E-CRA-013" in err
    assert "changed" not in err
    market.answers["/p/1"] = html.listing(1)
    code, _out, err = asked(*words)
    assert code == ExitCode.FINDINGS
    assert "The market may have changed: listing: 2 is less than 3" in err


def test_pages_of_earlier_runs_count(case, authorised, asked, market, html, bound):
    authorised()
    shop_of(market, html, 5)
    market.answers["/p/4"] = html.page("<img class=captcha>")
    words = ("run", "--profile", bound('count = "listing.title"\nmin = 5\n'), "--start", market.uri)
    assert "E-CRA-013" in asked(*words)[2]
    market.answers["/p/4"] = html.listing(4)
    assert asked(*words)[0] == ExitCode.DONE
    (case.crawl_state / "tiny.sqlite").unlink()  # made again from the archive: counted anew
    assert asked(*words)[0] == ExitCode.DONE


def test_reading_says_it_too(case, authorised, asked, market, html, bound, capsys):
    authorised()
    shop_of(market, html, 2)
    profile = bound(SOME)
    asked("run", "--profile", profile, "--start", market.uri)
    words = [str(case.path), "--profile", str(profile)]
    assert read_command.main(args=words, standalone_mode=False) == ExitCode.FINDINGS
    assert "tiny: listing: 2 is less than 3" in capsys.readouterr().err
