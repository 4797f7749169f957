# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo crawl status``: one screen, whatever happened, and the command to type."""

import os
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from standing import NOW, PROFILE, START, WEEK, alive, at, fits, park, put

from vestigo import i18n
from vestigo.errors import ExitCode, UsageError
from vestigo.pipeline.crawl_choice import chosen_crawl
from vestigo.pipeline.crawl_state import LastRun, Parked, RunningNow, rate_a_minute, state_path
from vestigo.pipeline.session import open_session


def test_an_empty_case(status, look, authorised):
    code, out = status()
    assert code == 0
    assert "Nothing was crawled" in out
    assert "vestigo case authorize" in out
    assert look("")["next"]["code"] == "authorize"
    authorised()
    assert look("")["next"]["code"] == "begin"
    assert look("")["orders"][0]["state"] == "in-force"


def test_an_order_that_is_over(case, authorised, look, status):
    authorised(starts_at=NOW - timedelta(days=3), ends_at=NOW - timedelta(days=1))
    put(case, n_queued=3)
    assert look()["reason"] == "E-AUT-002"
    assert look()["next"]["code"] == "authorize"
    assert look("")["orders"][0]["state"] == "expired"
    assert "[E-AUT-002]" in status()[1]


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_new_order_after_one_that_ended_the_crawl_lets_it_go_on(
    case, authorised, look, status, language
):
    authorised(starts_at=NOW - timedelta(days=3), ends_at=NOW - timedelta(days=1))
    last = LastRun(at(-90000), at(-86400), "failed", "E-AUT-002", "view 127.0.0.1:9")
    put(case, n_queued=3, last=last)
    assert look()["next"]["code"] == "authorize"
    authorised()
    assert (look()["reason"], look()["next"]["code"]) == ("waiting", "resume")
    i18n.activate(language)
    out = status()[1]
    assert "E-AUT" not in out
    assert "vestigo crawl resume" in out


def test_a_host_that_the_new_order_does_not_name_is_still_in_the_way(case, authorised, look):
    authorised(hosts=("other.onion",))
    last = LastRun(at(-90000), at(-86400), "failed", "E-AUT-002", "view 127.0.0.1:9")
    put(case, n_queued=3, last=last)
    assert (look()["reason"], look()["next"]["code"]) == ("E-AUT-003", "authorize")


def test_what_the_order_does_not_cover(case, authorised, look):
    authorised(acts=("view",), data_classes=("listing",))
    put(case, n_queued=1)
    missing = look()["authority"]["not_covered"]
    assert {"view vendor", "view feedback", "search", "login"} <= set(missing)
    assert "view listing" not in missing
    authorised(hosts=("other.onion",))
    assert look()["authority"]["code"] == ""


def test_another_host_than_that_of_the_order(case, authorised, look):
    authorised(hosts=("other.onion",))
    put(case, n_queued=1)
    assert look()["reason"] == "E-AUT-003"


def test_running_with_rate_and_time_left(case, authorised, look, status):
    authorised()
    notes = tuple((at(-60 + 5 * n), 10 * n, 300) for n in range(13))
    put(case, n_done=120, n_queued=180, running=alive(notes=notes, let_in_at=at(-70)),
        account="avatar")  # fmt: skip
    found = look()
    assert found["reason"] == "running"
    assert found["pages_a_minute"] == "120.0"
    assert found["minutes_left"] == 2
    assert found["logged_in_since"] == at(-70)
    out = status()[1]
    assert "120.0 pages a minute" in out
    assert "about 2 minutes" in out
    assert fits(out)


@pytest.mark.parametrize("notes", [(), ((at(0), 5, 9),), ((at(0), 5, 9), (at(0), 6, 9))])
def test_a_rate_that_nobody_knows(notes):
    assert rate_a_minute(notes) is None


def test_the_rate_is_that_of_late():
    notes = ((at(-7200), 0, 9), (at(-60), 1000, 2000), (at(0), 1030, 2000))
    assert rate_a_minute(notes) == 30


def test_held_by_the_market(case, authorised, look, status):
    authorised()
    put(case, n_queued=5, running=alive(held_until=at(WEEK), held_cause="queue"))
    found = look()
    assert (found["reason"], found["held_cause"], found["minutes_left"]) == ("held", "queue", None)
    assert "queue" in status()[1]


def test_killed(case, authorised, look):
    authorised()
    put(case, n_queued=5, running=RunningNow(os.getpid(), "1", at(-9)))
    assert look()["reason"] == "killed"
    assert look()["next"]["command"].startswith("vestigo crawl resume ")


@pytest.mark.parametrize(
    ("code", "action"),
    [("E-CRA-010", "log-in"), ("E-CRA-011", "log-in"), ("E-CRA-012", "attend"),
     ("E-CRA-013", "attend"), ("E-CRA-014", "look"), ("E-CRA-015", "resume"),
     ("E-CRA-016", "attend"), ("E-CRA-017", "attend"), ("E-CRA-050", "cookies")],
)  # fmt: skip
@pytest.mark.parametrize("language", ["en", "es"])
def test_parked(case, authorised, look, status, code, action, language):
    authorised(persons=("Inspectora Ruiz O'Neill",))
    put(case, n_queued=5, account="avatar", parked={"avatar": Parked(code, "captcha", at(-60))})
    i18n.activate(language)
    found = look()
    assert (found["reason"], found["next"]["code"]) == (code, action)
    out = status()[1]
    assert f"[{code}]" in out
    assert fits(out)
    assert ("en pausa" in out.lower()) == (language == "es")


def test_a_host_parked_by_a_hit_names_no_empty_cause(case, authorised, status):
    authorised()
    put(case, n_done=2, parked={"": Parked("E-SCR-012", "", at(-60))})
    park(case, "127.0.0.1:9")
    out = status()[1]
    assert "went into the quarantine" in out
    assert "(E-SCR-012)" in out
    assert f"vestigo evidence quarantine {case.path} --list" in out


