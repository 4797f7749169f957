# SPDX-License-Identifier: AGPL-3.0-or-later
"""Listings whose shown price is that of one unit: "price is per pill", "100 pcs, each"."""

from __future__ import annotations

from collections.abc import Sequence

from nlp.lexicon.grammar import Grammar
from nlp.model import GivenPrice, Offer, PriceFound
from nlp.scanning.fields import FieldText
from nlp.scanning.price_units import unit_of

REACH = 4  # tokens from "price" to "per"
KINDS = {"unit": ("units", "dose"), "g": ("mass",), "kg": ("mass",), "ml": ("volume",)}
ENDS = frozenset(("", ".", ",", ";", ")", "]", "!", "|", "-", "\n", "("))


def shown_per(
    grammar: Grammar,
    fields: Sequence[FieldText],
    offers: Sequence[Offer],
    prices: Sequence[PriceFound],
    given: GivenPrice | None,
) -> str:
    """Return what the shown price is per (unit, g, kg, ml) by the text; empty: the package."""
    if given is None or not offers:
        return ""
    amounts = [price for price in prices if price.per != "postage"]
    same = {price.per for price in amounts if price.amount == given.amount}
    if amounts:
        said = same.pop() if len(same) == 1 == len(offers) else ""
    else:
        said = next((per for field in fields if (per := _said(grammar, field))), "")
    return said if all(offer.kind in KINDS.get(said, ()) for offer in offers) else ""


def _said(grammar: Grammar, field: FieldText) -> str:
    """Return the unit of the first "price per gram" of a field; of a title "per gram" too."""
    words = grammar.per_units
    if words.isdisjoint(field.vocabulary()):
        return ""
    spoken = not grammar.price_spoken.isdisjoint(field.vocabulary())
    for index, text in enumerate(field.texts[: len(field.tokens)]):
        if text not in words:
            continue
        per, last = _per_at(grammar, field, index)
        alone = field.name == "title" and field.text(last) in ENDS
        of_price = spoken and _of_price(grammar, field, index)
        if per and (of_price or (alone and not _strength(field, index, last))):
            return per
    return ""


def _per_at(grammar: Grammar, field: FieldText, index: int) -> tuple[str, int]:
    """Return the unit that "per gram", "each", "Grammpreis" name, and where the words end."""
    text = field.text(index)
    at = index + 1 + (field.text(index + 1) == "'")  # "l'unité"
    unit = unit_of(grammar, field.text(at)) if text in grammar.per or text == "/" else ""
    if unit:
        return unit, at + 1
    if text in grammar.each:
        return ("unit", index + 1) if field.text(index + 1) in ENDS else ("", 0)
    named = grammar.price_words.get(text, "")
    return ("", 0) if text in grammar.unit_words else (named, index + 1)


def _of_price(grammar: Grammar, field: FieldText, index: int) -> bool:
    """Whether "price" stands shortly before, or is in the word ("Grammpreis")."""
    if field.text(index) in grammar.price_words and field.text(index) not in grammar.unit_words:
        return True
    for at in range(index - 1, max(-1, index - REACH - 1), -1):
        if field.text(at) in grammar.price_named:
            return True
        if field.text(at)[-1:].isdigit() or field.text(at) == "\n":
            return False
    return False


def _strength(field: FieldText, index: int, last: int) -> bool:
    """Whether "per pill", "each" say what one holds: "250 mg MDMA per pill", "2 boxes of 30 each".

    A dose that a count multiplies ("100 x 2 mg Xanax per pill") is said of the whole.
    """
    before = [atom for atom in field.atoms if atom.first < index and atom.kind != "bare"]
    if not before:
        return True
    nearest = before[-1]
    if nearest.kind in ("dose", "mass", "volume") and last == index + 1:
        return True  # "1 g each"
    if nearest.kind == "dose":
        return not any(atom.times and atom.last == nearest.first for atom in before)
    counts = sum(atom.kind == "count" for atom in before)
    return counts > 1 and last == index + 1
