# SPDX-License-Identifier: AGPL-3.0-or-later
"""One address of a market as a function: a request in, an answer out, nothing remembered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from vestigo.training.site.access import Access, Visit
from vestigo.training.site.answer import Answer
from vestigo.training.site.contents import Contents
from vestigo.training.site.layouts import layout_named
from vestigo.training.site.mirrors import PHISHING, Door, doors, phishing_view
from vestigo.training.world import MarketView

KINDS = {
    "home": "category", "category": "category", "search": "search", "listing": "listing",
    "vendor": "vendor", "mirrors": "other",
}  # fmt: skip
PRIVATE = {"user": "buyer", "messages": "message"}
NOBODY = "zzzzzzzz"


class Site:
    """Answers requests to one address of a market, as it is on one pass.

    ``door`` is one of ``doors(view.market)``; without it the market's own first address.
    """

    def __init__(self, view: MarketView, door: Door | None = None) -> None:
        self.door = door or doors(view.market)[0]
        shown = phishing_view(view, self.door) if self.door.kind == PHISHING else view
        market = self.market = view.market
        self.layout = layout_named(view.layout, market.seed, market.key)
        self._contents = Contents(shown, self.layout, self.door)
        self._access = Access(self._contents, self.door)
        self.requests_a_minute = market.section.requests_a_minute
        self.moment = view.moment

    def answer(self, method: str, target: str, cookies: Mapping[str, str], body: bytes) -> Answer:
        """Return the answer to one request; ``target`` is path and query as sent."""
        visit = self._access.visit(method, target, cookies, body)
        return self._access.answer(visit, self._page)

    def too_many(self) -> Answer:
        """Return the answer to a visitor who asks faster than this market lets through."""
        return self._contents.too_many()

    def session_cookie(self) -> dict[str, str]:
        """Return the cookie of somebody who has just logged in."""
        return self._access.inside()

    def address(self, kind: str, key: str = "") -> str:
        """Return the address of a page of ``kind`` (as in ``Layout.addresses``)."""
        return self._contents.addresses.of(kind, key)

    def saved(self) -> Iterator[tuple[str, Answer]]:
        """Yield (address, answer) of every page as a visitor sees it who is never held up."""
        yield self.address("style"), self._contents.style()
        login = self.address("login")
        yield login, self.answer("GET", login, self._access.at_the_door(), b"")
        for target in self._contents.targets():
            yield target, self._contents.page(self._contents.addresses.wanted(target))

    def every_kind(self) -> Iterator[tuple[str, str, Answer]]:
        """Yield (page kind, address, answer) of every page, what stands before them included."""
        yield from self._access.walls()
        contents, of = self._contents, self.address
        for target in contents.targets():
            wanted = contents.addresses.wanted(target)
            if wanted is not None and wanted.kind in KINDS:
                gone = wanted.kind == "listing" and contents.view.listing(wanted.key) is None
                yield "soft-404" if gone else KINDS[wanted.kind], target, contents.page(wanted)
        for kind in ("listing", "vendor", "category", "user", "order"):
            yield "soft-404", of(kind, NOBODY), self._at(of(kind, NOBODY))
        far = contents.addresses.of("search", page=9999)
        yield "soft-404", far, self._at(far)
        for kind, key in (("user", self.market.account), ("messages", "")):
            yield PRIVATE[kind], of(kind, key), self._at(of(kind, key))
        yield "not-found", f"/{NOBODY}", self._at(f"/{NOBODY}")
        yield "rate-limit", of("home"), contents.too_many()

    def _at(self, target: str) -> Answer:
        return self._contents.page(self._contents.addresses.wanted(target))

    def _page(self, visit: Visit) -> Answer:
        if visit.method not in ("GET", "HEAD"):
            return self._contents.private("Nothing was ordered", "This market is a practice range.")
        return self._contents.page(visit.wanted)
