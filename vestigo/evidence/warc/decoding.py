# SPDX-License-Identifier: AGPL-3.0-or-later
"""Undoing Content-Encoding: gzip, deflate and, where it is installed, br."""

from __future__ import annotations

import importlib.util
import re
import zlib

MAX_DECODED = 128 * 1024 * 1024
MAX_CODINGS = 4  # each may cost MAX_DECODED: more are nobody's page but a bomb
HAS_BROTLI = importlib.util.find_spec("brotli") is not None

_GZIP = 31
_ZLIB = 15
_RAW = -15
_ZLIB_HEADER = re.compile(rb"[\x08\x18\x28\x38\x48\x58\x68\x78].", re.DOTALL)


def decode_content(content: bytes, encodings: list[bytes]) -> tuple[bytes, tuple[str, ...]]:
    """Undo the codings named by the Content-Encoding values, last one first.

    Returns the body and its problems.  What cannot be undone stays as it is; a cut
    stream gives what could be read; at most ``MAX_DECODED`` bytes are made, and more than
    ``MAX_CODINGS`` codings are not touched.
    """
    named = [name.strip().lower() for value in encodings for name in value.split(b",")]
    names = [name for name in named if name not in (b"", b"identity")]
    if len(names) > MAX_CODINGS:
        return content, ("content-encoding:too-many",)
    problems: list[str] = []
    for name in reversed(names):
        if not content:
            break
        decoded = _decode_one(content, name)
        if decoded is None:
            problems.append("content-encoding:" + name.decode("ascii", "replace")[:20])
            break
        content, problem = decoded
        if problem:
            problems.append(problem)
    return content, tuple(problems)


def _decode_one(content: bytes, name: bytes) -> tuple[bytes, str] | None:
    if name in (b"gzip", b"x-gzip"):
        return _inflate(content, _GZIP)
    if name == b"deflate":
        wrapped = _ZLIB_HEADER.match(content) and int.from_bytes(content[:2], "big") % 31 == 0
        return _inflate(content, _ZLIB if wrapped else _RAW)
    if name == b"br" and HAS_BROTLI:
        return _brotli(content)
    return None


def _inflate(content: bytes, window: int) -> tuple[bytes, str]:
    pieces: list[bytes] = []
    room = MAX_DECODED
    while content:
        member = zlib.decompressobj(window)
        try:
            piece = member.decompress(content, room)
        except zlib.error:
            return b"".join(pieces), "bad-coding" if not pieces else "coding-trailing-bytes"
        pieces.append(piece)
        room -= len(piece)
        if not member.eof:
            problem = "decoded-too-long" if room <= 0 else "truncated-coding"
            return b"".join(pieces), problem
        content = member.unused_data
        if content and (window != _GZIP or not content.startswith(b"\x1f\x8b")):
            return b"".join(pieces), "coding-trailing-bytes"
        if room <= 0 and content:
            return b"".join(pieces), "decoded-too-long"
    return b"".join(pieces), ""


def _brotli(content: bytes) -> tuple[bytes, str]:
    import brotli

    decoder = brotli.Decompressor()
    pieces: list[bytes] = []
    try:
        piece: bytes = decoder.process(content, output_buffer_limit=MAX_DECODED)
        while piece and sum(map(len, pieces)) < MAX_DECODED:
            pieces.append(piece)
            if decoder.is_finished() or decoder.can_accept_more_data():
                break
            piece = decoder.process(b"", output_buffer_limit=MAX_DECODED)
    except brotli.error:
        return b"".join(pieces), "bad-coding"
    body = b"".join(pieces)
    if decoder.is_finished():
        return body[:MAX_DECODED], ""
    return body[:MAX_DECODED], "decoded-too-long" if len(
        body
    ) >= MAX_DECODED else "truncated-coding"
