# SPDX-License-Identifier: AGPL-3.0-or-later
"""Live pictures: asked for every request, archived as it went over the wire, screened before."""

import contextlib
import dataclasses
import gzip
import hashlib
import io
import json
import socket
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from vestigo import clock
from vestigo.cli.app import run
from vestigo.evidence.quarantine import named_by_digest
from vestigo.evidence.screening.lists import ListTitle, add_hash_set
from vestigo.evidence.warc import read_exchange
from vestigo.pipeline import session as sessions
from vestigo.records import Authorization, Capture, Screenshot

PROFILE = str(Path(__file__).parent.parent / "crawler" / "market.toml")
CSS = "body { background: rgb(255, 0, 0) }"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)

pytestmark = pytest.mark.browser


class Market:
    """A market on loopback that answers with raw bytes and keeps what it got and sent."""

    def __init__(self, answers):
        self.answers, self.got, self.sent = answers, [], []
        self._stop = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.05)
        self.host = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def close(self):
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=60)
        self._listener.close()

    def _accept(self):
        while not self._stop.is_set():
            with contextlib.suppress(TimeoutError):
                client, _address = self._listener.accept()
                self._threads.append(threading.Thread(target=self._serve, args=(client,)))
                self._threads[-1].start()

    def _serve(self, client):
        client.settimeout(30)
        with client, contextlib.suppress(OSError):
            got = b""
            while not got.endswith(b"\r\n\r\n"):
                piece = client.recv(65536)
                if not piece:
                    return
                got += piece
            answer = self.answers.get(got.split(b" ")[1].decode())
            answer = answer(got) if callable(answer) else answer
            answer = answer or b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
            self.got.append(got)
            self.sent.append(answer)
            client.sendall(answer)


@pytest.fixture
def market(wire):
    page = (
        '<!doctype html><html><link rel=stylesheet href="/a.css"><h1 class=listing>One</h1>'
        '<p class=price>1.5 BTC</p><img src="/x.png"><img src="http://other.invalid/p.png">'
        '<a href="/logout">x</a><link rel=stylesheet href="/logout"></html>'
    )
    served = Market({
        "/p/1": wire(page, head="Set-Cookie: sid=secret-session\r\n"),
        "/a.css": wire(CSS, "text/css"), "/x.png": wire(PNG, "image/png"),
        "/p/2": wire("", status="302 Found", head="Location: http://other.invalid/\r\n"),
        "/p/3": wire(PNG, "text/html"),
    })  # fmt: skip
    yield served
    served.close()


def call(case, market, path="/p/1", *words):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run([
            "crawl", "picture", case.path, "--live", f"http://{market.host}{path}",
            "--profile", PROFILE, "--json", *words,
        ])  # fmt: skip
    return code, out.getvalue(), err.getvalue()


def everything(case):
    """Return all that the case folder holds, WARC files unpacked."""
    files = [path for path in case.folder.path.rglob("*") if path.is_file()]
    kept = [path.read_bytes() for path in files]
    return b"".join(gzip.decompress(one) if one[:2] == b"\x1f\x8b" else one for one in kept)


def asked(market):
    return sorted(request.split(b" ")[1].decode() for request in market.got)


def test_what_went_over_the_wire_is_archived_and_the_picture_cites_it(make_case, market):
    case = make_case()
    case.order("screenshot", hosts=(market.host,))
    code, out, err = call(case, market)
    assert code == 0, err
    (made,) = json.loads(out)["made"]
    captures = case.of_kind(Capture)
    assert made["sources"] == [one.capture_id for one in captures]
    assert asked(market) == ["/a.css", "/p/1"], (
        "no picture, nothing that the profile never asks for"
    )
    for capture, request, response in zip(captures, market.got, market.sent, strict=True):
        exchange = read_exchange(case.folder.captures, capture)
        assert exchange.request == request
        assert exchange.response == response.replace(b"secret-session", b"x" * 14)
        assert capture.authorization_id
    assert b"secret-session" not in everything(case)
    assert (made["rendered"], made["pictures"]) == ("live", False)
    logout = f"http://{market.host}/logout"
    assert made["withheld"] == [named_by_digest(logout)]
    assert f"http://{market.host}/x.png" in made["missing"]
    events = case.events()
    assert [one.details["market"] for one in events if one.reason == "live picture began"] == [
        "tiny"
    ]
    assert {one.exhibit for one in events if one.object_sha256 == made["sha256"]} == {
        "exhibit 0001"
    }
    assert any(one.details.get("why") == "never" for one in events if one.action == "fail")


def test_pictures_are_asked_for_only_with_the_act_and_hits_reach_nobody(
    make_case, market, tmp_path
):
    case = make_case()
    case.order("screenshot", "fetch_image", hosts=(market.host,))
    (tmp_path / "set.txt").write_text(hashlib.sha256(PNG).hexdigest() + "\n")
    add_hash_set(case.folder, tmp_path / "set.txt", ListTitle(name="n", version="1"))
    text = case.folder.toml.read_text("utf-8")
    case.folder.toml.write_text(text + '\n[settings.screening]\non_hit = "drop"\n', "utf-8")
    code, out, err = call(case, market)
    assert (code, "E-CRA-045" in err, out) == (4, True, "")
    assert "/x.png" in asked(market)
    assert not any(
        PNG in path.read_bytes() for path in case.folder.path.rglob("*") if path.is_file()
    )
    assert not any(one.uri.endswith(".png") for one in case.of_kind(Capture))
    assert case.of_kind(Screenshot) == []
    assert [one.object_sha256 for one in case.events() if one.action == "quarantine"] == [
        hashlib.sha256(PNG).hexdigest()
    ]
    code, _out, err = call(case, market)
    assert (code, "E-SCR-012" in err) == (4, True), "the host waits for a person"


