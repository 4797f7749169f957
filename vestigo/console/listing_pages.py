# SPDX-License-Identifier: AGPL-3.0-or-later
"""The listings browser, and one listing: original beside normalised values, spans marked."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from litestar import Response, get
from litestar.exceptions import HTTPException
from litestar.params import FromPath

from vestigo.console.archive import archived_body, cut_again, marks_of
from vestigo.console.desk import Asked, Desk, Look, desk_of, query_of
from vestigo.console.explaining import quantity_words
from vestigo.console.facets import NONE, Wanted, search
from vestigo.console.index import CaseIndex, Named
from vestigo.console.marking import Mark, Shown, outside_text, source_view, text_view
from vestigo.console.masking import masked_ranges
from vestigo.console.paging import paged
from vestigo.console.trading.schedules import schedule_words, schedules_of
from vestigo.console.trading.states import changed_words, history_of, state_words
from vestigo.errors import VestigoError
from vestigo.records import (
    Capture,
    Listing,
    Mention,
    PriceQuote,
    Quantity,
    Record,
    Selector,
    UnitPrice,
)


@get("/listings", sync_to_thread=True)
def listings(request: Asked) -> Response[str]:
    """Show the listings that the facets leave, a page at a time."""
    desk = desk_of(request)
    wanted = Wanted.read(query_of(request))
    found = search(desk.rows(), wanted)
    return desk.page(
        request, "listings.html", Look("listings"),
        wanted=wanted, found=found, none=NONE,
        schedule_words=schedule_words, state_words=state_words,
    )  # fmt: skip


@get("/listings/{listing_id:str}", sync_to_thread=True)
def listing(request: Asked, listing_id: FromPath[str]) -> Response[str]:
    """Show one capture of a listing beside what was read from it."""
    desk = desk_of(request)
    index = desk.index()
    one = found_or_404(index, listing_id, Listing)
    record: Listing = one.record
    offer = index.offers[record.market, record.listing_key]
    return desk.page(
        request, "listing.html", Look("listing", listing_id),
        one=one, offer=offer, readings=readings_of(index, listing_id),
        feedback=paged(index.feedback_on.get(offer.key, ()), query_of(request)),
        archived=archived_view(desk, index, one, request.query_params.get("view", "text")),
        quantity_words=quantity_words, history=history_of(index, offer),
        changed_words=changed_words, schedules_of=schedules_of, schedule_words=schedule_words,
    )  # fmt: skip


def found_or_404(index: CaseIndex, record_id: str, cls: type[Record]) -> Named:
    """Return the record of this id and class, or answer 404."""
    one = index.by_id.named(record_id)
    if one is None or not one.is_a(cls):
        raise HTTPException(status_code=HTTPStatus.NOT_FOUND)
    return one


def readings_of(index: CaseIndex, record_id: str) -> dict[str, list[Named]]:
    """Return what was read from a listing or account, by kind, in order of entry."""
    classes = (Mention, Quantity, PriceQuote, UnitPrice, Selector)
    return {
        cls.KIND: [one for one in index.readings.get(record_id, ()) if one.is_a(cls)]
        for cls in classes
    }


def archived_view(desk: Desk, index: CaseIndex, one: Named, view: str) -> dict[str, Any]:
    """Return the archived page of a listing or account with its spans marked.

    Where the archive does not give the bytes, ``error`` says so and nothing is shown in
    their place.
    """
    capture = index.capture_of(one.record)
    if capture is None:
        return {"capture": None, "checks": {}}
    given: Capture = capture.record
    try:
        body = archived_body(desk.read, given)
    except VestigoError as error:
        return {"capture": given, "error": error, "checks": {}}
    marks = marks_of(index, one, given.capture_id)
    masks = masked_ranges(index, given.capture_id, body)
    make = source_view if view == "source" else text_view
    shown = make(body, given.charset, marks, masks)
    return {
        "capture": given,
        "view": "source" if view == "source" else "text",
        "shown": shown,
        "outside": [] if view == "source" else outside_text(body, marks),
        "checks": _checks(index, one, body),
        "n_masked": len(masks),
        "places": _places(marks, shown),
    }


def _places(marks: list[Mark], shown: list[Shown]) -> dict[str, str]:
    """Return, by anchor of a mark, the anchor that stands in the text where its bytes begin."""
    seen = [run.mark for run in shown if run.mark is not None and not run.masked]
    anchors = {mark.anchor for mark in seen}
    found: dict[str, str] = {}
    for mark in marks:
        over = [one.anchor for one in seen if one.start <= mark.start < one.end]
        if mark.anchor in anchors or over:
            found.setdefault(mark.anchor, mark.anchor if mark.anchor in anchors else over[0])
    return found


def _checks(index: CaseIndex, one: Named, body: bytes) -> dict[str, bool]:
    """Return, by anchor, whether the archive holds the bytes that each record quotes."""
    spans = {f"f-{field.field}": field.span for field in one.record.spans}
    for reading in index.readings.get(one.id, ()):
        if getattr(reading.record, "span", None) is not None:
            spans[f"m-{reading.id[:16]}"] = reading.record.span
    agrees = {
        anchor: all(cut.agrees for cut in cut_again(body, span)) for anchor, span in spans.items()
    }
    for field in one.record.spans:  # price.0 and price.1 together are the price
        stem = f"f-{field.field.partition('.')[0]}"
        agrees[stem] = agrees.get(stem, True) and agrees[f"f-{field.field}"]
    return agrees


HANDLERS = (listings, listing)
