# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pounds whose weight is that of the country: the Colombian "libra", the "livre" of Quebec."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from nlp.scanning.atoms import Atom
from nlp.scanning.fields import FieldText

METRIC, AVOIRDUPOIS = Decimal(500), Decimal("453.6")


@dataclass(frozen=True, slots=True)
class Pound:
    """A word for a pound that weighs ``there`` where a listing speaks of ``place``."""

    words: frozenset[str]
    place: str  # the section of ``grammar.toml`` with the words that speak of it
    elsewhere: Decimal
    there: Decimal


POUNDS = (
    Pound(frozenset(("libra", "libras")), "colombia", AVOIRDUPOIS, METRIC),
    Pound(frozenset(("livre", "livres")), "canada", METRIC, AVOIRDUPOIS),
)


def weigh_pounds(fields: Sequence[FieldText], grammar: Mapping[str, Any]) -> None:
    """Give every pound of the fields the weight of the country that the text speaks of.

    ``grammar`` is the parsed ``grammar.toml``; the fields are changed in place.
    """
    for pound in POUNDS:
        written = [f for f in fields if not pound.words.isdisjoint(f.vocabulary())]
        if not written:
            continue
        known = frozenset(grammar[pound.place]["words"])
        if any(known & field.vocabulary() for field in fields):
            for field in written:
                field.atoms = [_weighed(field, atom, pound) for atom in field.atoms]


def _weighed(field: FieldText, atom: Atom, pound: Pound) -> Atom:
    if atom.kind != "mass" or not pound.words.intersection(
        field.text(i) for i in range(atom.first, atom.last)
    ):
        return atom
    return replace(atom, value=atom.value / pound.elsewhere * pound.there, metric=True)
