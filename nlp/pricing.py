# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which price belongs to which option (part of ``nlp.unit_price.v1``).

A price stands directly behind its option ("10 g: 80 EUR") or, where a line opens with a
price and ends with an option, directly before it.  Prices without any option beside them
belong, where they are as many as the offers, to these in order ("Kanna 34, Kava 29").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from nlp.fields import FieldText
from nlp.model import Offer, PriceFound
from nlp.offers import same_option
from nlp.options import covers
from nlp.products import same_product

REACH = 60  # code points between an option and its price
# A line or a sentence ends: the full stops of "5 g ..... 20" do not.
BREAK = re.compile(r"\n|[.!?;]\s+[^\W\d_a-z]")
Item = Offer | PriceFound
Pair = tuple[Offer, PriceFound]


def priced_offers(
    fields: Sequence[FieldText],
    offers: Sequence[Offer],
    said: Sequence[Offer],
    prices: Sequence[PriceFound],
) -> Mapping[int, PriceFound]:
    """Return the package price of each offer that has one by the text, by its position.

    ``said`` are the options as the fields name them, each time that they do; ``prices``
    every amount, also one that is said twice.
    """
    packages = [price for price in prices if price.per == "package"]
    found: dict[int, PriceFound] = {}
    loose: list[PriceFound] = []
    for field in fields:
        here: list[Item] = [item for item in said if item.place.field == field.name]
        amounts = [price for price in packages if price.place.field == field.name]
        if not amounts:
            continue
        pairs, alone = _pairs(field, sorted([*here, *amounts], key=_at))
        loose += alone
        for option, price in pairs:
            index = _meant(option, offers, found)
            if index is not None:
                found.setdefault(index, price)
    if not found and len(loose) == len(offers):
        return dict(enumerate(loose))
    return found


def _at(item: Item) -> tuple[int, int]:
    return item.place.start, isinstance(item, PriceFound)


def _pairs(field: FieldText, items: list[Item]) -> tuple[list[Pair], list[PriceFound]]:
    """Return the options with their prices, and the prices that have none, of one field."""
    pairs: list[Pair] = []
    alone: list[PriceFound] = []
    for run in _runs(field, items):
        first = isinstance(run[0], PriceFound) and isinstance(run[-1], Offer)
        ordered = list(reversed(run)) if first else run
        for number, item in enumerate(ordered):
            if not isinstance(item, PriceFound):
                continue
            before = ordered[number - 1] if number else None
            if not isinstance(before, Offer):
                alone.append(item)
                continue
            same = [o for o in run if isinstance(o, Offer) and o.place == before.place]
            pairs += [(option, item) for option in same]
    return pairs, alone


def _runs(field: FieldText, items: list[Item]) -> Iterator[list[Item]]:
    """Yield the items of each line or sentence."""
    run: list[Item] = []
    for item in items:
        if run:
            end = max(one.place.end for one in run[-2:])
            gap = field.normal.original[end : item.place.start]
            if len(gap) > REACH or BREAK.search(gap):
                yield run
                run = []
        run.append(item)
    if run:
        yield run


def _meant(option: Offer, offers: Sequence[Offer], taken: Mapping[int, PriceFound]) -> int | None:
    """Return the position of the offer that ``option`` names; one without a price first."""
    alike = [
        index
        for index, offer in enumerate(offers)
        if (same_option(option, offer) or covers(offer, option) or covers(option, offer))
        and same_product(option.product, offer.product)
    ]
    exact = [i for i in alike if offers[i].place == option.place]
    free = [i for i in exact or alike if i not in taken]
    return free[0] if free else None
