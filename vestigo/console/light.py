# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the index keeps of records of which a case has very many; the rest stays in the ledger.

Each class here stands for one kind of record and has those of its fields, under their
names, by which pages find, count and sort.  They are read from stored JSON, not from
records: a large case is indexed at a start.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from sys import intern
from typing import Any

from vestigo.clock import parse_iso
from vestigo.records import (
    Capture,
    Feedback,
    Listing,
    Mention,
    Page,
    PriceQuote,
    Quantity,
    Selector,
    TextReading,
    UnitPrice,
    VendorAccount,
)

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LightCapture:
    """Of a capture: its id, address and time."""

    capture_id: str
    uri: str
    observed_at: datetime


@dataclass(frozen=True, slots=True)
class LightPage:
    """Of a page: what kind it is, of which capture."""

    sources: tuple[str, ...]
    market: str
    uri: str
    page_kind: str
    observed_at: datetime | None


@dataclass(frozen=True, slots=True)
class LightAccount:
    """Of a captured vendor account: whose it is, and whether that was its profile."""

    sources: tuple[str, ...]
    market: str
    handle: str
    profile_captured: bool
    observed_at: datetime | None


@dataclass(frozen=True, slots=True)
class LightListing:
    """Of a captured listing: everything but its text."""

    sources: tuple[str, ...]
    market: str
    listing_key: str
    title: str
    vendor_handle: str | None
    category: tuple[str, ...]
    price_amount: Decimal | None
    price_currency: str | None
    ships_from: str | None
    ships_to: str | None
    listed_on: date | None
    stock_state: str | None
    observed_at: datetime | None


@dataclass(frozen=True, slots=True)
class LightFeedback:
    """Of a feedback: on what, by and for whom; ``text`` is kept as its digest."""

    sources: tuple[str, ...]
    market: str
    listing_key: str
    vendor_handle: str | None
    buyer_handle: str | None
    given_on: date | None
    rating: str | None
    text: int


@dataclass(frozen=True, slots=True)
class LightMention:
    """Of a mention: which substance, how it is named."""

    subject: str
    substance_id: str
    substance_name: str
    status: str


@dataclass(frozen=True, slots=True)
class LightUnitPrice:
    """Of a unit price: how much per what."""

    subject: str
    amount: Decimal
    currency: str | None
    per_unit: str
    eur: Decimal | None


@dataclass(frozen=True, slots=True)
class LightSelector:
    """Of a selector: what it names, and whose it is."""

    subject: str
    selector_kind: str
    value: str
    party: str


@dataclass(frozen=True, slots=True)
class LightReading:
    """Of any other reading: what it was read from."""

    subject: str


@lru_cache(maxsize=1 << 16)
def _when(text: str) -> datetime:
    return parse_iso(text)


def _at(body: Body) -> datetime | None:
    text = body["observed_at"]
    return None if text is None else _when(text)


def _sources(body: Body) -> tuple[str, ...]:
    return tuple(intern(one) for one in body["sources"])


def _same(text: str | None) -> str | None:
    """Return the one copy of a text that many records share."""
    return None if text is None else intern(text)


def _amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


@lru_cache(maxsize=1 << 12)
def _names(*words: str) -> tuple[str, ...]:
    return words


def _capture(body: Body) -> LightCapture:
    return LightCapture(intern(body["capture_id"]), body["uri"], _when(body["observed_at"]))


def _page(body: Body) -> LightPage:
    return LightPage(_sources(body), intern(body["market"]), body["uri"],
                     intern(body["page_kind"]), _at(body))  # fmt: skip


def _account(body: Body) -> LightAccount:
    return LightAccount(_sources(body), intern(body["market"]), intern(body["handle"]),
                        body["profile_captured"], _at(body))  # fmt: skip


def _listing(body: Body) -> LightListing:
    return LightListing(
        _sources(body), intern(body["market"]), body["listing_key"], body["title"],
        _same(body["vendor_handle"]), _names(*body["category"]), _amount(body["price_amount"]),
        _same(body["price_currency"]), _same(body["ships_from"]), _same(body["ships_to"]),
        _day(body["listed_on"]), body.get("stock_state"), _at(body),
    )  # fmt: skip


def _feedback(body: Body) -> LightFeedback:
    return LightFeedback(
        _sources(body), intern(body["market"]), body["listing_key"], _same(body["vendor_handle"]),
        body["buyer_handle"], _day(body["given_on"]), _same(body["rating"]), hash(body["text"]),
    )  # fmt: skip


def _mention(body: Body) -> LightMention:
    return LightMention(intern(body["subject"]), intern(body["substance_id"]),
                        intern(body["substance_name"]), intern(body["status"]))  # fmt: skip


def _unit_price(body: Body) -> LightUnitPrice:
    return LightUnitPrice(intern(body["subject"]), Decimal(body["amount"]),
                          _same(body["currency"]), intern(body["per_unit"]),
                          _amount(body["eur"]))  # fmt: skip


def _selector(body: Body) -> LightSelector:
    return LightSelector(intern(body["subject"]), intern(body["selector_kind"]), body["value"],
                         intern(body["party"]))  # fmt: skip


def _reading(body: Body) -> LightReading:
    return LightReading(intern(body["subject"]))


LIGHT: dict[str, Callable[[Body], Any]] = {
    Capture.KIND: _capture, Page.KIND: _page, VendorAccount.KIND: _account,
    Listing.KIND: _listing, Feedback.KIND: _feedback, Mention.KIND: _mention,
    UnitPrice.KIND: _unit_price, Selector.KIND: _selector, Quantity.KIND: _reading,
    PriceQuote.KIND: _reading, TextReading.KIND: _reading,
}  # fmt: skip
