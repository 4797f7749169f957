# SPDX-License-Identifier: AGPL-3.0-or-later
"""A market profile: what is known about one market, as data.

The file format is documented in ``docs/formats/market-profile.md``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from urllib.parse import urlsplit

from crawler.market.keeping import KeepRule
from crawler.market.selecting import Select, SelectBetween, SelectLabel


@dataclass(frozen=True, slots=True)
class Politeness:
    """How gently the market is crawled; the crawler takes the slower of this and its settings."""

    concurrency: int
    delay_seconds: Decimal


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many addresses of the market are believed in; what is beyond is a trap.

    ``depth``: segments of a path; ``repeats``: how often one segment may stand in a path;
    ``variants``: queries of one path; ``pages``: addresses of one kind of page; ``leading``:
    addresses of pages that only lead on (categories, searches, …) beyond ``per_listing`` for
    each listing, vendor and page of feedback that is known.
    """

    depth: int = 16
    repeats: int = 3
    variants: int = 5000
    pages: int = 1_000_000
    leading: int = 2000
    per_listing: int = 50


@dataclass(frozen=True, slots=True)
class KindRule:
    """One way to recognise a kind of page; every condition that is given must hold.

    ``unless_orders``: not where the page lists what the person bought.  ``seems``: the
    reader without a profile takes the page for that kind.
    """

    kind: str
    status: tuple[int, ...]
    uri: re.Pattern[str] | None
    has: tuple[Select, ...]
    lacks: tuple[Select, ...]
    text: re.Pattern[str] | None
    seems: bool = False
    unless_orders: bool = False


@dataclass(frozen=True, slots=True)
class LinkRule:
    """Links to follow, with the kind of page expected there."""

    pattern: re.Pattern[str]
    kind: str


@dataclass(frozen=True, slots=True)
class FieldRule:
    """Where a text stands and what form it has.

    ``pattern`` must match the whole displayed text; its group ``value`` is the field.
    ``many``: each node is a text of its own; ``joined``: all nodes are one text;
    otherwise more than one node is an ambiguity that is reported.  Where a
    ``strict`` field stands on the page but cannot be read, the page is not read at all.
    ``form`` is how the text is read (``crawler.market.forms``); of several places it takes
    the first that does not stand among other listings.  ``or_guess``: where the place gives
    nothing, what the reader without a profile takes.
    """

    name: str
    select: Select | SelectBetween | SelectLabel
    pattern: re.Pattern[str] | None
    many: bool
    joined: bool
    lines: bool
    required: bool
    strict: bool
    min_length: int
    max_length: int
    form: str = ""
    or_guess: bool = False


@dataclass(frozen=True, slots=True)
class PriceRule:
    """A price: the pattern's groups ``amount`` and ``currency``, or a fixed currency.

    ``currencies`` gives the code for a sign or spelling ("€" for EUR); others stand as shown.
    """

    field: FieldRule
    currency: str
    currencies: Mapping[str, str]
    thousands: str
    decimal: str
    min: Decimal | None
    max: Decimal | None


@dataclass(frozen=True, slots=True)
class DateRule:
    """A date with its form as in ``strptime`` (numeric forms only: no locale)."""

    field: FieldRule
    form: str


@dataclass(frozen=True, slots=True)
class FeedbackRule:
    """Rows of feedback on a page, and the fields of a row."""

    row: Select
    fields: tuple[FieldRule, ...]
    price: PriceRule | None
    given_on: DateRule | None
    listing_link: Select | None
    none: Select | None


@dataclass(frozen=True, slots=True)
class ListingRule:
    """How a listing page is read.

    Texts of ``regions`` that no field takes are leftovers; ``pictures`` are what it shows
    (images, or links to them), never fetched by themselves.  Without every one of
    ``must_have``, or with a leftover in one of ``whole``, the page is not read at all.
    """

    must_have: tuple[Select, ...]
    whole: tuple[Select, ...]
    regions: tuple[Select, ...]
    ignore: tuple[re.Pattern[str], ...]
    key_uri: re.Pattern[str]
    key_link: Select | None
    fields: tuple[FieldRule, ...]
    prices: tuple[PriceRule, ...]
    listed_on: DateRule | None
    feedback_count: FieldRule | None
    pictures: tuple[Select, ...]
    stock: FieldRule | None = None


@dataclass(frozen=True, slots=True)
class VendorRule:
    """How a vendor's profile page is read; ``pgp`` names further places of armoured keys."""

    must_have: tuple[Select, ...]
    whole: tuple[Select, ...]
    regions: tuple[Select, ...]
    ignore: tuple[re.Pattern[str], ...]
    fields: tuple[FieldRule, ...]
    pgp: tuple[FieldRule, ...]
    pictures: tuple[Select, ...]


@dataclass(frozen=True, slots=True)
class LoginRule:
    """The log-in form: where it is, its fields, and how success and failure look."""

    path: str
    form: Select
    user_field: str
    password_field: str
    succeeded: Select
    failed: Select


@dataclass(frozen=True, slots=True)
class CaptchaRule:
    """A form that asks for what a picture shows: only a person answers it, never we.

    ``form`` finds the form (the log-in form too, where the picture stands in it),
    ``picture`` the image in it, ``answer_field`` the field for what the person reads.
    """

    form: Select
    picture: Select
    answer_field: str


@dataclass(frozen=True, slots=True)
class Assertion:
    """A bound on a count (or share) over a set of pages, as zavod has them."""

    count: str
    share_of: str
    min: Decimal | None
    max: Decimal | None


@dataclass(frozen=True, slots=True)
class MarketProfile:
    """Everything known about one market; ``digest`` names this version of it."""

    path: str
    digest: str
    market: str
    title: str
    start: tuple[str, ...]
    hosts: tuple[str, ...]
    politeness: Politeness
    end: re.Pattern[str]
    kinds: tuple[KindRule, ...]
    never: tuple[re.Pattern[str], ...]
    follow: tuple[LinkRule, ...]
    listing: ListingRule
    vendor: VendorRule
    feedback: FeedbackRule | None
    login: LoginRule | None
    captcha: CaptchaRule | None
    assertions: tuple[Assertion, ...]
    bounds: Bounds = Bounds()
    keep: KeepRule = field(default_factory=KeepRule)

    def is_never(self, uri: str) -> bool:
        """Return whether the profile forbids ever asking for ``uri``."""
        target = link_target(uri)
        return any(pattern.search(target) for pattern in self.never)

    def hint(self, uri: str) -> str | None:
        """Return the page kind expected at ``uri``; None where the link is not followed."""
        target = link_target(uri)
        if any(pattern.search(target) for pattern in self.never):
            return None
        return next((rule.kind for rule in self.follow if rule.pattern.search(target)), None)


def link_target(uri: str) -> str:
    """Return path and query of a URI, which is what the patterns of a profile see."""
    parts = urlsplit(uri)
    path = parts.path or "/"
    return f"{path}?{parts.query}" if parts.query else path
