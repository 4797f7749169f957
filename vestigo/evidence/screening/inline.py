# SPDX-License-Identifier: AGPL-3.0-or-later
"""Finding what pages carry inside: ``data:`` addresses, bare base64 of pictures, raw pictures.

The finder is generous: whatever may be a picture is compared, in every form that its
wrapping may have.  Nothing found here is kept.
"""

from __future__ import annotations

import base64
import binascii
import html
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from vestigo.evidence.screening.media import begins_as, pictures_inside

DEEPEST = 3
MOST = 2000
MOST_BYTES = 64 << 20
LEAST_BYTES = 16
_DATA = re.compile(
    rb"data\s*:\s*(?P<type>[^,;\"'<>()\s]{0,100})(?P<rest>(?:;[^,\"'<>()]{0,100}){0,5}),",
    re.IGNORECASE,
)
_BARE = re.compile(rb"/9j/|\\/9j\\/|iVBORw0K|R0lGOD[dl]h|UklGR|%2F9j%2F", re.IGNORECASE)
_RUN = re.compile(rb"(?:[A-Za-z0-9+/=_\-]|%[0-9A-Fa-f]{2}|\\[/nrt]|[ \t\r\n])+")
_FIRST_WORD = re.compile(rb"(?:[A-Za-z0-9+/=_\-]|%[0-9A-Fa-f]{2}|\\[/nrt])+")
_PLAIN = re.compile(rb"[^\"'<>\s)]+")
_ENTITY = re.compile(rb"&(?:#|sol;|plus;|equals;|colon;|comma;|NewLine;|Tab;)")
_JPEG_END = b"\xff\xd9"
_PNG_END = b"IEND\xaeB`\x82"
_MOST_ENDS = 8
_BROKEN_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError,
               NotImplementedError)  # fmt: skip


class TooMuch(Exception):  # noqa: N818  # reads as what it is
    """A body carries more than is compared: it cannot be said to hold no hit."""


@dataclass(slots=True)
class _Budget:
    n_things: int = MOST
    n_bytes: int = MOST_BYTES

    def take(self, n_bytes: int) -> None:
        """Count one thing; raises ``TooMuch`` past the bounds."""
        self.n_things -= 1
        self.n_bytes -= n_bytes
        if self.n_things < 0 or self.n_bytes < 0:
            raise TooMuch


def carried_by(body: bytes) -> Iterator[bytes]:
    """Yield what ``body`` carries, each thing in its decoded form.

    What is carried may carry more (a page in a ``data:`` address, a compressed file).
    Raises ``TooMuch`` past ``MOST`` things, ``MOST_BYTES`` or ``DEEPEST``.
    """
    yield from _walk(body, 0, _Budget())


def _walk(body: bytes, depth: int, budget: _Budget) -> Iterator[bytes]:
    seen: set[bytes] = set()
    for content in _carried(body):
        budget.take(len(content))
        if len(content) < LEAST_BYTES or content in seen:
            continue
        seen.add(content)
        if depth >= DEEPEST:
            raise TooMuch
        yield content
        yield from _walk(content, depth + 1, budget)


def _carried(body: bytes) -> Iterator[bytes]:
    yield from _unpacked(body)
    yield from _raw_pictures(body)
    for text in _readings(body):
        for found in _DATA.finditer(text):
            yield from _after(text, found.end(), b"base64" in found["rest"].lower())
        for found in _BARE.finditer(text):
            yield from _after(text, found.start(), coded=True)


def _readings(body: bytes) -> Iterator[bytes]:
    """Yield the body as it stands, and as browsers may read it."""
    if begins_as(body):
        return
    yield body
    if b"\0" in body:
        yield body.replace(b"\0", b"")
    if _ENTITY.search(body):
        yield html.unescape(body.decode("latin-1")).encode("latin-1", "replace")


def _after(text: bytes, start: int, coded: bool) -> Iterator[bytes]:
    """Yield what the run of characters from ``start`` on may mean."""
    if not coded:
        plain = _PLAIN.match(text, start)
        if plain:
            yield unquote_to_bytes(plain[0])
        return
    for pattern in (_FIRST_WORD, _RUN):
        run = pattern.match(text, start)
        if run:
            yield from _from_base64(run[0])


def _from_base64(run: bytes) -> Iterator[bytes]:
    plain = unquote_to_bytes(re.sub(rb"\\[nrt]", b"", run)).replace(b"\\", b"")
    letters = re.sub(rb"\s+", b"", plain).replace(b"-", b"+").replace(b"_", b"/")
    letters = letters.partition(b"=")[0]
    letters = letters[: len(letters) - (len(letters) % 4 == 1)]
    try:
        yield base64.b64decode(letters + b"=" * (-len(letters) % 4))
    except (binascii.Error, ValueError):
        return


def _raw_pictures(body: bytes) -> Iterator[bytes]:
    """Yield pictures that stand raw in the body, up to each place where they may end."""
    for start in pictures_inside(body)[:_MOST_ENDS]:
        if start:
            yield body[start:]
        mark = _PNG_END if body.startswith(b"\x89PNG", start) else _JPEG_END
        end = start
        for _number in range(_MOST_ENDS):
            end = body.find(mark, end + 1)
            if end < 0:
                break
            if end + len(mark) < len(body) or start:
                yield body[start : end + len(mark)]


def _unpacked(body: bytes) -> Iterator[bytes]:
    """Yield what a compressed body unpacks to (a cut one: as far as it goes)."""
    if body.startswith(b"\x1f\x8b"):
        unpacking = zlib.decompressobj(16 + zlib.MAX_WBITS)
        with suppress(zlib.error):
            yield unpacking.decompress(body, MOST_BYTES + 1)
    elif body.startswith(b"PK\x03\x04"):
        with suppress(*_BROKEN_ZIP), zipfile.ZipFile(io.BytesIO(body)) as archive:
            for member in archive.infolist():
                with archive.open(member) as handle:
                    yield handle.read(MOST_BYTES + 1)
