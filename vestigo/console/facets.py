# SPDX-License-Identifier: AGPL-3.0-or-later
"""The listings browser: facets with counts, filters, order and pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, TypeVar
from urllib.parse import urlencode

from vestigo.console.columns import Columns, Facet, Mask
from vestigo.console.index import CaseIndex, Offer
from vestigo.console.light import LightListing, LightUnitPrice
from vestigo.console.paging import Paged, page_number, paged
from vestigo.console.trading.schedules import schedules_of
from vestigo.console.trading.states import Gone, gone_pages, state_of
from vestigo.console.words import decimal_mark
from vestigo.records import Mention, UnitPrice

T = TypeVar("T")
PAGE_ROWS = 25
NONE = "∅"
FACETS = ("market", "vendor", "substance", "schedule", "status", "category", "ships_from",
          "ships_to", "state", "currency", "per_unit")  # fmt: skip
RANGES = ("price_min", "price_max", "unit_min", "unit_max", "from", "to")
ORDERS = ("captured", "title", "vendor", "price", "captures")
MOST_VALUES = 60


@dataclass(frozen=True, slots=True)
class Row:
    """One listing as the browser shows it: the latest capture, and what was read from it.

    ``facets`` are its values of ``FACETS``, in that order.
    """

    offer: Offer
    substances: tuple[tuple[str, str], ...]
    unit_prices: tuple[LightUnitPrice, ...]
    facets: tuple[tuple[str, ...], ...]

    @property
    def listing(self) -> LightListing:
        """The latest capture, without its text."""
        found: LightListing = self.offer.last.light
        return found

    @property
    def listing_id(self) -> str:
        """The id of the latest capture's record."""
        return self.offer.last.id

    def values(self, facet: str) -> tuple[str, ...]:
        """Return the values of one facet."""
        return self.facets[FACETS.index(facet)]


Rows = Columns[Row]


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a facet: its words, how many listings it would give, whether chosen."""

    value: str
    words: str
    n: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the person asked for, from the query string; nonsense is left out, and said."""

    chosen: Mapping[str, str]
    price_min: Decimal | None = None
    price_max: Decimal | None = None
    unit_min: Decimal | None = None
    unit_max: Decimal | None = None
    first_day: date | None = None
    last_day: date | None = None
    order: str = "captured"
    descending: bool = True
    page: int = 1
    not_understood: tuple[str, ...] = ()

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Wanted:
        """Return what the query string asks for."""
        wrong: list[str] = []
        return cls(
            chosen={name: query[name] for name in FACETS if query.get(name)},
            price_min=_parsed(query, "price_min", _money, wrong),
            price_max=_parsed(query, "price_max", _money, wrong),
            unit_min=_parsed(query, "unit_min", _money, wrong),
            unit_max=_parsed(query, "unit_max", _money, wrong),
            first_day=_parsed(query, "from", date.fromisoformat, wrong),
            last_day=_parsed(query, "to", date.fromisoformat, wrong),
            order=query["sort"] if query.get("sort") in ORDERS else "captured",
            descending=query.get("dir", "desc") != "asc",
            page=page_number(query),
            not_understood=tuple(wrong),
        )

    @property
    def ranged(self) -> bool:
        """Whether a range of prices or days was asked for."""
        return bool(self._ranges())

    @property
    def price_without_currency(self) -> bool:
        """Whether a price range was asked for, but not in which currency."""
        asked = self.price_min is not None or self.price_max is not None
        return asked and not self.chosen.get("currency")

    @property
    def unit_price_without_unit(self) -> bool:
        """Whether a range of unit prices was asked for, but not per what."""
        asked = self.unit_min is not None or self.unit_max is not None
        return asked and not self.chosen.get("per_unit")

    def query(self, **changes: str) -> str:
        """Return the query string of this wish with some values changed ("" leaves out)."""
        values = {**self.chosen, **self._ranges(), "sort": self.order,
                  "dir": "desc" if self.descending else "asc", **changes}  # fmt: skip
        return urlencode({name: value for name, value in values.items() if value})

    def _ranges(self) -> dict[str, str]:
        found = (self.price_min, self.price_max, self.unit_min, self.unit_max, self.first_day,
                 self.last_day)  # fmt: skip
        return {name: str(v) for name, v in zip(RANGES, found, strict=True) if v is not None}


@dataclass(frozen=True, slots=True)
class Found:
    """One page of rows, and the facets with counts."""

    shown: Paged[Row]
    facets: Mapping[str, tuple[Choice, ...]]


def rows_of(index: CaseIndex) -> Rows:
    """Return a row for each listing of the case (its latest capture), by market and number."""
    gone = gone_pages(index)
    rows = [_row(index, offer, gone) for offer in index.offers.values()]
    columns = {name: Facet.of(row.facets[n] for row in rows) for n, name in enumerate(FACETS)}
    return Columns(rows, columns, _words(rows))


def _words(rows: list[Row]) -> dict[str, str]:
    """Return the names of the substances by their ids."""
    return dict(pair for row in rows for pair in row.substances)


def matching(rows: Rows, wanted: Wanted) -> list[Row]:
    """Return all rows that the wish leaves, in its order."""
    return [rows[n] for n in _places(rows, wanted, _in_range(rows, wanted)).tolist()]


