# SPDX-License-Identifier: AGPL-3.0-or-later
"""Prices without a currency beside them: "5 g 150,- / 10 g 270,-", "one gram 25, two for 45".

A number directly behind an option is a price where it is written as one (",-"), where the
market shows the same amount, or where another option of the line is priced.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from nlp.fields import FieldText
from nlp.grammar import Grammar
from nlp.model import GivenPrice
from nlp.money import MoneyFound
from nlp.values import Value, value_at

LINKS = frozenset(
    ("=", ":", "-", "for", "pour", "por", "fur", "voor", "a", "@", "at", "kosten", "kost", "per")
)
OF = frozenset(("of", "de", "d", "von", "van", "a", "com", "con", "mit", "met"))
ENDS = frozenset((",", "/", ";", ".", "|", "\n", ")", "&", "+", ""))
MEASURED = ("mass", "volume", "count")
LARGEST_PACKAGES = 50
OPTIONS_AT_MOST = 200  # of one field; a longer one is no listing that a person wrote


@dataclass(frozen=True, slots=True)
class Packages:
    """So many packages ("two for", "3 boxes", "un =") in tokens [first, last)."""

    number: int
    first: int
    last: int
    contained: bool


def add_listed_prices(
    grammar: Grammar, fields: Sequence[FieldText], given: GivenPrice | None
) -> None:
    """Add the prices that stand in the fields without a currency; their numbers are no atoms."""
    for field in fields:
        if field.name not in ("title", "description") or not field.atoms:
            continue
        _spelt_out(grammar, field)
        _dashed(grammar, field, given)
        known = _currency(grammar, field, given)
        if known is None:
            continue
        found = _listed(grammar, field, known, given)
        taken = {index for money in found for index in range(money.first, money.last)}
        if taken:
            field.money = sorted([*field.money, *found], key=lambda money: money.first)
            field.atoms = [
                atom for atom in field.atoms if not taken.intersection(range(atom.first, atom.last))
            ]


def _spelt_out(grammar: Grammar, field: FieldText) -> None:
    """Add amounts in words before a currency: "fifteen quid"."""
    words = field.vocabulary()
    if words.isdisjoint(grammar.money_words):
        return
    held = {index for money in field.money for index in range(money.first, money.last)}
    found = []
    for index, text in enumerate(field.texts[1:], 1):
        if text not in grammar.money_words:
            continue
        amount, code = grammar.numbers.get(field.texts[index - 1]), grammar.money_words[text]
        if amount is not None and amount > 1 and index not in held:
            found.append(MoneyFound(amount, code, "", index - 1, index + 1, index + 1))
    if found:
        field.money = sorted([*field.money, *found], key=lambda money: money.first)


def _dashed(grammar: Grammar, field: FieldText, given: GivenPrice | None) -> None:
    """Give amounts written "80.-" the currency that the field or the market names."""
    if not any(money.currency == "CHF" for money in field.money):
        return
    named = _named(grammar, field)
    shown = {given.currency} if given is not None and given.currency else set()
    codes = named or shown
    if len(codes) != 1:
        return
    code = next(iter(codes))
    field.money = [
        replace(money, currency=code)
        if money.currency == "CHF" and field.text(money.last - 1) == "-"
        else money
        for money in field.money
    ]


def _currency(
    grammar: Grammar, field: FieldText, given: GivenPrice | None
) -> tuple[str | None, bool] | None:
    """Return (currency, whether it is open pesos) of amounts that name none; None: unknown."""
    if field.money:
        return field.money[0].currency, field.money[0].peso
    named = _named(grammar, field)
    if len(named) == 1:
        return next(iter(named)), False
    return (given.currency, False) if given is not None and given.currency else None


def _named(grammar: Grammar, field: FieldText) -> set[str]:
    """Return the currencies whose words stand in the field."""
    known = grammar.money_words
    return {known[word] for word in field.vocabulary() & known.keys()}


def _listed(
    grammar: Grammar,
    field: FieldText,
    known: tuple[str | None, bool],
    given: GivenPrice | None,
) -> list[MoneyFound]:
    currency, peso = known
    found: list[MoneyFound] = []
    doubtful: list[tuple[int, MoneyFound]] = []
    packages = [money for money in field.money if not money.per]
    lines = {field.segment_of(money.first).first for money in packages}
    priced = {
        field.segment_of(money.first).first
        for money in packages
        if _behind(grammar, field, money.first)
    }
    for index in _places(grammar, field):
        value = value_at(field.tokens, index, {}, "de")
        if value is None or value.fraction or value.number <= 0 or not _ends(field, value):
            continue
        end = _marked(field, value)
        money = MoneyFound(
            value.number, currency, "", index, end or value.last, end or value.last, peso
        )
        shown = given is not None and given.amount == value.number
        line = field.segment_of(index).first
        if end or shown:
            found.append(money)
            priced.add(line)
        elif line in lines and packages_before(grammar, field, index) is not None:
            found.append(money)
        else:
            doubtful.append((line, money))
    return sorted(
        [*found, *(money for line, money in doubtful if line in priced)], key=lambda m: m.first
    )


def _places(grammar: Grammar, field: FieldText) -> list[int]:
    """Return the numbers that stand directly behind an option and carry no unit."""
    held = {index for money in field.money for index in range(money.first, money.reach)}
    bare = [a.first for a in field.atoms if a.kind == "bare" and a.last == a.first + 1]
    return [i for i in bare[:OPTIONS_AT_MOST] if i not in held and _behind(grammar, field, i)]


def _behind(grammar: Grammar, field: FieldText, index: int) -> bool:
    """Whether an option or packages end directly before token ``index``, a link between."""
    if packages_before(grammar, field, index) is not None:
        return True
    link = field.text(index - 1) in LINKS
    near = field.atoms_near(index - 1)
    return any(a.kind in MEASURED and a.last in (index, index - link) for a in near)


def _ends(field: FieldText, value: Value) -> bool:
    return field.text(value.last) in ENDS or value.last >= len(field.tokens)


def _marked(field: FieldText, value: Value) -> int:
    """Return where ",-" or ".-" behind a round amount ends; 0 where it does not stand."""
    signs = (field.text(value.last), field.text(value.last + 1))
    return value.last + 2 if signs in ((",", "-"), (".", "-")) else 0


def packages_before(grammar: Grammar, field: FieldText, index: int) -> Packages | None:
    """Return the packages that end before token ``index``: "two for", "4 boxes:", "3 cx"."""
    last = index - (field.text(index - 1) in LINKS)
    at = last - 1
    contained = field.text(at) in grammar.containers or field.text(at) in grammar.counting
    at -= contained
    if at < 0 or (not contained and last == index):
        return None
    token = field.tokens[at]
    if contained and token.kind == "num" and token.text.isdigit() and len(token.text) <= 2:  # noqa: PLR2004
        number = int(token.text)
    else:
        number = int(grammar.numbers.get(token.text, 0)) if token.kind == "word" else 0
    inside = field.text(at - 1) in OF and field.text(at - 2) in grammar.containers
    if token.text in ("a", "an") or inside or not 1 <= number <= LARGEST_PACKAGES:
        return None
    return Packages(number, at, last, contained)
