# SPDX-License-Identifier: AGPL-3.0-or-later
"""What pages say to be left of a listing, pass by pass."""

from __future__ import annotations

from typing import Any

from vestigo.training.site.layouts import LAYOUTS, layout_of
from vestigo.training.stock import stock_left
from vestigo.training.world import Listing, Market


def stock_shown(market: Market, listing: Listing) -> list[dict[str, Any]]:
    """Return what the page of a listing says of it on each pass whose layout shows it."""
    rows = []
    for pass_no in range(1, len(market.passes) + 1):
        if listing.seen_on(pass_no) and LAYOUTS[layout_of(market, pass_no)].shows_stock:
            left = stock_left(market.seed, listing, pass_no)
            rows.append({"pass": pass_no, "state": left.state, "n": left.n})
    return rows
