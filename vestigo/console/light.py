# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the index keeps of records of which a case has very many; the rest stays in the ledger.

Each class here stands for one kind of record and has those of its fields, under their
names, by which pages find, count and sort.  They are read from stored JSON, not from
records: a large case is indexed at a start.  Their values are JSON too, so that they can
be written beside the case (``kept``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from hashlib import blake2b
from sys import intern
from typing import Any, NamedTuple

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


class LightCapture(NamedTuple):
    """Of a capture: its id, address and time."""

    capture_id: str
    uri: str
    observed_at: datetime


class LightPage(NamedTuple):
    """Of a page: what kind it is, of which capture."""

    sources: tuple[str, ...]
    market: str
    uri: str
    page_kind: str
    observed_at: datetime | None


class LightAccount(NamedTuple):
    """Of a captured vendor account: whose it is, and whether that was its profile."""

    sources: tuple[str, ...]
    market: str
    handle: str
    profile_captured: bool
    observed_at: datetime | None


class LightListing(NamedTuple):
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


class LightFeedback(NamedTuple):
    """Of a feedback: on what, by and for whom; ``text`` is kept as its digest."""

    sources: tuple[str, ...]
    market: str
    listing_key: str
    vendor_handle: str | None
    buyer_handle: str | None
    given_on: date | None
    rating: str | None
    text: int


class LightMention(NamedTuple):
    """Of a mention: which substance, how it is named."""

    subject: str
    substance_id: str
    substance_name: str
    status: str


class LightUnitPrice(NamedTuple):
    """Of a unit price: how much per what."""

    subject: str
    amount: Decimal
    currency: str | None
    per_unit: str
    eur: Decimal | None


class LightSelector(NamedTuple):
    """Of a selector: what it names, and whose it is."""

    subject: str
    selector_kind: str
    value: str
    party: str


class LightReading(NamedTuple):
    """Of any other reading: what it was read from."""

    subject: str


@lru_cache(maxsize=1 << 16)
def _when(text: str) -> datetime:
    return parse_iso(text)


def _at(text: str | None) -> datetime | None:
    return None if text is None else _when(text)


def _shared(texts: list[str]) -> tuple[str, ...]:
    return _names(*map(intern, texts))


def _same(text: str | None) -> str | None:
    """Return the one copy of a text that many records share."""
    return None if text is None else intern(text)


@lru_cache(maxsize=1 << 16)
def _number(text: str) -> Decimal:
    return Decimal(text)


def _amount(text: str | None) -> Decimal | None:
    return None if text is None else _number(text)


@lru_cache(maxsize=1 << 12)
def _date(text: str) -> date:
    return date.fromisoformat(text)


def _day(text: str | None) -> date | None:
    return None if text is None else _date(text)


@lru_cache(maxsize=1 << 16)
def _names(*words: str) -> tuple[str, ...]:
    return words


def digest_of(text: str) -> int:
    """Return what stands for a text: equal texts have equal ones, in every process."""
    return int.from_bytes(blake2b(text.encode("utf-8", "replace"), digest_size=7).digest(), "big")


Read = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Form:
    """How one kind is kept: its class, and for each of its fields what reads stored JSON."""

    cls: Callable[..., Any]
    fields: Mapping[str, Read]

    def values(self, body: Body) -> list[Any]:
        """Return the values of a stored body that are kept, as JSON."""
        found = [body.get(name) for name in self.fields]
        if self.cls is LightFeedback:
            found[-1] = digest_of(str(found[-1]))
        return found

    def lights(self, columns: Sequence[Iterable[Any]]) -> Iterator[Any]:
        """Yield the kept records of such values, given field by field."""
        reads = zip(self.fields.values(), columns, strict=True)
        return map(self.cls, *[map(read, column) for read, column in reads])

    def light(self, body: Body) -> Any:
        """Return what is kept of one stored body."""
        return next(self.lights([[value] for value in self.values(body)]))


def _plain(value: Any) -> Any:
    return value


_PLACED: dict[str, Read] = {"sources": _shared, "market": intern}
_READING = Form(LightReading, {"subject": intern})
LIGHT: dict[str, Form] = {
    Capture.KIND: Form(LightCapture, {"capture_id": intern, "uri": intern, "observed_at": _when}),
    Page.KIND: Form(LightPage, {**_PLACED, "uri": intern, "page_kind": intern,
                                "observed_at": _at}),
    VendorAccount.KIND: Form(LightAccount, {**_PLACED, "handle": intern,
                                            "profile_captured": _plain, "observed_at": _at}),
    Listing.KIND: Form(LightListing, {
        **_PLACED, "listing_key": intern, "title": _plain, "vendor_handle": _same,
        "category": _shared, "price_amount": _amount, "price_currency": _same,
        "ships_from": _same, "ships_to": _same, "listed_on": _day, "stock_state": _same,
        "observed_at": _at}),
    Feedback.KIND: Form(LightFeedback, {
        **_PLACED, "listing_key": intern, "vendor_handle": _same, "buyer_handle": _same,
        "given_on": _day, "rating": _same, "text": _plain}),
    Mention.KIND: Form(LightMention, {"subject": intern, "substance_id": intern,
                                      "substance_name": intern, "status": intern}),
    UnitPrice.KIND: Form(LightUnitPrice, {"subject": intern, "amount": _number,
                                          "currency": _same, "per_unit": intern,
                                          "eur": _amount}),
    Selector.KIND: Form(LightSelector, {"subject": intern, "selector_kind": intern,
                                        "value": _plain, "party": intern}),
    Quantity.KIND: _READING, PriceQuote.KIND: _READING, TextReading.KIND: _READING,
}  # fmt: skip
