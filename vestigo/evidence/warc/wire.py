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

from vestigo.evidence.warc.chunked import read_chunked
from vestigo.evidence.warc.decoding import decode_content

Headers = tuple[tuple[bytes, bytes], ...]

_STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})(?: .*)?")
_TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_CHARSET = re.compile(rb";\s*charset\s*=\s*\"?([A-Za-z0-9._:+\-]{1,40})", re.IGNORECASE)
_MEDIA_TYPE = re.compile(rb"\s*([A-Za-z0-9!#$&^_.+\-]{1,60}/[A-Za-z0-9!#$&^_.+\-]{1,60})")
HARMLESS = frozenset(
    {"trailing-bytes", "bad-header", "interim-response", "length-and-chunked",
     "length-without-body", "coding-trailing-bytes"}
)  # fmt: skip
_NO_BODY = (204, 304)
_INTERIM = frozenset(range(100, 200)) - {101}
_MAX_LENGTH_DIGITS = 18


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


@dataclass(frozen=True, slots=True)
class _Head:
    status: int | None
    headers: Headers
    end: int
    problems: tuple[str, ...]


def header_values(headers: Headers, name: bytes) -> list[bytes]:
    """Return the values of every header called ``name`` (lower case), in order."""
    return [value for key, value in headers if key.lower() == name]


def read_response(wire: bytes, method: str = "GET") -> WireResponse:
    """Read the response in ``wire`` to a request with ``method``."""
    head = _final_head(wire)
    if head.status is None:
        return _unreadable(wire, head)
    content, tail_start, framing = _content(wire, head, method)
    body, coding = decode_content(content, header_values(head.headers, b"content-encoding"))
    media_type, charset = _content_type(head.headers)
    return WireResponse(
        status=head.status,
        headers=head.headers,
        content=content,
        body=body,
        media_type=media_type,
        charset=charset,
        head_end=head.end,
        tail_start=tail_start,
        framing=head.problems + framing,
        coding=coding,
    )


def _unreadable(wire: bytes, head: _Head) -> WireResponse:
    problems = head.problems if wire else ("no-response",)
    return WireResponse(
        status=None, headers=(), content=b"", body=b"", media_type="", charset="",
        head_end=len(wire), tail_start=len(wire), framing=problems, coding=(),
    )  # fmt: skip


def _final_head(wire: bytes) -> _Head:
    """Return the head of the final response; interim (1xx) ones before it are a problem."""
    start, interim = 0, False
    while True:
        head = _read_head(wire, start)
        if head.status is None or head.status not in _INTERIM:
            problems = ("interim-response", *head.problems) if interim else head.problems
            return _Head(head.status, head.headers, head.end, problems)
        start, interim = head.end, True


def _read_head(wire: bytes, start: int) -> _Head:
    lines, end, complete = _head_lines(wire, start)
    matched = _STATUS_LINE.fullmatch(lines[0]) if lines else None
    if matched is None:
        return _Head(None, (), len(wire), ("bad-status-line",))
    headers, bad = _headers(lines[1:])
    problems = (("bad-header",) if bad else ()) + (() if complete else ("truncated-head",))
    return _Head(int(matched[1]), headers, end, problems)


def _head_lines(wire: bytes, start: int) -> tuple[list[bytes], int, bool]:
    """Return the head's lines, where the body begins, and whether the head is complete."""
    lines: list[bytes] = []
    position = start
    while True:
        feed = wire.find(b"\n", position)
        if feed < 0:
            if position < len(wire):
                lines.append(wire[position:])
            return lines, len(wire), False
        line = wire[position:feed].removesuffix(b"\r")
        position = feed + 1
        if not line:
            return lines, position, True
        lines.append(line)


def _headers(lines: list[bytes]) -> tuple[Headers, bool]:
    headers: list[tuple[bytes, bytes]] = []
    bad = False
    for line in lines:
        if line[:1] in b" \t" and headers:
            name, value = headers[-1]
            headers[-1] = (name, value + b" " + line.strip(b" \t"))
            bad = True
            continue
        name, colon, value = line.partition(b":")
        if colon and _TOKEN.fullmatch(name):
            headers.append((name, value.strip(b" \t")))
        else:
            bad = True
    return tuple(headers), bad


def _content(wire: bytes, head: _Head, method: str) -> tuple[bytes, int, tuple[str, ...]]:
    """Return the transfer-decoded body, where its bytes end, and what is wrong."""
    start = head.end
    if method == "HEAD" or head.status in _NO_BODY:
        return b"", start, _without_body(wire, head)
    codings = b",".join(header_values(head.headers, b"transfer-encoding")).lower()
    lengths = {value.strip() for value in header_values(head.headers, b"content-length")}
    if codings:
        mixed = ("length-and-chunked",) if lengths else ()
        if codings.strip() != b"chunked":
            return wire[start:], len(wire), (*mixed, "transfer-coding")
        content, tail_start, problems = read_chunked(wire, start)
        return content, tail_start, mixed + problems
    if not lengths:
        return wire[start:], len(wire), ()
    return _measured(wire, start, lengths)


def _without_body(wire: bytes, head: _Head) -> tuple[str, ...]:
    announced = set(header_values(head.headers, b"content-length")) - {b"0"}
    return (("length-without-body",) if announced else ()) + (
        ("trailing-bytes",) if len(wire) > head.end else ()
    )


def _measured(wire: bytes, start: int, lengths: set[bytes]) -> tuple[bytes, int, tuple[str, ...]]:
    value = lengths.pop()
    if lengths or not value.isdigit() or len(value) > _MAX_LENGTH_DIGITS:
        return wire[start:], len(wire), ("bad-length",)
    end = start + int(value)
    if end > len(wire):
        return wire[start:], len(wire), ("truncated-body",)
    return wire[start:end], end, ("trailing-bytes",) if end < len(wire) else ()


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
