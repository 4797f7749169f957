# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pounds that are money because the market shows a price in pounds: "four packs 40 pounds"."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from operator import attrgetter

from nlp.model import GivenPrice
from nlp.scanning.amounts import MoneyFound
from nlp.scanning.fields import FieldText

POUNDS = "pounds"
FACTOR = Decimal("453.6")  # grams of one that weighs
OF = "of"  # "two pounds of weed" weigh
_first = attrgetter("first")


def as_money(fields: Sequence[FieldText], given: GivenPrice | None) -> None:
    """Make the pounds of a description money where ``given`` is in GBP; changed in place."""
    if given is None or given.currency != "GBP":
        return
    for field in fields:
        if field.name == "title" or POUNDS not in field.vocabulary():
            continue
        paid = [
            atom
            for atom in field.atoms
            if atom.kind == "mass"
            and field.text(atom.last - 1) == POUNDS
            and field.text(atom.last) != OF
        ]
        field.atoms = [atom for atom in field.atoms if atom not in paid]
        found = [MoneyFound(a.value / FACTOR, "GBP", "", a.first, a.last, a.last) for a in paid]
        field.money = sorted([*field.money, *found], key=_first)
