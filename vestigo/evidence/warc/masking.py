# SPDX-License-Identifier: AGPL-3.0-or-later
"""Finding the secret bytes of an exchange and overwriting them at equal length."""

from __future__ import annotations

import re
from collections.abc import Iterator

Range = tuple[int, int]

MASK = b"x"
_COOKIE_NAMES = frozenset({b"cookie", b"cookie2"})
_WHOLE_NAMES = frozenset({b"authorization", b"proxy-authorization"})
_ANY_NAME = re.compile(rb"cookie|authorization", re.IGNORECASE)  # every name holds one
_SET_NAMES = frozenset({b"set-cookie", b"set-cookie2"})


def secret_ranges_of_request(wire: bytes, *, secret_body: bool) -> list[Range]:
    """Return the [start, end) ranges of secrets in a request, sorted.

    Secrets are cookie values, credentials headers and, where ``secret_body`` says
    so, the whole body.
    """
    head_end = wire.find(b"\r\n\r\n")
    body_start = len(wire) if head_end < 0 else head_end + 4
    ranges = _in_lines(wire, 0, body_start)
    if secret_body and body_start < len(wire):
        ranges.append((body_start, len(wire)))
    return ranges


def secret_ranges_of_response(wire: bytes, head_end: int, tail_start: int) -> list[Range]:
    """Return the ranges of cookie values in head, trailers and trailing bytes."""
    return _in_lines(wire, 0, head_end) + _in_lines(wire, tail_start, len(wire))


def masked(wire: bytes, ranges: list[Range]) -> bytes:
    """Return ``wire`` with every range overwritten by ``x`` at equal length."""
    if not ranges:
        return wire
    changed = bytearray(wire)
    for start, end in ranges:
        changed[start:end] = MASK * (end - start)
    return bytes(changed)


def _in_lines(wire: bytes, start: int, end: int) -> list[Range]:
    if _ANY_NAME.search(wire, start, end) is None:
        return []
    ranges: list[Range] = []
    name = b""
    for line_start, line_end in _lines(wire, start, end):
        line = wire[line_start:line_end]
        value_start = line_start
        if line[:1] not in (b" ", b"\t") or not name:
            raw_name, colon, _value = line.partition(b":")
            name = raw_name.strip().lower() if colon else b""
            value_start = line_start + len(raw_name) + 1
            continued = False
        else:
            continued = True
        ranges.extend(_in_value(wire, name, value_start, line_end, continued=continued))
    return ranges


def _lines(wire: bytes, start: int, end: int) -> Iterator[Range]:
    while start < end:
        feed = wire.find(b"\n", start, end)
        stop = end if feed < 0 else feed
        line_end = stop - 1 if stop > start and wire[stop - 1 : stop] == b"\r" else stop
        yield start, line_end
        start = stop + 1


def _in_value(wire: bytes, name: bytes, start: int, end: int, *, continued: bool) -> list[Range]:
    if name in _WHOLE_NAMES or (continued and name in _COOKIE_NAMES | _SET_NAMES):
        return _trimmed(wire, start, end)
    if name in _COOKIE_NAMES:
        return [r for part in _parts(wire, start, end) for r in _pair_value(wire, *part)]
    if name in _SET_NAMES:
        return _pair_value(wire, *_first_pair(wire, start, end))
    return []


def _parts(wire: bytes, start: int, end: int) -> Iterator[Range]:
    while start < end:
        semicolon = wire.find(b";", start, end)
        stop = end if semicolon < 0 else semicolon
        yield start, stop
        start = stop + 1


def _first_pair(wire: bytes, start: int, end: int) -> Range:
    """Return the name=value pair of a Set-Cookie; a quoted value may hold a semicolon."""
    equals = wire.find(b"=", start, end)
    semicolon = wire.find(b";", start, end)
    if (
        0 <= equals < (semicolon if semicolon >= 0 else end)
        and wire[equals + 1 : equals + 2] == b'"'
    ):
        quote = wire.find(b'"', equals + 2, end)
        semicolon = wire.find(b";", quote, end) if quote >= 0 else -1
    return start, end if semicolon < 0 else semicolon


def _pair_value(wire: bytes, start: int, end: int) -> list[Range]:
    equals = wire.find(b"=", start, end)
    return _trimmed(wire, start if equals < 0 else equals + 1, end)


def _trimmed(wire: bytes, start: int, end: int) -> list[Range]:
    while start < end and wire[start] in b" \t":
        start += 1
    while end > start and wire[end - 1] in b" \t":
        end -= 1
    return [(start, end)] if start < end else []
