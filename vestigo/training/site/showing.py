# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a template gets to show: texts and addresses, already written as the layout does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from vestigo.training.categories import Category
from vestigo.training.rates import RangeRates
from vestigo.training.rendering import buyer_key, masked
from vestigo.training.site.addresses import Addresses
from vestigo.training.site.layouts import Layout
from vestigo.training.stock import stock_left
from vestigo.training.world import Listing, MarketView, Offer, Order, Vendor

_STOCK_WORDS = {"sold-out": "Sold out", "unlimited": "Unlimited"}


@dataclass(frozen=True, slots=True)
class ShownPrice:
    """A price as it stands on a page; ``is_beside`` where it only converts the other."""

    amount: str
    currency: str
    is_beside: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownListing:
    """A listing; ``options`` is empty where there is one price only."""

    key: str
    href: str
    title: str
    description: str
    vendor: str
    vendor_href: str
    picture: str
    prices: tuple[ShownPrice, ...]
    options: tuple[tuple[str, tuple[ShownPrice, ...]], ...]
    ships_from: str
    ships_to: str
    escrow: bool
    posted: str
    order_href: str
    n_feedback: int
    stock: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFeedback:
    """One line of feedback, with the listing that it is about."""

    rating: str
    moment: str
    buyer: str
    buyer_href: str
    listing: str
    listing_href: str
    paid: str
    comment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownVendor:
    """A vendor's profile."""

    handle: str
    href: str
    avatar: str
    alias: str
    since: str
    seen: str
    ships_from: str
    profile: str
    contacts: tuple[tuple[str, str], ...]
    pgp: str


@dataclass(frozen=True, slots=True)
class ShownCategory:
    """A category with its place in the tree."""

    name: str
    href: str
    depth: int
    n_listings: int
    trail: tuple[tuple[str, str], ...]


class Shower:
    """Turns what a view holds into what a layout shows."""

    def __init__(self, view: MarketView, layout: Layout, addresses: Addresses) -> None:
        self._view = view
        self._layout = layout
        self._addresses = addresses
        self._rates = RangeRates(view.market.seed)
        self._today = view.moment.date()
        self._n_feedback: dict[str, int] = {}
        for order in view.feedback:
            self._n_feedback[order.listing_key] = self._n_feedback.get(order.listing_key, 0) + 1

    def listing(self, one: Listing) -> ShownListing:
        """Return a listing with every price that it states."""
        options = tuple((offer.label, self._prices(one, offer)) for offer in one.offers)
        return ShownListing(
            key=one.key,
            href=self._addresses.of("listing", one.key),
            title=one.title,
            description=one.description,
            vendor=one.vendor,
            vendor_href=self._addresses.of("vendor", one.vendor),
            picture=self._addresses.of("image", one.key),
            prices=options[0][1],
            options=options if len(options) > 1 else (),
            ships_from=one.ships_from,
            ships_to=one.ships_to,
            escrow=one.escrow,
            posted=self._day(one.posted_on),
            order_href=self._addresses.of("order", one.key),
            n_feedback=self._n_feedback.get(one.key, 0),
            stock=self._stock(one),
        )

    def feedback(self, order: Order) -> ShownFeedback:
        """Return one line of feedback; the buyer is masked."""
        seed = self._view.market.seed
        assert order.reviewed_at is not None
        about = self._view.market.listing(order.listing_key)
        return ShownFeedback(
            rating=self._layout.rating(order.rating),
            moment=self._layout.moment(order.reviewed_at),
            buyer=masked(seed, order.buyer),
            buyer_href=self._addresses.of("user", buyer_key(seed, order.buyer)),
            listing=about.at(self._view.pass_no).title if about else order.listing_key,
            listing_href=self._addresses.of("listing", order.listing_key),
            paid=self._layout.bitcoin(order.price_sat),
            comment=order.comment,
        )

    def vendor(self, one: Vendor) -> ShownVendor:
        """Return a profile as it stands on this pass."""
        return ShownVendor(
            handle=one.handle,
            href=self._addresses.of("vendor", one.handle),
            avatar=self._addresses.of("avatar", one.handle),
            alias=one.alias,
            since=self._day(one.joined_on),
            seen=self._day(self._today - timedelta(days=one.days_unseen)),
            ships_from=one.ships_from,
            profile=one.profile,
            contacts=tuple((contact.kind, contact.value) for contact in one.contacts),
            pgp=one.pgp_armoured,
        )

    def category(self, node: Category) -> ShownCategory:
        """Return a category with the addresses of all above it."""
        trail = tuple((name, self._addresses.of("category", slug)) for name, slug in node.trail)
        return ShownCategory(node.name, trail[-1][1], node.depth, node.n_listings, trail)

    def _prices(self, one: Listing, offer: Offer) -> tuple[ShownPrice, ...]:
        """Return bitcoin, bitcoin with what it is worth today, or money alone."""
        bitcoin = ShownPrice(self._layout.bitcoin(offer.price_sat), "BTC")
        if one.display == "btc":
            return (bitcoin,)
        if one.display == "both":
            worth = self._rates.fiat_of(offer.price_sat, one.fiat, self._today)
            return (bitcoin, ShownPrice(self._layout.fiat(worth), one.fiat, is_beside=True))
        asked = offer.eur if one.fiat == "EUR" else offer.usd
        return (ShownPrice(self._layout.fiat(asked), one.fiat),)

    def _stock(self, one: Listing) -> str:
        """Return how much is left, "" in a layout that does not tell."""
        if not self._layout.shows_stock:
            return ""
        left = stock_left(self._view.market.seed, one, self._view.pass_no)
        return f"{left.n} left" if left.n else _STOCK_WORDS[left.state]

    def _day(self, day: date) -> str:
        return self._layout.day(day)
