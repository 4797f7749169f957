# SPDX-License-Identifier: AGPL-3.0-or-later
"""The Spanish "libra": 500 g where a listing speaks of Colombia, else the pound."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from nlp.atoms import Atom
from nlp.fields import FieldText

WORDS = frozenset(("libra", "libras"))
COLOMBIAN = Decimal(500)
POUND = Decimal("453.6")


def weigh_pounds(fields: Sequence[FieldText], places: Iterable[str]) -> None:
    """Give every "libra" of the fields the weight of the country that the text speaks of.

    ``places`` are words that speak of Colombia; the fields are changed in place.
    """
    known = frozenset(places)
    written = [field for field in fields if WORDS & field.vocabulary()]
    if not written or not any(known & field.vocabulary() for field in fields):
        return
    for field in written:
        field.atoms = [_weighed(field, atom) for atom in field.atoms]


def _weighed(field: FieldText, atom: Atom) -> Atom:
    if atom.kind != "mass" or not WORDS.intersection(
        field.text(i) for i in range(atom.first, atom.last)
    ):
        return atom
    return replace(atom, value=atom.value / POUND * COLOMBIAN, metric=True)
