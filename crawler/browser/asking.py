# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading what the browser asks for on a connection, and which act that is."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass

from crawler.permission import intent
from vestigo.authority import Intent

_REQUEST_LINE = re.compile(rb"(GET|HEAD) (/[\x21-\x7e]*) HTTP/1\.1")
_PICTURE_TYPES = (b"image/", b"video/", b"audio/")
_HTTP_PORT = 80


class NotAskedError(ValueError):
    """What came is no request that a picture needs; the text says what it was."""


@dataclass(frozen=True, slots=True)
class BrowserRequest:
    """One request, its head exactly as the browser wrote it."""

    head: bytes
    method: str
    uri: str
    wants_picture: bool

    def intent(self, hint: str, account: str) -> Intent:
        """Return the intent that the authority gate is asked about."""
        return intent(self.uri, "image" if self.wants_picture else hint, account)


async def read_browser_request(
    reader: asyncio.StreamReader, host: str, port: int
) -> BrowserRequest | None:
    """Return the request on a connection to ``host:port``, None where none came.

    Raises ``NotAskedError`` for anything but a plain GET or HEAD without a body: TLS (its
    bytes could be neither archived nor screened), WebSockets, forms, other protocols.
    """
    first = await reader.read(1)
    if not first:
        return None
    if first not in (b"G", b"H"):
        raise NotAskedError("tls" if first == b"\x16" else "other-protocol")
    try:
        head = first + await reader.readuntil(b"\r\n\r\n")
    except (asyncio.LimitOverrunError, asyncio.IncompleteReadError) as error:
        raise NotAskedError("no-request") from error
    return _parsed(head, host, port)


def _parsed(head: bytes, host: str, port: int) -> BrowserRequest:
    line, *rows = head.removesuffix(b"\r\n\r\n").split(b"\r\n")
    matched = _REQUEST_LINE.fullmatch(line)
    if matched is None:
        raise NotAskedError("not-get")
    pairs = [row.partition(b":") for row in rows]
    headers = {name.strip().lower(): value.strip().lower() for name, _colon, value in pairs}
    place = f"[{host}]" if ":" in host else host
    named = place if port == _HTTP_PORT else f"{place}:{port}"
    if headers.get(b"host") != named.encode("ascii", "replace"):
        raise NotAskedError("other-host-named")
    if b"upgrade" in headers or headers.get(b"content-length", b"0") != b"0":
        raise NotAskedError("upgrade" if b"upgrade" in headers else "body")
    wanted = headers.get(b"sec-fetch-dest", b"")
    accepts = headers.get(b"accept", b"")
    return BrowserRequest(
        head=head,
        method=matched[1].decode("ascii"),
        uri=f"http://{named}{matched[2].decode('ascii')}",
        wants_picture=accepts.startswith(_PICTURE_TYPES)
        or wanted in (b"image", b"video", b"audio"),
    )
