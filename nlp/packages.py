# SPDX-License-Identifier: AGPL-3.0-or-later
"""Options that the text names as so many packages of what it sells ("four boxes for 100 EUR")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nlp.fields import FieldText
from nlp.grammar import Grammar
from nlp.model import Offer, Place
from nlp.money import MoneyFound
from nlp.offers import same_option
from nlp.options import covers
from nlp.price_lists import LINKS, packages_before

REACH = 200  # code points back to the option that the packages repeat


def with_packages(
    grammar: Grammar, fields: Sequence[FieldText], offers: list[Offer], said: list[Offer]
) -> tuple[list[Offer], list[Offer]]:
    """Return the offers and the options as said, with those in packages that have a price."""
    if not offers:
        return offers, said
    named: list[Offer] = []
    for field in fields:
        if field.name not in ("title", "description"):
            continue
        for money in field.money:
            option = None if money.per else _option(grammar, field, money, offers, said)
            if option is not None:
                named.append(option)
    out = list(offers)
    for option in named:
        if not any(same_option(option, o) or covers(o, option) for o in out):
            out.append(option)
    return out, [*said, *named]


def not_drugs(
    grammar: Grammar, fields: Sequence[FieldText], offers: Sequence[Offer], classes: frozenset[str]
) -> list[Offer]:
    """Return the offers of goods that are no drugs: what the title counts, never accessories.

    Wildlife is sold by weight too and its options may stand anywhere; so may those of notes.
    """
    if "wildlife" in classes or classes <= {"counterfeit_money"}:
        return [
            o for o in offers if o.kind == "units" or (o.kind == "mass" and "wildlife" in classes)
        ]
    if classes & {"equipment", "document", "hacking"}:
        return []
    title = next((field for field in fields if field.name == "title"), None)
    return [
        o
        for o in offers
        if o.kind == "units"
        and title is not None
        and o.place.field == "title"
        and not _beside(grammar, title, o)
    ]


def _beside(grammar: Grammar, title: FieldText, offer: Offer) -> bool:
    """Whether the title says that it comes with the goods ("40 rounds included")."""
    behind = title.normal.original[offer.place.end :].split()
    return bool(behind) and behind[0].strip(".,)").lower() in grammar.given | grammar.free


def _option(
    grammar: Grammar,
    field: FieldText,
    money: MoneyFound,
    offers: Sequence[Offer],
    said: Sequence[Offer],
) -> Offer | None:
    """Return the option that the packages before an amount of money are, or None."""
    packages = packages_before(grammar, field, money.first)
    if packages is None:
        return _counted(field, money, offers, said)
    place = field.place(packages.first, packages.last)
    if any(_overlap(option.place, place) for option in said):
        return None
    before = [o for o in said if o.place.field == field.name and o.place.end <= place.start]
    base = before[-1] if before and place.start - before[-1].place.end < REACH else None
    if base is None or base not in offers:
        same = [o for o in offers if base is not None and covers(o, base)]
        base = same[0] if len(same) == 1 else (offers[0] if len(offers) == 1 else None)
    if base is None or base.kind == "dose":
        return None
    if packages.number in (1, base.count if base.kind != "units" else 1):
        return replace(base, place=place)
    number = packages.number * (base.count or 1)
    return replace(base, count=number, place=place)


def _counted(
    field: FieldText, money: MoneyFound, offers: Sequence[Offer], said: Sequence[Offer]
) -> Offer | None:
    """Return the offer whose count stands alone before the amount ("100 = 45 EUR")."""
    at = money.first - 1
    if field.text(at) not in LINKS or not field.text(at - 1).isdigit():
        return None
    text = field.text(at - 1)
    alike = [o for o in offers if o.kind == "units" and str(o.count) == text]
    place = field.place(at - 1, at)
    if len(alike) != 1 or any(_overlap(option.place, place) for option in said):
        return None
    return replace(alike[0], place=place)


def _overlap(one: Place, other: Place) -> bool:
    return one.field == other.field and one.start < other.end and other.start < one.end
