# SPDX-License-Identifier: AGPL-3.0-or-later
"""Text that knows which captured bytes it was read from.

A *span* on a captured page is a list of [start, end) byte ranges in the body
after transfer- and content-decoding, before charset decoding, together with
the bytes quoted as they stand there.  A verifier cuts the ranges again and
compares bytes; the text that was read from them stands apart.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ByteRange:
    """One [start, end) range with the bytes that stand there.

    ``encoding`` is ``utf-8`` or, where the bytes are not UTF-8, ``base64``.
    """

    start: int
    end: int
    quoted: str
    encoding: str

    @classmethod
    def cut(cls, body: bytes, start: int, end: int) -> ByteRange:
        """Return the range [start, end) of ``body``, quoted exactly."""
        piece = body[start:end]
        try:
            return cls(start=start, end=end, quoted=piece.decode("utf-8"), encoding="utf-8")
        except UnicodeDecodeError:
            text = base64.b64encode(piece).decode("ascii")
            return cls(start=start, end=end, quoted=text, encoding="base64")

    def raw(self) -> bytes:
        """Return the quoted bytes."""
        if self.encoding == "base64":
            return base64.b64decode(self.quoted)
        return self.quoted.encode("utf-8")


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Where a value stands on a captured page, and the text read from there."""

    capture_id: str
    ranges: tuple[ByteRange, ...]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSpan:
    """The span of one named field of a record."""

    field: str
    span: Span


@dataclass(frozen=True, slots=True)
class Piece:
    """Code points [start, end) of a text that came from bytes [byte_start, byte_end).

    A piece is either ``exact`` (each code point is its own UTF-8/charset bytes in
    order, so it can be cut inside) or not (an entity, collapsed white space:
    quoted whole).  ``offsets`` gives, for an exact piece, the byte offset of every
    code point relative to ``byte_start`` and one more for the end; empty means
    one byte a code point.
    """

    start: int
    end: int
    byte_start: int
    byte_end: int
    exact: bool = True
    offsets: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class SourcedText:
    """A text as displayed, with the bytes that each part of it came from."""

    text: str
    pieces: tuple[Piece, ...]

    def byte_ranges(self, start: int, end: int) -> list[tuple[int, int]]:
        """Return the byte ranges of code points [start, end), adjacent ones joined."""
        ranges: list[tuple[int, int]] = []
        for piece in self.pieces:
            if piece.end <= start or piece.start >= end:
                continue
            first, last = _cut(piece, max(start, piece.start), min(end, piece.end))
            if ranges and ranges[-1][1] == first:
                ranges[-1] = (ranges[-1][0], last)
            else:
                ranges.append((first, last))
        return ranges

    def span(self, capture_id: str, body: bytes, start: int = 0, end: int | None = None) -> Span:
        """Return the span of code points [start, end) of this text in ``body``."""
        stop = len(self.text) if end is None else end
        ranges = tuple(ByteRange.cut(body, a, b) for a, b in self.byte_ranges(start, stop))
        return Span(capture_id=capture_id, ranges=ranges, text=self.text[start:stop])


def _cut(piece: Piece, start: int, end: int) -> tuple[int, int]:
    if not piece.exact:
        return piece.byte_start, piece.byte_end
    low, high = start - piece.start, end - piece.start
    if piece.offsets:
        low, high = piece.offsets[low], piece.offsets[high]
    return piece.byte_start + low, piece.byte_start + high
