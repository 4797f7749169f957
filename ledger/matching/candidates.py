# SPDX-License-Identifier: AGPL-3.0-or-later
"""A review as a box of time and value, and the outputs in that box."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import NamedTuple

import numpy as np

from ledger.index import ChainIndex, Integers
from vestigo.rates import RateTable

SAT = Decimal(100_000_000)
BITCOIN = "BTC"
SMALLEST_STEP = Decimal("0.00000001")


class Price(NamedTuple):
    """An amount as shown, in a currency."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Review:
    """One review: who sold, when it was given, what may have been paid.

    ``prices`` are all that the page states for it: the amount paid, or the options of the
    listing.  ``is_paid_price`` is True where the page states what was paid.
    """

    key: str
    vendor: str
    given_on: date
    prices: tuple[Price, ...]
    is_paid_price: bool = False


@dataclass(frozen=True, slots=True)
class Matching:
    """``before_days`` and ``after_days`` around the day of a review; ``tolerance`` on fiat."""

    before_days: int
    after_days: int
    tolerance: Decimal
    shifts_days: tuple[int, ...] = (-70, -49, -35, -28, -21, -14, 14, 21, 28, 35, 49, 70)


class Box(NamedTuple):
    """Seconds from (included) to (excluded), and satoshi from and to (both included)."""

    from_seconds: int
    to_seconds: int
    least_sat: int
    most_sat: int


class Candidate(NamedTuple):
    """An output in a box; ``error`` is how far its value lies from the price (a share)."""

    output: int
    error: Decimal


class Boxes:
    """Finds outputs by time and value."""

    def __init__(self, index: ChainIndex, rates: RateTable | None, matching: Matching) -> None:
        self._index = index
        self._rates = rates
        self._matching = matching
        self._seconds: Integers = index.seconds[index.tx_of]
        self._in_order = np.argsort(self._seconds, kind="stable")
        self._sorted = self._seconds[self._in_order]

    def candidates(self, review: Review, shift_days: int = 0) -> list[Candidate]:
        """Return the outputs in the review's boxes, each once, with its least error.

        With ``shift_days`` the window is moved: what is found there is chance.
        """
        found: dict[int, Decimal] = {}
        for price in review.prices:
            for day in self._days(review, shift_days):
                target = self._target(price, day - timedelta(days=shift_days))
                if target is not None:
                    self._take(found, day, price, target)
        return [Candidate(output, found[output]) for output in sorted(found)]

    def _days(self, review: Review, shift_days: int) -> list[date]:
        first = review.given_on + timedelta(days=shift_days - self._matching.before_days)
        n = self._matching.before_days + self._matching.after_days + 1
        return [first + timedelta(days=number) for number in range(n)]

    def _target(self, price: Price, day: date) -> Decimal | None:
        """Return the price in satoshi at the rate of a day, None where none is known."""
        if price.currency == BITCOIN:
            return price.amount * SAT
        rate = self._rates.btc(day, price.currency) if self._rates else None
        return None if rate is None else price.amount / rate.btc_price * SAT

    def _take(self, found: dict[int, Decimal], day: date, price: Price, target: Decimal) -> None:
        if target <= 0:
            return
        noise = self._matching.tolerance * target
        if price.currency == BITCOIN:
            noise = _half_step(price.amount) * SAT
        begin = int(datetime.combine(day, time(), UTC).timestamp())
        box = Box(begin, begin + 86_400, int(target - noise), int(target + noise) + 1)
        for output in self.outputs_in(box):
            error = abs(Decimal(int(self._index.value_sat[output])) - target) / target
            found[output] = min(error, found.get(output, error))

    def outputs_in(self, box: Box) -> Sequence[int]:
        """Return the outputs in a box, by time."""
        span = np.searchsorted(self._sorted, (box.from_seconds, box.to_seconds), side="left")
        outputs = self._in_order[span[0] : span[1]]
        values = self._index.value_sat[outputs]
        chosen: list[int] = outputs[(values >= box.least_sat) & (values <= box.most_sat)].tolist()
        return chosen


def _half_step(amount: Decimal) -> Decimal:
    """Return half of the last digit that an amount shows (at least half a satoshi)."""
    exponent = amount.as_tuple().exponent
    step = Decimal(1).scaleb(exponent) if isinstance(exponent, int) else SMALLEST_STEP
    return max(step, SMALLEST_STEP) / 2
