# SPDX-License-Identifier: AGPL-3.0-or-later
"""Prices that nobody is meant to pay, each with the reason why it is taken for one.

Vendors put an absurd price instead of taking a listing down.  Three reasons, each with
the figures that it rests on; a heuristic, never a fact.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

AMOUNT, OWN, MARKET = "too-much-for-the-amount", "far-above-its-own", "far-above-the-market"
OWN_TIMES = 10
MARKET_TIMES = 200
LEAST_PRICES = 20


@dataclass(frozen=True, slots=True)
class Holding:
    """One reason: a stable word, and what the price was compared with (None for none).

    ``compared`` is a price in the same currency: the median of the listing's other prices,
    or of the market's; ``times`` how many times as high this one is, rounded down.
    """

    reason: str
    compared: Decimal | None = None
    times: int | None = None


def holding_reasons(
    price: Decimal, others: Sequence[Decimal], market: Decimal | None, flagged: bool
) -> tuple[Holding, ...]:
    """Return why ``price`` is taken for a holding price, () where it is not.

    ``others`` are the listing's prices in other captures, ``market`` the median price of
    the market's listings (None where too few are known), all in one currency; ``flagged``
    says that the reader found it absurd for the amount on offer.
    """
    found = [Holding(AMOUNT)] if flagged else []
    own = median(others) if others else None
    for reason, compared, times in ((OWN, own, OWN_TIMES), (MARKET, market, MARKET_TIMES)):
        if compared and price >= times * compared:
            found.append(Holding(reason, compared, int(price / compared)))
    return tuple(found)


def market_medians(prices: Mapping[str, Sequence[Decimal]]) -> dict[str, Decimal]:
    """Return the median price of each currency that at least ``LEAST_PRICES`` listings show."""
    return {
        currency: Decimal(median(shown))
        for currency, shown in prices.items()
        if len(shown) >= LEAST_PRICES
    }
