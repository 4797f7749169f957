# SPDX-License-Identifier: AGPL-3.0-or-later
"""The gate between browser and network: what is not granted gets nowhere."""

import contextlib
import socket
import struct

import pytest

from crawler.browser.gate import MOST_REFUSALS, BrowserGate, Doorkeeper
from vestigo.errors import AuthorityError


class Keeper(Doorkeeper):
    """Grants one place and echoes a line there."""

    def __init__(self):
        self.asked = []

    def ask(self, host, port):
        self.asked.append((host, port))
        if (host, port) != ("market.onion", 80):
            raise AuthorityError("E-AUT-003", "no")

    async def serve(self, host, port, reader, writer):
        writer.write(b"echo " + await reader.readline())
        await writer.drain()


@pytest.fixture
def keeper():
    return Keeper()


@pytest.fixture
def gate(keeper):
    made = BrowserGate(keeper)
    yield made
    made.close()


def connect(port, raw):
    """Send a SOCKS5 greeting and ``raw``; return the socket and what came first."""
    client = socket.create_connection(("127.0.0.1", port), 20)
    client.sendall(b"\x05\x01\x00" + raw)
    assert client.recv(2) == b"\x05\x00"
    return client, client.recv(10)


def named(host, port, command=1):
    raw = host.encode()
    return b"\x05" + bytes((command, 0, 3, len(raw))) + raw + struct.pack(">H", port)


def test_what_is_granted_is_served_and_what_is_not_is_refused(gate, keeper):
    port = gate.listen_loopback()
    client, reply = connect(port, named("Market.ONION", 80))
    with client:
        assert reply[1] == 0
        client.sendall(b"hello\n")
        assert client.recv(100) == b"echo hello\n"
    for raw, place in (
        (named("clearnet.example", 443), ("clearnet.example", 443)),
        (b"\x05\x01\x00\x01\x7f\x00\x00\x01\x1f\x90", ("127.0.0.1", 8080)),
        (b"\x05\x01\x00\x04" + bytes(15) + b"\x01\x00\x50", ("::1", 80)),
    ):
        client, reply = connect(port, raw)
        with client:
            assert reply[1] == 2
            assert client.recv(1) == b""
        assert keeper.asked[-1] == place
    assert gate.refused == ["clearnet.example:443", "127.0.0.1:8080", "::1:80"]


@pytest.mark.parametrize(
    "raw", [named("market.onion", 80, command=2), named("market.onion", 80, command=3),
            b"\x05\x01\x00\x09\x00\x50"],
)  # fmt: skip
def test_binding_datagrams_and_unknown_addresses_are_refused_unasked(gate, keeper, raw):
    client, reply = connect(gate.listen_loopback(), raw)
    with client:
        assert reply[1] == 7
    assert keeper.asked == []


@pytest.mark.parametrize("raw", [b"GET / HTTP/1.1\r\n\r\n", b"\x04\x01\x00\x50abcd\x00", b"\x05"])
def test_what_is_no_socks_is_hung_up_on(gate, keeper, raw):
    with socket.create_connection(("127.0.0.1", gate.listen_loopback()), 20) as client:
        client.sendall(raw)
        client.shutdown(socket.SHUT_WR)
        with contextlib.suppress(ConnectionResetError):
            assert client.recv(100) == b""
    assert keeper.asked == []


def test_a_page_that_tries_too_often_is_not_listened_to_any_more(gate, keeper):
    port = gate.listen_loopback()
    for _number in range(MOST_REFUSALS):
        gate.note_refusal("x")
    assert gate.exhausted
    with socket.create_connection(("127.0.0.1", port), 20) as client:
        client.sendall(b"\x05\x01\x00" + named("market.onion", 80))
        assert client.recv(2) == b"\x05\x00"
        assert client.recv(10) == b""
    assert keeper.asked == []


def test_a_browser_without_a_network_comes_by_a_unix_socket(gate, keeper, tmp_path):
    gate.listen_unix(tmp_path / "gate")
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(20)
        client.connect(str(tmp_path / "gate"))
        client.sendall(b"\x05\x01\x00" + named("market.onion", 80) + b"hi\n")
        assert client.recv(2) == b"\x05\x00"
        assert client.recv(10)[1] == 0
        assert client.recv(100) == b"echo hi\n"
    gate.close()
