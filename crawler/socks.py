# SPDX-License-Identifier: AGPL-3.0-or-later
"""The SOCKS5 handshake with names resolved by the proxy (RFC 1928, RFC 1929).

Done here because libraries collapse Tor's extended errors (proposal 304) into
"malformed reply": a missing descriptor and a wrong address are not the same thing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from vestigo.errors import ConfigurationError
from vestigo.i18n import _

REPLIES = {
    0x01: "general-failure", 0x02: "not-allowed", 0x03: "network-unreachable",
    0x04: "host-unreachable", 0x05: "connection-refused", 0x06: "ttl-expired",
    0x07: "command-not-supported", 0x08: "address-type-not-supported",
    0xF0: "onion-descriptor-not-found", 0xF1: "onion-descriptor-invalid",
    0xF2: "onion-introduction-failed", 0xF3: "onion-rendezvous-failed",
    0xF4: "onion-client-authorization-missing", 0xF5: "onion-client-authorization-wrong",
    0xF6: "onion-address-invalid", 0xF7: "onion-introduction-timed-out",
}  # fmt: skip

_VERSION = 5
_NO_AUTH, _USER_PASSWORD = 0, 2
_IPV4, _NAME, _IPV6 = 1, 3, 4
_MAX_NAME = 255


class ByteStream(Protocol):
    """What the handshake needs of a connection."""

    async def read_exactly(self, n_bytes: int) -> bytes:
        """Return exactly ``n_bytes``; raise ``OSError`` when fewer come."""

    async def write(self, content: bytes) -> None:
        """Send ``content``."""


class SocksError(OSError):
    """The proxy refused; ``cause`` is a short stable word out of ``REPLIES``."""

    def __init__(self, cause: str) -> None:
        self.cause = cause
        super().__init__(f"socks: {cause}")


@dataclass(frozen=True, slots=True)
class SocksProxy:
    """A proxy at a literal loopback address, with an isolation user name per account."""

    host: str
    port: int
    username: str = ""


def parse_proxy(uri: str, username: str) -> SocksProxy | None:
    """Return the proxy that ``uri`` names, None for "".

    Raises ``ConfigurationError`` E-CRA-002 for anything but
    ``socks5://127.0.0.1:PORT`` or ``socks5://[::1]:PORT``.
    """
    if not uri:
        return None
    parts = urlsplit(uri)
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    plain = parts.path in ("", "/") and not (parts.username or parts.query or parts.fragment)
    if parts.scheme != "socks5" or host not in ("127.0.0.1", "::1") or not port or not plain:
        raise ConfigurationError(
            "E-CRA-002",
            _("The proxy must be socks5://127.0.0.1:PORT."),
            where=uri,
            remedy=_("Correct “proxy” in the section [crawl]."),
        )
    return SocksProxy(host, port, username)


async def connect_through(stream: ByteStream, proxy: SocksProxy, host: str, port: int) -> None:
    """Ask the proxy on ``stream`` to connect to ``host:port`` (the name stays a name).

    Raises ``SocksError`` when it refuses or answers something that is not SOCKS5.
    """
    await _greet(stream, proxy)
    name = host.encode("ascii", "strict")
    if not 0 < len(name) <= _MAX_NAME:
        raise SocksError("name-too-long")
    request = bytes((_VERSION, 1, 0, _NAME, len(name))) + name + port.to_bytes(2, "big")
    await stream.write(request)
    version, reply, _reserved, kind = await stream.read_exactly(4)
    if version != _VERSION:
        raise SocksError("malformed-reply")
    if reply:
        raise SocksError(REPLIES.get(reply, f"reply-{reply:#04x}"))
    await _skip_bound_address(stream, kind)


async def _greet(stream: ByteStream, proxy: SocksProxy) -> None:
    method = _USER_PASSWORD if proxy.username else _NO_AUTH
    await stream.write(bytes((_VERSION, 1, method)))
    answer = await stream.read_exactly(2)
    if answer != bytes((_VERSION, method)):
        raise SocksError("method-refused")
    if method == _USER_PASSWORD:
        user = proxy.username.encode("utf-8")[:_MAX_NAME]
        await stream.write(bytes((1, len(user))) + user + b"\x01x")
        if await stream.read_exactly(2) != b"\x01\x00":
            raise SocksError("credentials-refused")


async def _skip_bound_address(stream: ByteStream, kind: int) -> None:
    if kind == _NAME:
        length = (await stream.read_exactly(1))[0]
    elif kind in (_IPV4, _IPV6):
        length = 4 if kind == _IPV4 else 16
    else:
        raise SocksError("malformed-reply")
    await stream.read_exactly(length + 2)
