# SPDX-License-Identifier: AGPL-3.0-or-later
"""The reviews of a known world as a case would hold them, and what each was really about."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from ledger.matching import Price, Review

SAT = Decimal(100_000_000)
THOUSAND = 1000


@dataclass(frozen=True, slots=True)
class KnownReview:
    """A review and the transaction that paid for it."""

    review: Review
    payment_txid: str


def known_reviews(truth: dict[str, Any], *, paid_shown: bool) -> Iterator[KnownReview]:
    """Yield every review; without ``paid_shown`` only the listing's prices are known."""
    listings = {(one["market"], one["key"]): one for one in truth["listings"]}
    for order in truth["orders"]:
        if order["reviewed_at"] is None:
            continue
        listing = listings.get((order["market"], order["listing"]))
        prices = _paid(order) if paid_shown else _listed(listing)
        if prices:
            review = Review(
                key=f"{order['market']}/{order['listing']}#{order['number']}",
                vendor=f"{order['market']}/{order['vendor']}",
                given_on=date.fromisoformat(order["reviewed_at"][:10]),
                prices=prices,
                is_paid_price=paid_shown,
            )
            yield KnownReview(review, order["payment_txid"])


def published_addresses(truth: dict[str, Any]) -> dict[str, set[str]]:
    """Return the addresses that each account published."""
    found: dict[str, set[str]] = {}
    for one in truth["published_addresses"]:
        found.setdefault(f"{one['market']}/{one['vendor']}", set()).add(one["address"])
    return found


def _paid(order: dict[str, Any]) -> tuple[Price, ...]:
    """Return the amount as pages show it: five places, or eight where it is not round."""
    sat = int(order["price_sat"])
    places = 5 if sat % THOUSAND == 0 else 8
    return (Price(Decimal(f"{Decimal(sat) / SAT:.{places}f}"), "BTC"),)


def _listed(listing: dict[str, Any] | None) -> tuple[Price, ...]:
    if listing is None:
        return ()
    rows = [one["price"] for one in listing["offers"]] + listing["prices_shown"]
    prices = (Price(Decimal(one["amount"]), one["currency"]) for one in rows)
    return tuple(dict.fromkeys(prices))
