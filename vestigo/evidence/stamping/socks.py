# SPDX-License-Identifier: AGPL-3.0-or-later
"""A connection through a SOCKS5 proxy; names are resolved by the proxy (RFC 1928)."""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit

from vestigo.errors import ConfigurationError
from vestigo.evidence.stamping.refusal import SETTINGS
from vestigo.i18n import _

GREETING, GREETED = b"\x05\x01\x00", b"\x05\x00"
CONNECT = b"\x05\x01\x00"
ADDRESS_BYTES = {1: 4, 4: 16}
NAME, SUCCEEDED = 3, 0


def parse_proxy(url: str) -> tuple[str, int] | None:
    """Return the literal address and port of ``socks5://ADDRESS:PORT``, None for "".

    Raises ``ConfigurationError`` E-EVI-157.
    """
    if not url:
        return None
    try:
        parts = urlsplit(url)
        if parts.scheme in ("socks5", "socks5h") and parts.hostname and parts.port:
            return str(ipaddress.ip_address(parts.hostname)), parts.port
    except ValueError:
        pass
    raise ConfigurationError(
        SETTINGS,
        _("The proxy must be given as socks5://ADDRESS:PORT."),
        where="[settings.stamping] proxy",
        remedy=_("Correct the section [settings.stamping]."),
    )


def connect_through(connection: socket.socket, host: str, port: int) -> None:
    """Ask the proxy at the other end for ``host:port``; ``OSError`` where it refuses."""
    connection.sendall(GREETING)
    if _exactly(connection, 2) != GREETED:
        raise OSError("the proxy wants what is not given")
    name = host.strip("[]").encode("ascii")
    connection.sendall(CONNECT + bytes([NAME, len(name)]) + name + port.to_bytes(2, "big"))
    _version, status, _reserved, kind = _exactly(connection, 4)
    if status != SUCCEEDED:
        raise OSError(f"the proxy refused with {status}")
    length = _exactly(connection, 1)[0] if kind == NAME else ADDRESS_BYTES.get(kind, 0)
    _exactly(connection, length + 2)


def _exactly(connection: socket.socket, n_bytes: int) -> bytes:
    content = b""
    while len(content) < n_bytes:
        piece = connection.recv(n_bytes - len(content))
        if not piece:
            raise OSError("the proxy closed the connection")
        content += piece
    return content
