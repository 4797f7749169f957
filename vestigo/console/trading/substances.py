# SPDX-License-Identifier: AGPL-3.0-or-later
"""The substances of a case: who offers them, how often, at what unit price."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from statistics import median

from vestigo.console.facets import Row, Rows, in_euro


@dataclass(frozen=True, slots=True)
class SubstanceRow:
    """One substance; ``price`` is the median in EUR per gram, ``n_prices`` of how many."""

    id: str
    name: str
    n_listings: int
    n_vendors: int
    n_markets: int
    price: Decimal | None
    n_prices: int
    first_at: datetime | None
    last_at: datetime | None


def substance_rows(rows: Rows) -> list[SubstanceRow]:
    """Return a row for each substance that listings offer, the most frequent first."""
    offered: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        for substance in row.substances:
            offered[substance].append(row)
    found = [_row(*substance, given) for substance, given in offered.items()]
    return sorted(found, key=lambda one: (-one.n_listings, one.id))


def _row(substance: str, name: str, rows: list[Row]) -> SubstanceRow:
    prices = [price for row in rows for one in row.unit_prices
              if one.per_unit == "g" and (price := in_euro(one)) is not None]  # fmt: skip
    times = [one.light.observed_at for row in rows for one in row.offer.captures
             if one.light.observed_at]  # fmt: skip
    return SubstanceRow(
        id=substance, name=name, n_listings=len(rows),
        n_vendors=len({(r.listing.market, r.listing.vendor_handle) for r in rows}),
        n_markets=len({row.listing.market for row in rows}),
        price=median(prices).quantize(Decimal("0.01")) if prices else None, n_prices=len(prices),
        first_at=min(times, default=None), last_at=max(times, default=None),
    )  # fmt: skip
