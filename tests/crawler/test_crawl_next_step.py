# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a person is told after a crawl that could not go on: what can be done, and may be."""

import io
import json
import shutil
import socket
from datetime import timedelta
from pathlib import Path

import pytest
from standing import NOW, PROFILE, at, fits, put

from vestigo import i18n
from vestigo.cli.app import run as vestigo_run
from vestigo.cli.case_read import read as read_command
from vestigo.errors import ExitCode, SourceUnreachable
from vestigo.evidence.keys import create_keys
from vestigo.pipeline.crawl_state import Parked, RunningNow
from vestigo.pipeline.session import open_session
from vestigo.store import CaseFolder

WANTS_LOGIN = ("E-CRA-010", "E-CRA-011", "E-CRA-016", "E-CRA-050")


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("code", WANTS_LOGIN)
def test_who_may_not_log_in_is_told_to_have_it_authorised(
    case, authorised, look, status, code, language
):
    authorised(acts=("view",))
    cause = "captcha" if code == "E-CRA-016" else "login"
    put(case, n_queued=5, parked={"": Parked(code, cause, at(-60))})
    found = look()["next"]
    assert found["code"] == "authorize-login"
    assert found["command"].startswith("vestigo case authorize ")
    i18n.activate(language)
    out = status()[1]
    assert "--password-stdin" not in out
    assert "--cookies" not in out
    assert fits(out)
    wanted = "no order covers the log-in" if language == "en" else "ninguna orden cubre el inicio"
    assert wanted in out


def test_a_ban_is_looked_at_without_any_log_in(case, authorised, look):
    authorised(acts=("view",))
    put(case, n_queued=5, parked={"": Parked("E-CRA-013", "ban", at(-60))})
    assert look()["next"]["code"] == "attend"


def test_after_the_cookies_new_cookies_are_the_way_on(case, authorised, look, status):
    authorised(persons=("Marta Vidal",))
    put(case, n_queued=5, account="avatar", parked={"avatar": Parked("E-CRA-050", "login", at(-9))})
    found = look()["next"]
    assert found["code"] == "cookies"
    assert found["command"].endswith("--person 'Marta Vidal' --cookies FILE")
    out = status()[1]
    assert "crawl attend" in out
    assert "new cookies" in out
    assert "password" in out


def test_pages_that_only_need_a_log_in_are_no_reason_to_ask_again_without(case, authorised, look):
    authorised()
    put(case, n_done=3, failed=["login-needed", "login-needed"])
    assert (look()["reason"], look()["next"]["code"]) == ("failed-pages", "log-in")
    put(case, name="other", n_done=3, failed=["login-needed", "deadline"])
    assert look("other")["next"]["code"] == "retry"
    assert look("other")["next"]["command"].endswith(" --retry-failed")


def test_the_order_does_not_cover_it_and_the_crawl_goes_on_to_its_end(
    case, authorised, asked, look, market, html
):
    """From the command line: an anonymous crawl, an order that covers no log-in."""
    authorised(acts=("view",))
    market.answers["/"] = html.category("/p/1", "/p/2", "/p/3")
    market.answers |= {f"/p/{n}": html.listing(n) for n in (1, 3)} | {"/p/2": html.LOGIN}
    words = ("run", "--profile", PROFILE, "--start", market.uri)
    code, out, err = asked(*words)
    assert code == ExitCode.FINDINGS
    assert "failed (login-needed): 1" in out
    assert "E-CRA-010" not in err
    assert "To do: no order covers the log-in: record one that does" in err
    assert "  $ vestigo case authorize" in err
    found = look()
    assert (found["reason"], found["failed"]) == ("failed-pages", {"login-needed": 1})
    assert found["next"]["code"] == "authorize-login"
    document = json.loads(asked("coverage", "--json")[1])["passes"][0]
    assert document["pages"]["failed"] == {"login-needed": 1}
    asked(*words)
    assert market.asked["/p/2"] == 1


def test_a_refused_password_is_no_log_in_and_the_next_step_is_said(
    case, authorised, market, html, capsys, monkeypatch
):
    authorised()
    market.answers |= {"/": html.LOGIN, "/login": html.LOGIN}
    monkeypatch.setattr("sys.stdin", io.StringIO("wrong\n"))
    words = ["crawl", "run", str(case.path), "--profile", PROFILE, "--start", market.uri,
             "--account", "avatar", "--password-stdin"]  # fmt: skip
    assert vestigo_run(words) == ExitCode.FINDINGS
    out, err = capsys.readouterr()
    assert "Log-ins: 0 (refused or broken off: 1)" in out
    why, to_do, command = err.splitlines()[1:]
    assert why.startswith("E-CRA-011: ")
    assert to_do == "To do: give account and password"
    assert command.endswith("--account avatar --password-stdin")


@pytest.mark.parametrize("language", ["en", "es"])
def test_an_order_that_ended_before_a_kill_leaves_nothing_in_flight(
    case, authorised, look, status, language
):
    authorised(starts_at=NOW - timedelta(days=3), ends_at=NOW - timedelta(days=1))
    put(case, n_queued=9, running=RunningNow(2**22 + 1, "1", at(-90000)))
    from crawler.frontier import Frontier

    frontier = Frontier(case.crawl_state / "tiny.sqlite")
    for _n in range(4):
        frontier.lease(1.0, ("", 0))
    frontier.close()
    found = look()
    assert (found["reason"], found["in_flight"], found["waiting"]) == ("E-AUT-002", 0, 9)
    assert found["killed_at"] == at(-90000)
    i18n.activate(language)
    out = status()[1]
    assert ("9 waiting, 0 in flight" if language == "en" else "en espera: 9") in out
    assert ("was killed" if language == "en" else "se mató") in out
    assert fits(out)


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_case_without_keys_is_warned_of_before_anything_is_sent(
    case, authorised, asked, look, status, market, html, language
):
    authorised()
    warned_before = []

    def first(_request, _n):
        warned_before.append(True)
        return html.listing(1)

    market.answers["/"] = first
    i18n.activate(language)
    words = ("run", "--profile", PROFILE, "--start", market.uri)
    _code, _out, err = asked(*words)
    assert "vestigo case keys" in err.splitlines()[0]
    assert look()["sealing"] is False
    assert "vestigo case keys" in status()[1]
    i18n.activate("en")
    with open_session(case.path) as session:
        create_keys(case, "a long enough passphrase", session.clock)
    assert asked(*words)[2] == ""
    assert look()["sealing"] is True
    assert "vestigo case keys" not in status()[1]


