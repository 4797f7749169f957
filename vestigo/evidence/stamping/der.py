# SPDX-License-Identifier: AGPL-3.0-or-later
"""DER values as tag and bytes (X.690): only what time stamps need.

Certificates, revocation lists and keys are read by ``cryptography``; this module reads
the few structures around them, because a signature is over bytes exactly as they stand.
Every function raises ``ValueError`` for what is not in the exact form.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING, NULL, OID = 0x01, 0x02, 0x03, 0x04, 0x05, 0x06
UTF8, GENERALIZED_TIME, SEQUENCE, SET = 0x0C, 0x18, 0x30, 0x31
MOST_VALUES = 10_000
MOST_LENGTH_BYTES = 4
LONG_FORM, LONG_TAG = 0x80, 0x1F
MOST_ARC_BYTES = 19
TIME = re.compile(rb"(\d{14})(?:\.(\d{0,8}[1-9]))?Z")


class Value(NamedTuple):
    """One value: its tag, its content, and all its bytes."""

    tag: int
    content: bytes
    whole: bytes


def one(data: bytes, tag: int = SEQUENCE) -> Value:
    """Return the only value in ``data``, which has this tag."""
    value, rest = _first(data)
    if rest:
        raise ValueError("bytes behind the end of a value")
    return expect(value, tag)


def expect(value: Value, tag: int) -> Value:
    """Return ``value`` where it has this tag."""
    if value.tag != tag:
        raise ValueError(f"tag {value.tag:#04x} where {tag:#04x} is due")
    return value


def expect_version_one(value: Value) -> None:
    """Refuse any version but 1."""
    if integer(value) != 1:
        raise ValueError("not version 1")


def parts(value: Value) -> list[Value]:
    """Return the values inside of ``value``, in order."""
    found, rest = [], value.content
    while rest:
        inner, rest = _first(rest)
        found.append(inner)
        if len(found) > MOST_VALUES:
            raise ValueError("too many values")
    return found


def explicit(value: Value) -> Value:
    """Return the one value inside of an explicit tag."""
    (inner,) = parts(value)
    return inner


def _first(data: bytes) -> tuple[Value, bytes]:
    if len(data) < 2 or data[0] & LONG_TAG == LONG_TAG:  # noqa: PLR2004 (tag and length)
        raise ValueError("a value is cut, or of a tag that is not used")
    length, begin = data[1], 2
    if length >= LONG_FORM:
        n_bytes = length - LONG_FORM
        length, begin = int.from_bytes(data[2 : 2 + n_bytes], "big"), 2 + n_bytes
        minimal = 0 < n_bytes <= MOST_LENGTH_BYTES and length >> (8 * (n_bytes - 1))
        if not minimal or length < LONG_FORM:
            raise ValueError("a length that is not in the shortest form")
    end = begin + length
    if end > len(data):
        raise ValueError("a value is cut")
    return Value(data[0], data[begin:end], data[:end]), data[end:]


def integer(value: Value, tag: int = INTEGER) -> int:
    """Return a whole number."""
    content = expect(value, tag).content
    longer = len(content) > 1 and content[0] in (0, 0xFF) and not (content[0] ^ content[1]) & 0x80
    if not content or longer:
        raise ValueError("a number that is not in the shortest form")
    return int.from_bytes(content, "big", signed=True)


def oid(value: Value) -> str:
    """Return an object identifier as dotted text."""
    content = expect(value, OID).content
    arcs: list[int] = []
    number = n_bytes = 0
    for byte in content:
        if byte == LONG_FORM and not n_bytes:
            raise ValueError("an identifier that is not in the shortest form")
        number, n_bytes = number << 7 | byte & 0x7F, n_bytes + 1
        if n_bytes > MOST_ARC_BYTES:
            raise ValueError("an identifier is too long")
        if byte < LONG_FORM:
            arcs.append(number)
            number = n_bytes = 0
    if n_bytes or not arcs:
        raise ValueError("an identifier is cut")
    head = min(arcs[0] // 40, 2)
    return ".".join(str(arc) for arc in (head, arcs[0] - 40 * head, *arcs[1:]))


def moment(value: Value) -> datetime:
    """Return a GeneralizedTime in UTC to the microsecond; finer digits count as one more."""
    found = TIME.fullmatch(expect(value, GENERALIZED_TIME).content)
    if not found:
        raise ValueError("a time that is not in the exact form")
    whole = datetime.strptime(found[1].decode("ascii"), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    digits = (found[2] or b"").decode("ascii")
    finer = 1 if digits[6:].strip("0") else 0
    return whole + timedelta(microseconds=int(digits[:6].ljust(6, "0")) + finer)


def encode(tag: int, *contents: bytes) -> bytes:
    """Return one value."""
    content = b"".join(contents)
    n = len(content)
    if n < LONG_FORM:
        return bytes([tag, n]) + content
    length = n.to_bytes((n.bit_length() + 7) // 8, "big")
    return bytes([tag, LONG_FORM + len(length)]) + length + content


def encode_integer(number: int) -> bytes:
    """Return a whole number that is not negative."""
    return encode(INTEGER, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def encode_oid(dotted: str) -> bytes:
    """Return an object identifier."""
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    content = b""
    for arc in (first * 40 + second, *rest):
        piece = bytes([arc & 0x7F])
        while arc := arc >> 7:
            piece = bytes([arc & 0x7F | LONG_FORM]) + piece
        content += piece
    return encode(OID, content)
