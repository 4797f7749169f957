# SPDX-License-Identifier: AGPL-3.0-or-later
"""Quantities that are not on sale: what lies in stock, what is given away with an order."""

from __future__ import annotations

from collections.abc import Sequence

from nlp.lexicon.grammar import Grammar
from nlp.scanning.atoms import BREAKS, Atom
from nlp.scanning.fields import FieldText

REACH = 5  # words between "free sample" and its quantity, and behind that to "each order"
LOTS = 5  # so many times an option is what lies in stock
LINKS = (":", "-", "=", "(", "is", "de", "of", "von", "van")
WITHIN = ("in", "on", "auf", "en", "em", "op", "ab")
PRICED = 2  # tokens to the price of an option


def not_on_sale(grammar: Grammar, field: FieldText, atom: Atom, atoms: Sequence[Atom]) -> bool:
    """Whether the quantity is a stock beside options, or comes free with an order."""
    return _in_stock(grammar, field, atom, atoms) or _comes_free(grammar, field, atom)


def _in_stock(grammar: Grammar, field: FieldText, atom: Atom, atoms: Sequence[Atom]) -> bool:
    """Whether "stock 2 kg" or "2 kg in stock" stands beside options far smaller."""
    before = atom.first - 1
    before -= field.text(before) in LINKS
    after = atom.last + (field.text(atom.last) in WITHIN)
    said = grammar.stocked.intersection((field.text(max(before, 0)), field.text(after)))
    if not said or _priced(field, atom):
        return False
    return any(atom.kind == one.kind and atom.value >= one.value * LOTS > 0 for one in atoms)


def _priced(field: FieldText, atom: Atom) -> bool:
    money = field.money_behind(atom.last)
    return money is not None and money.first - atom.last <= PRICED


def _comes_free(grammar: Grammar, field: FieldText, atom: Atom) -> bool:
    """Whether it is the quantity of a free sample that comes with something else.

    A listing whose product is itself a free sample ("Free sample MDMA 0.1 g") offers it.
    """
    known = field.vocabulary()
    if all(map(known.isdisjoint, (grammar.free, grammar.given, grammar.samples))):
        return False
    start = _opening(field, atom.first)
    before = field.texts[start : atom.first]
    behind = field.texts[atom.last : _closing(field, atom.last)]
    ordered = not grammar.bought_with.isdisjoint(behind)
    free = _is_free(grammar, [*before, *behind])
    sample = not grammar.samples.isdisjoint(before)
    beside = start > 1 and field.text(start - 1) in ("+", "&", "plus")
    return free and (ordered or (sample and beside))


def _is_free(grammar: Grammar, words: Sequence[str]) -> bool:
    """Whether the words give something away: not "free shipping"."""
    for word, follower in zip(words, (*words[1:], ""), strict=False):
        if word in grammar.free or word in grammar.given:
            return follower not in grammar.free_service
    return not {"freebie", "freebies", "gratisprobe", "gratissample"}.isdisjoint(words)


def _opening(field: FieldText, index: int) -> int:
    """Return where the words begin that belong to the quantity at ``index``."""
    first = index
    while first > max(0, index - REACH) and field.text(first - 1) not in (*BREAKS, "plus"):
        first -= 1
    return first


def _closing(field: FieldText, index: int) -> int:
    last = index
    while last < min(len(field.tokens), index + REACH) and field.text(last) not in BREAKS:
        last += 1
    return last
