# SPDX-License-Identifier: AGPL-3.0-or-later
"""How much of a listing is left on each pass: fewer and fewer, sold out, in again, or no end.

Drawn from the seed and the names alone, so that nothing else of a world depends on it.
"""

from __future__ import annotations

from dataclasses import dataclass

from vestigo.training.stream import Stream
from vestigo.training.world import Listing

UNLIMITED_PERCENT, REFILLED_PERCENT = 20, 35
MOST, MOST_SOLD = 60, 30


@dataclass(frozen=True, slots=True)
class StockLeft:
    """``in-stock``, ``sold-out`` or ``unlimited``; ``n`` is None where there is no end."""

    state: str
    n: int | None


def stock_left(seed: int, listing: Listing, pass_no: int) -> StockLeft:
    """Return what is left of a listing on a pass (from 1)."""
    drawn = Stream(seed, "stock", listing.market, listing.key)
    if drawn.chance(UNLIMITED_PERCENT):
        return StockLeft("unlimited", None)
    n = drawn.between(1, MOST)
    for _pass in range(2, pass_no + 1):
        refilled, sold = drawn.chance(REFILLED_PERCENT), drawn.between(0, MOST_SOLD)
        n = max(0, n - sold) if n or not refilled else drawn.between(1, MOST)
    return StockLeft("in-stock" if n else "sold-out", n)
