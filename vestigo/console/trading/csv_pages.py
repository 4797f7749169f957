# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every list of what is sold as CSV; names of columns are those of the records."""

from __future__ import annotations

from litestar import Response, get

from vestigo.console.desk import Asked, desk_of, query_of
from vestigo.console.facets import Wanted, matching
from vestigo.console.tables import csv_answer
from vestigo.console.trading.schedules import schedules_of
from vestigo.console.trading.substances import substance_rows
from vestigo.console.trading.trends import Asked as TrendsAsked
from vestigo.console.trading.trends import trends_of
from vestigo.console.vendor_pages import vendor_rows

LISTING_COLUMNS = (
    "market", "listing_key", "title", "vendor_handle", "category", "substances", "schedules",
    "price_amount", "price_currency", "unit_prices_eur", "ships_from", "ships_to", "state",
    "listed_on", "first_observed_at", "last_observed_at", "n_captures", "record_id", "capture_id",
)  # fmt: skip
VENDOR_COLUMNS = ("market", "handle", "profile_captured", "n_listings", "n_feedback", "n_keys",
                  "n_addresses", "n_cash_outs", "record_id")  # fmt: skip
SUBSTANCE_COLUMNS = ("substance_id", "name", "schedules", "n_listings", "n_vendors", "n_markets",
                     "median_eur_per_g", "n_unit_prices", "first_observed_at",
                     "last_observed_at")  # fmt: skip


@get("/listings.csv", sync_to_thread=True)
def listings_csv(request: Asked) -> Response[bytes]:
    """Hand out the listings that the facets leave."""
    desk = desk_of(request)
    veil, masking = desk.veil(), desk.masking
    rows = []
    for row in matching(desk.rows(), Wanted.read(query_of(request))):
        one = row.listing
        prices = [f"{u.eur:f}/{u.per_unit}" for u in row.unit_prices if u.eur is not None]
        rows.append((
            one.market, one.listing_key, veil.plain(one.title, masking), one.vendor_handle,
            " > ".join(one.category), "; ".join(name for _id, name in row.substances),
            "; ".join(v for v in row.values("schedule") if v != "∅"), one.price_amount,
            one.price_currency, "; ".join(prices), one.ships_from, one.ships_to,
            row.values("state")[0], one.listed_on, row.offer.captures[0].light.observed_at,
            one.observed_at, len(row.offer.captures), row.listing_id, one.sources[0],
        ))  # fmt: skip
    return csv_answer(request, "listings", LISTING_COLUMNS, rows)


@get("/vendors.csv", sync_to_thread=True)
def vendors_csv(request: Asked) -> Response[bytes]:
    """Hand out the vendor accounts."""
    desk = desk_of(request)
    index = desk.index()
    found = desk.once.get(index, "vendors", lambda: vendor_rows(index))
    rows = [(*r.key, str(r.account.light.profile_captured).lower(), r.n_listings, r.n_feedback,
             r.n_keys, r.n_addresses, r.n_cash_outs, r.account.id) for r in found]  # fmt: skip
    return csv_answer(request, "vendors", VENDOR_COLUMNS, rows)


@get("/substances.csv", sync_to_thread=True)
def substances_csv(request: Asked) -> Response[bytes]:
    """Hand out the substances."""
    rows = [(r.id, r.name, "; ".join(schedules_of(r.id)), r.n_listings, r.n_vendors, r.n_markets,
             r.price, r.n_prices, r.first_at, r.last_at)
            for r in substance_rows(desk_of(request).rows())]  # fmt: skip
    return csv_answer(request, "substances", SUBSTANCE_COLUMNS, rows)


@get("/trends.csv", sync_to_thread=True)
def trends_csv(request: Asked) -> Response[bytes]:
    """Hand out the counts behind the charts: what, month, series, number."""
    desk = desk_of(request)
    found = trends_of(desk.index(), desk.rows(), TrendsAsked.read(query_of(request)))
    rows: list[tuple[str, str, str, str]] = []
    for what, chart in (("substance", found.substances), ("route", found.routes)):
        for name, values in zip(chart.series, chart.values, strict=True):
            rows += [(what, month, name, str(n))
                     for month, n in zip(chart.months, values, strict=True)]  # fmt: skip
    for month, point in zip(found.months, found.prices.points, strict=True):
        names = ("low quartile", "median", "high quartile", "n")
        rows += [(f"unit price {found.prices.unit}", month, name, str(value))
                 for name, value in zip(names, point or (), strict=False)]  # fmt: skip
    rows += [("captures", one.month, "", str(one.n_captures)) for one in found.covered]
    return csv_answer(request, "trends", ("what", "month", "series", "value"), rows)


HANDLERS = (listings_csv, vendors_csv, substances_csv, trends_csv)