@pytest.mark.parametrize(
    ("acts", "words", "code"),
    [((), (), "E-AUT-004"), (("screenshot",), ("--scripts",), "E-AUT-004"),
     (("screenshot",), ("--account", "other"), "E-AUT-005")],
)  # fmt: skip
def test_what_the_order_does_not_name_is_refused_before_anything_is_sent(
    make_case, market, acts, words, code
):
    case = make_case()
    case.order(*acts, hosts=(market.host,))
    found, _out, err = call(case, market, "/p/1", *words)
    assert (found, code in err) == (6, True)
    assert market.got == []
    assert any(code in event.reason for event in case.events())


def test_addresses_that_no_live_picture_is_taken_of(make_case, market):
    case = make_case()
    case.order("screenshot", hosts=(market.host, "clearnet.invalid"))
    assert "E-CRA-048" in call(case, market, "/logout")[2]
    for address, code in (
        (f"https://{market.host}/p/1", "E-CRA-048"), ("file:///etc/passwd", "E-CRA-048"),
        ("http://clearnet.invalid/p/1", "E-CRA-001"),
    ):  # fmt: skip
        err = io.StringIO()
        with contextlib.redirect_stderr(err):
            run(["crawl", "picture", case.path, "--live", address, "--profile", PROFILE])
        assert code in err.getvalue()
    assert market.got == []


def test_a_redirect_elsewhere_and_a_picture_in_disguise_end_without_a_picture(make_case, market):
    case = make_case()
    case.order("screenshot", hosts=(market.host,))
    for path in ("/p/2", "/p/3"):
        code, _out, err = call(case, market, path)
        assert (code, "E-CRA-049" in err) == (7, True)
        assert ("leads to an address that is not asked for" in err) == (path == "/p/2")
    assert case.of_kind(Screenshot) == []
    assert asked(market) == ["/p/2", "/p/3"]
    assert any(event.details.get("host") == "other.invalid:80" for event in case.events())
    assert not any(
        PNG in path.read_bytes() for path in case.folder.path.rglob("*") if path.is_file()
    )


def test_what_a_page_embeds_over_tls_stays_blank_and_is_logged(make_case, market, wire):
    case = make_case()
    case.order("screenshot", hosts=(market.host,))
    embedded = f'<link rel=stylesheet href="https://{market.host}/tls.css"><h1>x</h1>'
    market.answers["/p/1"] = wire(embedded)
    code, out, err = call(case, market)
    assert code == 0, err
    (made,) = json.loads(out)["made"]
    assert made["missing"] == [f"https://{market.host}/tls.css"]
    assert asked(market) == ["/p/1"]
    refused = [e.details for e in case.events() if e.reason.startswith("E-CRA-048")]
    assert {"what": market.host, "why": "tls"} in refused


def test_an_order_that_ends_in_the_middle_stops_at_once(make_case, market, wire, monkeypatch):
    case, late = make_case(), []
    case.order("screenshot", hosts=(market.host,))

    def now():
        return datetime.now(UTC) + (timedelta(days=3) if late else timedelta(0))

    def answer(_request):
        late.append(True)
        return wire('<h1>x</h1><link rel=stylesheet href="/a.css">')

    market.answers["/p/1"] = answer
    monkeypatch.setattr(clock, "system_clock", now)
    monkeypatch.setattr(
        sessions.open_session.__wrapped__, "__kwdefaults__", {"write": True, "clock": now}
    )
    code, _out, err = call(case, market)
    assert (code, "E-AUT-002" in err) == (6, True)
    assert asked(market) == ["/p/1"]
    assert case.of_kind(Screenshot) == []
    assert len(case.of_kind(Capture)) == 1, "what came is archived"


def test_the_session_of_an_account_comes_from_a_file_and_stays_secret(make_case, market, tmp_path):
    case = make_case()
    case.order("screenshot", hosts=(market.host,))
    (tmp_path / "cookies.txt").write_text(
        "#HttpOnly_127.0.0.1\tFALSE\t/\tFALSE\t0\tsid\tplanted-secret\n"
    )
    words = ("--cookies", str(tmp_path / "cookies.txt"))
    assert call(case, market, "/p/1", *words)[0] == 2, "no account"
    assert "E-AUT-004" in call(case, market, "/p/1", *words, "--account", "a")[2], "no log-in"
    with case.session() as session:
        (order,) = session.ledger.of_kind(Authorization)
        more = dataclasses.replace(order, acts=("view", "login", "screenshot"), accounts=("a",), amends=order.record_id)  # fmt: skip
        session.ledger.append([more])
    code, _out, err = call(case, market, "/p/1", *words, "--account", "a")
    assert code == 0, err
    assert all(b"Cookie: sid=planted-secret" in request for request in market.got)
    assert b"planted-secret" not in everything(case)
    assert all(one.account == "a" for one in case.of_kind(Capture))
