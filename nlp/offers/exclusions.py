# SPDX-License-Identifier: AGPL-3.0-or-later
"""Quantities that are no offers: presents, limits, recommended doses, steps of a price."""

from __future__ import annotations

from nlp.lexicon.grammar import Grammar
from nlp.scanning.atoms import BREAKS, Atom
from nlp.scanning.fields import FieldText

GIVEN_REACH = 4
DOSAGE = frozenset(("dosis", "dosagem", "dosage", "dose"))
NEEDLES = frozenset(("syringe", "syringes", "needle", "needles", "insulin"))
THICKEST, THINNEST = 16, 34  # gauge
LIMITS_BEHIND = ("minimum", "min", "maximum", "max", "mini", "maxi", "minimo", "maximo")


def excluded(grammar: Grammar, field: FieldText, atom: Atom, n_atoms: int) -> bool:
    """Whether the quantity is a free extra, a limit, a date or part of a word."""
    before = field.texts[max(0, atom.first - 3) : atom.first]
    after = field.texts[atom.last : atom.last + 2]
    if after[:1] == ["de"] and after[1:2] and after[1] in grammar.free:
        return True
    if n_atoms > 1 and after and after[0] in grammar.free:
        return not (len(after) > 1 and after[1] in grammar.free_service)
    opens = atom.first <= 1 and atom.kind == "count"  # "FREE 2x stars XTC 230mg"
    if (
        n_atoms > 1
        and before
        and (before[-1] in grammar.free or before[-1] == "plus")
        and not opens
    ):
        return True
    if len(field.atoms) > 1 and _given_away(grammar, field, atom.last):
        return True
    if (n_atoms > 1 and after[:1] and after[0] in LIMITS_BEHIND) or _gauge(field, atom):
        return True  # "30 pills minimum"
    below = atom.kind == "dose" and before[-1:] == ["<"]  # "CBN, <5 mg": a content
    advised = below or (atom.kind == "mass" and bool(DOSAGE.intersection(before)))
    limited = bool(grammar.limits.intersection(before)) or _from_there(grammar, field, atom)
    return advised or limited


def _gauge(field: FieldText, atom: Atom) -> bool:
    """Whether it is how thick a needle is: "syringes 1CC x 28G x 1/2"."""
    if atom.kind != "mass" or NEEDLES.isdisjoint(field.vocabulary()):
        return False
    if not THICKEST <= atom.value <= THINNEST:
        return False
    beside = {field.text(atom.first - 1), field.text(atom.last)}
    return field.text(atom.last - 1) == "g" and not beside.isdisjoint(NEEDLES | {"x"})


def _from_there(grammar: Grammar, field: FieldText, atom: Atom) -> bool:
    """Whether a price per unit holds from here on: "ab 20 g 6,50 € pro Gramm"."""
    upward = field.text(atom.last) == "+"  # "28g+ $8/g"
    before = field.money_before(atom.first)
    linked = before is not None and before.per not in ("", "postage") and not upward
    if before is not None and linked and atom.first - before.reach <= GIVEN_REACH:
        between = field.texts[before.reach : atom.first]
        return bool(between) and between[0] in grammar.costed  # "$110/g for 1-4 g"
    if not upward and field.text(atom.first - 1) not in grammar.thresholds:
        return False
    money = field.money_behind(atom.last)
    return money is not None and money.first - atom.last <= GIVEN_REACH and bool(money.per)


def _given_away(grammar: Grammar, field: FieldText, last: int) -> bool:
    """Whether "1 g of coke free" stands here: the word of giving ends what is said of it."""
    for index in range(last, last + GIVEN_REACH):
        text = field.text(index)
        if text in BREAKS or text[:1].isdigit():
            return False
        if text in grammar.given:
            follower = field.text(index + 1)
            return follower not in grammar.free_service and not follower[:1].isdigit()
    return False
