# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an amount of goods usually costs in its category of a market."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from statistics import median

from vestigo.records import Listing, UnitPrice

LEAST_LISTINGS = 5
LEVELS = 2  # of the category: below, too few listings are alike

Place = tuple[str, str, tuple[str, ...], str]


class UsualPrices:
    """The median unit price of each category, currency and unit with enough listings.

    Of a listing the lowest unit price of its captures counts; of a capture none where it has
    several (a table of amounts).
    """

    def __init__(self, listings: Iterable[Listing], prices: Iterable[UnitPrice]) -> None:
        self._units = _only_ones(prices)
        lowest: dict[Place, dict[str, Decimal]] = {}
        for listing in listings:
            unit = self._unit(listing)
            if unit is not None:
                known = lowest.setdefault(_place(listing, unit), {})
                before = known.get(listing.listing_key, unit.amount)
                known[listing.listing_key] = min(unit.amount, before)
        self._medians: Mapping[Place, Decimal] = {
            place: Decimal(median(known.values()))
            for place, known in lowest.items()
            if len(known) >= LEAST_LISTINGS
        }

    def of(self, listing: Listing) -> Decimal | None:
        """Return what the amount on offer usually costs there, None where that is not known."""
        unit = self._unit(listing)
        usual = self._medians.get(_place(listing, unit)) if unit else None
        if unit is None or usual is None or listing.price_amount is None:
            return None
        exact = listing.price_amount * usual / unit.amount
        return exact.quantize(Decimal("0.00001")).normalize() + 0

    def _unit(self, listing: Listing) -> UnitPrice | None:
        unit = self._units.get(listing.record_id)
        return unit if unit and unit.currency == listing.price_currency else None


def _only_ones(prices: Iterable[UnitPrice]) -> dict[str, UnitPrice]:
    """Return the unit price of each subject that has exactly one."""
    found: dict[str, UnitPrice] = {}
    several = set()
    for one in prices:
        if one.subject in found:
            several.add(one.subject)
        if one.amount > 0:
            found[one.subject] = one
    return {subject: one for subject, one in found.items() if subject not in several}


def _place(listing: Listing, unit: UnitPrice) -> Place:
    return listing.market, unit.currency or "", listing.category[:LEVELS], unit.per_unit
