# SPDX-License-Identifier: AGPL-3.0-or-later
"""The wire behind the browser's gate, without a browser: what ends in the middle is kept."""

import socket
import threading
from datetime import UTC, datetime, timedelta

import pytest

from crawler.browser.from_archive import NothingLeaves
from crawler.browser.gate import BrowserGate
from crawler.browser.live import LiveRules, LiveWire
from crawler.browser.policy import RenderPolicy
from crawler.network import TeeBackend
from vestigo.authority import Gate, SocketGuard
from vestigo.clock import system_clock
from vestigo.evidence.screening import Screen
from vestigo.evidence.warc import WarcArchive, iter_captures, read_exchange
from vestigo.records import DATA_CLASSES, Authorization

HALF = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 99\r\n\r\n<html>half"


class Stalling:
    """A market that sends half of an answer and says nothing more."""

    def __init__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.gone = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self):
        self._listener.settimeout(60)
        client, _address = self._listener.accept()
        with client:
            client.settimeout(60)
            client.recv(65536)
            client.sendall(HALF)
            while client.recv(65536):
                pass
            self.gone.set()

    def close(self):
        self._thread.join(timeout=60)
        self._listener.close()


@pytest.fixture
def stalling():
    server = Stalling()
    yield server
    server.close()


@pytest.fixture
def gate(stalling):
    now = datetime.now(UTC)
    order = Authorization(
        issuing_body="court", reference="1/26", legal_basis="-", authorization_kind="training",
        order_sha256="", persons=("p",), hosts=("127.0.0.1",), accounts=(),
        acts=("view", "screenshot"), data_classes=DATA_CLASSES,
        starts_at=now - timedelta(days=1), ends_at=now + timedelta(days=1), amends=None,
    )  # fmt: skip
    return Gate([order], system_clock)


def wire_to(uri, gate, archive, arrived):
    """Return the wire of a picture of ``uri``; ``arrived`` is set by the first bytes."""

    class Told(TeeBackend):
        async def connect_tcp(self, *given, **named):
            stream = await super().connect_tcp(*given, **named)
            keep = stream._keep

            def told(content):
                keep(content)
                arrived.set()

            stream._keep = told
            return stream

    screen = Screen()
    rules = LiveRules(
        authority=gate, account="", policy=RenderPolicy(scripts=False, pictures=False),
        judge=screen.judge, hint_of=lambda _uri: "", is_never=lambda _uri: False,
        on_event=lambda *_event: None, on_hit=lambda _hit: None, clock=system_clock,
        seconds=60.0, max_bytes=10**6, in_flight_bytes=10**6,
    )  # fmt: skip
    backend = Told(gate, SocketGuard(system_clock), None)
    return LiveWire(backend=backend, archive=archive, rules=rules, page_uri=uri)


def ask_through(port, target):
    """Return a connection on which a page of ``target`` was asked for through a gate."""
    client = socket.create_connection(("127.0.0.1", port), 30)
    client.sendall(b"\x05\x01\x00")
    assert client.recv(2) == b"\x05\x00"
    client.sendall(b"\x05\x01\x00\x01\x7f\x00\x00\x01" + target.to_bytes(2, "big"))
    assert client.recv(10)[1] == 0
    client.sendall(b"GET /p/1 HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n" % target)
    return client


def test_an_answer_in_the_middle_of_which_the_picture_ends_is_archived(stalling, gate, tmp_path):
    uri, arrived = f"http://127.0.0.1:{stalling.port}/p/1", threading.Event()
    with WarcArchive(
        tmp_path / "captures", tmp_path / "sealed", None, system_clock, "test",
        on_segment=lambda _segment: None, on_event=lambda *_event: None,
    ) as archive:  # fmt: skip
        browser_gate = BrowserGate(wire_to(uri, gate, archive, arrived))
        try:
            with ask_through(browser_gate.listen_loopback(), stalling.port) as client:
                assert arrived.wait(30)
                browser_gate.hand_over(NothingLeaves(gate))
                assert client.recv(100) == b""
        finally:
            browser_gate.close()
        assert stalling.gone.wait(30), "nothing is read any more"
    (capture,) = iter_captures(tmp_path / "captures")
    assert (capture.uri, capture.problem) == (uri, "stopped; truncated-body")
    assert read_exchange(tmp_path / "captures", capture).response == HALF


def test_after_the_hand_over_nothing_is_granted(stalling, gate, tmp_path):
    browser_gate = BrowserGate(NothingLeaves(gate))
    try:
        port = browser_gate.listen_loopback()
        browser_gate.hand_over(NothingLeaves(gate))
        with socket.create_connection(("127.0.0.1", port), 30) as client:
            client.sendall(b"\x05\x01\x00")
            assert client.recv(2) == b"\x05\x00"
            client.sendall(b"\x05\x01\x00\x01\x7f\x00\x00\x01" + stalling.port.to_bytes(2, "big"))
            assert client.recv(10)[1] == 2
        assert browser_gate.refused == [f"127.0.0.1:{stalling.port}"]
    finally:
        browser_gate.close()
        ask = socket.create_connection(("127.0.0.1", stalling.port), 30)
        ask.close()
