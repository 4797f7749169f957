# SPDX-License-Identifier: AGPL-3.0-or-later
"""Normal form of a text, with the way back to the original code points.

The normal form is what terms and grammar are matched on: NFKC, lower case, no
accents, no invisible characters, look-alike letters as Latin ones, fractions as
``1/2``.  Each of its characters remembers the original code points it came from.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from dataclasses import dataclass
from functools import cache

MAX_CODE_POINTS = 1_000_000
JOINER = "\u2060"  # nothing, and belongs to what stands before it

# Letters that look Latin; they are replaced only in a word that also holds Latin letters.
LOOK_ALIKES = str.maketrans(
    "АВЕКМНОРСТУХІЈЅаеорсухіјѕԁΑΒΕΖΗΙΚΜΝΟΡΤΥΧαοινρ",
    "ABEKMHOPCTYXIJSaeopcyxijsdABEZHIKMNOPTYXaoivp",
)
_LOOK_ALIKE = re.compile(f"[{''.join(map(chr, LOOK_ALIKES))}]")
FRACTIONS = ("0.", "1/", "2/", "3/", "4/", "5/", "7/")
PLAIN = {
    "\u2044": "/",
    "\u2215": "/",
    "\u00d7": "x",
    "\u2715": "x",
    "\u2716": "x",
    "\u03bc": "u",
    "\u00b5": "u",
    "\u2018": "'",
    "\u2019": "'",
    "\u02bc": "'",
    "\u201c": '"',
    "\u201d": '"',
    "\u2010": "-",
    "\u2011": "-",
    "\u2012": "-",
    "\u2013": "-",
    "\u2014": "-",
    "\u2212": "-",
    "\u00df": "ss",
    "\u2150": "0.143",  # a seventh, a ninth, a tenth: "1/10" would be two options
    "\u2151": "0.111",
    "\u2152": "0.1",
    "\u2189": "0",
}


@dataclass(frozen=True, slots=True)
class NormalText:
    """A text and its normal form.

    ``starts[i]`` and ``ends[i]`` are the original code points [start, end) of the
    character ``i`` of ``normal``; both are empty where the two texts are aligned
    one to one.
    """

    original: str
    normal: str
    starts: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the original [start, end) of the normal [start, end); not empty."""
        if not self.starts:
            return start, end
        return self.starts[start], self.ends[end - 1]

    def at(self, point: int) -> int:
        """Return the normal character that holds or follows the original code point."""
        return bisect_left(self.ends, point + 1) if self.starts else min(point, len(self.normal))

    def cut(self, start: int, end: int) -> str:
        """Return the original text of the normal [start, end); "" where that is empty."""
        if start >= end:
            return ""
        first, last = self.span(start, end)
        return self.original[first:last]


def normalize(text: str) -> NormalText:
    """Return the normal form of ``text`` with its alignment."""
    if text.isascii():
        return NormalText(text, text.lower())
    source = _latin_words(text)
    joined = source.translate(_TABLE)
    if _TABLE.moving.isdisjoint(source):  # one for one: nothing moved
        return NormalText(text, joined)
    return _aligned(text, source)


def _aligned(text: str, source: str) -> NormalText:
    """Return the normal text where characters became none or several."""
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    for index in [i for i, character in enumerate(source) if character in _TABLE.moving]:
        if at < index:
            pieces.append(source[at:index].translate(_TABLE))
            starts += range(at, index)
            ends += range(at + 1, index + 1)
        at = index + 1
        parts = _plain(source[index])
        if parts[:2] in FRACTIONS and pieces and pieces[-1][-1].isdigit():
            parts = " " + parts  # "1½" is one and a half
        if not parts and ends and (source[index] == JOINER or unicodedata.combining(source[index])):
            ends[-1] = index + 1
        if parts:
            pieces.append(parts)
            starts += [index] * len(parts)
            ends += [index + 1] * len(parts)
    pieces.append(source[at:].translate(_TABLE))
    starts += range(at, len(source))
    ends += range(at + 1, len(source) + 1)
    return NormalText(text, "".join(pieces), tuple(starts), tuple(ends))


class _Table(dict[int, str]):
    """What each code point becomes; ``moving`` are those that become none or several.

    Filled as code points are met, so that a text is translated by the interpreter itself.
    """

    def __init__(self) -> None:
        super().__init__()
        self.moving: set[str] = set()

    def __missing__(self, point: int) -> str:
        parts = self[point] = _plain(chr(point))
        if len(parts) != 1:
            self.moving.add(chr(point))
        return parts


_TABLE = _Table()


@cache
def _plain(character: str) -> str:
    """Return the normal form of one code point: possibly empty, possibly several."""
    if character.isascii():
        return character.lower()
    if character in PLAIN:
        return PLAIN[character]
    category = unicodedata.category(character)
    if category in ("Cf", "Mn", "Me", "Cc", "Cs"):
        return ""
    if category == "Nd":
        return str(unicodedata.digit(character))
    decomposed = unicodedata.normalize("NFKD", character)
    kept = "".join(c for c in decomposed if not unicodedata.combining(c))
    folded = kept.casefold()
    return "".join(PLAIN.get(c, c) for c in folded) or " "


def _latin_words(text: str) -> str:
    """Return ``text`` with look-alike letters replaced in words that mix scripts."""
    if _LOOK_ALIKE.search(text) is None:
        return text
    mapped = text.translate(LOOK_ALIKES)
    out: list[str] = []
    start = 0
    for index in range(len(text) + 1):
        if index < len(text) and (text[index].isalnum() or _invisible(text[index])):
            continue
        word = text[start:index]
        latin = any(c.isascii() and c.isalnum() for c in word)
        out.append(mapped[start:index] if latin else word)
        out.append(text[index : index + 1])
        start = index + 1
    return "".join(out)


def _invisible(character: str) -> bool:
    return unicodedata.category(character) == "Cf"
