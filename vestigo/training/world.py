# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a practice world is made of: parties, venues, accounts, listings, orders, views.

A party is one hidden owner of coins; it may have accounts on two markets.  A view is
what a visitor sees on one pass.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property

from vestigo.training.behaviour import Behaviour, MarketSection

CASH_OUTS = (
    "direct", "tagged", "peel_to_last", "peel_outputs", "consolidate",
    "whirlpool", "wasabi", "joinmarket", "atm", "gift_card", "hold",
)  # fmt: skip
RELATIONS = ("single", "original", "same_key", "new_key", "other_name", "impostor")
STATUSES = ("stated", "implied", "mentioned", "negated")
PRICE_DISPLAYS = ("btc", "both", "fiat")
SAT = 100_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """One owner of coins; ``id`` is the owner of its keys (``party:07``).

    ``behaviour`` is one of ``CASH_OUTS`` and never shown; ``accounts`` are
    ``market/handle``; ``script_kind`` is the kind of address that its wallet makes.
    """

    id: str
    behaviour: str
    script_kind: str
    language: str
    accounts: tuple[str, ...]


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
class SubstanceClaim:
    """A substance that a listing names; ``status``: stated, implied, mentioned or negated."""

    substance: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TextPrice:
    """A price that title or description state; ``currency`` None where only a sign stands.

    ``per`` is package, unit, g, ml or postage.
    """

    amount: Decimal
    currency: str | None
    per: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a listing shows from one pass on; ``what`` names the fields that changed.

    ``what`` holds price, title, description, ships_to, holding (an absurd price instead
    of delisting) or sale (the price is meant again).
    """

    pass_no: int
    what: tuple[str, ...]
    title: str
    description: str
    offers: tuple[Offer, ...]
    text_prices: tuple[TextPrice, ...]
    substances: tuple[SubstanceClaim, ...]
    purity_percent: tuple[Decimal, ...]
    ships_to: str
    holding: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One listing as it was meant when it was posted; ``at`` gives it as a pass shows it.

    ``display`` says which prices its page shows, in which ``fiat``.  ``last_pass`` is the
    last pass on which its page can be seen (0: it was gone before the first).
    ``direct_address`` is account number ``direct_number`` of the party's keyring.
    """

    market: str
    key: str
    vendor: str
    language: str
    title: str
    description: str
    category: tuple[str, ...]
    substances: tuple[SubstanceClaim, ...]
    goods_class: str
    traps: tuple[str, ...]
    offers: tuple[Offer, ...]
    purity_percent: tuple[Decimal, ...]
    text_prices: tuple[TextPrice, ...]
    display: str
    fiat: str
    ships_from: str
    ships_to: str
    escrow: bool
    posted_on: date
    first_pass: int
    last_pass: int
    holding: bool = False
    changes: tuple[Change, ...] = ()
    direct_address: str | None = None
    direct_number: int | None = None
    is_hostile: bool = False

    def at(self, pass_no: int) -> Listing:
        """Return the listing as it stands on pass ``pass_no``."""
        shown = self
        for one in self.changes:
            if one.pass_no <= pass_no:
                shown = replace(
                    shown, title=one.title, description=one.description, offers=one.offers,
                    text_prices=one.text_prices, substances=one.substances,
                    purity_percent=one.purity_percent, ships_to=one.ships_to,
                    holding=one.holding,
                )  # fmt: skip
        return shown

    def seen_on(self, pass_no: int) -> bool:
        """Whether its page can be seen on pass ``pass_no``."""
        return self.first_pass <= pass_no <= self.last_pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A way to reach a vendor as the profile states it."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """One vendor account; ``address`` is published on the profile.

    ``address`` is account ``address_number`` of ``party`` in the keyring.  ``relation`` is
    one of ``RELATIONS``; ``related_to`` the account (``market/handle``) that it belongs to
    or imitates, or empty.  ``days_unseen`` is how many days before each pass it was there.
    """

    market: str
    handle: str
    party: str
    relation: str
    related_to: str
    language: str
    joined_on: date
    days_unseen: int
    alias: str
    profile: str
    contacts: tuple[Contact, ...]
    ships_from: str
    pgp_armoured: str
    pgp_fingerprint: str
    address: str
    address_number: int

    @property
    def account(self) -> str:
        """``market/handle``."""
        return f"{self.market}/{self.handle}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One sale: paid into escrow (or directly), reviewed, released to the vendor.

    ``number`` counts through all venues.  ``price_sat`` is what the buyer pays.  A direct
    deal has no feedback.
    """

    number: int
    market: str
    buyer: str
    vendor: str
    party: str
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
class MarketView:
    """What one venue shows on one pass: ``gone`` listings are linked, their page is not there."""

    market: Market
    pass_no: int
    moment: datetime
    layout: str
    listings: tuple[Listing, ...]
    gone: tuple[Listing, ...]
    feedback: tuple[Order, ...]

    @property
    def vendors(self) -> tuple[Vendor, ...]:
        """All vendor accounts of the venue."""
        return self.market.vendors

    def vendor(self, handle: str) -> Vendor | None:
        """Return the vendor of that handle, or None."""
        return self.market.vendor(handle)

    def listing(self, key: str) -> Listing | None:
        """Return the listing of that key whose page can be seen, or None."""
        return next((one for one in self.listings if one.key == key), None)


