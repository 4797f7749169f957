# SPDX-License-Identifier: AGPL-3.0-or-later
"""Menus: options with their prices one behind another, units and currencies left out.

"1g ..... 75 / 2g ..... 140", "10 for 45, 50 for 190", "medio 25 EUR, um 45, cinco 190",
"gramo 450, bola 1400 pesos".  A bare number is an amount, or an option, where the entries
beside it say so: one of them is money for certain, or more costs more and not more per unit.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from nlp.lexicon.grammar import Grammar
from nlp.model import GivenPrice
from nlp.offers.products import STEM
from nlp.prices.entries import ENTRIES_AT_MOST, Entry, MenuReader
from nlp.prices.labels import dose_labels, labels_of
from nlp.prices.lone_entries import (
    Sizes,
    by_weight,
    goes_on,
    of_the_title,
    opens_alone,
    sizes_of,
    turned,
)
from nlp.prices.side_by_side import Row, price_lists
from nlp.scanning.amounts import BARE, MoneyFound
from nlp.scanning.atoms import OPTION
from nlp.scanning.fields import FieldText

APART = 12  # tokens between two entries of a menu
CLOSE = 2  # tokens between entries of one product
CHEAPEST = Decimal("0.4")  # share of the single price that one of several may cost
CHEAPEST_BARE = Decimal("0.6")  # the same of an amount without a sign
DEARER = Decimal("1.3")  # per unit, of a larger option
OUNCE = Decimal("28.35")


def add_listed_prices(
    grammar: Grammar, fields: Sequence[FieldText], given: GivenPrice | None
) -> None:
    """Give the fields the amounts and the options that their menus leave bare."""
    sizes = sizes_of(fields)
    for field in fields:
        if field.name in ("title", "description") and (field.atoms or field.money):
            _add_menus(grammar, field, given, sizes)


def _add_menus(grammar: Grammar, field: FieldText, given: GivenPrice | None, sizes: Sizes) -> None:
    lists = price_lists(grammar, field, given) if len(field.atoms) > 1 else []
    _add_entries(grammar, field, given, _take(field, lists), sizes)
    for listed, amounts in lists:
        field.paired.update((m.first, a.first) for a, m in zip(listed, amounts, strict=True))


def _take(field: FieldText, lists: Sequence[Row]) -> frozenset[int]:
    """Make the amounts of lists money of the field; return the tokens of their sizes too."""
    amounts = {money.first: money for _sizes, row in lists for money in row}
    if not amounts:
        return frozenset()
    held = {i for money in amounts.values() for i in range(money.first, money.last)}
    kept = [money for money in field.money if money.first not in amounts]
    field.money = sorted([*kept, *amounts.values()], key=lambda money: money.first)
    field.atoms = [a for a in field.atoms if held.isdisjoint(range(a.first, a.last))]
    return frozenset(held | {i for row, _ in lists for a in row for i in range(a.first, a.last)})


def _add_entries(
    grammar: Grammar,
    field: FieldText,
    given: GivenPrice | None,
    taken: frozenset[int],
    sizes: Sizes,
) -> None:
    """Give a field the entries of its menus; ``taken`` tokens belong to lists already."""
    if not field.money and all(atom.kind != "bare" for atom in field.atoms):
        field.labels = dose_labels(grammar, field) if field.name == "title" else {}
        return  # most titles: nothing that may be an amount
    reader = MenuReader(grammar, field, given)
    single = _single_price(grammar, field)
    read = [e for e in reader.entries() if taken.isdisjoint((e.money.first, e.quantity.first))]
    turns = (turned(run, given) for run in _runs(read))
    runs = [_confirmed(grammar, field, run, single, sizes) for run in turns]
    entries = [entry for run in runs for entry in run]
    chain = amounts_before(field, {e.quantity.first for e in entries})
    field.paired = {e.money.first: e.quantity.first for e in entries}
    field.labels = labels_of(grammar, field, [[(e.quantity, e.money) for e in run] for run in runs])
    bare = [*(e.money for e in entries if e.money.sign == BARE), *reader.postage, *chain]
    said = {e.money.first: e.money for e in entries if e.money.sign != BARE}
    amounts = {i for money in bare for i in range(money.first, money.last)}
    options = {e.quantity.first: e.quantity for e in entries if not e.known}
    if field.name == "title" and not field.labels:
        field.labels = dose_labels(grammar, field)
    if not (amounts or options or said):
        return
    kept = [said.get(money.first, money) for money in field.money]
    field.money = sorted([*kept, *bare], key=lambda money: money.first)
    amounts |= {i for atom in options.values() for i in range(atom.first, atom.last)}
    atoms = [a for a in field.atoms if amounts.isdisjoint(range(a.first, a.last))]
    field.atoms = sorted([*atoms, *options.values()], key=lambda atom: atom.first)


def amounts_before(field: FieldText, taken: Collection[int]) -> list[MoneyFound]:
    """Return bare numbers that share the currency behind the last: "140 / 250 / 550 euros"."""
    found: list[MoneyFound] = []
    for money in field.money[:ENTRIES_AT_MOST]:
        index, amount = money.first - 2, money.amount
        chain: list[MoneyFound] = []
        while index >= 0 and field.text(index + 1) == "/" and len(chain) < ENTRIES_AT_MOST:
            atom = next((a for a in field.atoms_near(index) if a.first == index), None)
            if atom is None or atom.kind != "bare" or atom.value >= amount or index in taken:
                break
            amount = atom.value
            chain.append(
                replace(money, amount=amount, first=index, last=index + 1, reach=index + 1)
            )
            index -= 2
        found += chain if len(chain) > 1 else []
    return found


def _runs(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    """Yield the entries that follow each other closely."""
    run: list[Entry] = []
    for entry in entries:
        if run and entry.quantity.first - run[-1].money.last > APART:
            yield run
            run = []
        run.append(entry)
    if run:
        yield run


def _single_price(grammar: Grammar, field: FieldText) -> Decimal | None:
    """Return the price of one package: "€65 per tank", "€18 each"; None where none is named."""
    for money in field.money:
        per, what = field.text(money.last), field.text(money.last + 1)
        named = what.isalpha() and what not in grammar.mass and what not in grammar.volume
        if money.per == "unit" or (not money.per and per in grammar.per and named):
            return money.amount
    return None


def _confirmed(
    grammar: Grammar,
    field: FieldText,
    run: Sequence[Entry],
    single: Decimal | None,
    sizes: Sizes,
) -> list[Entry]:
    """Return the entries of a run that are what they seem."""
    run = _each(field, run)
    lone = run[0] if len(run) == 1 else None
    told = (of_the_title(lone, sizes) or by_weight(field, lone)) if lone is not None else None
    run = [told] if told is not None else run
    told = told or (lone if lone is not None and opens_alone(field, lone) else None)
    steps = [_dearer(one, other) for one, other in pairwise(run)]
    rises = any(step is True for step in steps) and not any(step is False for step in steps)
    firm = any(entry.firm for entry in run)
    known = any(entry.known for entry in run)
    boxed = any(entry.quantity.container for entry in run)
    listed = goes_on(field, run[0].quantity.first)
    out: list[Entry] = []
    for entry in run:
        sure = entry.money.sign != BARE or firm or rises or (listed and entry.known)
        things = entry.quantity.kind == "count" and entry.firm  # "2,5 g 110 €, zwei Packerl 200 €"
        several = len(run) > 1 and (rises or things)
        if single is not None and entry.quantity.kind == OPTION and _of_singles(entry, single):
            field.singles.add(entry.quantity.first)
            sure = several = True
        named = entry.known or entry is told
        if not sure or not (named or several or (things and _repeated(field, entry))):
            continue
        if entry.alone and entry.money.per and not known:
            continue
        counted = boxed and entry.quantity.kind == OPTION  # "deux flacons = 90, un = 50"
        quantity = replace(entry.quantity, kind="count") if counted else entry.quantity
        out.append(_with_unit(grammar, field, replace(entry, quantity=quantity), run))
    return out


def _each(field: FieldText, run: Sequence[Entry]) -> Sequence[Entry]:
    """Return the entries; amounts that fall where counts rise are those of one piece.

    "10 stuks €3, 50 stuks €2,20, 100 stuks €1,80"; not where another product is named
    between ("Rivotril 28 cp : 40 €. Valium 40 cp : 35 €").
    """
    counted = all(e.known and e.quantity.kind == "count" and not e.money.per for e in run)
    close = all(
        b.quantity.first - a.money.last <= CLOSE
        and not _named_between(field, a.money.last, b.quantity.first)
        for a, b in pairwise(run)
    )
    falls = all(
        a.quantity.value < b.quantity.value and a.money.amount > b.money.amount
        for a, b in pairwise(run)
    )
    if len(run) < 2 or not (counted and close and falls):  # noqa: PLR2004 - a list
        return run
    return [replace(entry, money=replace(entry.money, per="unit")) for entry in run]


def _named_between(field: FieldText, first: int, last: int) -> bool:
    """Whether a term begins in tokens [first, last)."""
    return first < last and field.names_between(field.tokens[first].start, field.tokens[last].start)


def _repeated(field: FieldText, entry: Entry) -> bool:
    """Whether the field names elsewhere what an entry counts ("die Platte, 3 Platten")."""
    last = entry.quantity.last - 1
    stem = field.text(last)[:STEM]
    return any(text[:STEM] == stem for n, text in enumerate(field.texts) if n != last)


def _of_singles(entry: Entry, single: Decimal) -> bool:
    """Whether the amount is that of so many packages whose single price is known."""
    whole = entry.quantity.value * single
    least = CHEAPEST if entry.firm else CHEAPEST_BARE
    return entry.quantity.value > 1 and least * whole <= entry.money.amount <= whole


def _dearer(one: Entry, other: Entry) -> bool | None:
    """Whether a larger option costs more, and not much more per unit; None: not comparable."""
    kinds = {one.quantity.kind, other.quantity.kind}
    sizes = one.quantity.value, other.quantity.value
    if (len(kinds) > 1 and OPTION not in kinds) or sizes[0] == sizes[1]:
        return None
    if one.money.per or other.money.per:
        return None if one.money.per != other.money.per else other.money.amount < one.money.amount
    if sizes[0] > sizes[1]:  # a list that falls, or another product begins
        return _dearer(other, one) or None
    costs = one.money.amount, other.money.amount
    return costs[0] < costs[1] <= costs[0] / sizes[0] * sizes[1] * DEARER


def _with_unit(grammar: Grammar, field: FieldText, entry: Entry, run: Sequence[Entry]) -> Entry:
    """Return the entry; a bare option has the unit of the other options of its run."""
    if entry.quantity.kind != OPTION:
        return entry
    near = [e for e in run if e.quantity.kind in ("mass", "count", "volume")]
    before = [e for e in near if e.quantity.first < entry.quantity.first]
    model = (before[-1] if before else near[0]).quantity if near else None
    if model is None or model.kind == "volume":
        return entry
    unit = field.text(model.last - 1)
    factor = grammar.mass.get(unit) or grammar.alone.get(unit) or Decimal(1)
    if entry.quantity.value < 1 and not model.metric and factor < OUNCE:
        factor = OUNCE  # "eighth 35, quarter 65, half 115"
    weight = entry.quantity.value * (factor if model.kind == "mass" else 1)
    return replace(entry, quantity=replace(entry.quantity, kind=model.kind, value=weight))
