# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which price belongs to which option (part of ``nlp.unit_price.v1``).

A price stands directly behind its option ("10 g: 80 EUR") or, where a line opens with a
price and ends with an option, directly before it.  Prices without any option beside them
belong, where they are as many as the offers, to these in order ("Kanna 34, Kava 29").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from nlp.model import Offer, PriceFound
from nlp.offers.listing_options import covers
from nlp.offers.products import same_product
from nlp.offers.segment_offers import same_option
from nlp.prices.unit_prices import base_units
from nlp.scanning.fields import FieldText

REACH = 60  # code points between an option and its price
# A line or a sentence ends: the full stops of "5 g ..... 20" do not.
BREAK = re.compile(r"\n|[.!?;]\s+[^\W\d_a-z]")
WORDS = re.compile(r"[^\W\d_]+|[+&]")
SOLD_APART = ({"mass", "units"}, {"volume", "units"}, {"mass", "volume"})
Item = Offer | PriceFound
Pair = tuple[Offer, PriceFound]


def priced_offers(
    fields: Sequence[FieldText],
    offers: Sequence[Offer],
    said: Sequence[Offer],
    prices: Sequence[PriceFound],
    adding: frozenset[str] = frozenset(),
) -> Mapping[int, PriceFound]:
    """Return the package price of each offer that has one by the text, by its position.

    ``said`` are the options as the fields name them, each time that they do; ``prices``
    every amount, also one that is said twice.  The price of goods sold together ("2 g of
    this + 3 g of that 120 EUR") is that of none of them; ``adding`` are the
    words and signs between such.
    """
    packages = [price for price in prices if price.per == "package"]
    found: dict[int, PriceFound] = {}
    loose: list[PriceFound] = []
    for field in fields:
        here: list[Item] = [item for item in said if item.place.field == field.name]
        amounts = [price for price in packages if price.place.field == field.name]
        if not amounts:
            continue
        amounts = _without_sums(adding, field, here, amounts)
        sure = _paired(field, here, amounts)
        settled = {id(item) for pair in sure for item in pair}
        left = [item for item in (*here, *amounts) if id(item) not in settled]
        pairs, alone = _pairs(field, sorted(left, key=_at))
        pairs = [*sure, *pairs]
        loose += alone
        for option, price in pairs:
            index = _meant(option, offers, found)
            if index is not None:
                found.setdefault(index, price)
    if not found and len(loose) == len(offers):
        return dict(enumerate(loose))
    if len(found) == len(offers) - 1 and len(loose) == 1:
        found |= _last_one(offers, found, loose[0])
    return found


def _last_one(
    offers: Sequence[Offer], found: Mapping[int, PriceFound], price: PriceFound
) -> dict[int, PriceFound]:
    """Return the one price left with the one option left, where it fits the other ones.

    "20 g Amnesia. 140 EUR. Two bags 260 EUR": the larger is the dearer, and the cheaper per unit.
    """
    index = next(i for i in range(len(offers)) if i not in found)
    fits = found and all(
        same_product(offers[index].product, offers[i].product)
        and price.currency == other.currency
        and _rises((offers[index], price), (offers[i], other))
        for i, other in found.items()
    )
    return {index: price} if fits else {}


def _rises(one: Pair, other: Pair) -> bool:
    """Whether the larger of two options of one unit costs more, and not more per unit."""
    sizes = [base_units(offer) for offer, _price in (one, other)]
    if sizes[0] is None or sizes[1] is None or sizes[0][1] != sizes[1][1]:
        return False
    (small, low), (large, high) = sorted(
        ((sizes[0][0], one[1].amount), (sizes[1][0], other[1].amount))
    )
    return small < large and low < high <= low / small * large


def _without_sums(
    adding: frozenset[str], field: FieldText, options: Sequence[Item], amounts: Sequence[PriceFound]
) -> list[PriceFound]:
    """Return the prices that are of one option: not those behind goods that are added up."""
    if len(options) < 2 or adding.isdisjoint(field.vocabulary()):  # noqa: PLR2004
        return list(amounts)
    sums: set[int] = set()
    for run in _runs(field, sorted([*options, *amounts], key=_at)):
        first = isinstance(run[0], PriceFound) and isinstance(run[-1], Offer)
        for goods, prices in _blocks(list(reversed(run)) if first else run):
            if len(prices) == 1 < len(goods) and _added(adding, field, goods[-2:]):
                sums.add(id(prices[0]))
    return [price for price in amounts if id(price) not in sums]


def _added(adding: frozenset[str], field: FieldText, goods: Sequence[Offer]) -> bool:
    """Whether two options of two products have a plus or an "and" between.

    Of two kinds ("2 g of this + 4 of those") with a plus they are two products as well.
    """
    one, other = sorted(goods, key=_at)
    gap = WORDS.findall(field.normal.original[one.place.end : other.place.start].casefold())
    if same_product(one.product, other.product):
        return "+" in gap and {one.kind, other.kind} in SOLD_APART
    return not adding.isdisjoint(gap)


def _paired(field: FieldText, options: Sequence[Item], amounts: Sequence[PriceFound]) -> list[Pair]:
    """Return the options and prices that the entries of a menu put side by side."""
    starts = {
        field.place(money, money + 1).start: field.place(option, option + 1).start
        for money, option in field.paired.items()
    }
    return [
        (option, price)
        for price in amounts
        for option in options
        if isinstance(option, Offer)
        and option.place.start <= starts.get(price.place.start, -1) < option.place.end
    ]


def _at(item: Item) -> tuple[int, int]:
    return item.place.start, isinstance(item, PriceFound)


def _pairs(field: FieldText, items: list[Item]) -> tuple[list[Pair], list[PriceFound]]:
    """Return the options with their prices, and the prices that have none, of one field."""
    pairs: list[Pair] = []
    alone: list[PriceFound] = []
    for run in _runs(field, items):
        first = isinstance(run[0], PriceFound) and isinstance(run[-1], Offer)
        ordered = list(reversed(run)) if first else run
        for options, prices in _blocks(ordered):
            if len(options) == len(prices) > 1:
                matched = list(zip(options, prices, strict=True))
            else:
                matched = list(zip(options[-1:], prices, strict=False))
            for option, price in matched:
                same = [o for o in run if isinstance(o, Offer) and o.place == option.place]
                pairs += [(each, price) for each in same]
            alone += prices[len(matched) :]
    return pairs, alone


def _blocks(items: Sequence[Item]) -> Iterator[tuple[list[Offer], list[PriceFound]]]:
    """Yield options, one for each place, and the prices that stand behind them."""
    options: list[Offer] = []
    prices: list[PriceFound] = []
    for item in items:
        if isinstance(item, PriceFound):
            prices.append(item)
            continue
        if prices:
            yield options, prices
            options, prices = [], []
        if not options or item.place != options[-1].place:
            options.append(item)
    if prices:
        yield options, prices


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
