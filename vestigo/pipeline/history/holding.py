# SPDX-License-Identifier: AGPL-3.0-or-later
"""Prices that nobody is meant to pay, each with the reason why it is taken for one.

Vendors put an absurd price instead of taking a listing down.  Four reasons, each with
the figures that it rests on; a heuristic, never a fact.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

AMOUNT, OWN, MARKET = "too-much-for-the-amount", "far-above-its-own", "far-above-the-market"
USUAL = "far-above-the-usual"
OWN_TIMES = 10
MARKET_TIMES = 200
USUAL_TIMES, USUAL_MARKET_TIMES = 10, 50  # a rare good is dear for its weight: both have to hold
LEAST_PRICES = 20


@dataclass(frozen=True, slots=True)
class Holding:
    """One reason: a stable word, and what the price was compared with (None for none).

    ``compared`` is a price in the same currency: the median of the prices at which the
    listing is meant to sell, or of the market's, or what the amount usually costs; ``times``
    how many times as high this one is, rounded down.
    """

    reason: str
    compared: Decimal | None = None
    times: int | None = None


def holding_reasons(
    price: Decimal,
    others: Sequence[Decimal],
    market: Decimal | None,
    flagged: bool,
    usual: Decimal | None = None,
) -> tuple[Holding, ...]:
    """Return why ``price`` is taken for a holding price, () where it is not.

    ``others`` are the listing's prices in other captures, in the order of time; ``market``
    the median price of the market's listings (None where too few are known), all in one
    currency; ``flagged`` says that the reader found it absurd for the amount on offer;
    ``usual`` is what that amount costs in its category at the median unit price, if known.
    """
    found = [Holding(AMOUNT)] if flagged else []
    own = _meant(price, others, market)
    for reason, compared, times in ((OWN, own, OWN_TIMES), (MARKET, market, MARKET_TIMES)):
        if compared and price >= times * compared:
            found.append(Holding(reason, compared, int(price / compared)))
    dear = bool(market) and price >= USUAL_MARKET_TIMES * (market or 0)
    if usual and dear and price >= USUAL_TIMES * usual:
        found.append(Holding(USUAL, usual, int(price / usual)))
    return tuple(found)


def _meant(price: Decimal, others: Sequence[Decimal], market: Decimal | None) -> Decimal | None:
    """Return the median of the prices at which the listing is meant to sell, None for none.

    A holding price stays up for weeks: so not of all others, but of those around the lowest
    one that is no slip of the pen.
    """
    likely = sorted(low for low in others if low and not _is_slip(low, price, others, market))
    around = [one for one in likely if one < OWN_TIMES * likely[0]]
    return Decimal(median(around)) if around else None


def _is_slip(
    low: Decimal, price: Decimal, others: Sequence[Decimal], market: Decimal | None
) -> bool:
    """Whether ``low`` may be the odd one of the two: ``price`` is not far above it for nothing.

    The market tells where it is known: the odd one is farther (in times) from its median.
    Else the price that the listing began with, or most captures, count for meant.
    """
    if price < OWN_TIMES * low:
        return False
    if market:
        return low * price < market * market
    return low != others[0] and low * OWN_TIMES <= median(others)


def market_medians(prices: Mapping[str, Sequence[Decimal]]) -> dict[str, Decimal]:
    """Return the median price of each currency that at least ``LEAST_PRICES`` listings show."""
    return {
        currency: Decimal(median(shown))
        for currency, shown in prices.items()
        if len(shown) >= LEAST_PRICES
    }
