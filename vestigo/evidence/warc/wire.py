# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading the wire bytes of an HTTP/1.x response, tolerant and always the same.

The same function reads the bytes when they are captured, when they are read back
and when a record is made again; so its answers must not depend on a library.
Nothing here raises for bad bytes: what is wrong is named in ``framing`` (the
message itself) or ``coding`` (the Content-Encoding).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from vestigo.evidence.warc import framing as message
from vestigo.evidence.warc.decoding import decode_content
from vestigo.evidence.warc.framing import Headers, header_values, read_framing

_CHARSET = re.compile(rb";\s*charset\s*=\s*\"?([A-Za-z0-9._:+\-]{1,40})", re.IGNORECASE)
_MEDIA_TYPE = re.compile(rb"\s*([A-Za-z0-9!#$&^_.+\-]{1,60}/[A-Za-z0-9!#$&^_.+\-]{1,60})")
HARMLESS = message.HARMLESS | {"coding-trailing-bytes"}

__all__ = ["HARMLESS", "Headers", "WireResponse", "header_values", "read_response"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WireResponse:
    """A response as read: ``content`` is the body after transfer-decoding only.

    ``head_end`` is where the body begins, ``tail_start`` where the body's own bytes
    end (trailers and trailing bytes follow).
    """

    status: int | None
    headers: Headers
    content: bytes
    body: bytes
    media_type: str
    charset: str
    head_end: int
    tail_start: int
    framing: tuple[str, ...]
    coding: tuple[str, ...]

    @property
    def spoiled(self) -> tuple[str, ...]:
        """The problems that leave the body incomplete or in doubt, in a fixed order."""
        return tuple(p for p in (*self.framing, *self.coding) if p not in HARMLESS)


def read_response(wire: bytes, method: str = "GET") -> WireResponse:
    """Read the response in ``wire`` to a request with ``method``."""
    found = read_framing(wire, method)
    body, coding = decode_content(found.content, header_values(found.headers, b"content-encoding"))
    media_type, charset = _content_type(found.headers)
    return WireResponse(
        status=found.status,
        headers=found.headers,
        content=found.content,
        body=body,
        media_type=media_type,
        charset=charset,
        head_end=found.head_end,
        tail_start=found.tail_start,
        framing=found.problems,
        coding=coding,
    )


def _content_type(headers: Headers) -> tuple[str, str]:
    values = header_values(headers, b"content-type")
    if not values:
        return "", ""
    media_type = _MEDIA_TYPE.match(values[-1])
    charset = _CHARSET.search(values[-1])
    return (
        media_type[1].decode("ascii").lower() if media_type else "",
        charset[1].decode("ascii").lower() if charset else "",
    )
