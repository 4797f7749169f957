# SPDX-License-Identifier: AGPL-3.0-or-later
"""Finding the terms of a lexicon in the tokens of a normal text.

No trained model: a reading depends on the lexicon alone and can be made again.  Terms
are looked up by their first word, longest first (docs/adr/0037).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from nlp.lexicon.loading import Lexicon, Term
from nlp.matching.spelling import Spellings
from nlp.matching.term_keys import Key, keys_of, stream
from nlp.text.lexing import Token

SHORTEST_PLURAL = 5
NAMED = ("inn", "brand", "combination")  # kinds that stand in the plural too
SHORTEST_PREFIX = 3  # "acetyl fentanyl": letters before the name that it ends in
SHORTEST_PARENT = 6


class TermMatch(NamedTuple):
    """A lexicon term at [start, end) of a normal text."""

    start: int
    end: int
    terms: tuple[Term, ...]


class TermMatcher:
    """Finds the terms of a lexicon in tokens of normal text."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._by_key: dict[Key, tuple[Term, ...]] = {}
        for term in lexicon.terms:
            for key in keys_of(term.term):
                self._by_key[key] = (*self._by_key.get(key, ()), term)
        self._with_plurals()
        self._with_parts()
        words = {key[0]: terms for key, terms in self._by_key.items() if len(key) == 1}
        codes = {"".join(key): terms for key, terms in self._by_key.items() if _is_code(key)}
        self._spellings = Spellings(codes | words)
        lengths: dict[str, set[int]] = {}
        for key in self._by_key:
            lengths.setdefault(key[0], set()).add(len(key))
        self._lengths = {first: tuple(sorted(known)) for first, known in lengths.items()}

    def _with_plurals(self) -> None:
        """Let a medicine or INN stand in the plural of English ("hydrocodones")."""
        for key, terms in list(self._by_key.items()):
            word = key[0]
            plain = len(key) == 1 and len(word) >= SHORTEST_PLURAL and word.isalpha()
            named = all(t.kind in NAMED and t.ambiguity == "strong" for t in terms)
            if plain and named and not word.endswith("s"):
                self._by_key.setdefault((word + "s",), terms)

    def _with_parts(self) -> None:
        """Let a name that ends in another be written in two words ("acetyl fentanyl")."""
        names = {key[0] for key, terms in self._by_key.items() if len(key) == 1 and _is_name(terms)}
        for name in sorted(names):
            for at in range(SHORTEST_PREFIX, len(name) - SHORTEST_PARENT + 1):
                if name[at:] in names:
                    self._by_key.setdefault((name[:at], name[at:]), self._by_key[(name,)])

    def find(self, tokens: list[Token], normal: str, *, slips: bool) -> list[TermMatch]:
        """Return the longest matches, left to right, none inside another.

        Disguised spellings are found in ``normal``, the text of the tokens; with
        ``slips`` misspelt names too.
        """
        exact = self._exact(tokens)
        spelt = [
            TermMatch(s.start, s.end, s.terms) for s in self._spellings.find(normal, slips=slips)
        ]
        return _together(exact, spelt) if spelt else exact

    def _exact(self, tokens: list[Token]) -> list[TermMatch]:
        kept = stream(tokens)
        words = [token[1] for token in kept]
        found = []
        for first, last in _apart(self._all(words)):
            terms = self._by_key[tuple(words[first:last])]
            found.append(TermMatch(kept[first].start, kept[last - 1].end, terms))
        return found

    def _all(self, words: list[str]) -> Iterator[tuple[int, int]]:
        """Yield [first, last) of every term, also of those inside another."""
        by_key, lengths, n_words = self._by_key, self._lengths, len(words)
        for first in [n for n, word in enumerate(words) if word in lengths]:
            for length in lengths[words[first]]:
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


def _together(exact: list[TermMatch], spelt: list[TermMatch]) -> list[TermMatch]:
    """Return all matches in order; a spelling counts only where it is no part of a name."""
    kept: list[TermMatch] = []
    for match in sorted((*exact, *spelt), key=lambda m: (m.start, -m.end)):
        if not kept or match.start >= kept[-1].end:
            kept.append(match)
    return kept


def _is_name(terms: tuple[Term, ...]) -> bool:
    return all(t.kind in ("inn", "code") and t.ambiguity == "strong" for t in terms)


def _is_code(key: tuple[str, ...]) -> bool:
    """Whether the key is a code of single letters and figures ("2", "c", "b")."""
    return len(key) > 1 and all(len(word) <= 2 for word in key)  # noqa: PLR2004 - "25", "dmt" no
