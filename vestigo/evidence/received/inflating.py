# SPDX-License-Identifier: AGPL-3.0-or-later
"""A file read forward, decompressed on the way: plain, or gzip of any number of members."""

from __future__ import annotations

import zlib
from typing import BinaryIO

PIECE = 1 << 18
ROOM = 64 << 20  # what may come out of any small file
MOST_TIMES = 300  # and how many times its length out of a larger one


class ExpandsTooMuchError(ValueError):
    """The file expands to more than anything that is honestly compressed."""


class ForwardReader:
    """Reads bytes and lines and knows its place in the uncompressed stream.

    ``cut`` tells, once the end is reached, that the compressed file ends within a member or
    in bytes that are none.
    """

    def __init__(self, handle: BinaryIO) -> None:
        self._handle = handle
        self._buffer = b""
        self._n_out = 0
        self._inside = False
        self.place = 0
        self.cut = False
        head = handle.read(PIECE)
        self._n_in = len(head)
        self._member = zlib.decompressobj(31) if head.startswith(b"\x1f\x8b") else None
        self._rest = head

    def read(self, n_bytes: int) -> bytes:
        """Return the next ``n_bytes`` (fewer at the end)."""
        pieces, left = [], n_bytes
        while left > 0 and (self._buffer or self._more()):
            piece, self._buffer = self._buffer[:left], self._buffer[left:]
            pieces.append(piece)
            left -= len(piece)
        content = b"".join(pieces)
        self.place += len(content)
        return content

    def skip(self, n_bytes: int) -> int:
        """Go on by ``n_bytes``; return by how many it was."""
        before = self.place
        while (left := before + n_bytes - self.place) > 0 and self.read(min(left, PIECE)):
            pass
        return self.place - before

    def line(self, longest: int) -> bytes:
        """Return the next line with its line feed; cut after ``longest`` bytes or at the end."""
        while b"\n" not in self._buffer and len(self._buffer) < longest and self._more():
            pass
        end = self._buffer.find(b"\n", 0, longest) + 1 or min(longest, len(self._buffer))
        content, self._buffer = self._buffer[:end], self._buffer[end:]
        self.place += len(content)
        return content

    def _more(self) -> bool:
        piece = self._plain() if self._member is None else self._inflated()
        self._n_out += len(piece)
        if self._n_out > ROOM + MOST_TIMES * self._n_in:
            raise ExpandsTooMuchError
        self._buffer += piece
        return bool(piece)

    def _plain(self) -> bytes:
        piece, self._rest = self._rest or self._next(), b""
        return piece

    def _inflated(self) -> bytes:
        while not self.cut:
            packed = self._rest or self._next()
            if not packed:
                return self._end()
            assert self._member is not None
            try:
                piece = self._member.decompress(packed, PIECE)
            except zlib.error:
                self.cut = True
                return b""
            self._rest = self._member.unconsumed_tail
            if self._member.eof:
                self._rest = self._member.unused_data
                self._member = zlib.decompressobj(31)
                self._inside = False
            else:
                self._inside = True
            if piece:
                return piece
        return b""

    def _end(self) -> bytes:
        self.cut = self._inside
        return b""

    def _next(self) -> bytes:
        piece = self._handle.read(PIECE)
        self._n_in += len(piece)
        return piece
