# SPDX-License-Identifier: AGPL-3.0-or-later
"""A small picture of palette numbers, written as a PNG that is the same everywhere."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Sequence

Colour = tuple[int, int, int]
_LARGEST_BLOCK = 65_535
_INDEXED = 3


class Raster:
    """A grid of palette numbers; what is drawn outside is left out."""

    def __init__(self, width: int, height: int, palette: Sequence[Colour]) -> None:
        self.width = width
        self.height = height
        self._palette = tuple(palette)
        self._rows = [bytearray(width) for _row in range(height)]

    def put(self, x: int, y: int, colour: int) -> None:
        """Colour one point with the palette number ``colour``."""
        if 0 <= x < self.width and 0 <= y < self.height:
            self._rows[y][x] = colour

    def span(self, y: int, left: int, right: int, colour: int) -> None:
        """Colour the points of row ``y`` from ``left`` up to and including ``right``."""
        left, right = max(0, left), min(self.width - 1, right)
        if 0 <= y < self.height and left <= right:
            self._rows[y][left : right + 1] = bytes([colour]) * (right + 1 - left)

    def disc(self, x: int, y: int, radius: int, colour: int) -> None:
        """Colour a filled circle around (x, y)."""
        for down in range(-radius, radius + 1):
            reach = _root(radius * radius - down * down)
            self.span(y + down, x - reach, x + reach, colour)

    def png(self) -> bytes:
        """Return the picture as PNG (8 bits, palette).

        The points are stored, not compressed: compressed bytes differ between releases
        of zlib, and the range must be the same everywhere.
        """
        header = struct.pack(">IIBBBBB", self.width, self.height, 8, _INDEXED, 0, 0, 0)
        points = b"".join(b"\x00" + bytes(row) for row in self._rows)
        chunks = (
            (b"IHDR", header),
            (b"PLTE", b"".join(bytes(colour) for colour in self._palette)),
            (b"IDAT", _stored(points)),
            (b"IEND", b""),
        )
        return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)


def _root(square: int) -> int:
    """Return the whole root below or at ``square``."""
    root = 0
    while (root + 1) * (root + 1) <= square:
        root += 1
    return root


def _stored(content: bytes) -> bytes:
    """Return ``content`` as a zlib stream of stored blocks (RFC 1950, 1951)."""
    body = b"".join(_blocks(content))
    return b"\x78\x01" + body + struct.pack(">I", zlib.adler32(content))


def _blocks(content: bytes) -> Iterable[bytes]:
    for start in range(0, len(content), _LARGEST_BLOCK):
        part = content[start : start + _LARGEST_BLOCK]
        is_last = start + len(part) == len(content)
        yield struct.pack("<BHH", is_last, len(part), len(part) ^ 0xFFFF) + part


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + check
