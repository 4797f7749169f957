# SPDX-License-Identifier: AGPL-3.0-or-later
"""Entries of a menu that no entry beside them confirms, and what else does.

"1 kilo paste 1,100 EUR. Half kilo 650", "1 g / 5 g ... 250.000 los cinco".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from nlp.model import GivenPrice
from nlp.prices.entries import ENTRY_ENDS, EXPLICIT, OPENS, Entry
from nlp.scanning.amounts import BARE, MoneyFound
from nlp.scanning.atoms import OPTION, Atom
from nlp.scanning.fields import FieldText

APART = 12  # tokens from a priced option to the bare amount that goes on
CHEAPEST, DEAREST = Decimal("0.6"), Decimal("1.3")  # of what the price per gram makes of it
NAME_WORDS = 3  # words between an option and its price: "1 kilo paste 1,100 EUR"

Sizes = Mapping[Decimal, Atom]


def sizes_of(fields: Sequence[FieldText]) -> Sizes:
    """Return the amounts that a title names in a unit, by their number: "1 g / 5 g"."""
    found: dict[Decimal, Atom] = {}
    for field in fields:
        for atom in field.atoms if field.name == "title" else ():
            if atom.kind in ("mass", "count") and (atom.metric or atom.kind == "count"):
                found.setdefault(atom.value, atom)
    kinds = {atom.kind for atom in found.values()}
    return found if len(kinds) == 1 else {}


def goes_on(field: FieldText, first: int) -> bool:
    """Whether an option with its price for certain stands shortly before token ``first``."""
    money = field.money_before(first)
    if money is None or money.per or money.sign == BARE or first - money.last > APART:
        return False
    near = [atom for atom in field.atoms_near(money.first) if atom.last <= money.first]
    if not near or near[-1].kind not in EXPLICIT:
        return False
    between = range(near[-1].last, money.first)
    return len(between) <= NAME_WORDS and all(field.text(i).isalpha() for i in between)


def turned(entries: Sequence[Entry], given: GivenPrice | None) -> list[Entry]:
    """Return the entries of a run; "175 for 50" has the amount first where another has it so.

    Or where the number before "for" is the price that the market shows.
    """
    open_ = [entry for entry in entries if _open(entry)]
    shown = given is not None and any(e.quantity.value == given.amount for e in open_)
    shown = shown and not any(given and e.money.amount == given.amount for e in entries)
    if not open_ or not (shown or any(e.amount_first for e in entries)):
        return list(entries)
    return [_turn(entry) if _open(entry) else entry for entry in entries]


def _open(entry: Entry) -> bool:
    """Whether both numbers of an entry stand without a unit and a sign: "175 for 50"."""
    bare = entry.quantity.kind == OPTION and entry.money.sign == BARE
    return bare and not entry.amount_first and entry.quantity.last < entry.money.first


def _turn(entry: Entry) -> Entry:
    option, amount = entry.money, entry.quantity
    money = MoneyFound(amount.value, None, "", amount.first, amount.last, amount.last, BARE)
    quantity = Atom(OPTION, option.amount, option.first, option.last)
    return Entry(quantity, False, money, True, amount_first=True)


def opens_alone(field: FieldText, entry: Entry) -> bool:
    """Whether a unit alone with its price opens an entry: "... 28g+ $8/g. lb $1800"."""
    first, follower = entry.quantity.first, field.text(entry.money.last)
    signed = entry.alone and entry.money.sign != BARE and not entry.money.per
    opens = first == 0 or field.text(first - 1) in OPENS
    return signed and opens and len(field.text(first)) > 1 and follower in ENTRY_ENDS


def by_weight(field: FieldText, entry: Entry) -> Entry | None:
    """Return a bare option in grams where a price per gram agrees: "120/g or 70 for a half"."""
    if entry.quantity.kind != OPTION or not entry.firm or entry.money.per:
        return None
    for money in field.money:
        whole = money.amount * entry.quantity.value
        if money.per == "g" and CHEAPEST * whole <= entry.money.amount <= DEAREST * whole:
            return replace(entry, quantity=replace(entry.quantity, kind="mass"))
    return None


def of_the_title(entry: Entry, sizes: Sizes) -> Entry | None:
    """Return a bare option with the unit that the title gives its number; None for none."""
    known = sizes.get(entry.quantity.value)
    if entry.quantity.kind != OPTION or not entry.firm or known is None:
        return None
    return replace(entry, quantity=replace(entry.quantity, kind=known.kind))
