# SPDX-License-Identifier: AGPL-3.0-or-later
"""From the reading of a page to records that cite the captured bytes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import TypedDict

from crawler.market.fields import FeedbackFields, ListingFields, PageReading, VendorFields
from crawler.market.profile import MarketProfile
from vestigo.records import (
    CERTAIN,
    Capture,
    Feedback,
    FieldSpan,
    Listing,
    Method,
    Page,
    Picture,
    Record,
    VendorAccount,
)
from vestigo.records.text import SourcedText

RULE = "crawler.market_page.v1"
_FEEDBACK_PREFIX = "feedback."


class _Origin(TypedDict):
    """What every record of one page has in common."""

    sources: tuple[str, ...]
    method: Method
    confidence: Decimal
    observed_at: datetime | None
    market: str


def records_of(
    profile: MarketProfile, reading: PageReading, capture: Capture, body: bytes
) -> list[Record]:
    """Return ``Page``, then ``Listing``, ``VendorAccount``, ``Picture``, ``Feedback`` of a capture.

    ``body`` is the decoded body that ``reading`` was made from.  A listing also gives
    a ``VendorAccount`` with ``profile_captured`` False: which one stands where the
    profile page was captured too is for the reader of all records to say.
    """
    origin = _Origin(
        sources=(capture.capture_id,),
        method=Method(rule=RULE, settings_sha256=profile.digest),
        confidence=CERTAIN,
        observed_at=capture.observed_at,
        market=profile.market,
    )
    spans = _Spans(capture.capture_id, body, reading.texts)
    records: list[Record] = [_page(origin, reading, capture)]
    if reading.listing is not None:
        records.append(_listing(origin, reading.listing, spans))
        if reading.listing.vendor:
            records.append(_named_vendor(origin, reading.listing.vendor, spans))
    if reading.vendor is not None:
        records.append(_vendor(origin, reading.vendor, spans))
    records += _pictures(origin, reading, records)
    records += [
        _feedback(origin, row, spans, number) for number, row in enumerate(reading.feedback)
    ]
    return records


class _Spans:
    """Spans of the texts of one page, by name."""

    def __init__(self, capture_id: str, body: bytes, texts: Mapping[str, SourcedText]) -> None:
        self._capture_id = capture_id
        self._body = body
        self._texts = texts

    def page(self) -> tuple[FieldSpan, ...]:
        """Return the spans of everything but the rows of feedback, sorted by name."""
        names = [name for name in self._texts if not name.startswith(_FEEDBACK_PREFIX)]
        return tuple(self.one(name, name) for name in sorted(names))

    def row(self, number: int) -> tuple[FieldSpan, ...]:
        """Return the spans of one row of feedback; names without the row's number."""
        prefix = f"{_FEEDBACK_PREFIX}{number}."
        names = [name for name in self._texts if name.startswith(prefix)]
        return tuple(self.one(name, name.removeprefix(prefix)) for name in sorted(names))

    def one(self, name: str, shown: str) -> FieldSpan:
        """Return the span of one text under the name ``shown``."""
        return FieldSpan(field=shown, span=self._texts[name].span(self._capture_id, self._body))


def _page(origin: _Origin, reading: PageReading, capture: Capture) -> Page:
    return Page(
        **origin,
        uri=capture.uri,
        page_kind=reading.kind,
        truncated=reading.truncated,
        leftovers=reading.leftovers,
        failed_assertions=reading.failed_assertions,
    )


def _listing(origin: _Origin, fields: ListingFields, spans: _Spans) -> Listing:
    return Listing(
        **origin,
        listing_key=fields.key,
        title=fields.title,
        description=fields.description,
        vendor_handle=fields.vendor,
        category=fields.category,
        price_amount=fields.price.amount if fields.price else None,
        price_currency=fields.price.currency if fields.price else None,
        ships_from=fields.ships_from,
        ships_to=fields.ships_to,
        feedback_count=fields.feedback_count,
        listed_on=fields.listed_on,
        spans=spans.page(),
        stock_state=fields.stock.state if fields.stock else None,
        stock_n=fields.stock.n if fields.stock else None,
    )


def _named_vendor(origin: _Origin, handle: str, spans: _Spans) -> VendorAccount:
    return VendorAccount(
        **origin,
        handle=handle,
        profile_captured=False,
        profile_text="",
        pgp_blocks=(),
        spans=(spans.one("vendor", "handle"),),
    )


def _vendor(origin: _Origin, fields: VendorFields, spans: _Spans) -> VendorAccount:
    return VendorAccount(
        **origin,
        handle=fields.handle,
        profile_captured=True,
        profile_text=fields.profile_text,
        pgp_blocks=fields.pgp_blocks,
        spans=spans.page(),
    )


def _pictures(origin: _Origin, reading: PageReading, made: list[Record]) -> list[Record]:
    """Return the pictures of the listing, or of the account whose profile page it is."""
    pictures: list[Record] = []
    for subject in made:
        if isinstance(subject, Listing) or (
            isinstance(subject, VendorAccount) and subject.profile_captured
        ):
            pictures += [
                Picture(
                    sources=(subject.record_id, *origin["sources"]),
                    method=origin["method"],
                    confidence=CERTAIN,
                    observed_at=origin["observed_at"],
                    subject=subject.record_id,
                    uri=shown.uri,
                    sha256=shown.sha256,
                    media_type=shown.media_type,
                )
                for shown in reading.pictures
            ]
    return pictures


def _feedback(origin: _Origin, row: FeedbackFields, spans: _Spans, number: int) -> Feedback:
    return Feedback(
        **origin,
        listing_key=row.listing_key,
        vendor_handle=row.vendor,
        buyer_handle=row.buyer,
        given_on=row.given_on,
        rating=row.rating,
        text=row.text,
        price_amount=row.price.amount if row.price else None,
        price_currency=row.price.currency if row.price else None,
        spans=spans.row(number),
    )
