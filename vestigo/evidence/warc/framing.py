# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where an HTTP/1.x response begins and ends: status, headers, the body as transferred.

Nothing here raises for bad bytes: what is wrong is named.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from vestigo.evidence.warc.chunked import read_chunked

Headers = tuple[tuple[bytes, bytes], ...]

_STATUS_LINE = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})(?: .*)?")
_TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_NO_BODY = (204, 304)
_INTERIM = frozenset(range(100, 200)) - {101}
_MAX_LENGTH_DIGITS = 18
HARMLESS = frozenset(
    {"trailing-bytes", "bad-header", "interim-response", "length-and-chunked",
     "length-without-body"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Framing:
    """A response taken apart: ``content`` is the body after transfer-decoding.

    ``head_end`` is where the body begins, ``tail_start`` where the body's own bytes end
    (trailers and trailing bytes follow).  ``open_ended`` says that only the end of the
    connection ends the body; ``status`` is None where there is no status line.
    """

    status: int | None
    headers: Headers
    content: bytes
    head_end: int
    tail_start: int
    problems: tuple[str, ...]
    open_ended: bool

    @property
    def complete(self) -> bool:
        """Whether the bytes themselves show that the whole message is there."""
        return not self.open_ended and HARMLESS.issuperset(self.problems)


@dataclass(frozen=True, slots=True)
class _Head:
    status: int | None
    headers: Headers
    end: int
    problems: tuple[str, ...]


def header_values(headers: Headers, name: bytes) -> list[bytes]:
    """Return the values of every header called ``name`` (lower case), in order."""
    return [value for key, value in headers if key.lower() == name]


def read_framing(wire: bytes, method: str = "GET") -> Framing:
    """Take the response in ``wire`` to a request with ``method`` apart."""
    head = _final_head(wire)
    if head.status is None:
        problems = head.problems if wire else ("no-response",)
        return Framing(None, (), b"", len(wire), len(wire), problems, open_ended=True)
    content, tail_start, problems = _content(wire, head, method)
    return Framing(
        status=head.status,
        headers=head.headers,
        content=content,
        head_end=head.end,
        tail_start=tail_start,
        problems=head.problems + problems,
        open_ended=_is_open_ended(head, method),
    )


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


def _is_open_ended(head: _Head, method: str) -> bool:
    if method == "HEAD" or head.status in _NO_BODY:
        return False
    names = {name.lower() for name, _value in head.headers}
    return names.isdisjoint((b"content-length", b"transfer-encoding"))