def search(rows: Rows, wanted: Wanted) -> Found:
    """Return the page that was asked for; a facet counts what choosing it would give."""
    in_range = _in_range(rows, wanted)
    facets = {name: _choices(name, rows, in_range, wanted.chosen) for name in FACETS}
    shown = paged(_places(rows, wanted, in_range), {"page": str(wanted.page)}, PAGE_ROWS)
    page = Paged([rows[n] for n in shown.rows], shown.n_rows, shown.page, shown.n_pages)
    return Found(page, facets)


def _in_range(rows: Rows, wanted: Wanted) -> Mask:
    return rows.where(lambda row: _in_ranges(row, wanted)) if wanted.ranged else rows.all_rows()


def _places(rows: Rows, wanted: Wanted, in_range: Mask) -> Any:
    among = rows.having(wanted.chosen.items(), in_range)
    return rows.ordered(among, wanted.order, wanted.descending, _sorting(wanted.order))


def _row(index: CaseIndex, offer: Offer, gone: Gone) -> Row:
    one: LightListing = offer.last.light
    readings = index.readings.get(offer.last.id, ())
    mentions = [r.light for r in readings if r.is_a(Mention)]
    unit_prices = tuple(r.light for r in readings if r.is_a(UnitPrice))
    named = {m.substance_id: m.substance_name for m in mentions if m.status != "negated"}
    scheduled = {name for substance in named for name in schedules_of(substance)}
    values: tuple[tuple[str, ...], ...] = (
        _same(one.market), _same(one.vendor_handle or NONE), _same(*named),
        _same(*sorted(scheduled)), _same(*{m.status for m in mentions}),
        _same(*_prefixes(one.category)), _same(one.ships_from or NONE),
        _same(one.ships_to or NONE), _same(state_of(index, offer, gone)),
        _same(one.price_currency or NONE), _same(*sorted({p.per_unit for p in unit_prices})),
    )  # fmt: skip
    return Row(offer, _pairs(*named.items()), unit_prices, values)


@lru_cache(maxsize=1 << 14)
def _same(*words: str) -> tuple[str, ...]:
    """Return the one copy of some values; none at all is a value of its own."""
    return words or (NONE,)


@lru_cache(maxsize=1 << 12)
def _pairs(*pairs: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    return pairs


def _prefixes(category: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(" › ".join(category[: n + 1]) for n in range(len(category)))


def _in_ranges(row: Row, wanted: Wanted) -> bool:
    at = row.listing.observed_at
    day = at.date() if at else None
    if wanted.first_day and (day is None or day < wanted.first_day):
        return False
    if wanted.last_day and (day is None or day > wanted.last_day):
        return False
    asked = wanted.price_min, wanted.price_max
    if not wanted.price_without_currency and not _within(row.listing.price_amount, *asked):
        return False
    return wanted.unit_price_without_unit or _unit_price_within(row, wanted)


def _unit_price_within(row: Row, wanted: Wanted) -> bool:
    """Say whether one of the unit prices of the chosen unit, in EUR, lies in the range."""
    if wanted.unit_min is None and wanted.unit_max is None:
        return True
    unit = wanted.chosen.get("per_unit")
    prices = (in_euro(one) for one in row.unit_prices if one.per_unit == unit)
    return any(one is not None and _within(one, wanted.unit_min, wanted.unit_max) for one in prices)


def in_euro(one: LightUnitPrice) -> Decimal | None:
    """Return a unit price in EUR: as displayed, or at the rate that its record names."""
    return one.amount if one.currency == "EUR" else one.eur


def _within(amount: Decimal | None, low: Decimal | None, high: Decimal | None) -> bool:
    if low is None and high is None:
        return True
    if amount is None:
        return False
    return (low is None or amount >= low) and (high is None or amount <= high)


def _choices(
    name: str, rows: Rows, in_range: Mask, chosen: Mapping[str, str]
) -> tuple[Choice, ...]:
    others = [(key, value) for key, value in chosen.items() if key != name]
    counted = rows.facet(name).counted(rows.having(others, in_range))
    own = chosen.get(name)
    if own is not None:
        counted.setdefault(own, 0)
    names = {**(rows.words if name == "substance" else {}), NONE: ""}
    ranked = sorted(counted.items(), key=lambda item: (item[0] != own, -item[1], item[0]))
    return tuple(
        Choice(value, names.get(value, value), n, value == own) for value, n in ranked[:MOST_VALUES]
    )


def _sorting(order: str) -> Callable[[Row], tuple[bool, object]]:
    def captured(row: Row) -> tuple[bool, object]:
        at = row.listing.observed_at
        return (at is not None, at.isoformat() if at else "")

    def price(row: Row) -> tuple[bool, object]:
        amount = row.listing.price_amount
        return (amount is not None, amount or Decimal(0))

    return {
        "captured": captured,
        "title": lambda row: (True, row.listing.title.casefold()),
        "vendor": lambda row: (True, (row.listing.vendor_handle or "").casefold()),
        "price": price,
        "captures": lambda row: (True, len(row.offer.captures)),
    }[order]


def _parsed(
    query: Mapping[str, str], name: str, parse: Callable[[str], T], wrong: list[str]
) -> T | None:
    text = query.get(name, "").strip()
    if not text:
        return None
    try:
        return parse(text)
    except (ValueError, InvalidOperation):
        wrong.append(name)
        return None


def _money(text: str) -> Decimal:
    amount = Decimal(text.replace(decimal_mark(), "."))
    if not amount.is_finite() or amount < 0:
        raise ValueError(text)
    return amount
