# SPDX-License-Identifier: AGPL-3.0-or-later
"""Trends with their charts, near-duplicates, and the tables of listings, vendors, substances."""

from __future__ import annotations

from litestar import Response, get
from litestar.exceptions import HTTPException
from litestar.params import FromPath

from nlp.linking.passages import shared_passages
from vestigo.console.desk import Asked, Desk, Look, desk_of, query_of
from vestigo.console.facets import NONE
from vestigo.console.listing_pages import found_or_404
from vestigo.console.paging import paged
from vestigo.console.runs import Run, runs_of
from vestigo.console.trading.charts import spread_svg, stacked_svg
from vestigo.console.trading.near import Near, text_of
from vestigo.console.trading.schedules import editions, schedule_words, schedules_of
from vestigo.console.trading.substances import substance_rows
from vestigo.console.trading.trends import BASES, Trends, trends_of
from vestigo.console.trading.trends import Asked as TrendsAsked
from vestigo.i18n import active_language
from vestigo.pipeline.coverage_words import abstention_words
from vestigo.records import Listing

MOST_SIDE_BY_SIDE = 10
SVG = "image/svg+xml"


@get("/trends", sync_to_thread=True)
def trends(request: Asked) -> Response[str]:
    """Show what was offered, at what unit price and on which routes, month by month."""
    desk = desk_of(request)
    asked, found = _trends(request)
    rows = desk.rows()
    markets = sorted(rows.facet("market").names)
    substances = sorted(rows.words.items(), key=lambda pair: (pair[1], pair[0]))
    units = sorted({*rows.facet("per_unit").names, "g"} - {NONE})
    return desk.page(
        request, "trends.html", Look("trends"), asked=asked, found=found, bases=BASES,
        markets=markets, substances=substances, units=units, abstention_words=abstention_words,
    )  # fmt: skip


@get("/trends/{chart:str}", sync_to_thread=True)
def chart(request: Asked, chart: FromPath[str]) -> Response[bytes]:
    """Return one chart as a picture: ``substances.svg``, ``routes.svg`` or ``prices.svg``."""
    desk = desk_of(request)
    _asked, found = _trends(request)
    made = {
        "substances.svg": lambda: stacked_svg(found.substances),
        "routes.svg": lambda: stacked_svg(found.routes),
        "prices.svg": lambda: spread_svg(found.prices),
    }.get(chart)
    if made is None:
        raise HTTPException(status_code=404)
    return desk.picture(request, Look("trends chart"), made(), SVG)


@get("/substances", sync_to_thread=True)
def substances(request: Asked) -> Response[str]:
    """Show each substance of the case with its schedules, listings, vendors and unit prices."""
    desk = desk_of(request)
    rows = desk.once.get(desk.index(), "substances", lambda: substance_rows(desk.rows()))
    return desk.page(request, "substances.html", Look("substances"), rows=rows,
                     editions=editions(), schedules_of=schedules_of,
                     schedule_words=schedule_words)  # fmt: skip


@get("/listings/{listing_id:str}/near", sync_to_thread=True)
def near(request: Asked, listing_id: FromPath[str]) -> Response[str]:
    """Show the listings whose text is nearly that of one, side by side."""
    desk = desk_of(request)
    one = found_or_404(desk.index(), listing_id, Listing)
    found = desk.near().of(listing_id, one.record)
    pairs = [_beside(desk, one.record, other) for other in found[:MOST_SIDE_BY_SIDE]]
    return desk.page(request, "near.html", Look("near-duplicates", listing_id), one=one,
                     found=found, pairs=pairs)  # fmt: skip


@get("/near-duplicates", sync_to_thread=True)
def near_groups(request: Asked) -> Response[str]:
    """Show the groups of listings of the case whose texts are nearly the same."""
    desk = desk_of(request)
    found = paged(desk.near().groups(), query_of(request), 25)
    return desk.page(request, "near_groups.html", Look("near-duplicates"), found=found)


def _trends(request: Asked) -> tuple[TrendsAsked, Trends]:
    desk = desk_of(request)
    asked = TrendsAsked.read(query_of(request))
    index, language = desk.index(), active_language()
    found = desk.once.get(
        index, ("trends", language, asked), lambda: trends_of(index, desk.rows(), asked)
    )
    return asked, found


def _beside(desk: Desk, own: Listing, near: Near) -> tuple[Near, list[Run], list[Run]]:
    """Return two texts as runs: text, and whether it stands in both; third persons masked."""
    texts = [desk.veil().plain(text_of(one), desk.masking) for one in (own, near.one.record)]
    first, second = shared_passages(*texts)
    return near, list(runs_of(texts[0], first)), list(runs_of(texts[1], second))


HANDLERS = (trends, chart, substances, near, near_groups)
