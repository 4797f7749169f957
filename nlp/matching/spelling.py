# SPDX-License-Identifier: AGPL-3.0-or-later
"""Names that are hidden or misspelt: "c0caine", "c o k e", "coc*ine", "herion".

A disguised spelling names its term as it stands.  A slip of one letter in a title is
weaker: it counts only where a quantity or a price stands near and nothing else is named.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from nlp.lexicon.loading import Term

Terms = tuple[Term, ...]
LEET = str.maketrans("01345@$!", "oieasasi")
SECOND_LEET = str.maketrans("01345@$!", "oleasasl")  # "1" stands for i or l
# Figures and signs that stand for letters, before a letter; the word around them is looked at.
# (Its first sign stands apart: a pattern that begins with a set is searched quickly.)
HIDDEN = re.compile(r"[01345@$!][01345@$!]{0,2}(?=[a-z])")
LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz01345@$!")
LONGEST_HIDDEN = 16
SPACED = re.compile(r"(?<![^\W_])(?:[a-z0-9][ ._*-]{1,2}){2,14}[a-z0-9](?![^\W_])")
# Two letters alone, which every spaced word ends with.
LETTERS_ALONE = re.compile(r"[ ._*-][a-z0-9][ ._*-]{1,2}[a-z0-9](?![^\W_])")
STARRED = re.compile(r"\*(?=[a-z])")
MASKED = re.compile(r"[a-z]{1,14}\*[a-z]{1,14}")
WORD = re.compile(r"(?<![^\W_])[a-z]{6,24}(?![^\W_])")
SHORTEST_DISGUISED = 4
SHORTEST_SPACED = 3
SHORTEST_SLIP = 6
SLIPS_KEPT = 20_000
SHORTEST_CHANGED = 8
SLIP_KINDS = ("inn", "brand", "street", "code")


@dataclass(frozen=True, slots=True)
class Spelt:
    """Terms that stand disguised at [start, end) of a normal text."""

    start: int
    end: int
    terms: Terms


class Spellings:
    """Finds the single-word terms of a lexicon in other spellings."""

    def __init__(self, words: Mapping[str, Terms]) -> None:
        self._words = {w: t for w, t in words.items() if len(w) >= SHORTEST_SPACED}
        self._cut: dict[str, set[str]] = {}
        self._meant = lru_cache(maxsize=SLIPS_KEPT)(self._near)  # listings share their words
        for word, terms in words.items():
            if len(word) >= SHORTEST_SLIP and word.isalpha() and _firm(terms):
                for short in (word, *_cuts(word)):
                    self._cut.setdefault(short, set()).add(word)

    def find(self, normal: str, *, slips: bool) -> list[Spelt]:
        """Return what is found in a normal text; ``slips`` also looks for lost letters."""
        found = [*self._disguised(normal)]
        if LETTERS_ALONE.search(normal):
            found += self._spaced(normal)
        if "*" in normal:
            found += self._starred(normal)
        if slips:
            found += self._slips(normal)
        return sorted(found, key=lambda spelt: (spelt.start, -spelt.end))

    def _disguised(self, normal: str) -> Iterator[Spelt]:
        seen = 0
        for match in HIDDEN.finditer(normal):
            start, end = _word_around(normal, max(seen, match.start() - LONGEST_HIDDEN), match)
            written = normal[start:end].rstrip("!")
            if end <= seen or written in self._words:
                continue
            seen = end
            for table in (LEET, SECOND_LEET):
                word = written.translate(table)
                if len(word) >= SHORTEST_DISGUISED and word in self._words:
                    yield Spelt(start, start + len(written), self._words[word])
                    break

    def _spaced(self, normal: str) -> Iterator[Spelt]:
        for match in SPACED.finditer(normal):
            places = [i for i in range(match.start(), match.end()) if normal[i].isalnum()]
            letters = "".join(normal[i] for i in places)
            for size, first in _slices(len(letters)):
                word = letters[first : first + size]
                if word in self._words and not word.isdigit():
                    end = places[first + size - 1] + 1
                    yield Spelt(places[first], end, self._words[word])
                    break

    def _starred(self, normal: str) -> Iterator[Spelt]:
        for star in STARRED.finditer(normal):
            first = star.start()
            while (
                first > 0 and star.start() - first < LONGEST_HIDDEN and normal[first - 1] in LETTERS
            ):
                first -= 1
            match = MASKED.match(normal, first)
            if match is None or normal[match.end() : match.end() + 1].isalnum():
                continue
            at = match.group().index("*")
            short = match.group().replace("*", "")
            fits = [w for w in sorted(self._cut.get(short, ())) if w[:at] + w[at + 1 :] == short]
            if len({t.substance for w in fits for t in self._words[w]}) == 1:
                yield Spelt(match.start(), match.end(), self._words[fits[0]])

    def _may_change(self, word: str) -> bool:
        """Whether a changed letter is a slip: of a long name that is no brand ("heroic")."""
        brand = any(term.kind == "brand" for term in self._words[word])
        return len(word) >= SHORTEST_CHANGED and not brand

    def _slips(self, normal: str) -> Iterator[Spelt]:
        for match in WORD.finditer(normal):
            word = match.group()
            if word in self._words:
                continue
            terms = self._meant(word)
            if terms:
                yield Spelt(match.start(), match.end(), terms)

    def _near(self, word: str) -> Terms:
        """Return the terms of the one substance that a word is a slip of; none: empty."""
        near = sorted({w for cut in (word, *_cuts(word)) for w in self._cut.get(cut, ())})
        near = [w for w in near if w[0] == word[0] and _one_slip(w, word)]
        near = [w for w in near if self._may_change(w) or not _one_changed(w, word)]
        one = len({t.substance for w in near for t in self._words[w]}) == 1
        return tuple(_weak(self._words[near[0]])) if one else ()


def _word_around(normal: str, low: int, match: re.Match[str]) -> tuple[int, int]:
    """Return the word of letters and their disguises around a match; empty where it goes on."""
    start, end = match.start(), match.end()
    high = min(len(normal), end + LONGEST_HIDDEN)
    while start > low and normal[start - 1] in LETTERS:
        start -= 1
    while end < high and normal[end] in LETTERS:
        end += 1
    before = start > 0 and normal[start - 1].isalnum()
    after = end < len(normal) and normal[end].isalnum()
    return (end, end) if before or after else (start, end)


def _one_changed(one: str, other: str) -> bool:
    return len(one) == len(other) and sum(a != b for a, b in zip(one, other, strict=True)) == 1


def _weak(terms: Sequence[Term]) -> Iterable[Term]:
    """Return the terms as words that need a quantity or a price near them."""
    return (replace(t, kind="street", ambiguity="needs_context", context="offer") for t in terms)


def _firm(terms: Terms) -> bool:
    return all(
        t.ambiguity == "strong" and t.kind in SLIP_KINDS and " " not in t.term for t in terms
    )


def _cuts(word: str) -> list[str]:
    """Return the word without one of its letters, for each letter."""
    return [word[:i] + word[i + 1 :] for i in range(len(word))]


def _slices(length: int) -> Iterator[tuple[int, int]]:
    """Yield (size, first) of every part of spaced letters, the longest first."""
    for size in range(length, SHORTEST_SPACED - 1, -1):
        for first in range(length - size + 1):
            yield size, first


def _one_slip(one: str, other: str) -> bool:
    """Whether one letter was lost, added, changed, or two neighbours changed places."""
    if len(one) != len(other):
        short, long = sorted((one, other), key=len)
        return len(long) - len(short) == 1 and short in _cuts(long)
    wrong = [i for i in range(len(one)) if one[i] != other[i]]
    if len(wrong) == 1:
        return True
    swapped = len(wrong) == 2 and wrong[1] == wrong[0] + 1  # noqa: PLR2004 - two neighbours
    return swapped and one[wrong[0]] == other[wrong[1]] and one[wrong[1]] == other[wrong[0]]
