# SPDX-License-Identifier: AGPL-3.0-or-later
"""Menus that name the amount before the option: "EUR 60 for three", "40 the henry, 75 the Q"."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from nlp.lexicon.grammar import Grammar
from nlp.scanning.amounts import BARE, MoneyFound
from nlp.scanning.atoms import OPTION, Atom
from nlp.scanning.fields import FieldText
from nlp.text.values import value_at

LONGEST = 12  # letters of a number


def option_behind(
    grammar: Grammar,
    field: FieldText,
    numbers: Mapping[str, Decimal],
    money: MoneyFound,
    separators: frozenset[str],
) -> Atom | None:
    """Return the option behind an amount: "25 € les 3", "320 for the hundred", "75 the gram".

    None where the words may as well mean the amount ("10 for 45").
    """
    link = field.text(money.last)
    if money.per or link not in grammar.costed:
        return None
    at = money.last + 1
    named = field.text(at) in grammar.definite
    sure = named or link in grammar.definite
    if money.sign == BARE and link in grammar.costing and not sure:
        return None
    at += named
    near = field.atoms_near(at)
    atom = next((a for a in near if a.first == at), None)
    if atom is not None and (atom.kind == "count" and atom.container):
        return atom  # "$150 for 3 pots"
    found = _number(field, numbers, at, separators)
    if found is None and sure:
        found = _unit(grammar, field, at, separators)
    if found is None or field.text(found.last) != "(" or not sure:
        return found
    inside = next((a for a in field.atoms_near(found.last + 1) if a.first == found.last + 1), None)
    return inside if inside is not None and inside.kind == "mass" else found


def _number(
    field: FieldText, numbers: Mapping[str, Decimal], at: int, separators: frozenset[str]
) -> Atom | None:
    text = field.text(at)
    if len(text) > LONGEST or not (text.isdigit() or text in numbers):
        return None
    value = value_at(field.tokens, at, numbers, field.language)
    number, last = (value.number, value.last) if value else (Decimal(0), at + 1)
    ends = field.text(last) in separators or last >= len(field.tokens)
    whole = number > 1 or number in (Decimal("0.5"), Decimal("0.25"))
    return Atom(OPTION, number, at, last) if whole and ends else None


def _unit(grammar: Grammar, field: FieldText, at: int, separators: frozenset[str]) -> Atom | None:
    """Return one of a unit that stands alone: "the henry", "the Q", "the kilo"."""
    text = field.text(at)
    factor = grammar.alone.get(text) or grammar.mass.get(text)
    if factor is None or text == "ball" or field.text(at + 1) not in separators:
        return None
    return Atom("mass", factor, at, at + 1, metric=factor in (1, 1000))


def asks_for_option(
    grammar: Grammar, field: FieldText, numbers: Mapping[str, Decimal], at: int
) -> bool:
    """Whether an option stands behind the word at ``at``: "85 les 10", "40 the henry"."""
    link, option = field.text(at), field.text(at + 1)
    if link not in grammar.costed:
        return False
    if option in grammar.definite:
        option = field.text(at + 2)
    elif link in grammar.costing - grammar.definite:
        return False
    known = option.isdigit() or option in numbers
    return known or option in grammar.alone or option in grammar.mass
