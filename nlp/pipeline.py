# SPDX-License-Identifier: AGPL-3.0-or-later
"""Finding the terms of a lexicon in the tokens of a normal text.

No trained model: a reading depends on the lexicon alone and can be made again.  Terms
are looked up by their first word, longest first (docs/adr/0037).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nlp.lexicon import Lexicon, Term
from nlp.lexing import Token, tokenize
from nlp.text import normalize

# Signs inside a name that sellers write or leave out ("2c-b", "2 c b", "m.d.m.a").
JOINERS = frozenset("-_'’/.,()")
MAX_TERM_TOKENS = 12
SHORTEST_JOINED = 3  # "2cb"; shorter joined names would be ordinary words
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TermMatch:
    """A lexicon term at [start, end) of a normal text."""

    start: int
    end: int
    terms: tuple[Term, ...]


class TermPipeline:
    """Finds the terms of a lexicon in tokens of normal text."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._by_key: dict[Key, tuple[Term, ...]] = {}
        for term in lexicon.terms:
            for key in _keys(term.term):
                self._by_key[key] = (*self._by_key.get(key, ()), term)
        lengths: dict[str, set[int]] = {}
        for key in self._by_key:
            lengths.setdefault(key[0], set()).add(len(key))
        self._lengths = {first: tuple(sorted(known)) for first, known in lengths.items()}

    def find(self, tokens: list[Token]) -> list[TermMatch]:
        """Return the longest matches, left to right, none inside another."""
        stream = _stream(tokens)
        words = [token.text for token in stream]
        found = []
        for first, last in _apart(self._all(words)):
            terms = self._by_key[tuple(words[first:last])]
            found.append(TermMatch(stream[first].start, stream[last - 1].end, terms))
        return found

    def _all(self, words: list[str]) -> Iterator[tuple[int, int]]:
        """Yield [first, last) of every term, also of those inside another."""
        by_key, lengths, n_words = self._by_key, self._lengths, len(words)
        for first, word in enumerate(words):
            if word not in lengths:
                continue
            for length in lengths[word]:
                last = first + length
                if last <= n_words and tuple(words[first:last]) in by_key:
                    yield first, last


def _apart(matches: Iterator[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the matches that do not overlap: the longer one first, then the earlier one."""
    kept: list[tuple[int, int]] = []
    taken: set[int] = set()
    for first, last in sorted(matches, key=_longest_first):
        if first in taken or last - 1 in taken:
            continue
        taken.update(range(first, last))
        kept.append((first, last))
    return sorted(kept)


def _longest_first(match: tuple[int, int]) -> tuple[int, int]:
    first, last = match
    return first - last, first


def _stream(tokens: list[Token]) -> list[Token]:
    """Return the tokens that terms are matched on: joiners inside a name left out."""
    return [
        token
        for index, token in enumerate(tokens)
        if token.kind != "sign" or token.text not in JOINERS or not _inside(tokens, index)
    ]


def _inside(tokens: list[Token], index: int) -> bool:
    """Whether the sign at ``index`` touches a word or number on both sides."""
    if not 0 < index < len(tokens) - 1:
        return False
    before, sign, after = tokens[index - 1 : index + 2]
    return before.end == sign.start and after.start == sign.end and after.kind != "nl"


def _keys(term: str) -> set[tuple[str, ...]]:
    """Return the token keys of a term: as written, and without its inner signs."""
    normal = normalize(term).normal
    written = tuple(token.text for token in _stream(tokenize(normal)))
    keys = {written}
    if any(character in "-_ " for character in normal):
        bare = normal.replace("-", "").replace(" ", "").replace("_", "")
        if len(bare) >= SHORTEST_JOINED and (len(bare) > SHORTEST_JOINED or bare[0].isdigit()):
            keys.add(tuple(token.text for token in _stream(tokenize(bare))))
    return {key for key in keys if 0 < len(key) <= MAX_TERM_TOKENS}
