# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which markets and passes a case looked at, told from what it found there.

Records name no pass.  The passes that explain best which listings were found at which
price are taken as looked at: those with the most that was found less what would have been
seen and was not; of equals those that begin with the first, and the fewest.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from itertools import combinations
from typing import Any

from vestigo.training.scoring.holdings import Holdings
from vestigo.training.scoring.truth_file import Truth

NOT_CRAWLED, NOT_READ, OTHER_PASS = "market_not_crawled", "captured_not_read", "pass_not_crawled"


class View:
    """What the case had before its eyes; ``why_unseen`` says "" for what it had."""

    def __init__(self, truth: Truth, held: Holdings) -> None:
        self._truth = truth
        found = {
            (f"{item.market}/{item.listing_key}", item.price_amount)
            for item in held.listings.values()
        }
        read = held.markets()
        self.passes: Mapping[str, tuple[int, ...]] = {
            market: _passes(truth, market, found) if market in read else ()
            for market in truth.market_keys()
        }

    def market(self, market: str) -> str:
        """Return why a market was not looked at."""
        return "" if self.passes.get(market) else NOT_CRAWLED

    def account(self, account: str) -> str:
        """Return why the account was not before the eyes of the case."""
        row = self._truth.accounts[account]
        return self._spanning(account.partition("/")[0], row)

    def listing(self, listing: str) -> str:
        """Return why the listing was not before the eyes of the case."""
        return self._spanning(listing.partition("/")[0], self._truth.listings[listing])

    def saw_pass(self, market: str, number: int) -> bool:
        """Say whether that pass of the market was looked at."""
        return number in self.passes.get(market, ())

    def _spanning(self, market: str, row: Mapping[str, Any]) -> str:
        if unseen := self.market(market):
            return unseen
        first, last = _span(row, self._truth.n_passes)
        seen = any(first <= number <= last for number in self.passes[market])
        return "" if seen else OTHER_PASS


def _passes(truth: Truth, market: str, found: set[tuple[str, Decimal | None]]) -> tuple[int, ...]:
    shown_on: dict[int, set[tuple[str, Decimal | None]]] = {}
    for key, item in truth.listings.items():
        for row in item["prices_shown"] if item["market"] == market else ():
            shown_on.setdefault(int(row["pass"]), set()).add((key, Decimal(row["amount"])))
    best: tuple[tuple[int, bool, int], tuple[int, ...]] | None = None
    numbers = range(1, truth.n_passes + 1)
    for size in numbers:
        for chosen in combinations(numbers, size):
            shown = set[tuple[str, Decimal | None]]().union(
                *(shown_on.get(n, set()) for n in chosen)
            )
            in_order = chosen == tuple(range(1, size + 1))
            fit = (len(shown & found) - len(shown - found), in_order, -size)
            if best is None or fit > best[0]:
                best = (fit, chosen)
    return best[1] if best else (1,)


def _span(row: Mapping[str, Any], n_passes: int) -> tuple[int, int]:
    """Return the first and last pass on which a row was to be seen."""
    last = row.get("last_pass")
    return int(row.get("first_pass") or 1), int(n_passes if last is None else last)
