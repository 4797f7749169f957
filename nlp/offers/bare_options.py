# SPDX-License-Identifier: AGPL-3.0-or-later
"""The unit of the options that a menu names by a number alone ("10 for 45, 50 for 190")."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from nlp.lexicon.grammar import Grammar
from nlp.offers.segment_offers import OfferContext
from nlp.scanning.atoms import OPTION, Atom
from nlp.scanning.fields import FieldText

REACH = 6  # atoms back to what one piece holds
OUNCE = Decimal("28.35")
MEASURES = ("mass", "volume", "count", "dose")
LARGEST_PIECE = 10  # grams of a piece whose unit is left out
LARGEST_FRACTION = Decimal("0.5")


def settle_options(
    grammar: Grammar, fields: Sequence[FieldText], contexts: Mapping[str, OfferContext]
) -> None:
    """Give every bare option of the fields its kind: a count, grams, so many of the piece.

    The title says what one piece is ("1 g carts", "poppers 10 ml") or how much is in it.
    """
    title = next((field for field in fields if field.name == "title"), None)
    piece = _piece(grammar, title) if title is not None else None
    piece = piece or _liquid(fields)
    package = _only_measure(title) if title is not None else None
    kinds = {atom.kind for atom in title.atoms} if title is not None else set()
    by_weight = "mass" in kinds and not kinds & {"count", "dose"}
    for field in fields:
        context = contexts.get(field.name)
        if context is None or not any(_open(field, atom) for atom in field.atoms):
            continue
        weighed = context.loose or by_weight
        piece = piece or (_counted_piece(title) if weighed and title is not None else None)
        singles = package or (_only_known(field) if field.singles else None)
        field.atoms = [
            _settled(
                grammar,
                field,
                number,
                context,
                singles if atom.first in field.singles else piece,
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


def _only_known(field: FieldText) -> Atom | None:
    """Return the one mass or volume that a field names: "oz's 160 each, 2 for 300"."""
    known = [atom for atom in field.atoms if atom.kind in ("mass", "volume")]
    return known[0] if len({(atom.kind, atom.value) for atom in known}) == 1 else None


def _liquid(fields: Sequence[FieldText]) -> Atom | None:
    """Return the one volume of a listing that names no other quantity: "16 fl oz ... 2 for 90"."""
    known = [a for field in fields for a in field.atoms if a.kind in MEASURES]
    only = {(atom.kind, atom.value) for atom in known}
    return known[0] if len(only) == 1 and known[0].kind == "volume" else None


def _counted_piece(title: FieldText) -> Atom | None:
    """Return what one piece of a title weighs that no unit says: "crack 5 x 0.2"."""
    for count, piece in pairwise(title.atoms):
        part = piece.kind == "bare" and piece.value < LARGEST_PIECE
        if count.times and part and piece.first == count.last and piece.value % 1:
            return replace(piece, kind="mass")
    return None


def _piece(grammar: Grammar, title: FieldText) -> Atom | None:
    """Return what one piece of a title holds: "1 g carts", "vape 1 ml"."""
    measured = [atom for atom in title.atoms if atom.kind in ("mass", "volume")]
    if len(measured) != 1:
        return None
    only = measured[0]
    if only.kind == "mass" and any(atom.kind == "dose" for atom in title.atoms):
        return None
    if only.kind == "mass" and any(atom.kind == "count" for atom in title.atoms):
        return None
    beside = {title.text(i) for i in range(only.first - 2, only.last + 3) if i >= 0}
    return only if only.kind == "volume" or beside & grammar.things else None