def test_pages_that_are_not_there_are_no_failures_of_reading(
    case, authorised, asked, market, html, tmp_path, capsys
):
    authorised()
    profile = tmp_path / "bare.toml"
    text = Path(PROFILE).read_text("utf-8")
    rule = '[[kinds]]\nkind = "not-found"\nstatus = [404]\n'
    assert rule in text
    profile.write_text(text.replace(rule, ""))
    market.answers["/"] = html.category("/p/1", "/p/2", "/p/3")
    market.answers["/p/1"] = html.listing(1)
    gone = '<h1>404 Not Found</h1><a href="/nowhere/else">back</a>'
    market.answers["/p/2"] = html.page(gone, status="404 Not Found")
    code, out, _err = asked("run", "--profile", profile, "--start", market.uri)
    assert (code, "not-found: 2" in out) == (ExitCode.DONE, True)
    words = [str(case.path), "--profile", str(profile)]
    assert (read_command.main(args=words, standalone_mode=False) or 0) == ExitCode.DONE
    assert capsys.readouterr().err == ""


def test_a_page_of_the_market_that_no_rule_knows_is_a_failure_of_reading(
    case, authorised, asked, market, html, capsys
):
    authorised()
    text = "<h1>About us</h1>" + "<p>We are a shop of pens and of paper since long ago.</p>" * 20
    market.answers["/"] = html.page(text)
    asked("run", "--profile", PROFILE, "--start", market.uri)
    words = [str(case.path), "--profile", PROFILE]
    assert read_command.main(args=words, standalone_mode=False) == ExitCode.FINDINGS
    assert "no rule of the profile holds" in capsys.readouterr().err


@pytest.mark.parametrize("verb", ["status", "coverage"])
def test_a_look_at_a_case_on_a_full_disk_says_how_full_where_and_what_to_do(
    order, mounted, capsys, verb
):
    disk = mounted("2m")
    case = CaseFolder.create(disk / "case", title="t", unit="u")
    put(case, n_done=2)
    assert vestigo_run(["crawl", verb, str(case.path)]) == ExitCode.DONE
    log = (case.custody / "events.jsonl").read_bytes()
    capsys.readouterr()
    with (disk / "ballast").open("wb") as handle:
        handle.write(b"\0" * shutil.disk_usage(disk).free)
    assert vestigo_run(["crawl", verb, str(case.path)]) == ExitCode.UNREACHABLE
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("E-STO-005: ")
    assert f"{disk}: 0 of {2 << 20} bytes are free" in err
    assert "delete nothing of the case" in err
    assert (case.custody / "events.jsonl").read_bytes() == log
    (disk / "ballast").unlink()
    assert vestigo_run(["crawl", verb, str(case.path)]) == ExitCode.DONE
    assert len((case.custody / "events.jsonl").read_bytes()) > len(log)


def test_another_error_of_a_look_is_told_as_it_is(tmp_path):
    from vestigo.store.full_disk import full_disk, looking_at

    with pytest.raises(ZeroDivisionError), looking_at(tmp_path):
        raise ZeroDivisionError
    with pytest.raises(SourceUnreachable, match="bytes are free"), looking_at(tmp_path):
        raise full_disk()


def test_of_a_market_that_never_answered_nothing_is_said(case, authorised, asked, look, tmp_path):
    authorised()
    bound = tmp_path / "bound.toml"
    some = '\n[[assertions]]\ncount = "listing"\nmin = 1\n'
    bound.write_text(Path(PROFILE).read_text() + some)
    with case.toml.open("a") as handle:
        handle.write("\n[settings.crawl]\nattempts = 1\n")
    with socket.create_server(("127.0.0.1", 0)) as gone:
        start = f"http://127.0.0.1:{gone.getsockname()[1]}/"
    code, _out, err = asked("run", "--profile", bound, "--start", start)
    assert (code, look()["changed"]) == (ExitCode.UNREACHABLE, [])
    assert "changed" not in err


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_wrong_onion_address_is_asked_once_and_said_to_be_wrong(
    case, authorised, asked, look, status, tor_socks, language
):
    proxy = tor_socks(0xF6)
    with case.toml.open("a") as handle:
        handle.write(f'\n[settings.crawl]\nproxy = "socks5://127.0.0.1:{proxy.port}"\n')
    host = f"{'a' * 56}.onion"
    authorised(hosts=(host,))
    i18n.activate(language)
    code, _out, err = asked("run", "--profile", PROFILE, "--start", f"http://{host}/")
    assert code == ExitCode.UNREACHABLE
    assert look()["failed"] == {"socks:onion-address-invalid": 1}
    assert look()["next"]["code"] == "address"
    said = {"en": "the onion address is wrong", "es": "la dirección onion es errónea"}[language]
    assert said in err
    assert said in status()[1]
    assert fits(status()[1])
    assert "--retry-failed" not in err
