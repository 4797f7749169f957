# SPDX-License-Identifier: AGPL-3.0-or-later
"""Options that the text names as so many packages of what it sells ("four boxes for 100 EUR")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from nlp.lexicon.grammar import Grammar
from nlp.model import GivenPrice, Offer, Place
from nlp.offers.listing_options import covers
from nlp.offers.pieces import PACKED_IN
from nlp.offers.segment_offers import same_option
from nlp.prices.entries import is_step
from nlp.prices.package_counts import in_packages
from nlp.scanning.amounts import MoneyFound
from nlp.scanning.fields import FieldText

LINKS = frozenset(
    ("=", ":", "-", "for", "pour", "por", "fur", "voor", "a", "@", "at", "kosten", "kost", "per")
)
OF = frozenset(("of", "de", "d", "von", "van", "a", "com", "con", "mit", "met"))
LARGEST_PACKAGES = 50
REACH = 200  # code points back to the option that the packages repeat


@dataclass(frozen=True, slots=True)
class Packages:
    """So many packages ("two for", "3 boxes", "un =") in tokens [first, last)."""

    number: int
    first: int
    last: int
    contained: bool


def with_packages(
    grammar: Grammar,
    fields: Sequence[FieldText],
    offers: list[Offer],
    said: list[Offer],
    given: GivenPrice | None = None,
) -> tuple[list[Offer], list[Offer]]:
    """Return the offers and the options as said, with those in packages that have a price."""
    if not offers:
        return offers, said
    offers, said = in_packages(grammar, fields, offers, said, given)
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
    held = field.text(packages.first - 1) in PACKED_IN  # "100 tablets in 10 blisters"
    if held or is_step(grammar, field, packages.first, money):
        return None
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
    pieces = base.kind == "units" and packages.contained  # "twenty for $80" are the twenty
    if packages.number in (1, 1 if pieces else base.count):
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
