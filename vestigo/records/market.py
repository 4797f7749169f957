# SPDX-License-Identifier: AGPL-3.0-or-later
"""Records of captured pages: the capture, and what stands on it as displayed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from vestigo.records.base import Derived, Record, register
from vestigo.records.text import FieldSpan

# pages of third persons: each is a class of data that an authorization has to name
THIRD_KINDS = ("buyer", "message", "order")
PAGE_KINDS = (
    "listing", "vendor", "category", "search", "feedback", *THIRD_KINDS, "login", "captcha",
    "queue", "ban", "maintenance", "rate-limit", "not-found", "soft-404", "other",
)  # fmt: skip

RECEIVED_WARC = "-received.warc.gz"


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class Capture(Record):
    """One archived HTTP exchange.

    ``capture_id`` is the SHA-256 of the uncompressed WARC response record;
    ``content_sha256`` that of the decoded body; ``warc_name`` and ``warc_offset``
    say where the (compressed) response record begins.  ``problem`` is empty or
    the reason why an HTTP parser rejected or cut the body.
    """

    KIND: ClassVar[str] = "capture"

    capture_id: str
    uri: str
    request_method: str
    status: int | None
    media_type: str
    charset: str
    content_sha256: str
    n_body_bytes: int
    observed_at: datetime
    authorization_id: str
    account: str
    warc_name: str
    warc_offset: int
    problem: str

    @property
    def origin(self) -> str:
        """``crawled`` by us, or ``received``: read out of a WARC file of somebody else's."""
        return "received" if self.warc_name.endswith(RECEIVED_WARC) else "crawled"


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Derived):
    """What kind of page a capture is, and what the parser did not use.

    ``page_kind`` is one of ``PAGE_KINDS``; ``leftovers`` are short descriptions of
    parts of the page that the profile says should be understood but were not;
    ``failed_assertions`` names the profile assertions that did not hold.
    """

    KIND: ClassVar[str] = "page"

    market: str
    uri: str
    page_kind: str
    truncated: bool
    leftovers: tuple[str, ...]
    failed_assertions: tuple[str, ...]


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class VendorAccount(Derived):
    """An account that sells on one market, as one capture shows it.

    ``profile_captured`` is False where only listings name the account.
    ``pgp_blocks`` are armoured keys as displayed.
    """

    KIND: ClassVar[str] = "vendor_account"

    market: str
    handle: str
    profile_captured: bool
    profile_text: str
    pgp_blocks: tuple[str, ...]
    spans: tuple[FieldSpan, ...]


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class Listing(Derived):
    """One offer as captured once; later captures share ``listing_key``.

    Texts are as displayed (entities decoded, white space collapsed; the
    description keeps its line breaks).  ``category`` runs from the root.  The price
    is as displayed.  Absent is None or empty, never guessed.  ``stock_state`` is
    ``in-stock``, ``sold-out`` or ``unlimited`` where the page says so, ``stock_n`` the number.
    """

    KIND: ClassVar[str] = "listing"
    LATER: ClassVar[frozenset[str]] = frozenset({"stock_state", "stock_n"})

    market: str
    listing_key: str
    title: str
    description: str
    vendor_handle: str | None
    category: tuple[str, ...]
    price_amount: Decimal | None
    price_currency: str | None
    ships_from: str | None
    ships_to: str | None
    feedback_count: int | None
    listed_on: date | None
    spans: tuple[FieldSpan, ...]
    stock_state: str | None = None
    stock_n: int | None = None


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback(Derived):
    """One buyer's feedback; the buyer is a third person and masked when shown."""

    KIND: ClassVar[str] = "feedback"

    market: str
    listing_key: str
    vendor_handle: str | None
    buyer_handle: str | None
    given_on: date | None
    rating: str | None
    text: str
    price_amount: Decimal | None
    price_currency: str | None
    spans: tuple[FieldSpan, ...]
