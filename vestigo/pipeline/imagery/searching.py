# SPDX-License-Identifier: AGPL-3.0-or-later
"""Searching every file of a case for planted pictures, in whatever form they may lie there."""

from __future__ import annotations

import base64
import gzip
import hashlib
import html
import io
import re
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote_from_bytes

import numpy as np
from PIL import Image

from vestigo.evidence.warc import read_response
from vestigo.evidence.warc.members import iter_members

WINDOW = 8
NOBODY = -1
_SPREAD = np.uint64(0x9E3779B97F4A7C15)  # an odd number without pattern
_SHIFT = np.uint64(40)
SLICE = 24
DIGEST_PLACES = ("3.log.txt", "4.quarantine.txt", "evidence/custody/",
                 "evidence/quarantine/", "/data/custody/",
                 "data/crawl/not-included.jsonl")  # fmt: skip
_CODED = re.compile(rb"[A-Za-z0-9+/]{200,}")


@dataclass(frozen=True, slots=True)
class Found:
    """One place where a picture (by its number) was found, and in which form."""

    number: int
    form: str
    place: str


@dataclass(slots=True)
class Needles:
    """Pieces of pictures and their digests, looked for all at once.

    What two pictures have in common (heads, tables of a format) tells nothing of either.
    Every piece begins with eight bytes that are compared as one number at each place of
    what is searched; only where they agree the whole piece is compared.
    """

    _pieces: dict[int, list[tuple[bytes, int, str]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    _owner: dict[bytes, int] = field(default_factory=dict)
    _sorted: np.ndarray[tuple[int], np.dtype[np.uint64]] | None = None
    _marked: np.ndarray[tuple[int], np.dtype[np.bool_]] | None = None

    def add(self, number: int, content: bytes, *, digests: bool = True) -> None:
        """Look for ``content``: raw, in base64, percent-coded, in hexadecimal, by its digests."""
        for start in _starts(len(content)):
            piece = content[start : start + SLICE]
            self._add(number, "bytes", piece)
            self._add(number, "base64", base64.b64encode(piece))
            self._add(number, "percent", quote_from_bytes(piece, safe="").encode("ascii"))
            self._add(number, "hex", piece.hex().encode("ascii"))
        for name in ("md5", "sha1", "sha256") if digests else ():
            digest = hashlib.new(name, content, usedforsecurity=False).hexdigest()
            self._add(number, "digest", digest.encode("ascii"))

    def add_pixels(self, number: int, content: bytes) -> None:
        """Look for the picture as it is drawn: runs of its pixels in a picture of a page."""
        rows = _pixels(content)
        for start in _starts(len(rows)):
            self._add(number, "pixels", rows[start : start + SLICE])

    def found_in(self, blob: bytes) -> Iterator[tuple[int, str]]:
        """Yield (number, form) for every piece in ``blob``."""
        wanted, marked = self._wanted()
        for shift in range(min(WINDOW, max(len(blob) - WINDOW + 1, 0))):
            n_words = (len(blob) - shift) // WINDOW
            words = np.frombuffer(blob, np.uint64, n_words, shift)
            maybe = np.flatnonzero(marked[_place_of(words)])  # nearly none: the rest is cheap
            places = np.searchsorted(wanted, words[maybe])
            places[places == len(wanted)] = 0
            for hit in maybe[wanted[places] == words[maybe]].tolist():
                start = hit * WINDOW + shift
                for piece, number, form in self._pieces[int(words[hit])]:
                    if self._owner[piece] == number and blob.startswith(piece, start):
                        yield number, form

    def _add(self, number: int, form: str, piece: bytes) -> None:
        if len(piece) >= WINDOW:
            self._sorted = None
            key = int(np.frombuffer(piece, np.uint64, 1)[0])
            self._pieces[key].append((piece, number, form))
            if self._owner.setdefault(piece, number) != number:
                self._owner[piece] = NOBODY

    def _wanted(
        self,
    ) -> tuple[
        np.ndarray[tuple[int], np.dtype[np.uint64]], np.ndarray[tuple[int], np.dtype[np.bool_]]
    ]:
        if self._sorted is None or self._marked is None:
            self._sorted = np.array(sorted(self._pieces), np.uint64)
            self._marked = np.zeros(1 << 24, np.bool_)
            self._marked[_place_of(self._sorted)] = True
        return self._sorted, self._marked


def _place_of(
    words: np.ndarray[tuple[int], np.dtype[np.uint64]],
) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    return (words * _SPREAD) >> _SHIFT


def search(folder: Path, needles: Needles) -> list[Found]:
    """Return where planted pictures are in any file under ``folder``.

    Files are looked at as they are and in every form that they decode to: members of gzip
    files, the bodies of WARC records.  A digest is no find where digests are kept by rule.
    """
    found: dict[Found, None] = {}
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        place = path.relative_to(folder).as_posix()
        digests_belong = any(part in f"/{place}" for part in DIGEST_PLACES)
        for blob in _forms(path):
            for number, form in needles.found_in(blob):
                if form != "digest" or not digests_belong:
                    found[Found(number, form, place)] = None
    return list(found)


def _forms(path: Path) -> Iterator[bytes]:
    yield path.read_bytes()
    if ".warc.gz" in path.name:
        yield from _warc_forms(path)
    elif path.suffix == ".png":
        yield _pixels(path.read_bytes())
    elif path.suffix == ".gz":
        yield gzip.decompress(path.read_bytes())


def _pixels(content: bytes) -> bytes:
    with Image.open(io.BytesIO(content)) as shown:
        return shown.convert("RGB").tobytes()


def _warc_forms(path: Path) -> Iterator[bytes]:
    with path.open("rb") as handle:
        for member in iter_members(handle):
            yield member.head + member.block
            if member.kind == "response":
                yield from _decoded(member.block)


def _decoded(block: bytes) -> Iterable[bytes]:
    wire = read_response(block)
    yield from (wire.content, wire.body)
    if b"\0" in wire.body:
        yield wire.body.replace(b"\0", b"")
    if b"&#" in wire.body:
        yield html.unescape(wire.body.decode("latin-1")).encode("latin-1", "replace")
    yield wire.body.replace(b"\\", b"")
    for run in _CODED.findall(wire.body.replace(b"\n", b"")):
        yield base64.b64decode(run[: len(run) // 4 * 4])
    if wire.body.startswith(b"\x1f\x8b"):
        yield zlib.decompressobj(31).decompress(wire.body)


def _starts(size: int) -> list[int]:
    """Return where pieces are cut: in threes, as base64 cuts the whole; behind the tables."""
    if size <= 2 * SLICE:
        return [0]
    return sorted({(size * part // 10) // 3 * 3 for part in range(3, 9)})
