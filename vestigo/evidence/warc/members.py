# SPDX-License-Identifier: AGPL-3.0-or-later
"""Walking a WARC file member by member, and splitting a member into its record."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from vestigo.errors import VerificationError
from vestigo.i18n import _

_PIECE = 256 * 1024
_LARGEST = 512 * 1024 * 1024  # of a record: ``verify.py`` reads none that is larger
_LENGTH = re.compile(r"[0-9]{1,12}")


@dataclass(frozen=True, slots=True)
class Member:
    """One gzip member: [start, end) in the file, and the record that it holds."""

    start: int
    end: int
    headers: dict[str, str]
    head: bytes
    block: bytes

    @property
    def kind(self) -> str:
        """The WARC-Type."""
        return self.headers.get("WARC-Type", "")


def iter_members(handle: BinaryIO, start: int = 0) -> Iterator[Member]:
    """Yield the whole members from ``start`` on; stops before a torn or wrong one."""
    handle.seek(start)
    rest = b""
    while True:
        plain, used, rest = _one_member(handle, rest)
        if not used:
            return
        member = _parsed(plain, start, start + used)
        if member is None:
            return
        yield member
        start += used


def member_at(handle: BinaryIO, offset: int, where: str) -> Member:
    """Return the member at ``offset``; E-EVI-103 when none begins there."""
    for member in iter_members(handle, offset):
        return member
    raise VerificationError(
        "E-EVI-103",
        _("There is no whole WARC record at this place."),
        where=f"{where}@{offset}",
        remedy=_("Compare the file with its digest in the custody log."),
    )


def _one_member(handle: BinaryIO, rest: bytes) -> tuple[bytes, int, bytes]:
    """Return the decompressed member, its compressed length (0 where torn), and the rest."""
    decoder = zlib.decompressobj(31)
    pieces: list[bytes] = []
    used, room = 0, _LARGEST
    piece = rest or handle.read(_PIECE)
    while piece:
        try:
            pieces.append(decoder.decompress(piece, room))
        except zlib.error:
            return b"", 0, b""
        room -= len(pieces[-1])
        if room <= 0:
            return b"", 0, b""
        if decoder.eof:
            return (
                b"".join(pieces),
                used + len(piece) - len(decoder.unused_data),
                (decoder.unused_data),
            )
        used += len(piece)
        piece = handle.read(_PIECE)
    return b"", 0, b""


def _parsed(plain: bytes, start: int, end: int) -> Member | None:
    head_end = plain.find(b"\r\n\r\n")
    if not plain.startswith(b"WARC/1.1\r\n") or head_end < 0:
        return None
    head = plain[: head_end + 4]
    headers: dict[str, str] = {}
    for line in head.decode("utf-8", "replace").split("\r\n")[1:-2]:
        name, _colon, value = line.partition(": ")
        headers[name] = value
    length = headers.get("Content-Length", "")
    stop = head_end + 4 + int(length) if _LENGTH.fullmatch(length) else -1
    if plain[stop:] != b"\r\n\r\n":
        return None
    return Member(start, end, headers, head, plain[head_end + 4 : stop])
