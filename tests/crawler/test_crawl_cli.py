# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo crawl``: exit codes, what goes where, nothing secret on the way."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from vestigo.cli.crawl import crawl as group
from vestigo.clock import system_clock
from vestigo.errors import AuthorityError, ConfigurationError, ExitCode, UsageError
from vestigo.pipeline.authorizing import record_authorization
from vestigo.pipeline.session import open_session
from vestigo.records import Authorization, Capture
from vestigo.store import CaseFolder

PROFILE = str(Path(__file__).parent / "market.toml")


@pytest.fixture
def case(tmp_path, order):
    folder = CaseFolder.create(tmp_path / "case", title="t", unit="u")
    with open_session(folder.path) as session:
        record_authorization(session, order())
    return folder


@pytest.fixture
def vestigo(capsys, monkeypatch):
    """Run a crawl command in this process; returns (exit code, stdout, stderr)."""

    def run(*words, stdin=""):
        import io

        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        code = group.main(args=[str(word) for word in words], standalone_mode=False)
        out, err = capsys.readouterr()
        return code or 0, out, err

    return run


def test_a_crawl_and_its_summary(case, market, html, vestigo):
    market.answers["/"] = html.category("/p/1")
    market.answers["/p/1"] = html.listing(1)
    code, out, err = vestigo(
        "run", case.path, "--profile", PROFILE, "--start", market.uri, "--json"
    )
    assert code == ExitCode.DONE
    assert err.startswith("The case has no keys")
    assert len(err.splitlines()) == 1
    document = json.loads(out)
    assert (document["known"], document["fetched"], document["captures"]) == (2, 2, 2)
    assert document["page_kinds"] == {"category": 1, "listing": 1}
    with open_session(case.path) as session:
        assert len(list(session.ledger.of_kind(Capture))) == 2
        events = list(session.custody.events())
    reasons = [event.reason for event in events]
    began = events[reasons.index("crawl began")]
    assert began.authorization_id == next(iter(document_orders(case)))
    assert reasons.count("WARC segment closed") == 1
    assert reasons.index("crawl began") < reasons.index("crawl ended")


def document_orders(case):
    with open_session(case.path, write=False) as session:
        return [order.record_id for order in session.ledger.of_kind(Authorization)]


def test_the_summary_for_people_in_both_languages(case, market, html, vestigo):
    from vestigo import i18n

    market.answers["/"] = html.category("/p/1")
    words = ("run", case.path, "--profile", PROFILE, "--start", market.uri)
    _code, english, _err = vestigo(*words)
    assert "2 pages are known" in english
    i18n.activate("es")
    _code, spanish, _err = vestigo(*words)
    assert "2 páginas" in spanish


def test_pages_that_failed_are_findings(case, market, html, vestigo):
    market.answers["/"] = html.category("/p/1")
    market.answers["/p/1"] = html.page("", status="500 No")
    case.toml.write_text(case.toml.read_text() + "\n[settings.crawl]\nretry_seconds = 0\n")
    code, out, _err = vestigo("run", case.path, "--profile", PROFILE, "--start", market.uri)
    assert code == ExitCode.FINDINGS
    assert "failed (http-500): 1" in out


def test_a_pause_is_a_finding_and_is_explained(case, market, html, vestigo):
    market.answers["/"] = html.LOGIN
    code, _out, err = vestigo("run", case.path, "--profile", PROFILE, "--start", market.uri)
    assert code == ExitCode.FINDINGS
    _keys, why, to_do, command = err.splitlines()
    assert why.startswith("E-CRA-010: ")
    assert to_do == "To do: give account and password"
    assert command.startswith("  $ vestigo crawl resume ")


def test_no_authority_no_connection_but_a_line_in_the_log(tmp_path, market, vestigo):
    folder = CaseFolder.create(tmp_path / "bare", title="t", unit="u")
    with pytest.raises(AuthorityError):
        vestigo("run", folder.path, "--profile", PROFILE, "--start", market.uri)
    assert market.taps == []
    with open_session(folder.path) as session:
        events = list(session.custody.events())
    assert [event.reason.split()[0] for event in events if event.action == "fail"] == ["E-AUT-001"]


def test_a_dry_run_asks_the_gate_and_sends_nothing(case, market, vestigo, tmp_path):
    words = ("--profile", PROFILE, "--start", market.uri, "--dry-run")
    code, out, _err = vestigo("run", case.path, *words, "--json")
    assert code == ExitCode.DONE
    assert json.loads(out)["authorised"] is True
    assert "Nothing was sent" in vestigo("run", case.path, *words)[1]
    assert market.taps == []
    assert list(case.captures.iterdir()) == []
    bare = CaseFolder.create(tmp_path / "bare", title="t", unit="u")
    with pytest.raises(AuthorityError):
        vestigo("run", bare.path, *words)


