# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which graph server may be talked to: the operator's own machine, or an authorized host.

A graph on a server is a copy of case material.  On loopback it stays on this machine.
Any other host must be named by an authorization in force, and the line must be
encrypted.  ``neo4j://`` addresses are refused: they let the server send the driver on
to hosts that nobody checked.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from vestigo.authority import Gate, Intent
from vestigo.errors import UsageError
from vestigo.i18n import _

PLAIN, ENCRYPTED = "bolt", "bolt+s"
DEFAULT_PORT = 7687
DATA_CLASSES = ("listing", "vendor_profile")


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """Where a graph server listens; ``on_loopback`` when it is this machine."""

    scheme: str
    host: str
    port: int
    on_loopback: bool

    @property
    def uri(self) -> str:
        """Return the address as the driver wants it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"


def parse_address(text: str) -> ServerAddress:
    """Return the address that ``bolt://HOST[:PORT]`` (or ``bolt+s://``) names.

    Raises ``UsageError`` E-GRA-011 for anything else, and for a plain line to another
    machine.
    """
    try:
        parts = urlsplit(text)
        port = parts.port or DEFAULT_PORT
    except ValueError as error:
        raise _refused(text) from error
    host = (parts.hostname or "").rstrip(".")
    extra = parts.username or parts.password or parts.path.strip("/") or parts.query
    if parts.scheme not in (PLAIN, ENCRYPTED) or not host or extra or parts.fragment:
        raise _refused(text)
    on_loopback = _is_loopback(host)
    if parts.scheme == PLAIN and not on_loopback:
        raise _refused(text)
    return ServerAddress(parts.scheme, host, port, on_loopback)


def ask_gate(gate: Gate, address: ServerAddress) -> str:
    """Return the id of the authorization that covers the server, "" on loopback.

    Raises ``AuthorityError`` E-AUT-001 … 006; nothing was sent then.
    """
    if address.on_loopback:
        return ""
    granted = ""
    for data_class in DATA_CLASSES:
        intent = Intent(
            host=address.host,
            port=address.port,
            act="view",
            account="",
            data_class=data_class,
            what="graph server",
        )
        granted = gate.check(intent).record_id
    return granted


def _is_loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _refused(text: str) -> UsageError:
    return UsageError(
        "E-GRA-011",
        _("This is no address of a graph server that may be used."),
        where=text,
        remedy=_("Use bolt://127.0.0.1:7687, or bolt+s://HOST:PORT for another machine."),
    )
