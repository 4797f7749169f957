# SPDX-License-Identifier: AGPL-3.0-or-later
"""A list of sizes and behind it the list of their prices: "3.5g / 7g / 14g: 60€ / 110€ / 200€".

As many amounts as sizes, in the same order, the larger the dearer; one amount at least
carries a currency (three or more may do without where the market shows one of them).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from nlp.lexicon.grammar import Grammar
from nlp.model import GivenPrice
from nlp.scanning.amounts import BARE, MoneyFound
from nlp.scanning.atoms import Atom
from nlp.scanning.fields import ENDING, FieldText, Segment
from nlp.text.values import value_at

SIZES = ("mass", "volume", "count", "dose")
BETWEEN = frozenset((",", "/", "|", "-", "\u00b7", "\u2022", ";", "&", "("))
TURN = 8  # tokens from the last size to the first amount: "of pure coke: "
GAP = 2  # tokens between two of a list: ", y"
LONGEST = 12  # sizes of one list
Row = tuple[Sequence[Atom], Sequence[MoneyFound]]


def price_lists(grammar: Grammar, field: FieldText, given: GivenPrice | None) -> list[Row]:
    """Return the lists of sizes of a field, each with the amounts that belong to it in order."""
    sizes = [atom for atom in field.atoms if atom.kind in SIZES]
    found: list[Row] = []
    for row in _rows(grammar, field, sizes):
        amounts = _amounts(grammar, field, row)
        if len(amounts) != len(row):
            if _unequal(amounts, given):
                field.unequal.append(Segment(row[0].first, amounts[-1].reach))
        elif amounts and _belong(row, amounts, given):
            found.append((row, amounts))
    return found


def _unequal(amounts: Sequence[MoneyFound], given: GivenPrice | None) -> bool:
    """Whether a list of other length than the sizes is one of prices: nobody can pair them."""
    costs = [money.amount for money in amounts]
    if len(costs) < 2 or costs != sorted(set(costs)) or any(money.per for money in amounts):  # noqa: PLR2004
        return False
    return amounts[0].sign != BARE or (given is not None and given.amount in costs)


def _rows(grammar: Grammar, field: FieldText, sizes: Sequence[Atom]) -> Iterator[list[Atom]]:
    """Yield each list of at least two sizes of one kind with nothing but signs between."""
    row: list[Atom] = []
    for atom in sizes:
        if row and not (row[-1].kind == atom.kind and _next(grammar, field, row[-1].last, atom)):
            if 1 < len(row) <= LONGEST:
                yield row
            row = []
        row.append(atom)
    if 1 < len(row) <= LONGEST:
        yield row


def _next(grammar: Grammar, field: FieldText, last: int, atom: Atom) -> bool:
    """Whether only separators stand between the end of one size and the next one."""
    return atom.first - last <= GAP and all(
        _separates(grammar, field.text(index)) for index in range(last, atom.first)
    )


def _separates(grammar: Grammar, text: str) -> bool:
    return text in BETWEEN or text in grammar.joining


def _amounts(grammar: Grammar, field: FieldText, row: Sequence[Atom]) -> list[MoneyFound]:
    """Return the amounts behind a list of sizes, at most one more than it has."""
    index = _turn(field, row[-1].last)
    found: list[MoneyFound] = []
    while index and len(found) <= len(row):
        money = _amount(field, index)
        if money is None:
            break
        found.append(money)
        index = money.reach
        for _step in range(GAP):
            index += _separates(grammar, field.text(index))
    return _signed(found)


def _turn(field: FieldText, last: int) -> int:
    """Return where the first amount behind a list begins; 0 where a sentence ends before it."""
    behind = field.money_behind(last)
    first = behind.first if behind is not None else len(field.tokens)
    for index in range(last, min(last + TURN, len(field.tokens))):
        if index == first or field.tokens[index].kind == "num":
            return index
        if field.text(index) in ENDING - {"\n"}:
            return 0
    return 0


def _amount(field: FieldText, index: int) -> MoneyFound | None:
    """Return the amount at ``index``, one without a sign too."""
    money = field.money_behind(index)
    if money is not None and money.first == index:
        return money
    atom = next((a for a in field.atoms_near(index) if a.first == index), None)
    if atom is not None and (atom.kind != "bare" or atom.last > index + 1):
        return None
    if index >= len(field.tokens) or field.tokens[index].kind != "num":
        return None
    value = value_at(field.tokens, index, {}, "de")
    if value is None or value.fraction or value.number <= 0:
        return None
    return MoneyFound(value.number, None, "", index, value.last, value.last, BARE)


def _signed(amounts: Sequence[MoneyFound]) -> list[MoneyFound]:
    """Return the amounts; those without a sign have that of the others, if these agree."""
    signs = {(money.currency, money.sign) for money in amounts if money.sign != BARE}
    if len(signs) > 1:
        return []
    for currency, sign in signs:
        return [replace(money, currency=currency, sign=sign) for money in amounts]
    return list(amounts)


def _belong(row: Sequence[Atom], amounts: Sequence[MoneyFound], given: GivenPrice | None) -> bool:
    """Whether the amounts are the prices of the sizes: the larger is the dearer."""
    if any(money.per for money in amounts):
        return False
    pairs = sorted((a.value * (a.pieces or 1), m.amount) for a, m in zip(row, amounts, strict=True))
    rises = all(len({pair[side] for pair in pairs}) == len(pairs) for side in (0, 1))
    rises = rises and [cost for _size, cost in pairs] == sorted(cost for _size, cost in pairs)
    shown = given is not None and any(money.amount == given.amount for money in amounts)
    return rises and (amounts[0].sign != BARE or shown)
