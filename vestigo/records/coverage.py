# SPDX-License-Identifier: AGPL-3.0-or-later
"""The record of how much of a market a pass saw: counts, and an estimate of the rest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from vestigo.records.base import Derived, register


@dataclass(frozen=True, slots=True, kw_only=True)
class CountOf:
    """How many of what; ``name`` is a cause or a way of being found."""

    name: str
    n: int


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageEstimate(Derived):
    """What one pass over one market saw, and an estimate of the listings that it did not see.

    ``pages_…`` count addresses as the crawl ended (None where it never ended in order);
    ``pages_waiting`` were not attempted.  ``listings_…`` count listing keys: known to the
    pass, shown as on sale, shown as gone, and those whose page did not come.  ``ways`` says
    how many were found by which kind of page (``earlier``: on sale on a pass before).
    ``on_sale_…`` is the estimate of all listings on sale at the pass with its interval
    (``confidence`` is the interval's level), ``unseen_…`` that of those that the pass does not
    know; all None where ``abstained`` is a code that says why there is none.
    """

    KIND: ClassVar[str] = "coverage_estimate"

    market: str
    pass_no: int
    n_captures: int
    pages_known: int | None
    pages_fetched: int | None
    pages_waiting: int | None
    pages_failed: tuple[CountOf, ...]
    pages_refused: tuple[CountOf, ...]
    listings_known: int
    listings_on_sale: int
    listings_gone: int
    listings_unresolved: int
    ways: tuple[CountOf, ...]
    on_sale_estimate: int | None
    on_sale_low: int | None
    on_sale_high: int | None
    unseen_estimate: int | None
    unseen_low: int | None
    unseen_high: int | None
    abstained: str


def newest_estimates(records: Iterable[CoverageEstimate]) -> list[CoverageEstimate]:
    """Return the last record of each pass, sorted by market and pass."""
    newest = {(one.market, one.pass_no): one for one in records}
    return [newest[name] for name in sorted(newest)]