@dataclass(frozen=True, kw_only=True)
class Market:
    """One venue with everything that ever is on it; ``at`` gives one pass."""

    section: MarketSection
    seed: int
    passes: tuple[datetime, ...]
    notice: str
    account: str
    password: str
    vendors: tuple[Vendor, ...]
    listings: tuple[Listing, ...]
    orders: tuple[Order, ...]

    @property
    def key(self) -> str:
        """The short name in paths and records."""
        return self.section.key

    @property
    def name(self) -> str:
        """The name that its pages show."""
        return self.section.name

    @property
    def kind(self) -> str:
        """``dark_market`` or ``shop``."""
        return self.section.kind

    def layout_at(self, pass_no: int) -> str:
        """Return how pages are built on pass ``pass_no``."""
        section = self.section
        redesigned = section.redesign_layout and pass_no >= section.redesign_at_pass
        return section.redesign_layout if redesigned else section.layout

    def at(self, pass_no: int) -> MarketView:
        """Return what a visitor sees on pass ``pass_no`` (from 1)."""
        moment = self.passes[pass_no - 1]
        reviewed = [(one.reviewed_at, one.number, one) for one in self.orders if one.reviewed_at]
        return MarketView(
            market=self,
            pass_no=pass_no,
            moment=moment,
            layout=self.layout_at(pass_no),
            listings=tuple(one.at(pass_no) for one in self.listings if one.seen_on(pass_no)),
            gone=tuple(one.at(pass_no) for one in self.listings if one.last_pass == pass_no - 1),
            feedback=tuple(
                one for at, _number, one in sorted(reviewed, reverse=True) if at <= moment
            ),
        )

    def vendor(self, handle: str) -> Vendor | None:
        """Return the vendor of that handle, or None."""
        return self._vendors.get(handle)

    def listing(self, key: str) -> Listing | None:
        """Return the listing of that key (gone ones too) as it was posted, or None."""
        return self._listings.get(key)

    @cached_property
    def _vendors(self) -> dict[str, Vendor]:
        return {one.handle: one for one in self.vendors}

    @cached_property
    def _listings(self) -> dict[str, Listing]:
        return {one.key: one for one in self.listings}


@dataclass(frozen=True, kw_only=True)
class World:
    """Everything that venues and ledger have to agree on; ``orders`` by number."""

    seed: int
    behaviour: Behaviour
    passes: tuple[datetime, ...]
    markets: tuple[Market, ...]
    parties: tuple[Party, ...]
    orders: tuple[Order, ...]

    def market(self, key: str) -> Market:
        """Return the venue of that key."""
        return next(one for one in self.markets if one.key == key)

    def party(self, party_id: str) -> Party | None:
        """Return the party of that id, or None."""
        return next((one for one in self.parties if one.id == party_id), None)

    def vendors_of(self, party_id: str) -> tuple[Vendor, ...]:
        """Return the accounts of one party, in the order of ``Party.accounts``."""
        every = {one.account: one for market in self.markets for one in market.vendors}
        party = self.party(party_id)
        return tuple(every[name] for name in party.accounts) if party else ()
