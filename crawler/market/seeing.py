# SPDX-License-Identifier: AGPL-3.0-or-later
"""Fields that a profile names by label, or reads in a form ("handle", "path", "money")."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crawler.market.forms import steps_of, without
from crawler.market.guessing.judging import judge_page
from crawler.market.guessing.prices import LONG_LINE, amounts_in
from crawler.market.guessing.reading import FIELDS, LEAST
from crawler.market.guessing.shipping import one_end, trimmed
from crawler.market.guessing.sight import Guess, Sight, best
from crawler.market.guessing.vendors import handle_in
from crawler.market.money import Money
from crawler.market.profile_words import ANY, GUESSED
from crawler.market.view import Segment
from crawler.market.words import plain
from vestigo.records.text import SourcedText

LEAST_OF_ANY = 3.5
NOT_THE_LISTING = frozenset({"related", "cards", "feedback", "account"})

LABELLED = frozenset(FIELDS)


def by_label(sight: Sight, field: str, labels: Sequence[str]) -> Guess | None:
    """Return what stands with one of ``labels`` as the value of a field, None where nothing does.

    ``*`` is any label that the vocabulary has for the field, ``?`` (where nothing else gave
    a value) whatever the reader without a profile would take, labelled or not.
    """
    known = {*labels, *(plain(label) for label in labels)}
    if sight.guessed is None:
        judge_page(sight)
    guesses = sight.guessed.all[field]
    found = best((one for one in guesses if one.label in known), LEAST[field])
    if found is None and ANY in labels:
        found = best((one for one in guesses if one.label), max(LEAST[field], LEAST_OF_ANY))
    if found is None and GUESSED in labels and is_listing(sight):
        return best(guesses, LEAST[field])
    return found


def is_listing(sight: Sight) -> bool:
    """Return whether the reader without a profile takes the page for a listing."""
    if not sight.kind:
        judge_page(sight)
    return sight.kind == "listing"


def beside_label(sight: Sight, labels: Sequence[str]) -> list[Segment]:
    """Return the text beside one of ``labels`` as it stands, for fields of a person's own."""
    known = {*labels, *(plain(label) for label in labels)}
    found = [one for one in sight.labels if one.label in known and one.value]
    found = [one for one in found if not sight.view.zones(one.at.holder) & NOT_THE_LISTING]
    return found[0].value if found else []


def texts_at(sight: Sight, nodes: Sequence[Any], form: str, title: str = "") -> list[SourcedText]:
    """Return the texts of a field of a certain form at ``nodes`` (several for a path)."""
    for element in outside_others(sight, nodes):
        segments = segments_at(sight, element, form, title)
        if form == "path" and segments:
            return [sight.view.sourced([one]) for one in segments]
        if segments:
            return [sight.view.sourced(segments)]
    return []


def segments_at(sight: Sight, element: Any, form: str, title: str = "") -> list[Segment]:
    """Return the part of an element that is the value in that form."""
    inside = sight.view.inside(element)
    if inside and form == "path":
        return without(steps_of(sight.view, inside, title), title)
    if inside and form == "handle":
        return handle_in(inside)
    if form == "own":
        own = [one for one in inside if one.holder is element]
        return [one for one in own if one.leaf is own[0].leaf]
    if form in ("from", "to"):
        return one_end(sight, inside, f"ships_{form}")
    return trimmed(inside) if inside and form == "place" else inside


def money_at(
    sight: Sight, nodes: Sequence[Any], decimal: str, currency: str
) -> tuple[Money, SourcedText] | None:
    """Return the first amount at ``nodes``, outside of other listings and feedback."""
    for element in outside_others(sight, nodes):
        inside = [
            one
            for one in sight.view.inside(element)
            if "struck" not in sight.view.zones(one.holder)
        ]
        if sum(len(one.text) for one in inside) > LONG_LINE:
            told = _best_inside(sight, {one.number for one in inside})
            if told is not None:
                return told.value, sight.view.sourced(told.segments)
            continue
        for found in amounts_in(inside, currency, decimal):
            return found.money, sight.view.sourced(found.segments)
    return None


def _best_inside(sight: Sight, numbers: set[int]) -> Guess | None:
    """Return what of a long text is most likely a price: not the first amount of a story."""
    judge_page(sight)
    inside = (one for one in sight.guessed.all["price"] if one.segments[0].number in numbers)
    return best(inside, LEAST["price"])


def outside_others(sight: Sight, nodes: Sequence[Any]) -> list[Any]:
    """Return the elements that do not stand among other listings, feedback or the account."""
    elements = [node.getparent() if hasattr(node, "is_text") else node for node in nodes]
    return [one for one in elements if not sight.view.zones(one) & NOT_THE_LISTING]
