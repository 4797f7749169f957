# SPDX-License-Identifier: AGPL-3.0-or-later
"""How listings, substances, unit prices and routes changed from month to month.

A month counts what its basis says: listings that were *captured* in it, listings that the
market says were *listed* in it, or *feedback* that was given in it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache

from vestigo.console.facets import Row, Rows, in_euro
from vestigo.console.index import CaseIndex
from vestigo.console.light import LightUnitPrice
from vestigo.console.trading.charts import Spread, Stacked
from vestigo.i18n import _, ngettext
from vestigo.records import CoverageEstimate
from vestigo.records.coverage import newest_estimates

BASES = ("captured", "listed", "feedback")
LAYERS = 7
MOST_MONTHS = 48
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Asked:
    """What trends are asked of: a market, a substance, a unit ("" for all) and the basis."""

    market: str
    substance: str
    per_unit: str
    basis: str

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Asked:
        """Return what a query string asks for; an unknown basis is that of the captures."""
        basis = query.get("basis", "captured")
        basis = basis if basis in BASES else "captured"
        unit = query.get("per_unit", "g")[:20]
        return cls(query.get("market", ""), query.get("substance", ""), unit, basis)

    def plain(self) -> dict[str, str]:
        """Return the query again."""
        return {"market": self.market, "substance": self.substance, "per_unit": self.per_unit,
                "basis": self.basis}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Covered:
    """What one month rests on: captures, and the passes with their estimates."""

    month: str
    n_captures: int
    passes: tuple[CoverageEstimate, ...]


@dataclass(frozen=True, slots=True)
class Trends:
    """The counts of each month, with what was covered."""

    substances: Stacked
    routes: Stacked
    prices: Spread
    covered: tuple[Covered, ...]
    n_left_out: int

    @property
    def months(self) -> tuple[str, ...]:
        """The months, in order, none left out between the first and the last."""
        return self.substances.months


def trends_of(index: CaseIndex, rows: Rows, asked: Asked) -> Trends:
    """Return the trends of the rows that are asked for."""
    chosen = [row for row in rows if _wanted(row, asked)]
    placed = [(month, row) for row in chosen for month in _months_of(index, row, asked.basis)]
    months = _filled({month for month, _row in placed})
    shown = set(months)
    kept = [(month, row) for month, row in placed if month in shown]
    named = [(month, name) for month, row in kept for name in _substances(row, asked)]
    routes = [(month, _route(row)) for month, row in kept]
    seen = {id(row) for _month, row in kept}
    return Trends(
        substances=_stacked(_counted_words(asked.basis), months, named),
        routes=_stacked(_("Routes: ships from → to"), months, routes),
        prices=_prices(months, kept, asked),
        covered=tuple(_covered(index, months)),
        n_left_out=sum(id(row) not in seen for row in chosen),
    )


def _wanted(row: Row, asked: Asked) -> bool:
    return asked.market in ("", row.listing.market) and (
        not asked.substance or asked.substance in row.values("substance")
    )


def _months_of(index: CaseIndex, row: Row, basis: str) -> Iterator[str]:
    if basis == "listed":
        on = row.listing.listed_on
        yield from [month_of(on)] if on else []
    elif basis == "feedback":
        given = (one.light.given_on for one in index.feedback_on.get(row.offer.key, ()))
        yield from (month_of(on) for on in given if on)
    else:
        times = (one.light.observed_at for one in row.offer.captures)
        yield from sorted({month_of(at) for at in times if at})


def month_of(at: date) -> str:
    """Return the month of a day or moment, as ``2026-03``."""
    return _month(at.year, at.month)


@lru_cache(maxsize=1 << 10)
def _month(year: int, month: int) -> str:
    return f"{year:04}-{month:02}"


def _filled(months: set[str]) -> tuple[str, ...]:
    """Return every month from the first to the last; of many, the last four years."""
    if not months:
        return ()
    first, last = (int(m[:4]) * 12 + int(m[5:]) - 1 for m in (min(months), max(months)))
    first = max(first, last - MOST_MONTHS + 1)
    return tuple(f"{n // 12:04}-{n % 12 + 1:02}" for n in range(first, last + 1))


def _substances(row: Row, asked: Asked) -> list[str]:
    """Return the names of what a listing offers; several count each."""
    names = [name for one, name in row.substances if asked.substance in ("", one)]
    return names or [_("not named")]


def _route(row: Row) -> str:
    stated = (row.listing.ships_from or "?", row.listing.ships_to or "?")
    return " → ".join(" ".join(one.split())[:40] for one in stated)


def _stacked(title: str, months: tuple[str, ...], pairs: Iterable[tuple[str, str]]) -> Stacked:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for month, name in pairs:
        counts[name][month] += 1
    ranked = sorted(counts, key=lambda name: (-counts[name].total(), name))
    shown, rest = ranked[:LAYERS], ranked[LAYERS:]
    values = [tuple(counts[name][month] for month in months) for name in shown]
    if rest:
        shown = [*shown, ngettext("{n} other", "{n} others", len(rest)).format(n=len(rest))]
        values.append(tuple(sum(counts[name][month] for name in rest) for month in months))
    return Stacked(title, months, tuple(shown), tuple(values))


def _prices(months: tuple[str, ...], kept: list[tuple[str, Row]], asked: Asked) -> Spread:
    found: dict[str, list[Decimal]] = defaultdict(list)
    for month, row in kept:
        found[month] += [price for one in row.unit_prices if (price := _price(one, asked))]
    unit = _("EUR / {unit}").format(unit=asked.per_unit)
    points = tuple(_quartiles(sorted(found[month])) for month in months)
    return Spread(_("Unit prices: median and middle half"), months, unit, points)


def _price(one: LightUnitPrice, asked: Asked) -> Decimal | None:
    return in_euro(one) if one.per_unit == asked.per_unit else None


def _quartiles(prices: list[Decimal]) -> tuple[Decimal, Decimal, Decimal, int] | None:
    if not prices:
        return None
    last = len(prices) - 1
    low, middle, high = (_at(prices, Decimal(last * n) / 4) for n in (1, 2, 3))
    return low, middle, high, len(prices)


def _at(prices: list[Decimal], place: Decimal) -> Decimal:
    below = int(place)
    above = min(below + 1, len(prices) - 1)
    value = prices[below] + (prices[above] - prices[below]) * (place - below)
    return value.quantize(CENT, rounding=ROUND_HALF_EVEN)


def _covered(index: CaseIndex, months: tuple[str, ...]) -> Iterator[Covered]:
    n = Counter(month_of(one.light.observed_at) for one in index.captures.values())
    passes: dict[str, list[CoverageEstimate]] = defaultdict(list)
    for one in newest_estimates(record for _id, record in index.all_of(CoverageEstimate)):
        if one.observed_at is not None:
            passes[month_of(one.observed_at)].append(one)
    for month in sorted({*months, *passes, *n}):
        yield Covered(month, n[month], tuple(passes.get(month, ())))


def _counted_words(basis: str) -> str:
    return {
        "captured": _("Listings captured, by substance"),
        "listed": _("Listings by the date that the market shows, by substance"),
        "feedback": _("Feedback given, by substance of the listing"),
    }[basis]
