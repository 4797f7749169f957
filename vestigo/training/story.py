# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the range is made of: vendors, listings, orders, and how vendors cash out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

BEHAVIOURS = (
    "direct", "peel_to_last", "peel_outputs", "consolidate", "tagged", "mix", "hold",
)  # fmt: skip
PRICE_DISPLAYS = ("btc", "both", "fiat")
SAT = 100_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One option of a listing.

    ``kind`` is mass, units, volume or none; ``grams`` that of one piece; ``eur`` and
    ``usd`` the fiat price; ``price_sat`` the price at the day of posting.
    """

    label: str
    kind: str
    grams: Decimal | None
    count: int | None
    dose_mg: Decimal | None
    ml: Decimal | None
    eur: Decimal
    usd: Decimal
    price_sat: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One listing; ``display`` says which prices its page shows, in which ``fiat``."""

    key: str
    vendor: str
    language: str
    title: str
    description: str
    category: tuple[str, ...]
    substances: tuple[str, ...]
    goods_class: str
    offers: tuple[Offer, ...]
    display: str
    fiat: str
    ships_from: str
    ships_to: str
    escrow: bool
    posted_on: date
    direct_address: str | None
    is_delisted: bool = False
    is_hostile: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A way to reach a vendor as the profile states it."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """One vendor account; ``address`` is published on the profile.

    ``behaviour`` is one of ``BEHAVIOURS`` and never shown on a page; ``script_kind``
    is the kind of address that the vendor's wallet makes.
    """

    handle: str
    language: str
    joined_on: date
    seen_on: date
    alias: str
    profile: str
    contacts: tuple[Contact, ...]
    ships_from: str
    behaviour: str
    script_kind: str
    pgp_armoured: str
    pgp_fingerprint: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One sale: paid into escrow (or directly), reviewed, released to the vendor.

    ``price_sat`` is what the buyer pays.  A direct deal has no feedback.
    """

    number: int
    buyer: str
    vendor: str
    listing_key: str
    option: int
    price_sat: int
    paid_at: datetime
    is_direct: bool
    reviewed_at: datetime | None
    released_at: datetime | None
    rating: int
    comment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Everything that the market and the ledger have to agree on."""

    seed: int
    market_name: str
    notice: str
    account: str
    password: str
    vendors: tuple[Vendor, ...]
    listings: tuple[Listing, ...]
    orders: tuple[Order, ...]

    def vendor(self, handle: str) -> Vendor | None:
        """Return the vendor of that handle, or None."""
        return next((item for item in self.vendors if item.handle == handle), None)

    def listing(self, key: str) -> Listing | None:
        """Return the listing of that key (delisted ones too), or None."""
        return next((item for item in self.listings if item.key == key), None)

    @property
    def on_sale(self) -> tuple[Listing, ...]:
        """The listings whose page can still be seen."""
        return tuple(item for item in self.listings if not item.is_delisted)
