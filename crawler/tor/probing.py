# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether the proxy is Tor, and set up as a crawl needs it; nothing leaves this machine.

Asked for an onion address whose checksum is wrong, Tor refuses by itself; with
``ExtendedErrors`` it says why (0xF6).  Asked in HTTP, its SOCKS port says what it is.
"""

from __future__ import annotations

import socket
from contextlib import suppress
from dataclasses import dataclass

from crawler.socks import SocksProxy
from vestigo.tor import connect_loopback

SECONDS = 10.0
_NO_SERVICE = b"a" * 56 + b".onion"
_ADDRESS_INVALID = 0xF6
_PAGE_BYTES = 4096


@dataclass(frozen=True, slots=True)
class ProxyProbe:
    """``is_tor``: it says so; ``names_apart``: it takes user names; ``says_why``: 0xF0 … 0xF7."""

    is_tor: bool
    names_apart: bool
    says_why: bool


def probe_proxy(proxy: SocksProxy, seconds: float = SECONDS) -> ProxyProbe:
    """Return what answers at the proxy port; raises ``OSError`` where nothing does."""
    with connect_loopback(proxy.host, proxy.port, seconds) as stream:
        page = b""
        with suppress(OSError):
            stream.sendall(b"GET / HTTP/1.0\r\n\r\n")
            while len(page) < _PAGE_BYTES and (piece := stream.recv(_PAGE_BYTES)):
                page += piece
    reply = _refusal(proxy, seconds)
    says_why = reply == _ADDRESS_INVALID
    return ProxyProbe(says_why or b"Tor is not an HTTP Proxy" in page, reply is not None, says_why)


def _refusal(proxy: SocksProxy, seconds: float) -> int | None:
    """Return the reply to an address that cannot be; None where no user name is taken."""
    with connect_loopback(proxy.host, proxy.port, seconds) as stream, suppress(OSError):
        stream.sendall(b"\x05\x01\x02")
        if _exactly(stream, 2) != b"\x05\x02":
            return None
        stream.sendall(b"\x01\x07vestigo\x01x")
        if _exactly(stream, 2) != b"\x01\x00":
            return None
        length = bytes((len(_NO_SERVICE),))
        stream.sendall(b"\x05\x01\x00\x03" + length + _NO_SERVICE + b"\x00\x50")
        answer = _exactly(stream, 2)
        return answer[1] if answer[:1] == b"\x05" else None
    return None


def _exactly(stream: socket.socket, n_bytes: int) -> bytes:
    got = b""
    while len(got) < n_bytes:
        piece = stream.recv(n_bytes - len(got))
        if not piece:
            raise ConnectionResetError
        got += piece
    return got
