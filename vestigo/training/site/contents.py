# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages of one view of a market for somebody who is inside: an address in, an answer out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

from vestigo.training.categories import Category, category_tree
from vestigo.training.rendering import buyer_key
from vestigo.training.site.addresses import Addresses, Wanted
from vestigo.training.site.answer import Answer, found, html
from vestigo.training.site.layouts import Layout
from vestigo.training.site.mirrors import Door
from vestigo.training.site.pictures import avatar_name, picture, picture_names
from vestigo.training.site.showing import Shower, ShownFeedback, ShownListing
from vestigo.training.site.templates import PAGES, templates
from vestigo.training.world import Listing, MarketView

N_LATEST = 6


class Contents:
    """Everything that a view shows, whoever looks."""

    def __init__(self, view: MarketView, layout: Layout, door: Door) -> None:
        self.view = view
        self.layout = layout
        self.addresses = Addresses(layout.addresses, view.market.section.page_size)
        self._door = door
        self._shower = Shower(view, layout, self.addresses)
        self._templates = templates(layout.name)
        linked = [*view.listings, *view.gone]
        self._linked = sorted(linked, key=lambda one: (one.posted_on, one.key))
        self._tree = category_tree(self._linked)
        self._pictures = picture_names(view.market)

    def page(self, wanted: Wanted | None) -> Answer:
        """Return the page that is ``wanted``; 404 where the market has no such address."""
        handlers = {
            "home": self._home, "category": self._category, "search": self._search,
            "listing": self._listing, "vendor": self._vendor, "user": self._user,
            "order": self._order, "messages": self._messages, "mirrors": self._mirrors,
            "image": self._image, "avatar": self._avatar,
        }  # fmt: skip
        if wanted is None or wanted.kind not in handlers:
            return self.not_found()
        return handlers[wanted.kind](wanted)

    def style(self) -> Answer:
        """Return the style sheet."""
        content = (PAGES / self.layout.name / "market.css").read_bytes()
        return found(content, "text/css; charset=utf-8")

    def render(self, template: str, kind: str, status: int = 200, **values: Any) -> Answer:
        """Return a page of a template; ``kind`` becomes a class or id of its body."""
        body = self._templates.get_template(template).render(self._common | {"kind": kind} | values)
        return html(body.encode(), status)

    def not_found(self) -> Answer:
        """Return the answer to an address that this market does not have."""
        return self.render("missing.html", "not-found", 404, account="", headline="Not found")

    def too_many(self) -> Answer:
        """Return the answer to somebody who asks too fast."""
        return self.render("missing.html", "busy", 429, account="", headline="Too many requests")

    def private(self, headline: str, text: str, order_href: str = "") -> Answer:
        """Return a page of the account's own, which says as good as nothing."""
        return self.render(
            "private.html", "private", headline=headline, text=text, order_href=order_href
        )

    def targets(self) -> Iterator[str]:
        """Yield every address that is worth keeping, in a fixed order, each once."""
        of = self.addresses.of
        yield of("home")
        if self._door.has_others:
            yield of("mirrors")
        for node in self._tree:
            yield from (of("category", node.slug, n) for n in self._pages_of(node.listings))
        yield from (of("search", page=n) for n in self._pages_of(self._linked))
        for one in self.view.vendors:
            yield of("vendor", one.handle)
            yield of("avatar", one.handle)
        yield from (of("listing", one.key) for one in self._linked)
        yield from (of("image", one.key) for one in self._linked)

    @cached_property
    def _common(self) -> dict[str, object]:
        market = self.view.market
        return {
            "market": market.name, "notice": market.notice, "account": market.account,
            "of": self.addresses.of, "words": "", "door": self._door,
            "fields": self.layout.fields, "is_shop": market.kind == "shop",
        }  # fmt: skip

    def _home(self, _wanted: Wanted) -> Answer:
        latest = self._shown(self.view.listings[-N_LATEST:])
        tree = [self._shower.category(node) for node in self._tree]
        vendors = [self._shower.vendor(one) for one in self.view.vendors]
        return self.render("home.html", "home", tree=tree, latest=latest, vendors=vendors)

    def _category(self, wanted: Wanted) -> Answer:
        node = next((one for one in self._tree if one.slug == wanted.key), None)
        if node is None:
            return self._missing("No such category")
        shown = self._shower.category(node)
        return self._list("category.html", wanted, node.listings, node=shown)

    def _search(self, wanted: Wanted) -> Answer:
        words = wanted.words.casefold().split()
        listings = [one for one in self._linked if _matches(one, words)]
        return self._list("search.html", wanted, listings, words=wanted.words)

    def _list(
        self, template: str, wanted: Wanted, listings: Sequence[Listing], **values: Any
    ) -> Answer:
        pages = self._pages_of(listings)
        if wanted.page not in pages:
            return self._missing("No such page")
        size = self.view.market.section.page_size
        part = listings[(wanted.page - 1) * size : wanted.page * size]
        links = [
            (number, self.addresses.of(wanted.kind, wanted.key, number, wanted.words))
            for number in pages
        ]
        values |= {"listings": self._shown(part), "total": len(listings), "links": links}
        return self.render(template, wanted.kind, here=wanted.page, **values)

    def _listing(self, wanted: Wanted) -> Answer:
        one = self.view.listing(wanted.key)
        if one is None:
            return self._missing("No such listing")
        node = next(node for node in self._tree if node.path == one.category)
        vendor = self.view.vendor(one.vendor)
        assert vendor is not None
        return self.render(
            "listing.html", "listing",
            listing=self._shower.listing(one), node=self._shower.category(node),
            feedback=self._feedback(listing=one.key),
            vendor=self._shower.vendor(vendor),
        )  # fmt: skip

    def _vendor(self, wanted: Wanted) -> Answer:
        one = self.view.vendor(wanted.key)
        if one is None:
            return self._missing("No such vendor")
        mine = [item for item in self.view.listings if item.vendor == one.handle]
        feedback = self._feedback(vendor=one.handle)
        return self.render(
            "vendor.html", "vendor", vendor=self._shower.vendor(one), listings=self._shown(mine),
            feedback=feedback, n_sales=len(feedback),
        )  # fmt: skip

    def _user(self, wanted: Wanted) -> Answer:
        if wanted.key == self.view.market.account or wanted.key in self._buyers:
            return self.private("Buyer profile", f"Account {wanted.key}. Orders and statistics.")
        return self._missing("No such user")

    def _order(self, wanted: Wanted) -> Answer:
        if self.view.listing(wanted.key) is None:
            return self._missing("No such listing")
        text = "Check the amount and pay into escrow."
        return self.private("Order", text, self.addresses.of("order", wanted.key))

    def _messages(self, _wanted: Wanted) -> Answer:
        return self.private("Messages", "You have no messages.")

    def _mirrors(self, _wanted: Wanted) -> Answer:
        if not self._door.has_others:
            return self.not_found()
        return self.render("mirrors.html", "mirrors")

    def _image(self, wanted: Wanted) -> Answer:
        if wanted.key not in self._cards:
            return self.not_found()
        return found(picture(self.view.market.seed, self._pictures[wanted.key]), "image/png")

    def _avatar(self, wanted: Wanted) -> Answer:
        vendor = self.view.vendor(wanted.key)
        if vendor is None:
            return self.not_found()
        name = avatar_name(self.view.market, vendor)
        return found(picture(self.view.market.seed, name), "image/png")

    def _missing(self, headline: str) -> Answer:
        return self.render("missing.html", "missing", headline=headline)

    def _shown(self, listings: Sequence[Listing]) -> list[ShownListing]:
        return [self._cards[one.key] for one in listings]

    def _feedback(self, *, listing: str = "", vendor: str = "") -> list[ShownFeedback]:
        return [
            self._shower.feedback(one)
            for one in self.view.feedback
            if one.listing_key == listing or one.vendor == vendor
        ]

    @cached_property
    def _cards(self) -> dict[str, ShownListing]:
        return {one.key: self._shower.listing(one) for one in self._linked}

    @cached_property
    def _buyers(self) -> set[str]:
        market = self.view.market
        return {buyer_key(market.seed, order.buyer) for order in market.orders}

    def _pages_of(self, listings: Sequence[Listing] | Sequence[Category]) -> range:
        size = self.view.market.section.page_size
        return range(1, max(1, -(-len(listings) // size)) + 1)


def _matches(listing: Listing, wanted: list[str]) -> bool:
    text = f"{listing.title} {listing.vendor}".casefold()
    return all(word in text for word in wanted)
