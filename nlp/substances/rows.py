# SPDX-License-Identifier: AGPL-3.0-or-later
"""Mentions to rows: one for each substance of a listing, with its schedules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nlp.lexicon.loading import Lexicon
from nlp.model import Place, SubstanceFound
from nlp.substances.candidates import Candidate

STATUS_ORDER = ("stated", "implied", "declared", "negated", "mentioned")  # the firmest first
SPOKEN_OF = ("stated", "implied", "negated")


@dataclass(frozen=True, slots=True)
class Declared:
    """The substance that the market's category names, and where in the category."""

    substance: str
    place: Place


def substance_rows(
    lexicon: Lexicon,
    mentions: Sequence[Candidate],
    declared: Declared | None,
) -> list[SubstanceFound]:
    """Return one row per substance with the firmest of its statuses, in reading order.

    ``declared`` is a row of its own where the texts neither offer nor deny it.
    """
    best: dict[str, Candidate] = {}
    for candidate in mentions:
        held = best.get(candidate.term.substance)
        if held is None or _rank(candidate) < _rank(held):
            best[candidate.term.substance] = candidate
    rows = [_row(lexicon, candidate) for candidate in best.values()]
    if declared is None or any(r.id == declared.substance and r.status in SPOKEN_OF for r in rows):
        return rows
    rows = [row for row in rows if row.id != declared.substance]
    place = declared.place
    return [*rows, _found(lexicon, declared.substance, "declared", place, "market", "strong")]


def _rank(candidate: Candidate) -> int:
    return STATUS_ORDER.index(candidate.status)


def _row(lexicon: Lexicon, candidate: Candidate) -> SubstanceFound:
    term = candidate.term
    place = candidate.field.place_of(candidate.match.start, candidate.match.end)
    return _found(lexicon, term.substance, candidate.status, place, term.source, term.ambiguity)


def _found(
    lexicon: Lexicon, substance: str, status: str, place: Place, source: str, ambiguity: str
) -> SubstanceFound:
    known = lexicon.substances[substance]
    return SubstanceFound(
        id=known.id,
        name=known.name,
        unii=known.unii,
        status=status,
        schedules=lexicon.schedules.get(substance, lexicon.not_listed),
        place=place,
        term_source=source,
        ambiguity=ambiguity,
    )
