# SPDX-License-Identifier: AGPL-3.0-or-later
"""From bytes to characters, without losing which bytes each character came from.

Order of trust: byte order mark, header, ``<meta>``, then UTF-8, then windows-1252
(which gives every byte a character).  Names outside the table below are not
believed: a page may name any codec, also one that is no character encoding.
"""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

FALLBACK = "windows-1252"
META_WINDOW = 2048

_META = re.compile(
    rb"<meta[^>]{0,400}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE
)
_FOREIGN = re.compile(rb"[\xc0-\xff]{4}")  # no language of Latin letters accents four in a row
_BEYOND_ASCII = re.compile("[^\x00-\x7f]")
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_ASCII_NAMES = frozenset(
    {"ascii", "us-ascii", "latin1", "latin-1", "iso-8859-1", "iso8859-1", "cp1252", FALLBACK}
)
_SINGLE_BYTE = frozenset(
    {f"windows-125{n}" for n in range(9)}
    | {f"iso-8859-{n}" for n in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)}
    | {"koi8-r", "koi8-u", "macroman"}
)
_MULTI_BYTE = frozenset(
    {"gb18030", "gbk", "gb2312", "big5", "big5-hkscs", "shift_jis", "euc-jp", "euc-kr",
     "utf-16-le", "utf-16-be"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DecodedBody:
    """The characters of a body; ``problem`` says in English what was wrong, or nothing.

    ``at(i)`` is the byte offset of character ``i`` (``len(text)`` gives the end).
    """

    text: str
    charset: str
    problem: str
    wide_at: Sequence[int] = ()
    extra_after: Sequence[int] = ()
    offsets: Sequence[int] = ()
    first_byte: int = 0

    def at(self, index: int) -> int:
        """Return the byte offset in the body of the character at ``index``."""
        if self.offsets:
            return self.offsets[index]
        if not self.wide_at:
            return self.first_byte + index
        before = bisect_right(self.wide_at, index - 1)
        return self.first_byte + index + (self.extra_after[before - 1] if before else 0)


def decode_body(body: bytes, header_charset: str = "") -> DecodedBody:
    """Return the characters of ``body``; every byte sequence has some reading."""
    for mark, name in _BOMS:
        if body.startswith(mark):
            return _read(body, name, "", skip=len(mark))
    match = _META.search(body[:META_WINDOW])
    from_meta = match.group(1).decode("ascii") if match else ""
    for declared in (header_charset, from_meta):
        name = _known(declared)
        if name and not (declared is from_meta and name.startswith("utf-16")):
            return _read(body, name, declared)
    unknown = header_charset or from_meta
    return _read(body, "utf-8", "", problem=f"unknown charset {unknown[:40]}" if unknown else "")


def _known(name: str) -> str:
    """Return our name of a declared charset, empty for one that is not believed."""
    plain = name.strip().strip("\"'").lower().replace("_", "-")
    if plain in {"utf-8", "utf8"}:
        return "utf-8"
    if plain in _ASCII_NAMES:
        return FALLBACK
    aliases = {"shift-jis": "shift_jis", "sjis": "shift_jis", "utf-16": "utf-16-le"}
    plain = aliases.get(plain, plain)
    return plain if plain in _SINGLE_BYTE or plain in _MULTI_BYTE else ""


def _read(
    body: bytes, name: str, declared: str, *, skip: int = 0, problem: str = ""
) -> DecodedBody:
    if name == "utf-8":
        return _read_utf8(body, declared, skip, problem)
    if name in _MULTI_BYTE:
        return _read_stepwise(body, name, skip)
    return DecodedBody(_single_byte(body, name), name, problem)


def _single_byte(body: bytes, name: str) -> str:
    """Decode one byte a character; bytes without a meaning become the C1 controls."""
    text = body.decode(name, "surrogateescape")
    return re.sub("[\udc80-\udcff]", lambda match: chr(ord(match.group()) - 0xDC00), text)


def _read_utf8(body: bytes, declared: str, skip: int, problem: str) -> DecodedBody:
    text = body[skip:].decode("utf-8", "surrogateescape")
    if text.isascii():
        return DecodedBody(text, "utf-8", problem, first_byte=skip)
    wide = [(match.start(), _extra_bytes(match.group())) for match in _BEYOND_ASCII.finditer(text)]
    n_bad = sum(extra == 0 for _index, extra in wide)
    if n_bad > len(wide) - n_bad and not skip:
        named = f"declared {declared}, read as {FALLBACK}" if declared else problem
        if not named and _FOREIGN.search(body):
            named = f"none declared, read as {FALLBACK}: this may be another alphabet"
        return DecodedBody(_single_byte(body, FALLBACK), FALLBACK, named)
    if n_bad:
        problem = f"{n_bad} bytes are not valid utf-8"
        text = re.sub("[\udc80-\udcff]", "\ufffd", text)
    extras = list(accumulate(extra for _index, extra in wide))
    return DecodedBody(text, "utf-8", problem, [index for index, _extra in wide], extras, (), skip)


def _extra_bytes(character: str) -> int:
    """Return how many bytes beyond the first a character has; 0 marks a byte that is not UTF-8."""
    point = ord(character)
    if 0xDC80 <= point <= 0xDCFF:  # noqa: PLR2004 - the range of Python's surrogateescape
        return 0
    return len(character.encode("utf-8")) - 1


def _read_stepwise(body: bytes, name: str, skip: int) -> DecodedBody:
    """Decode byte by byte, noting where each character begins (rare charsets only)."""
    decoder = codecs.getincrementaldecoder(name)("replace")
    characters: list[str] = []
    offsets: list[int] = []
    begin = skip
    for index in range(skip, len(body)):
        piece = decoder.decode(body[index : index + 1], final=index + 1 == len(body))
        if piece:
            characters.append(piece)
            offsets += [begin] * len(piece)
            begin = index + 1
    offsets.append(len(body))
    text = "".join(characters)
    n_bad = text.count("\ufffd")
    problem = f"{n_bad} characters are not valid {name}" if n_bad else ""
    return DecodedBody(text, name, problem, offsets=offsets)
