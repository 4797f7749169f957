# SPDX-License-Identifier: AGPL-3.0-or-later
"""Shares that precision and recall do not show: the errors that do the most harm."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from nlp.scoring.answers import OFFERED, TOLERANCE, Answer, OfferSaid, same_offer, same_unit_price
from nlp.scoring.gold import GoldText
from nlp.scoring.tally import matched, share

FACTORS = (2, 10, 1000)


@dataclass(slots=True)
class Shares:
    """Counts over texts; ``figures`` gives them as shares with Wilson's interval."""

    denied: int = 0
    denied_offered: int = 0
    offers: int = 0
    by_factor: dict[int, int] = field(default_factory=lambda: dict.fromkeys(FACTORS, 0))
    priced: int = 0
    priced_right: int = 0
    unpriced: int = 0
    unpriced_given: int = 0

    def add(self, given: Answer, gold: GoldText) -> None:
        """Count one text; what was not annotated is not counted."""
        if "substances" in gold.answer:
            self._denied(given, gold.answer)
        if "quantities" in gold.answer:
            self._factors(given["quantities"], gold.answer["quantities"])
        if {"unit_prices", "quantities"} <= set(gold.answer):
            self._unit_prices(given, gold)

    def _denied(self, given: Answer, gold: Answer) -> None:
        """Count what is negated or only mentioned and was given as offered."""
        offered = {i for i, status in gold["substances"] if status in OFFERED}
        denied = {i for i, status in gold["substances"] if status not in OFFERED} - offered
        wrong = denied & {i for i, status in given["substances"] if status in OFFERED}
        self.denied += len(denied)
        self.denied_offered += len(wrong)

    def _factors(self, given: list[OfferSaid], gold: list[OfferSaid]) -> None:
        """Count wrong offers that are 2, 10 or 1000 times (or a part of) a missing one."""
        self.offers += len(given)
        _right, extra, missing = matched(given, gold, same_offer)
        for offer in extra:
            factor = next((f for one in missing for f in _factor(offer, one)), None)
            if factor is not None:
                self.by_factor[factor] += 1

    def _unit_prices(self, given: Answer, gold: GoldText) -> None:
        """Count listings with price and quantity whose unit prices are all right."""
        wanted = gold.answer["unit_prices"]
        price = gold.text.price is not None or bool(gold.answer.get("prices"))
        if not (price and gold.answer["quantities"]):
            return
        if not wanted:
            self.unpriced += 1
            self.unpriced_given += bool(given["unit_prices"])
            return
        _right, extra, missing = matched(given["unit_prices"], wanted, same_unit_price)
        self.priced += 1
        self.priced_right += not extra and not missing

    def figures(self) -> dict[str, Any]:
        """Return each share with its counts."""
        wrong: Mapping[str, Any] = {
            f"factor_{factor}": share(n, self.offers) for factor, n in self.by_factor.items()
        }
        return {
            "denied_given_as_offered": share(self.denied_offered, self.denied),
            "factor_errors": share(sum(self.by_factor.values()), self.offers),
            **wrong,
            "unit_price_right": share(self.priced_right, self.priced),
            "unit_price_given_where_none_follows": share(self.unpriced_given, self.unpriced),
        }


def _factor(one: OfferSaid, other: OfferSaid) -> Iterator[int]:
    """Yield the factors that lie between two offers, of any of their amounts."""
    for a, b in _amounts(one, other):
        for factor in FACTORS:
            if any(_is_times(x, y, factor) for x, y in ((a, b), (b, a))):
                yield factor


def _amounts(one: OfferSaid, other: OfferSaid) -> Iterator[tuple[Decimal, Decimal]]:
    pairs = [
        (_mass(one, 1), _mass(other, 1)),
        (_mass(one, one.count or 1), _mass(other, other.count or 1)),
        (one.ml, other.ml),
    ]
    if one.kind == other.kind:
        pairs.append((Decimal(one.count or 1), Decimal(other.count or 1)))
    for a, b in pairs:
        if a and b:
            yield a, b


def _mass(offer: OfferSaid, count: int) -> Decimal | None:
    """Return grams (of a dose: its milligrams as grams) times ``count``, where there are any."""
    grams = offer.grams
    if grams is None and offer.dose_mg is not None:
        grams = offer.dose_mg / 1000
    return None if grams is None else grams * count


def _is_times(small: Decimal, large: Decimal, factor: int) -> bool:
    return abs(large - small * factor) <= TOLERANCE * large
