# SPDX-License-Identifier: AGPL-3.0-or-later
"""The chunked transfer coding of HTTP/1.1 (RFC 9112, section 7.1)."""

from __future__ import annotations

import io
import re

_SIZE_LINE = re.compile(rb"([0-9A-Fa-f]{1,16})[ \t]*(?:;[^\r\n]*)?\r?\n")


def read_chunked(wire: bytes, start: int) -> tuple[bytes, int, tuple[str, ...]]:
    """Read the chunks that begin at ``start``.

    Returns the joined chunk data, the place where trailers or anything else begin,
    and the problems: ``bad-chunk``, ``truncated-body``, ``trailing-bytes``.
    """
    content = io.BytesIO()  # pieces of two bytes would take fifty each
    data = memoryview(wire)
    position = start
    while True:
        size_line = _SIZE_LINE.match(wire, position)
        if size_line is None:
            problem = "truncated-body" if wire.find(b"\n", position) < 0 else "bad-chunk"
            return content.getvalue(), position, (problem,)
        size = int(size_line[1], 16)
        position = size_line.end()
        if size == 0:
            return content.getvalue(), position, _after_last(wire, position)
        content.write(data[position : position + size])
        position += size
        if position >= len(wire):
            return content.getvalue(), len(wire), ("truncated-body",)
        line_end = _line_end(wire, position)
        if line_end == 0:
            return content.getvalue(), position, ("bad-chunk",)
        position += line_end


def _line_end(wire: bytes, position: int) -> int:
    """Return the length of the line end at ``position`` (0 where there is none)."""
    if wire.startswith(b"\r\n", position):
        return 2
    return int(wire.startswith(b"\n", position))


def _after_last(wire: bytes, position: int) -> tuple[str, ...]:
    """Say what is wrong with what follows the last chunk: trailers, then an empty line."""
    while True:
        feed = wire.find(b"\n", position)
        if feed < 0:
            return ("truncated-body",)
        line = wire[position:feed].removesuffix(b"\r")
        position = feed + 1
        if not line:
            return ("trailing-bytes",) if position < len(wire) else ()
