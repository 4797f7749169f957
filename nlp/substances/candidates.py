# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a match may mean, and how the rest of a listing chooses among several meanings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from nlp.lexicon.loading import Term
from nlp.matching.terms import TermMatch
from nlp.scanning.fields import FieldText

CANNABIS = ("cannabis", "cannabis_resin", "cannabis_concentrate")
CONTENTS = ("thc", "cbd")
OFFERED = ("stated", "implied")
COMBINATION = "combination"  # kind of a term: the second substance of a medicine of two
TWO = 2
BY_MICROGRAM = ("lsd", "1p_lsd", "25i_nbome")
SMALLEST_OF_PILLS = 3  # mg
RADICALS = ("methoxy", "ethoxy", "fluoro", "chloro", "bromo", "iodo", "hydroxy", "acetoxy",
            "butyryl", "butyr", "valeryl", "acryl", "furanyl", "propionyl", "nitro")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Candidate:
    """One reading of a match: the term, its status and where it stands."""

    term: Term
    status: str
    field: FieldText
    match: TermMatch


@dataclass(frozen=True, slots=True)
class ListingContext:
    """What lets an ambiguous word be read as a substance."""

    declared: frozenset[str]
    drug_category: bool
    offers: bool
    language: str | None
    other_goods: bool = False  # category or title name tools, papers, weapons: no drugs


def heads(held: list[Candidate], plus: frozenset[str]) -> list[Candidate]:
    """Return the candidates without ambiguous words that only describe the one before them.

    "MD en piedra", "óxi pedra 10 g": one product, named by its first word.
    """
    kept: list[Candidate] = []
    for c in held:
        before = kept[-1] if kept else None
        product = before is not None and {before.term.substance, c.term.substance} <= set(CANNABIS)
        if product or c.term.ambiguity == "strong":
            if before is not None and not product and _adjective(before, c):
                kept.pop()
            kept.append(c)
            continue
        if before is not None and _describes(before, c, plus):
            continue
        kept.append(c)
    return kept


def _adjective(one: Candidate, two: Candidate) -> bool:
    """Whether an ambiguous word touches the name behind it: "weißes Heroin", "popo poppers"."""
    if one.field is not two.field or one.term.ambiguity == "strong":
        return False
    field = one.field
    return field.token_at(one.match.end) == field.token_at(two.match.start)


def _describes(one: Candidate, two: Candidate, plus: frozenset[str]) -> bool:
    """Whether ``two`` follows ``one`` as a word of the same name: no sign, number or "and"."""
    if one.field is not two.field or one.term.substance == two.term.substance:
        return False
    field = one.field
    between = range(field.token_at(one.match.end), field.token_at(two.match.start))
    if len(between) > 2:  # noqa: PLR2004 - "en piedra"
        return False
    return all(field.tokens[i].kind == "word" and field.text(i) not in plus for i in between)


def listed_with_strong(found: list[Candidate], joined: frozenset[str]) -> set[int]:
    """Return the ids of ambiguous words that stand in a list with a name: "haxixe, erva e MD"."""
    listed: set[int] = set()
    for order in (found, found[::-1]):
        for one, two in pairwise(order):
            field = one.field
            if two.term.ambiguity == "strong" or field is not two.field:
                continue
            if one.term.ambiguity != "strong" and id(one) not in listed:
                continue
            first, second = sorted((one, two), key=lambda c: c.match.start)
            between = range(field.token_at(first.match.end), field.token_at(second.match.start))
            if 0 < len(between) <= TWO and all(_joins(field, i, joined) for i in between):
                listed.add(id(two))
    return listed


def _joins(field: FieldText, index: int, joined: frozenset[str]) -> bool:
    """Whether a token joins names; a dash apart in a title parts what it tells ("MDMA - rocks")."""
    token = field.tokens[index]
    apart = token.start > field.tokens[index - 1].end
    return token.text in joined and not (token.text == "-" and apart and field.name == "title")


class Choice:
    """Chooses what a word of several substances means ("cristal", "pepas")."""

    def __init__(self, strong: set[str], known: ListingContext) -> None:
        self._known = strong | known.declared
        self._language = known.language

    def of(self, candidate: Candidate) -> Candidate | None:
        """Return the candidate as the rest of the listing decides it, None where nothing does."""
        if candidate.term.ambiguity == "strong":
            return candidate
        spoken = [t for t in candidate.match.terms if speakable(t, self._language)]
        if len({term.substance for term in spoken}) < TWO:
            return candidate
        known = [term for term in spoken if term.substance in self._known]
        term = known[0] if known else _of_dose(candidate.field, spoken)
        if term is None:
            return None
        status = candidate.status if candidate.status in ("mentioned", "negated") else term.status
        return Candidate(term, status, candidate.field, candidate.match)


def _of_dose(field: FieldText, terms: Sequence[Term]) -> Term | None:
    """Return the term whose substance is taken in the dose, or sold by the mass, of the field."""
    largest = field.largest_dose
    if largest is None and "mass" not in field.kinds:
        return None
    small = largest is not None and largest < SMALLEST_OF_PILLS
    fitting = [term for term in terms if (term.substance in BY_MICROGRAM) == small]
    return fitting[0] if len(fitting) == 1 else None


def speakable(term: Term, language: str | None) -> bool:
    """Whether the text can be in the term's language; ``open`` terms need not know it."""
    return term.language in ("en", language) or (language is None and term.context == "open")


def in_a_longer_name(candidate: Candidate) -> bool:
    """Whether "5-Methoxy-" or the like stands before: another substance than the one named."""
    field = candidate.field
    first = field.token_at(candidate.match.start)
    joined = first > 1 and field.text(first - 1) == "-"
    touching = joined and field.tokens[first - 2].end == candidate.match.start - 1
    return touching and field.text(first - 2).endswith(RADICALS)


def preferred(terms: Sequence[Term], language: str | None) -> Term:
    """Return the reading of an ambiguous match that is tried first."""
    if len(terms) == 1:
        return terms[0]
    return min(
        terms,
        key=lambda t: (
            t.kind == COMBINATION,
            t.ambiguity != "strong",
            t.language != language,
            t.language != "en",
            t.status != "stated",
            t.context == "same",
            t.substance,
            t.language,
        ),
    )


def is_share(candidate: Candidate) -> bool:
    """Whether a percentage stands before: "24% THC" is a content."""
    field = candidate.field
    return field.text(field.token_at(candidate.match.start) - 1) == "%"
