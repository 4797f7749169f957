# SPDX-License-Identifier: AGPL-3.0-or-later
"""From term matches to substances with a status (``nlp.lexicon.v1``).

``stated``: on offer and named; ``implied``: only a stamp or strain; ``mentioned``:
named, not offered; ``negated``: said to be absent; ``declared``: only the category.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from nlp.lexicon.grammar import Grammar
from nlp.lexicon.loading import Lexicon
from nlp.matching.terms import TermMatch
from nlp.scanning.fields import FieldText
from nlp.substances.beside_title import BesideTitle, carried_back, listed_in_profile
from nlp.substances.candidates import (
    COMBINATION,
    Candidate,
    Choice,
    ListingContext,
    heads,
    listed_with_strong,
    preferred,
)
from nlp.substances.cannabis import CannabisWords
from nlp.substances.clauses import Clauses, ClauseWords
from nlp.substances.contents import Contained
from nlp.substances.holding import Holding, Weighing, counts, fits
from nlp.substances.instructions import Instructions
from nlp.substances.statuses import StatusReader


class MentionReader:
    """Decides what the matches of a listing say."""

    def __init__(self, lexicon: Lexicon, grammar: Grammar) -> None:
        section = lexicon.grammar
        self._lists = frozenset(section["between"]["lists"])
        self._plus = frozenset(section["joining"]["plus"])
        self._words = ClauseWords(section)
        self._statuses = StatusReader(grammar, section)
        self._beside = BesideTitle(grammar, self._statuses, section["adulterants"]["cuts"])
        self._holding = Holding(lexicon, grammar)
        self._cannabis = CannabisWords(self._plus, frozenset(section["joining"]["oils"]))
        self._contained = Contained(section)
        self._instructions = Instructions(lexicon.goods["instructions"])
        self._blocked = _blocked(section["blocked"]["phrases"])
        self._cannabis_snow = frozenset(section["blocked"]["cannabis_snow"])

    def read(self, fields: Sequence[FieldText], known: ListingContext) -> list[Candidate]:
        """Return the mentions of all fields that hold, in reading order."""
        words = self._words.of(known.language)
        some = any(f.matches for f in fields)
        read = [f for f in fields if f.matches or (some and f.name == "title")]
        clauses = {id(f): Clauses(f, words) for f in read}
        found = [c for here in clauses.values() for c in self._of_field(here, known.language)]
        found = self._beside.doubted(carried_back(found, self._lists), clauses)
        held = self._holding_of(found, known, clauses)
        held = self._cannabis.collapsed(self._cannabis.without_contents(held))
        held = self._holding.without_pieces(held)
        if known.other_goods:
            held = self._beside.for_tools(held, clauses)
        held = self._beside.settled(held, clauses, known.declared)
        held = self._instructions.only_mentioned(held, fields) if held else held
        return self._contained.left_out(held)

    def _holding_of(
        self, found: list[Candidate], known: ListingContext, clauses: Mapping[int, Clauses]
    ) -> list[Candidate]:
        """Return what is read of ``found``, each word as what it means in this listing."""
        strong = {c.term.substance for c in found if counts(c)}
        found = [c for c in map(Choice(strong, known).of, found) if c is not None]
        found = [_settled(c, strong | known.declared) for c in found]
        listed = listed_with_strong(found, self._lists)
        if any(c.field.name == "profile" for c in found):
            listed |= listed_in_profile(
                found, [c.term.ambiguity == "strong" or fits(c, known) for c in found]
            )
        sold = {
            c.term.substance
            for c in found
            if counts(c) and self._beside.is_sold(c, clauses[id(c.field)])
        }
        weighing = Weighing(self._holding, known, found, strong, sold)
        held = [c for c in found if weighing.holds(c) or (id(c) in listed and fits(c, known))]
        return heads(held, self._plus)

    def _of_field(self, here: Clauses, language: str | None) -> Iterable[Candidate]:
        previous: Candidate | None = None
        field = here.field
        for match in field.matches:
            if self._is_blocked(field, match):
                continue
            term = preferred(match.terms, language)
            place = field.token_at(match.start), field.token_at(match.end)
            status = self._statuses.of(here, place, term.substance, previous) or term.status
            candidate = Candidate(term, status, field, match)
            if previous is None or term.ambiguity == "strong" or status != term.status:
                previous = candidate  # "X ran dry, Y too": "dry" is no name in the list
            yield candidate
            if status == term.status:
                for second in match.terms:
                    if second.kind == COMBINATION:
                        yield Candidate(second, status, field, match)

    def _is_blocked(self, field: FieldText, match: TermMatch) -> bool:
        """Whether the match lies in a phrase that only looks like a substance."""
        index = field.token_at(match.start)
        tokens = field.tokens
        for phrase, shift in self._blocked.get(tokens[index].text, ()):
            start = index - shift
            words = tuple(token.text for token in tokens[max(0, start) : start + len(phrase)])
            if start >= 0 and words == phrase:
                return match.end <= tokens[start + len(phrase) - 1].end
        snow = tokens[index].text == "snow"
        return snow and index > 0 and tokens[index - 1].text in self._cannabis_snow


def _blocked(phrases: Iterable[str]) -> dict[str, list[tuple[tuple[str, ...], int]]]:
    """Return, for each word, the phrases that it stands in and its place in them."""
    found: dict[str, list[tuple[tuple[str, ...], int]]] = {}
    for phrase in phrases:
        words = tuple(phrase.split())
        for shift, word in enumerate(words):
            found.setdefault(word, []).append((words, shift))
    return found


def _settled(candidate: Candidate, known: set[str]) -> Candidate:
    """Return an ambiguous word as the substance that the listing names otherwise."""
    term = candidate.term
    open_ = [t for t in candidate.match.terms if t.substance != term.substance]
    if all(t.ambiguity == "strong" for t in open_) and (
        term.ambiguity == "strong" or term.substance in known
    ):
        return candidate
    known = known - {term.substance}
    other = next((t for t in candidate.match.terms if t.substance in known), None)
    if other is None:
        return candidate
    status = other.status if candidate.status == term.status else candidate.status
    return Candidate(other, status, candidate.field, candidate.match)
