# SPDX-License-Identifier: AGPL-3.0-or-later
"""The range's own exchange rates: one price of a bitcoin a day, in euro and dollars."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from vestigo.training.stream import Stream
from vestigo.training.timeline import KEYS_MADE_AT, SEEN_AT
from vestigo.training.world import SAT

_FIRST_EUR = 54_000
_DOLLARS_A_EURO = Decimal("1.10")
_CENT = Decimal("0.01")
_WHOLE_FROM = 10


class RangeRates:
    """A seeded walk of daily prices from the first key to the day of looking."""

    def __init__(self, seed: int) -> None:
        stream = Stream(seed, "rates")
        self._eur: dict[date, Decimal] = {}
        price, day = Decimal(_FIRST_EUR), KEYS_MADE_AT.date()
        while day <= SEEN_AT.date():
            self._eur[day] = price.quantize(_CENT)
            price *= 1 + Decimal(stream.between(-240, 250)) / 10_000
            day += timedelta(days=1)

    def eur(self, on: date) -> Decimal:
        """Return the euro price of a bitcoin on that day."""
        return self._eur[on]

    def usd(self, on: date) -> Decimal:
        """Return the dollar price of a bitcoin on that day."""
        return (self._eur[on] * _DOLLARS_A_EURO).quantize(_CENT)

    def price(self, on: date, currency: str) -> Decimal:
        """Return the price of a bitcoin in EUR or USD."""
        return self.eur(on) if currency == "EUR" else self.usd(on)

    def sat_of(self, amount: Decimal, currency: str, on: date) -> int:
        """Return how many satoshi ``amount`` buys on that day (half to even)."""
        exact = amount / self.price(on, currency) * SAT
        return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_EVEN))

    def fiat_of(self, value_sat: int, currency: str, on: date) -> Decimal:
        """Return what ``value_sat`` is worth on that day, to the cent."""
        return (Decimal(value_sat) / SAT * self.price(on, currency)).quantize(_CENT)

    def rows(self) -> Iterator[tuple[str, str, str, str]]:
        """Yield the rows of ``rates.csv``: date, currency, price of a bitcoin, source."""
        for day in sorted(self._eur):
            for currency in ("EUR", "USD"):
                yield day.isoformat(), currency, f"{self.price(day, currency):f}", "practice range"


def dollars(euro: Decimal) -> Decimal:
    """Return a euro price in dollars as sellers write it: whole dollars above ten."""
    exact = euro * _DOLLARS_A_EURO
    return exact.quantize(Decimal(1) if exact >= _WHOLE_FROM else _CENT)