def test_a_damaged_state_hides_no_frontier(case, authorised, status):
    authorised()
    put(case, n_done=2)
    state_path(case.crawl_state / "tiny.sqlite").write_text("99")
    code, out = status()
    assert (code, look_code(out)) == (ExitCode.FINDINGS, "[E-CRA-053]")
    assert "2 pages known" in out
    assert "what was remembered of it cannot be read" in out


def test_a_frontier_that_is_gone_is_not_forgotten(case, authorised, look, status):
    authorised()
    put(case, n_done=2)
    (case.crawl_state / "tiny.sqlite").unlink()
    code, out = status()
    assert "Nothing was crawled" not in out
    assert (code, look()["reason"]) == (ExitCode.FINDINGS, "E-CRA-060")
    assert look()["next"]["code"] == "rebuild"
    assert chosen_crawl(case.path, "tiny").start == START


def look_code(out):
    return next(word for word in out.split() if word.startswith("["))


def test_another_account_is_not_parked(case, authorised, look):
    authorised()
    put(case, n_queued=5, account="", parked={"avatar": Parked("E-CRA-013", "ban", at(-60))})
    assert look()["reason"] == "waiting"


@pytest.mark.parametrize(
    ("last", "reason"),
    [
        (LastRun(at(-60), at(-9), "failed", "E-EVI-101", "x"), "E-EVI-101"),
        (LastRun(at(-60), at(-9), "interrupted"), "interrupted"),
        (LastRun(at(-60), at(-9), "complete"), "waiting"),
    ],
)
def test_how_the_last_run_ended(case, authorised, look, last, reason):
    authorised()
    put(case, n_queued=5, last=last)
    assert look()["reason"] == reason


def test_complete_and_failed_with_their_exhibits(case, authorised, look, status):
    authorised()
    put(case, n_done=3)
    assert (look()["reason"], look()["next"]["code"]) == ("complete", "read")
    put(case, name="other", n_done=3, failed=["deadline", "deadline", "http-500", "x", "y"])
    found = look("other")
    assert found["reason"] == "failed-pages"
    assert [(one["cause"], one["n"]) for one in found["errors"][:2]] == [
        ("deadline", 2), ("http-500", 1),
    ]  # fmt: skip
    assert found["errors"][0]["capture_id"] == "e" * 64
    out = status("other")[1]
    assert "eeeeeeeeeeee" in out
    assert "#" in out
    assert "!" in out
    assert fits(out)
    both = status()[1]
    assert "tiny" in both
    assert "other" in both


def test_many_crawls_still_fit_on_one_screen(case, authorised, status):
    authorised()
    for n in range(12):
        put(case, name=f"m{n}", n_done=1, n_queued=n % 2)
    out = status()[1]
    assert fits(out)
    assert out.index("[waiting]") < out.index("[complete]") if "[complete]" in out else True
    assert "more crawls" in out


def test_a_market_that_is_not_there(case, status):
    put(case)
    with pytest.raises(UsageError) as caught:
        status("nobody")
    assert caught.value.code == "E-CRA-056"


@pytest.mark.parametrize("content", [b"rubbish" * 100, b"SQLite format 3\x00" + b"\x01" * 5000])
def test_a_damaged_frontier_is_a_coded_error_and_the_others_are_shown(
    case, authorised, look, status, content
):
    authorised()
    put(case, n_done=1)
    (case.crawl_state / "broken.sqlite").write_bytes(content)
    code, out = status()
    assert code == ExitCode.FINDINGS
    assert "[E-CRA-060]" in out
    assert look()["reason"] == "complete"
    assert look("broken")["reason"] == "E-CRA-060"


def test_a_frontier_of_before_states_were_kept(case, authorised, look):
    authorised()
    put(case, n_queued=1)
    state_path(case.crawl_state / "tiny.sqlite").unlink()
    assert look()["reason"] == "waiting"
    assert look()["next"]["code"] == "begin"


def test_a_proxy_at_which_nothing_listens(case, authorised, look):
    authorised()
    put(case, n_queued=1)
    text = case.toml.read_text() + '\n[settings.crawl]\nproxy = "socks5://127.0.0.1:9"\n'
    case.toml.write_text(text)
    found = look()
    assert (found["network"]["state"], found["reason"]) == ("silent", "E-CRA-057")
    assert found["next"]["code"] == "proxy"


def test_a_second_process_looks_on_while_a_crawl_runs(case, authorised, market, html, look, status):
    authorised()
    market.answers["/"] = html.category(*(f"/p/{n}" for n in range(200)))

    def slow(_request, _number):
        time.sleep(0.05)
        return html.listing(1)

    for n in range(200):
        market.answers[f"/p/{n}"] = slow
    here = Path(__file__).parent
    words = [sys.executable, str(here / "crawl_and_die.py"), str(case.path), PROFILE, market.uri]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            until = time.monotonic() + 30
            while time.monotonic() < until and market.asked["/p/3"] == 0:
                time.sleep(0.02)
            found = look()
            assert found["reason"] == "running"
            assert found["known"] == 201
            assert fits(status()[1])
        finally:
            process.kill()
    assert look()["reason"] == "killed"
    assert look()["waiting"] > 0


def test_nothing_is_written_but_the_access(case, authorised, status):
    authorised()
    put(case, n_queued=2)
    before = (case.crawl_state / "tiny.sqlite").read_bytes()
    status()
    assert (case.crawl_state / "tiny.sqlite").read_bytes() == before
    with open_session(case.path, write=False) as session:
        assert [event.reason for event in session.custody.events()][-1] == "crawl status"
