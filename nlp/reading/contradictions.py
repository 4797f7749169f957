# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where title and text say two things of one option: other amounts, or another price.

A menu that holds the title's option, at the title's price, contradicts nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nlp.model import Offer, PriceFound
from nlp.offers.listing_options import covers
from nlp.offers.products import same_product
from nlp.offers.segment_offers import same_option
from nlp.prices.pairing import priced_offers
from nlp.scanning.fields import FieldText

Asked = frozenset[tuple[str | None, str]]  # (currency, amount) of one option


def amounts_differ(offers: Sequence[Offer], said: Sequence[Offer]) -> bool:
    """Whether the title has an option that the text does not name among its own of its kind."""
    title = [offer for offer in offers if _titled(offer)]
    text = [offer for offer in said if not _titled(offer)]
    further = [offer for offer in offers if not _titled(offer)]
    return any(
        any(one.kind == offer.kind and _of_one(one, offer) for one in further)
        and not any(_alike(one, offer) for one in text)
        for offer in title
    )


def with_two_prices(
    fields: Sequence[FieldText],
    offers: Sequence[Offer],
    said: Sequence[Offer],
    prices: Sequence[PriceFound],
) -> frozenset[int]:
    """Return the positions of offers that title and text price, each otherwise."""
    if len({_in_title(price) for price in prices if price.per == "package"}) < len((True, False)):
        return frozenset()
    priced = priced_offers(fields, said, said, prices)
    return frozenset(
        index
        for index, offer in enumerate(offers)
        if _apart(_asked(offer, said, priced, title=True), _asked(offer, said, priced, title=False))
    )


def _asked(
    offer: Offer, said: Sequence[Offer], priced: Mapping[int, PriceFound], *, title: bool
) -> Asked:
    """Return what the title, or the text, asks for an option."""
    return frozenset(
        (price.currency, str(price.amount))
        for index, price in priced.items()
        if _in_title(price) == title == _titled(said[index]) and _alike(said[index], offer)
    )


def _apart(title: Asked, text: Asked) -> bool:
    """Whether both ask something, in one currency, and nothing that they share."""
    currencies = {currency for currency, _amount in title} & {currency for currency, _a in text}
    return bool(currencies) and title.isdisjoint(text)


def _alike(one: Offer, other: Offer) -> bool:
    same = same_option(one, other) or covers(one, other) or covers(other, one)
    return same and _of_one(one, other)


def _of_one(one: Offer, other: Offer) -> bool:
    return same_product(one.product, other.product)


def _titled(offer: Offer) -> bool:
    return offer.place.field == "title"


def _in_title(price: PriceFound) -> bool:
    return price.place.field == "title"
