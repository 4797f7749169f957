# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who bought what, when it was paid, reviewed and released."""

from __future__ import annotations

from datetime import datetime, timedelta

from vestigo.training.goods import hostile, words
from vestigo.training.rates import RangeRates
from vestigo.training.story import Listing, Order, Vendor
from vestigo.training.stream import Stream
from vestigo.training.timeline import LAST_ORDER_AT, STORY_BEGINS_AT

N_BUYERS = 24
MIX_REVENUE_SAT = 2_600_000

_ORDERS_A_VENDOR = (4, 6)
_HOUR = 3600


def buyer_names() -> list[str]:
    """Return the parties that buy."""
    return [f"buyer:{number:02d}" for number in range(N_BUYERS)]


def make_orders(
    seed: int, vendors: list[Vendor], listings: list[Listing], rates: RangeRates
) -> list[Order]:
    """Return every order, numbered in the order of payment."""
    drafts: list[Order] = []
    for vendor in vendors:
        stream = Stream(seed, "orders", vendor.handle)
        sold = [one for one in listings if one.vendor == vendor.handle and not one.is_delisted]
        drafts += [
            _order(stream, one, option, rates) for one, option in _wanted(stream, vendor, sold)
        ]
        drafts += [_direct(stream, one, rates) for one in sold if one.direct_address]
    drafts.sort(key=lambda item: (item.paid_at, item.listing_key))
    return [_numbered(order, number) for number, order in enumerate(drafts)]


def _wanted(stream: Stream, vendor: Vendor, sold: list[Listing]) -> list[tuple[Listing, int]]:
    """Return which options are bought; vendors that mix sell enough for the mix."""
    if vendor.behaviour == "mix":
        return _dear_sales(sold)
    n_orders = 1 if sold[0].is_hostile else stream.between(*_ORDERS_A_VENDOR)
    sales = []
    for _sale in range(n_orders):
        listing = stream.pick(sold)
        sales.append((listing, stream.below(len(listing.offers))))
    return sales


def _dear_sales(sold: list[Listing]) -> list[tuple[Listing, int]]:
    options = [(one, number) for one in sold for number in range(len(one.offers))]
    options.sort(key=lambda pair: (-pair[0].offers[pair[1]].price_sat, pair[0].key))
    sales: list[tuple[Listing, int]] = []
    revenue = 0
    while revenue < MIX_REVENUE_SAT:
        listing, option = options[len(sales) % 2]
        revenue += listing.offers[option].price_sat
        sales.append((listing, option))
    return sales


def price_at(listing: Listing, option: int, on: datetime, rates: RangeRates) -> int:
    """Return what an option costs in satoshi on that day.

    A listing that shows bitcoin keeps its bitcoin price; one that shows fiat only is
    converted at the rate of the day.
    """
    offer = listing.offers[option]
    if listing.display != "fiat":
        return offer.price_sat
    amount = offer.eur if listing.fiat == "EUR" else offer.usd
    return rates.sat_of(amount, listing.fiat, on.date())


def _order(stream: Stream, listing: Listing, option: int, rates: RangeRates) -> Order:
    paid_at = _moment(stream)
    reviewed_at = paid_at + timedelta(seconds=stream.between(14 * _HOUR, 70 * _HOUR))
    comments = words()["comments"][stream.pick((listing.language, listing.language, "en"))]
    return Order(
        number=0,
        buyer=stream.pick(buyer_names()),
        vendor=listing.vendor,
        listing_key=listing.key,
        option=option,
        price_sat=price_at(listing, option, paid_at, rates),
        paid_at=paid_at,
        is_direct=False,
        reviewed_at=reviewed_at,
        released_at=reviewed_at + timedelta(seconds=stream.between(_HOUR // 4, 5 * _HOUR)),
        rating=stream.pick((5, 5, 5, 4, 4, 3, 2)),
        comment=hostile()["comment"] if listing.is_hostile else stream.pick(comments),
    )


def _direct(stream: Stream, listing: Listing, rates: RangeRates) -> Order:
    paid_at = _moment(stream)
    return Order(
        number=0,
        buyer=stream.pick(buyer_names()),
        vendor=listing.vendor,
        listing_key=listing.key,
        option=0,
        price_sat=price_at(listing, 0, paid_at, rates),
        paid_at=paid_at,
        is_direct=True,
        reviewed_at=None,
        released_at=None,
        rating=0,
        comment="",
    )


def _moment(stream: Stream) -> datetime:
    seconds = int((LAST_ORDER_AT - STORY_BEGINS_AT).total_seconds())
    return STORY_BEGINS_AT + timedelta(seconds=stream.below(seconds // 60) * 60)


def _numbered(order: Order, number: int) -> Order:
    fields = {name: getattr(order, name) for name in order.__slots__}
    return Order(**(fields | {"number": number}))
