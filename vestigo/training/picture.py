# SPDX-License-Identifier: AGPL-3.0-or-later
"""A small harmless picture for each listing: coloured squares that depend on its key."""

from __future__ import annotations

import hashlib
import struct
import zlib

_SIDE = 24
_CELL = 4


def picture(key: str) -> bytes:
    """Return a PNG (24 x 24, RGB) of the listing ``key``.

    The pixels are stored, not compressed: compressed bytes differ between releases
    of zlib, and the range must be the same everywhere.
    """
    cells = hashlib.sha256(f"vestigo.range.picture/{key}".encode()).digest() * 4
    rows = []
    for y in range(_SIDE):
        row = bytearray(b"\x00")
        for x in range(_SIDE):
            start = (y // _CELL * (_SIDE // _CELL) + x // _CELL) * 3
            row += cells[start : start + 3]
        rows.append(bytes(row))
    header = struct.pack(">IIBBBBB", _SIDE, _SIDE, 8, 2, 0, 0, 0)
    pixels = _stored(b"".join(rows))
    chunks = ((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)


def _stored(content: bytes) -> bytes:
    """Return ``content`` as a zlib stream of one stored block (RFC 1950, 1951)."""
    n_bytes = len(content)
    head = struct.pack("<BHH", 1, n_bytes, n_bytes ^ 0xFFFF)
    return b"\x78\x01" + head + content + struct.pack(">I", zlib.adler32(content))


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + check