def test_a_password_comes_from_standard_input_only(case, market, html, vestigo):
    market.answers["/"] = market.answers["/login"] = html.category()
    words = ("run", case.path, "--profile", PROFILE, "--start", market.uri, "--password-stdin")
    with pytest.raises(UsageError) as caught:
        vestigo(*words, stdin="secret")
    assert caught.value.code == "E-CRA-004"
    code, out, err = vestigo(*words, "--account", "avatar", stdin="secret\n")
    assert code == ExitCode.DONE
    assert "secret" not in out + err
    assert not any("--password" in option for p in group.commands["run"].params
                   for option in p.opts if option != "--password-stdin")  # fmt: skip


def test_seeds_from_a_file(case, market, html, vestigo, tmp_path):
    market.answers["/"] = html.category()
    market.answers["/p/5"] = html.listing(5)
    seeds = tmp_path / "seeds.txt"
    seeds.write_text(f"/p/5\n\n{market.uri}p/6\n")
    words = ("run", case.path, "--profile", PROFILE, "--start", market.uri, "--seeds", seeds)
    _code, out, _err = vestigo(*words, "--json")
    assert json.loads(out)["page_kinds"] == {"category": 1, "listing": 1, "not-found": 1}


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"/p/1\nhttp://[1\n"])
def test_seeds_that_are_none_are_told_of(case, market, vestigo, tmp_path, content):
    seeds = tmp_path / "seeds.txt"
    seeds.write_bytes(content)
    words = ("run", case.path, "--profile", PROFILE, "--start", market.uri, "--seeds", seeds)
    with pytest.raises(UsageError, match="E-CRA-020"):
        vestigo(*words)
    assert market.taps == []


@pytest.mark.parametrize("start", ["http://[::1", "127.0.0.1:8080", ""])
def test_a_start_that_is_none_is_told_of(case, vestigo, tmp_path, start):
    seeds = tmp_path / "seeds.txt"
    seeds.write_text("/p/5\n")
    words = ("run", case.path, "--profile", PROFILE, "--start", start, "--seeds", seeds)
    with pytest.raises(UsageError, match="E-CRA-003"):
        vestigo(*words, "--dry-run")


def test_an_order_that_ends_in_the_middle_is_told_with_what_came(
    tmp_path, market, html, order, vestigo, capsys
):
    folder = CaseFolder.create(tmp_path / "case", title="t", unit="u")
    with open_session(folder.path) as session:
        record_authorization(session, order(ends_at=system_clock() + timedelta(seconds=4)))
    market.answers["/"] = html.category("/p/1", "/p/2")
    market.answers["/p/1"] = b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n<html>"
    with pytest.raises(AuthorityError) as caught:
        vestigo("run", folder.path, "--profile", PROFILE, "--start", market.uri)
    assert caught.value.code == "E-AUT-002"
    assert "Nothing was sent" not in str(caught.value)
    assert "what was archived before stays" in str(caught.value)
    assert "3 pages are known" in capsys.readouterr().out


def test_status_before_and_after(case, market, html, vestigo):
    assert "Nothing was crawled" in vestigo("status", case.path)[1]
    assert json.loads(vestigo("status", case.path, "--json")[1])["markets"] == {}
    market.answers["/"] = html.category("http://other.onion/p/1")
    vestigo("run", case.path, "--profile", PROFILE, "--start", market.uri, "--json")
    document = json.loads(vestigo("status", case.path, "--json")[1])["markets"]
    assert document["tiny"]["fetched"] == 1
    assert "tiny" in vestigo("status", case.path)[1]


def test_hostile_words_are_shown_escaped(case, vestigo):
    from crawler.frontier import Frontier, NewPage

    frontier = Frontier(case.crawl_state / "m\x1b.sqlite")
    frontier.add([NewPage("http://127.0.0.1/\u202e", "listing")])
    frontier.fail(frontier.lease(0, ("", 0)), "\x1b[31mred\u202e")
    frontier.close()
    out = vestigo("status", case.path)[1]
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert "\\u202e" in out


def test_a_market_that_does_not_answer_at_all_is_unreachable(case, market, vestigo):
    folder = case.toml.read_text().replace(
        "[settings]", "[settings.crawl]\nattempts = 1\nretry_seconds = 0"
    )
    case.toml.write_text(folder)
    market.close()
    code, out, _err = vestigo(
        "run", case.path, "--profile", PROFILE, "--start", market.uri, "--json"
    )
    assert code == ExitCode.UNREACHABLE
    assert json.loads(out)["fetched"] == 0


def test_a_wrong_key_is_refused_by_status_too(case, vestigo):
    case.toml.write_text(case.toml.read_text() + "\n[settings.crawl]\nconcurency = 1\n")
    with pytest.raises(ConfigurationError) as caught:
        vestigo("status", case.path)
    assert caught.value.code == "E-CFG-003"
