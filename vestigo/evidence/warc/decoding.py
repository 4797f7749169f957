# SPDX-License-Identifier: AGPL-3.0-or-later
"""Undoing Content-Encoding: gzip, deflate and, where it is installed, br."""

from __future__ import annotations

import importlib.util
import io
import re
import zlib

MAX_DECODED = 128 * 1024 * 1024
MAX_CODINGS = 4  # each may cost MAX_DECODED: more are nobody's page but a bomb
HAS_BROTLI = importlib.util.find_spec("brotli") is not None

_GZIP = 31
_ZLIB = 15
_RAW = -15
_PIECE = 1 << 20
_ZLIB_HEADER = re.compile(rb"[\x08\x18\x28\x38\x48\x58\x68\x78].", re.DOTALL)


def decode_content(
    content: bytes, encodings: list[bytes], most: int | None = None
) -> tuple[bytes, tuple[str, ...]]:
    """Undo the codings named by the Content-Encoding values, last one first.

    Returns the body and its problems.  What cannot be undone stays as it is; a cut
    stream gives what could be read; at most ``most`` (``MAX_DECODED`` where it is None) bytes
    are made, and more than ``MAX_CODINGS`` codings are not touched.
    """
    named = [name.strip().lower() for value in encodings for name in value.split(b",")]
    names = [name for name in named if name not in (b"", b"identity")]
    if len(names) > MAX_CODINGS:
        return content, ("content-encoding:too-many",)
    problems: list[str] = []
    for name in reversed(names):
        if not content:
            break
        decoded = _decode_one(content, name, most or MAX_DECODED)
        if decoded is None:
            problems.append("content-encoding:" + name.decode("ascii", "replace")[:20])
            break
        content, problem = decoded
        if problem:
            problems.append(problem)
    return content, tuple(problems)


def _decode_one(content: bytes, name: bytes, most: int) -> tuple[bytes, str] | None:
    if name in (b"gzip", b"x-gzip"):
        return _inflate(content, _GZIP, most)
    if name == b"deflate":
        wrapped = _ZLIB_HEADER.match(content) and int.from_bytes(content[:2], "big") % 31 == 0
        return _inflate(content, _ZLIB if wrapped else _RAW, most)
    if name == b"br" and HAS_BROTLI:
        return _brotli(content, most)
    return None


def _inflate(content: bytes, window: int, most: int) -> tuple[bytes, str]:
    made = io.BytesIO()  # joined pieces would stand in memory twice
    position = n_members = 0
    while position < len(content):
        began = made.tell()
        member = zlib.decompressobj(window)
        try:
            position = _inflate_member(member, memoryview(content), position, made, most)
        except zlib.error:
            if made.tell() >= most:
                made.truncate(most)
                return made.getvalue(), "decoded-too-long"
            made.truncate(began)
            return made.getvalue(), "coding-trailing-bytes" if n_members else "bad-coding"
        n_members += 1
        if made.tell() > most:
            made.truncate(most)
            return made.getvalue(), "decoded-too-long"
        if not member.eof:
            return made.getvalue(), "truncated-coding"
        if position < len(content) and not (window == _GZIP and _is_gzip(content, position)):
            return made.getvalue(), "coding-trailing-bytes"
    return made.getvalue(), ""


def _inflate_member(
    member: zlib._Decompress, content: memoryview, position: int, made: io.BytesIO, most: int
) -> int:
    """Write what a member gives, a byte more than ``most`` at most; return where it ends."""
    while position < len(content) and not member.eof:
        piece = bytes(content[position : position + _PIECE])
        position += len(piece)
        more = True
        while more and not member.eof:
            room = min(most + 1 - made.tell(), _PIECE)
            if room <= 0:
                return position
            written = made.write(member.decompress(piece, room))
            piece = member.unconsumed_tail
            more = bool(piece) or written == room
    return position - len(member.unused_data)


def _is_gzip(content: bytes, position: int) -> bool:
    return content.startswith(b"\x1f\x8b", position)


def _brotli(content: bytes, most: int) -> tuple[bytes, str]:
    import brotli

    decoder = brotli.Decompressor()
    made = io.BytesIO()
    try:
        piece: bytes = decoder.process(content, output_buffer_limit=_PIECE)
        while piece and made.tell() <= most:
            made.write(piece)
            if decoder.is_finished():
                break
            piece = decoder.process(b"", output_buffer_limit=_PIECE)
    except brotli.error:
        return b"", "bad-coding"
    if made.tell() > most:
        made.truncate(most)
        return made.getvalue(), "decoded-too-long"
    return made.getvalue(), "" if decoder.is_finished() else "truncated-coding"
