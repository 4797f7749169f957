# SPDX-License-Identifier: AGPL-3.0-or-later
"""A parked account, a person who attends, a crawl that goes on: nothing lost, nothing junk."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from vestigo.cli.crawl import crawl as group
from vestigo.errors import AuthorityError, ExitCode, InputError, UsageError
from vestigo.pipeline.authorizing import record_authorization
from vestigo.pipeline.crawl_state import CrawlState, RunningNow, process_ticks, read_state
from vestigo.pipeline.interventions import interventions
from vestigo.pipeline.session import open_session
from vestigo.store import CaseFolder

PROFILE = str(Path(__file__).parent / "market.toml")
PERSON = "Inspectora Ruiz"
PICTURE = b"\x89PNG\r\n\x1a\nnot really"
SECRET = "s3cr3tcookie"


@pytest.fixture
def case(tmp_path, order):
    folder = CaseFolder.create(tmp_path / "case", title="t", unit="u")
    with open_session(folder.path) as session:
        record_authorization(session, order(persons=(PERSON,)))
    return folder


@pytest.fixture
def vestigo(capsys, monkeypatch):
    def run(*words, stdin=""):
        import io

        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        code = group.main(args=[str(word) for word in words], standalone_mode=False)
        out, err = capsys.readouterr()
        return code or 0, out, err

    return run


class Guarded:
    """A market that lets in whoever has the cookie, and asks everybody else for a captcha."""

    def __init__(self, market, html, n_listings=6):
        self.market, self.html, self.cookie = market, html, f"sid={SECRET}".encode()
        self.answers = []
        market.answers["/"] = self.guarded(html.category(*(f"/p/{n}" for n in range(n_listings))))
        for n in range(n_listings):
            market.answers[f"/p/{n}"] = self.guarded(html.listing(n))
        market.answers["/code.png"] = self.picture
        market.answers["/check"] = self.check

    def guarded(self, answer):
        wall = self.html.page(
            "<h1>Are you human?</h1><form method=post action=/check><img src=/code.png>"
            "<input name=seen><input type=hidden name=t value=7></form>"
        )
        return lambda request, _n: answer if self.cookie in request else wall

    def picture(self, _request, _number):
        head = f"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: {len(PICTURE)}"
        return f"{head}\r\n\r\n".encode() + PICTURE

    def check(self, request, _number):
        self.answers.append(dict(parse_qsl(request.partition(b"\r\n\r\n")[2].decode())))
        right = self.answers[-1].get("seen") == "K7"
        head = "Location: /\r\n" + (
            f"Set-Cookie: sid={SECRET}; Path=/; HttpOnly\r\n" if right else ""
        )
        return self.html.page("", status="302 Found", head=head)


def begin(vestigo, case, market, *more):
    words = ("run", case.path, "--profile", PROFILE, "--start", market.uri, *more)
    return vestigo(*words, "--json")


def cookie_file(folder, *lines):
    path = folder / "cookies.txt"
    path.write_text("# Netscape HTTP Cookie File\n" + "\n".join(lines) + "\n")
    return path


def line(value=SECRET, host="127.0.0.1", expires=0, secure="FALSE"):
    return f"#HttpOnly_{host}\tFALSE\t/\t{secure}\t{expires}\tsid\t{value}"


def test_a_captcha_parks_the_account_and_says_what_to_do(case, market, html, vestigo):
    Guarded(market, html)
    code, out, _err = begin(vestigo, case, market)
    assert code == ExitCode.FINDINGS
    assert json.loads(out)["paused_code"] == "E-CRA-013"
    parked = read_state(case.crawl_state / "tiny.sqlite").parked[""]
    assert (parked.code, parked.cause) == ("E-CRA-013", "captcha")
    look = json.loads(vestigo("status", case.path, "--json")[1])["markets"]["tiny"]
    assert look["reason"] == "E-CRA-013"
    assert look["parked"]["cause"] == "captcha"
    assert look["next"]["code"] == "attend"
    assert look["next"]["command"].endswith(f"tiny --person '{PERSON}'")
    assert (look["waiting"], look["fetched"], look["page_kinds"]) == (1, 0, {})


def test_a_person_reads_the_captcha_in_the_terminal_and_nothing_is_lost(
    case, market, html, vestigo
):
    guarded = Guarded(market, html)
    begin(vestigo, case, market)
    code, out, err = vestigo(
        "attend", case.path, "tiny", "--person", PERSON, "--json", stdin="wrong\nK7\n"
    )
    assert code == ExitCode.DONE, err
    document = json.loads(out)
    assert document["page_kinds"] == {"category": 1, "listing": 6}
    assert document["failed"] == {}
    assert [one["seen"] for one in guarded.answers] == ["wrong", "K7"]
    assert read_state(case.crawl_state / "tiny.sqlite").parked == {}
    assert SECRET not in out + err


def test_cookies_of_the_persons_own_browser_are_an_intervention(
    case, market, html, vestigo, tmp_path
):
    Guarded(market, html)
    begin(vestigo, case, market)
    path = cookie_file(tmp_path, line(), "broken", line(host="other.onion"), line(expires=5))
    code, out, err = vestigo(
        "attend", case.path, "--person", PERSON, "--cookies", path, "--why", "captcha", "--json"
    )
    assert code == ExitCode.DONE, err
    assert json.loads(out)["page_kinds"] == {"category": 1, "listing": 6}
    assert "Line 3" in err
    assert "fields" in err
    assert "other-host" in err
    assert "expired" in err
    with open_session(case.path) as session:
        (event,) = interventions(session)
    details = event.details
    assert (details["person"], details["why"], details["market"]) == (PERSON, "captcha", "tiny")
    assert details["start"] <= details["end"]
    assert event.authorization_id
    for file in case.path.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            if file.suffix == ".gz":
                import gzip

                content = gzip.decompress(content)
            assert SECRET.encode() not in content, file
    assert SECRET not in out + err


def test_when_the_session_of_the_cookies_ends_the_account_is_parked(
    case, market, html, vestigo, tmp_path
):
    market.answers["/"] = lambda request, _n: (
        html.category("/p/1") if b"sid=" in request else html.LOGIN
    )
    market.answers["/p/1"] = html.LOGIN
    path = cookie_file(tmp_path, line())
    code, out, _err = begin(vestigo, case, market, "--account", "avatar", "--cookies", path)
    assert code == ExitCode.FINDINGS
    assert json.loads(out)["paused_code"] == "E-CRA-050"
    assert json.loads(out)["page_kinds"] == {"category": 1}


def test_nobody_attends_whom_the_order_does_not_name(case, market, html, vestigo, tmp_path):
    Guarded(market, html)
    begin(vestigo, case, market)
    asked = sum(market.asked.values())
    for more in ((), ("--cookies", cookie_file(tmp_path, line()))):
        with pytest.raises(AuthorityError) as caught:
            vestigo("attend", case.path, "--person", "Nobody", *more)
        assert caught.value.code == "E-CRA-018"
    assert sum(market.asked.values()) == asked


def test_cookies_of_another_market_are_refused(case, market, html, vestigo, tmp_path):
    Guarded(market, html)
    begin(vestigo, case, market)
    path = cookie_file(tmp_path, line(host="other.onion"))
    with pytest.raises(InputError) as caught:
        vestigo("attend", case.path, "--person", PERSON, "--cookies", path)
    assert caught.value.code == "E-CRA-052"
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("words", [("--from", "soon"), ("--until", "2999-01-01T00:00:00Z")])
def test_an_intervention_needs_times_that_can_be(case, market, html, vestigo, tmp_path, words):
    Guarded(market, html)
    begin(vestigo, case, market)
    path = cookie_file(tmp_path, line())
    with pytest.raises(UsageError) as caught:
        vestigo("attend", case.path, "--person", PERSON, "--cookies", path, *words)
    assert caught.value.code == "E-CRA-054"


def test_resume_needs_no_option_that_was_given_before(case, market, html, vestigo):
    market.answers["/"] = html.page("", status="503 Later", head="Retry-After: 604800\r\n")
    _code, out, _err = begin(vestigo, case, market)
    assert json.loads(out)["paused_code"] == "E-CRA-015"
    look = json.loads(vestigo("status", case.path, "--json")[1])["markets"]["tiny"]
    assert look["parked"]["until"] > look["parked"]["since"]
    market.answers["/"] = html.category("/p/1")
    market.answers["/p/1"] = html.listing(1)
    code, out, _err = vestigo("resume", case.path, "--json")
    assert code == ExitCode.DONE
    assert json.loads(out)["page_kinds"] == {"category": 1, "listing": 1}
    assert read_state(case.crawl_state / "tiny.sqlite").parked == {}


def test_resume_says_when_there_is_nothing_to_go_on_with(case, market, html, vestigo):
    with pytest.raises(UsageError) as caught:
        vestigo("resume", case.path)
    assert caught.value.code == "E-CRA-055"
    market.answers["/"] = html.category()
    begin(vestigo, case, market)
    with pytest.raises(UsageError) as caught:
        vestigo("resume", case.path, "another")
    assert caught.value.code == "E-CRA-056"


def test_the_password_is_never_remembered(case, market, html, vestigo):
    market.answers["/"] = html.LOGIN
    market.answers["/login"] = html.LOGIN
    words = ("run", case.path, "--profile", PROFILE, "--start", market.uri, "--password-stdin")
    vestigo(*words, "--account", "avatar", stdin="hunter2hunter2\n")
    parked = read_state(case.crawl_state / "tiny.sqlite").parked["avatar"]
    assert parked.code == "E-CRA-011"
    for file in case.crawl_state.iterdir():
        assert b"hunter2hunter2" not in file.read_bytes()


def test_parking_survives_a_kill(case, market, html, vestigo):
    """Killed right after the account was parked, before the run could end in order."""
    Guarded(market, html)
    here = Path(__file__).parent
    hold = market.answers["/"]

    def slow(request, number):
        time.sleep(0.3)
        return hold(request, number)

    market.answers["/"] = slow
    words = [sys.executable, str(here / "crawl_and_die.py"), str(case.path), PROFILE, market.uri]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        place = case.crawl_state / "tiny.state.json"
        until = time.monotonic() + 30
        while time.monotonic() < until and not (
            place.exists() and b'"code": "E-CRA-013"' in place.read_bytes()
        ):
            time.sleep(0.01)
        os.kill(process.pid, signal.SIGKILL)
    look = json.loads(vestigo("status", case.path, "--json")[1])["markets"]["tiny"]
    assert look["reason"] == "E-CRA-013"
    assert look["parked"]["cause"] == "captcha"
    code, out, _err = vestigo("attend", case.path, "--person", PERSON, "--json", stdin="K7\n")
    assert code == ExitCode.DONE
    assert json.loads(out)["page_kinds"] == {"category": 1, "listing": 6}


def test_a_process_number_that_belongs_to_another_is_not_ours():
    assert RunningNow(os.getpid(), process_ticks(os.getpid()), "").alive
    assert not RunningNow(os.getpid(), "1", "").alive


def test_a_damaged_state_is_a_coded_error(case, market, html, vestigo):
    market.answers["/"] = html.category()
    begin(vestigo, case, market)
    place = case.crawl_state / "tiny.state.json"
    for content in ("{", "[]", '{"format": 2}', '{"format": 1}', "null"):
        place.write_text(content)
        with pytest.raises(InputError) as caught:
            vestigo("resume", case.path)
        assert caught.value.code == "E-CRA-053"
    code, out, _err = vestigo("status", case.path, "--json")
    assert code == ExitCode.FINDINGS
    assert json.loads(out)["markets"]["tiny"]["reason"] == "E-CRA-053"


def test_a_state_goes_through_json_and_back():
    state = CrawlState(profile="p", start="s", account="a", market="m", pass_no=1,
                       running=RunningNow(1, "2", "3", notes=(("t", 1, 2),)))  # fmt: skip
    assert CrawlState.of(json.loads(json.dumps(state.document()))) == state
