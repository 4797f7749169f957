# SPDX-License-Identifier: AGPL-3.0-or-later
"""The unit of the options that a menu names by a number alone ("10 for 45, 50 for 190")."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from nlp.lexicon.grammar import Grammar
from nlp.offers.segment_offers import OfferContext
from nlp.scanning.atoms import OPTION, Atom
from nlp.scanning.fields import FieldText

REACH = 6  # atoms back to what one piece holds
OUNCE = Decimal("28.35")
LARGEST_FRACTION = Decimal("0.5")


def settle_options(
    grammar: Grammar, fields: Sequence[FieldText], contexts: Mapping[str, OfferContext]
) -> None:
    """Give every bare option of the fields its kind: a count, grams, so many of the piece.

    The title says what one piece is ("1 g carts", "poppers 10 ml") or how much is in it.
    """
    title = next((field for field in fields if field.name == "title"), None)
    piece = _piece(grammar, title) if title is not None else None
    package = _only_measure(title) if title is not None else None
    kinds = {atom.kind for atom in title.atoms} if title is not None else set()
    by_weight = "mass" in kinds and not kinds & {"count", "dose"}
    for field in fields:
        context = contexts.get(field.name)
        if context is None or not any(_open(field, atom) for atom in field.atoms):
            continue
        weighed = context.loose or by_weight
        field.atoms = [
            _settled(
                grammar,
                field,
                number,
                context,
                package if atom.first in field.singles else piece,
                weighed=weighed,
            )
            if _open(field, atom)
            else atom
            for number, atom in enumerate(field.atoms)
        ]


def _open(field: FieldText, atom: Atom) -> bool:
    """Whether the atom says no unit: an option, or "5er" that may be grams."""
    return atom.kind == OPTION or (atom.kind == "count" and field.text(atom.last - 1) == "er")


def _settled(
    grammar: Grammar,
    field: FieldText,
    number: int,
    context: OfferContext,
    piece: Atom | None,
    *,
    weighed: bool,
) -> Atom:
    atom = field.atoms[number]
    whole = atom.value == int(atom.value)
    if atom.kind == "count":
        return replace(atom, kind="mass") if weighed and not _thing(grammar, field, atom) else atom
    near = _before(field, number)
    if whole and near is not None and near.kind == "dose":
        return replace(atom, kind="count")
    nearest = near if near is not None and near.kind == "volume" else piece
    if nearest is not None and whole and atom.value > 0:
        return replace(atom, kind=nearest.kind, value=nearest.value, pieces=int(atom.value))
    worded = field.tokens[atom.first].kind == "word"
    if context.plant and worded and atom.value <= LARGEST_FRACTION:
        return replace(atom, kind="mass", value=atom.value * OUNCE, metric=False)
    return replace(atom, kind="mass" if weighed or not whole else "count")


def _thing(grammar: Grammar, field: FieldText, atom: Atom) -> bool:
    return field.text(atom.last) in grammar.things


def _before(field: FieldText, number: int) -> Atom | None:
    """Return the volume or the dose that the line of the option names before it.

    "10 ml: one 7, two 12" are bottles, "Rolex 200 mg: 5 for 50" are pills.
    """
    atom = field.atoms[number]
    first = field.segment_of(atom.first).first
    for before in reversed(field.atoms[max(0, number - REACH) : number]):
        if before.first < first:
            return None
        if before.kind in ("volume", "dose"):
            return before
    return None


def _only_measure(title: FieldText) -> Atom | None:
    """Return the one mass or volume of a title that counts nothing."""
    measured = [atom for atom in title.atoms if atom.kind in ("mass", "volume")]
    counted = any(atom.kind in ("dose", "count") for atom in title.atoms)
    return measured[0] if len(measured) == 1 and not counted else None


def _piece(grammar: Grammar, title: FieldText) -> Atom | None:
    """Return what one piece of a title holds: "1 g carts", "vape 1 ml"."""
    measured = [atom for atom in title.atoms if atom.kind in ("mass", "volume")]
    if len(measured) != 1 or any(atom.kind == "dose" for atom in title.atoms):
        return None
    only = measured[0]
    if only.kind == "mass" and any(atom.kind == "count" for atom in title.atoms):
        return None
    beside = {title.text(i) for i in range(only.first - 2, only.last + 3) if i >= 0}
    return only if only.kind == "volume" or beside & grammar.things else None
