# SPDX-License-Identifier: AGPL-3.0-or-later
"""What one page says, as a market profile reads it: plain values and sourced texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from vestigo.records.text import SourcedText


@dataclass(frozen=True, slots=True)
class Link:
    """A link that may be followed; ``page_kind_hint`` is empty where the profile gives none.

    ``uri`` is absolute when the page's own address was, and has no fragment.
    """

    uri: str
    page_kind_hint: str


@dataclass(frozen=True, slots=True)
class FormField:
    """A named value that a form sends; the log-in's own fields are left empty."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class LoginForm:
    """A log-in form as it stands on the page: hidden fields (tokens) keep their values.

    ``user_field`` and ``password_field`` name the fields that the crawler fills in;
    ``other_fields`` is everything else that a browser would send.
    """

    action: str
    method: str
    user_field: str
    password_field: str
    other_fields: tuple[FormField, ...]


@dataclass(frozen=True, slots=True)
class CaptchaForm:
    """A form that asks a person for what ``picture`` shows (an address, or ``data:``)."""

    action: str
    picture: str
    answer_field: str
    other_fields: tuple[FormField, ...]


@dataclass(frozen=True, slots=True)
class Price:
    """A price as displayed, without any conversion."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Stock:
    """How much is left: ``in-stock``, ``sold-out`` or ``unlimited``, and the number if shown."""

    state: str
    n: int | None


@dataclass(frozen=True, slots=True)
class ListingFields:
    """A listing as displayed; absent is None or empty, never guessed."""

    key: str
    title: str
    description: str
    vendor: str | None
    category: tuple[str, ...]
    prices: tuple[Price, ...]
    ships_from: str | None
    ships_to: str | None
    feedback_count: int | None
    listed_on: date | None
    stock: Stock | None = None

    @property
    def price(self) -> Price | None:
        """Return the price that the profile names first (the market's own currency)."""
        return self.prices[0] if self.prices else None


@dataclass(frozen=True, slots=True)
class ShownPicture:
    """A picture on a page: its address; digest and type where the page itself holds it."""

    uri: str
    sha256: str
    media_type: str


@dataclass(frozen=True, slots=True)
class VendorFields:
    """A vendor's profile page; ``pgp_blocks`` are armoured keys as displayed."""

    handle: str
    profile_text: str
    pgp_blocks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FeedbackFields:
    """One row of feedback; ``listing_key`` is empty where the row names no listing.

    ``age`` is a relative date as displayed ("2 days ago"), which is never turned
    into a date.
    """

    listing_key: str
    vendor: str | None
    buyer: str | None
    given_on: date | None
    age: str | None
    rating: str | None
    text: str
    price: Price | None


@dataclass(frozen=True, slots=True)
class PageReading:
    """What a profile makes of one page.

    ``texts`` maps field names (``title``, ``description``, ``vendor``,
    ``category.0``, ``price.0``, ``ships_from``, ``profile``, ``pgp.0``,
    ``feedback.0.text`` …) to the text and the bytes of the body it came from.
    ``elsewhere`` are the addresses of links to hosts that are not the market's.
    ``leftovers`` and ``failed_assertions`` are short English descriptions for the
    record; ``charset`` is the one that the page was read with.  ``refresh_seconds`` is
    when the page asks to be loaded again.
    """

    kind: str
    truncated: bool
    charset: str
    links: tuple[Link, ...] = ()
    elsewhere: tuple[str, ...] = ()
    leftovers: tuple[str, ...] = ()
    failed_assertions: tuple[str, ...] = ()
    listing: ListingFields | None = None
    vendor: VendorFields | None = None
    feedback: tuple[FeedbackFields, ...] = ()
    pictures: tuple[ShownPicture, ...] = ()
    login_form: LoginForm | None = None
    captcha: CaptchaForm | None = None
    refresh_seconds: int | None = None
    texts: Mapping[str, SourcedText] = field(default_factory=dict)
