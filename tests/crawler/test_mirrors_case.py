# SPDX-License-Identifier: AGPL-3.0-or-later
"""Mirrors in a case: keys that a person trusts, verdicts that cite captures, copies refused."""

from __future__ import annotations

import importlib.util
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.mirrors import message_text
from vestigo.authority import SocketGuard, guarded
from vestigo.cli.crawl import crawl as group
from vestigo.clock import system_clock
from vestigo.errors import ExitCode, UsageError
from vestigo.pipeline.authorizing import record_authorization
from vestigo.pipeline.session import open_session
from vestigo.records import MIRROR_STATUSES, Capture, MirrorVerdict
from vestigo.store import CaseFolder
from vestigo.training.openpgp import clear_signed, make_vendor_key
from vestigo.training.site.onion_names import onion_key

HERE = Path(__file__).parent
MADE_AT = datetime(2024, 1, 1, tzinfo=UTC)
KEY = make_vendor_key(b"m" * 32, "staff <staff@market.example>", MADE_AT)
MAIN, SECOND, COPY = (onion_key(1, "mirrors", name).host for name in ("main", "second", "copy"))


def load(name):
    spec = importlib.util.spec_from_file_location(f"vestigo_mirrors_{name}", HERE / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def proxy(market):
    server = load("test_socks").Proxy(market)
    yield server
    server.close()


@pytest.fixture
def case(tmp_path, order, proxy):
    folder = CaseFolder.create(tmp_path / "case", title="t", unit="u")
    settings = f'\n[settings.crawl]\nproxy = "{proxy.uri}"\nattempts = 1\n'
    folder.toml.write_text(folder.toml.read_text() + settings)
    with open_session(folder.path) as session:
        record_authorization(session, order(hosts=(MAIN, SECOND, COPY)))
    return folder


@pytest.fixture
def key_file(tmp_path):
    path = tmp_path / "market.asc"
    path.write_text(KEY.armoured)
    return path


@pytest.fixture
def vestigo(capsys):
    def run(*words):
        code = group.main(args=[str(word) for word in words], standalone_mode=False)
        return code or 0, capsys.readouterr().out

    return run


def list_page(html, *hosts, secret=b"m", at=None):
    text = "\n".join(["Our mirrors", *(f"http://{host}/" for host in hosts)])
    signed = clear_signed(
        secret * 32, MADE_AT, at or datetime.now(UTC).replace(microsecond=0), text
    )
    return html.page(f"<pre>{signed}</pre>")


def crawled(vestigo, case, host):
    words = ("run", case.path, "--profile", HERE / "market.toml", "--start", f"http://{host}/")
    return vestigo(*words, "--json")


def judged(vestigo, case):
    code, out = vestigo("mirrors", "check", case.path, "--json")
    return code, {one["host"]: one for one in json.loads(out)["mirrors"]}


@pytest.fixture
def trusted(vestigo, case, key_file):
    vestigo("mirrors", "trust", case.path, "--market", "tiny", "--key", key_file,
            "--origin", "printed in the seized notebook, item 7")  # fmt: skip
    return case


def test_a_list_is_believed_when_its_key_is_trusted(trusted, market, html, vestigo):
    market.answers["/"] = list_page(html, MAIN, SECOND)
    assert crawled(vestigo, trusted, MAIN)[0] == ExitCode.DONE
    code, found = judged(vestigo, trusted)
    assert code == ExitCode.DONE
    assert {host: one["status"] for host, one in found.items()} == {
        MAIN: "signed-current", SECOND: "signed-current",
    }  # fmt: skip
    with open_session(trusted.path) as session:
        captures = {one.capture_id for one in session.ledger.of_kind(Capture)}
        verdicts = list(session.ledger.of_kind(MirrorVerdict))
    assert {one.status for one in verdicts} <= set(MIRROR_STATUSES)
    for one in verdicts:
        assert set(one.sources) <= captures
        assert (one.key_fingerprint, one.key_origin) == (
            KEY.fingerprint, "printed in the seized notebook, item 7",
        )  # fmt: skip


def test_judging_opens_no_socket(trusted, market, html, vestigo):
    """So there is nothing of it to put before the authority gate."""
    market.answers["/"] = list_page(html, MAIN, SECOND)
    crawled(vestigo, trusted, MAIN)
    refused = []
    with guarded(SocketGuard(system_clock, refused.append)):
        assert judged(vestigo, trusted)[1][MAIN]["status"] == "signed-current"
    assert refused == []


def test_judging_again_adds_nothing(trusted, market, html, vestigo):
    market.answers["/"] = list_page(html, MAIN)
    crawled(vestigo, trusted, MAIN)
    first = judged(vestigo, trusted)
    assert judged(vestigo, trusted) == first
    with open_session(trusted.path) as session:
        assert len(list(session.ledger.of_kind(MirrorVerdict))) == len(first[1])


def test_a_copy_is_named_and_not_crawled_again_as_the_market(trusted, market, html, vestigo):
    market.answers["/"] = list_page(html, MAIN)
    crawled(vestigo, trusted, MAIN)
    market.answers["/"] = list_page(html, COPY, secret=b"c")
    crawled(vestigo, trusted, COPY)
    code, found = judged(vestigo, trusted)
    assert code == ExitCode.FINDINGS
    assert (found[COPY]["status"], found[COPY]["reason"]) == ("phishing-suspect", "unknown-key")
    assert found[MAIN]["status"] == "signed-current"
    before = sum(market.asked.values())
    with pytest.raises(UsageError) as caught:
        crawled(vestigo, trusted, COPY)
    assert (caught.value.code, caught.value.where) == ("E-CRA-080", COPY)
    assert sum(market.asked.values()) == before


def test_without_a_trusted_key_nothing_is_claimed(case, market, html, vestigo):
    market.answers["/"] = list_page(html, MAIN)
    crawled(vestigo, case, MAIN)
    _code, found = judged(vestigo, case)
    assert (found[MAIN]["status"], found[MAIN]["reason"]) == ("unsigned", "key-not-known")


def test_a_key_that_is_withdrawn_signs_no_longer(trusted, market, html, vestigo):
    market.answers["/"] = list_page(html, MAIN)
    crawled(vestigo, trusted, MAIN)
    vestigo("mirrors", "withdraw", trusted.path, "--market", "tiny", "--fingerprint",
            KEY.fingerprint, "--reason", "the notebook was a forgery")  # fmt: skip
    assert json.loads(vestigo("mirrors", "keys", trusted.path, "--json")[1]) == {"keys": []}
    assert judged(vestigo, trusted)[1][MAIN]["status"] == "unsigned"


@pytest.mark.parametrize(
    ("content", "origin", "code"),
    [("no key", "a notebook", "E-CRA-081"), (KEY.armoured, " ", "E-CRA-082")],
)
def test_what_is_no_key_or_has_no_origin_is_refused(case, key_file, vestigo, content, origin, code):
    key_file.write_text(content)
    with pytest.raises(UsageError) as caught:
        vestigo("mirrors", "trust", case.path, "--market", "tiny", "--key", key_file,
                "--origin", origin)  # fmt: skip
    assert caught.value.code == code


def test_a_key_that_nobody_trusts_cannot_be_withdrawn(case, vestigo):
    with pytest.raises(UsageError) as caught:
        vestigo("mirrors", "withdraw", case.path, "--market", "tiny", "--fingerprint", "00",
                "--reason", "x")  # fmt: skip
    assert caught.value.code == "E-CRA-083"


def test_for_people_a_suspicion_is_no_fact(trusted, market, html, vestigo):
    market.answers["/"] = list_page(html, SECOND)
    crawled(vestigo, trusted, COPY)
    _code, out = vestigo("mirrors", "check", trusted.path)
    assert "suspected copy: the signed list does not name it" in out
    assert "A suspicion, not a fact" in out
    assert KEY.fingerprint in vestigo("mirrors", "keys", trusted.path)[1]


def test_a_market_on_loopback_is_no_copy_of_its_onion(trusted, order, market, html, vestigo):
    with open_session(trusted.path) as session:
        record_authorization(session, order(hosts=(f"127.0.0.1:{market.port}",)))
    trusted.toml.write_text(trusted.toml.read_text().replace("proxy = ", "user_agent = "))
    market.answers["/"] = list_page(html, MAIN)
    crawled(vestigo, trusted, f"127.0.0.1:{market.port}")
    code, found = judged(vestigo, trusted)
    assert (code, found[f"127.0.0.1:{market.port}"]["reason"]) == (ExitCode.DONE, "loopback")


def test_lists_of_different_keys_are_a_sign_of_phishing_before_a_key_is_trusted(
    case, market, html, vestigo, capsys
):
    market.answers["/"] = list_page(html, MAIN)
    crawled(vestigo, case, MAIN)
    market.answers["/"] = list_page(html, COPY, secret=b"c")
    words = ("run", case.path, "--profile", HERE / "market.toml", "--start", f"http://{COPY}/")
    group.main(args=[str(w) for w in (*words, "--pass", 2, "--json")], standalone_mode=False)
    assert "crawled at another address" in capsys.readouterr().err
    code, found = judged(vestigo, case)
    assert code == ExitCode.FINDINGS
    assert {(one["status"], one["reason"]) for one in found.values()} == {
        ("unsigned", "keys-differ")
    }
    _code, out = vestigo("mirrors", "check", case.path)
    assert "two addresses of one market show lists of different keys" in out
    assert "A sign of phishing" in out
    group.main(args=[str(w) for w in (*words, "--pass", 3, "--json")], standalone_mode=False)
    assert "lists of different keys: one of them is a copy" in capsys.readouterr().err


def test_a_key_pasted_with_the_page_around_it_is_trusted_and_said_to_be_mended(
    case, key_file, vestigo, capsys
):
    key_file.write_text(f'<pre id="key">{KEY.armoured}</pre>')
    words = ("mirrors", "trust", case.path, "--market", "tiny", "--key", key_file, "--origin", "x")
    group.main(args=[str(word) for word in words], standalone_mode=False)
    assert "armour mended" in capsys.readouterr().err
    assert KEY.fingerprint in vestigo("mirrors", "keys", case.path)[1]


def test_a_damaged_capture_is_named_the_rest_is_judged_and_nothing_recorded(
    trusted, market, html, vestigo
):
    market.answers["/"] = list_page(html, MAIN, SECOND)
    crawled(vestigo, trusted, MAIN)
    market.answers["/"] = html.category()
    crawled(vestigo, trusted, SECOND)
    with open_session(trusted.path, write=False) as session:
        broken = next(c for c in session.ledger.of_kind(Capture) if SECOND in c.uri)
    path = trusted.captures / broken.warc_name
    content = bytearray(path.read_bytes())
    content[broken.warc_offset + 60] ^= 0x55
    path.write_bytes(content)
    code, out = vestigo("mirrors", "check", trusted.path, "--json")
    found = {one["host"]: one["status"] for one in json.loads(out)["mirrors"]}
    assert (code, found[MAIN]) == (ExitCode.VERIFICATION_FAILED, "signed-current")
    assert list(json.loads(out)["damaged"]) == [broken.capture_id]
    with open_session(trusted.path) as session:
        assert list(session.ledger.of_kind(MirrorVerdict)) == []


@pytest.mark.parametrize("breaks", ["<br>", "<br/>\r\n", "\n"])
def test_the_lines_of_a_message_survive_the_page(breaks):
    signed = clear_signed(b"m" * 32, MADE_AT, MADE_AT, "a\n- b  \n\nc")
    inner = signed.replace("\n", breaks) if breaks != "\n" else f"<pre>{signed}</pre>"
    text = message_text(f"<html><body><p>List</p>{inner}</body></html>".encode())
    assert [line.strip() for line in signed.strip().splitlines()] == [
        line.strip() for line in text[text.index("-----BEGIN") :].strip().splitlines()
    ]


def test_a_page_without_a_message_is_not_parsed():
    assert message_text(b"<html>BEGIN PGP PUBLIC KEY BLOCK</html>") == ""
