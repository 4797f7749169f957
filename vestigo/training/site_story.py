# SPDX-License-Identifier: AGPL-3.0-or-later
"""The market as a function: a request in, an answer out, nothing remembered.

The session is a cookie whose value follows from seed and account, so that the same
requests get the same bytes whatever their order.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from vestigo.training.categories import category_tree
from vestigo.training.picture import picture
from vestigo.training.rendering import PAGES, Renderer, buyer_key
from vestigo.training.timeline import SEEN_AT
from vestigo.training.story import Listing, Order, Story

LISTINGS_A_PAGE = 12
N_LATEST = 6
_MOST_DIGITS = 4
COOKIE = "session"

_HTML = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer: status, further headers, body."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


class Site:
    """Answers requests to the market of one story."""

    requests_a_minute = 0
    moment = SEEN_AT

    def __init__(self, story: Story) -> None:
        self._story = story
        self._render = Renderer(story)
        self._tree = category_tree(story.listings)
        secret = f"vestigo.range.session/{story.seed}/{story.account}/{story.password}"
        self._session = hashlib.sha256(secret.encode()).hexdigest()[:32]

    def answer(self, method: str, target: str, cookies: Mapping[str, str], body: bytes) -> Answer:
        """Return the answer to one request; ``target`` is path and query as sent."""
        split = urlsplit(target)
        path = unquote(split.path)
        if path == "/login":
            return self._login(method, body)
        if path == "/static/market.css":
            return _found((PAGES / "market.css").read_bytes(), "text/css; charset=utf-8")
        if not hmac.compare_digest(cookies.get(COOKIE, ""), self._session):
            return _redirect("/login")
        if path == "/logout":
            return _redirect("/login", ("Set-Cookie", f"{COOKIE}=; Path=/; Max-Age=0; HttpOnly"))
        if method not in ("GET", "HEAD"):
            return self._private("Nothing was ordered", "This market is a practice range.")
        query = {name: values[0] for name, values in parse_qs(split.query).items()}
        return self._page(path, query)

    def paths(self) -> list[str]:
        """Return every address that ``--write`` copies, in order of name."""
        found = {"/", "/login", "/listing/gone0000"}
        found |= {f"/listing/{item.key}" for item in self._story.listings}
        found |= {f"/image/{item.key}.png" for item in self._story.on_sale}
        found |= {f"/vendor/{item.handle}" for item in self._story.vendors}
        lists = {f"/category/{node.slug}": len(node.listings) for node in self._tree}
        lists["/search"] = len(self._story.listings)
        for path, total in lists.items():
            found.add(path)
            found |= {f"{path}?page={page}" for page in range(2, _n_pages(total) + 1)}
        return sorted(found)

    def session_cookie(self) -> dict[str, str]:
        """Return the cookie of somebody who has logged in."""
        return {COOKIE: self._session}

    def _login(self, method: str, body: bytes) -> Answer:
        if method != "POST":
            return self._html("login.html", "login", failed=False)
        form = parse_qs(body.decode("utf-8", "replace"))
        given = [form.get(name, [""])[0] for name in ("user", "password")]
        if given != [self._story.account, self._story.password]:
            return self._html("login.html", "login", failed=True)
        return _redirect("/", ("Set-Cookie", f"{COOKIE}={self._session}; Path=/; HttpOnly"))

    def _page(self, path: str, query: Mapping[str, str]) -> Answer:
        first, _slash, rest = path[1:].partition("/")
        if path == "/":
            return self._home()
        if first == "search" and not rest:
            return self._search(query.get("q", ""), query.get("page", "1"))
        if first == "messages" and not rest:
            return self._private("Messages", "You have no messages.")
        handlers = {
            "listing": self._listing, "vendor": self._vendor, "image": self._image,
            "user": self._user, "order": self._order,
        }  # fmt: skip
        if first == "category" and rest:
            return self._category(rest, query.get("page", "1"))
        return handlers[first](rest) if first in handlers and rest else self._not_found()

    def _home(self) -> Answer:
        latest = self._story.on_sale[-N_LATEST:]
        return self._html("home.html", "home", tree=self._tree, latest=latest)

    def _category(self, slug: str, page: str) -> Answer:
        node = next((one for one in self._tree if one.slug == slug), None)
        if node is None:
            return self._missing("No such category")
        return self._list("category.html", "category", node.listings, page, node=node)

    def _search(self, query: str, page: str) -> Answer:
        wanted = query.casefold().split()
        found = [one for one in self._story.listings if _matches(one, wanted)]
        return self._list("search.html", "search", found, page, query=query)

    def _list(
        self, template: str, kind: str, found: Sequence[Listing], page: str, **values: object
    ) -> Answer:
        n_pages = _n_pages(len(found))
        number = int(page) if page.isascii() and page.isdigit() and len(page) <= _MOST_DIGITS else 1
        if not 1 <= number <= n_pages:
            return self._missing("No such page")
        start = (number - 1) * LISTINGS_A_PAGE
        part = found[start : start + LISTINGS_A_PAGE]
        values |= {"listings": part, "total": len(found), "page": number, "n_pages": n_pages}
        return self._html(template, kind, **values)

    def _listing(self, key: str) -> Answer:
        listing = self._story.listing(key)
        if listing is None or listing.is_delisted:
            return self._missing("No such listing")
        orders = [one for one in self._reviewed() if one.listing_key == key]
        leaf = next(one for one in self._tree if one.path == listing.category)
        return self._html(
            "listing.html", "listing", listing=listing, orders=orders, trail=leaf.trail
        )

    def _vendor(self, handle: str) -> Answer:
        vendor = self._story.vendor(handle)
        if vendor is None:
            return self._missing("No such vendor")
        orders = [one for one in self._reviewed() if one.vendor == handle]
        listings = [one for one in self._story.on_sale if one.vendor == handle]
        return self._html(
            "vendor.html", "vendor",
            vendor=vendor, listings=listings, orders=orders, n_sales=len(orders),
        )  # fmt: skip

    def _image(self, name: str) -> Answer:
        listing = self._story.listing(name.removesuffix(".png"))
        if listing is None or not name.endswith(".png"):
            return self._not_found()
        return _found(picture(listing.key), "image/png")

    def _user(self, key: str) -> Answer:
        buyers = {buyer_key(self._story.seed, order.buyer) for order in self._story.orders}
        if key == self._story.account or key in buyers:
            return self._private("Buyer profile", f"Account {key}. Orders and statistics.")
        return self._missing("No such user")

    def _order(self, key: str) -> Answer:
        listing = self._story.listing(key)
        if listing is None or listing.is_delisted:
            return self._missing("No such listing")
        text = "Check the amount and pay into escrow."
        return self._private("Order", text, order_key=key)

    def _reviewed(self) -> list[Order]:
        reviewed = [(one.reviewed_at, one) for one in self._story.orders if one.reviewed_at]
        return [one for _at, one in sorted(reviewed, key=lambda pair: pair[0], reverse=True)]

    def _private(self, headline: str, text: str, order_key: str = "") -> Answer:
        return self._html(
            "private.html", "private", headline=headline, text=text, order_key=order_key
        )

    def _missing(self, headline: str) -> Answer:
        return self._html("missing.html", "missing", headline=headline)

    def _not_found(self) -> Answer:
        body = self._render.page("missing.html", "not-found", headline="Not found")
        return Answer(404, (("Content-Type", _HTML),), body)

    def _html(self, template: str, kind: str, **values: object) -> Answer:
        if kind != "login":
            values["account"] = self._story.account
        return _found(self._render.page(template, kind, **values), _HTML)


def _found(body: bytes, media_type: str) -> Answer:
    return Answer(200, (("Content-Type", media_type),), body)


def _redirect(target: str, *headers: tuple[str, str]) -> Answer:
    return Answer(302, (("Location", target), ("Content-Type", _HTML), *headers), b"")


def _n_pages(total: int) -> int:
    return max(1, -(-total // LISTINGS_A_PAGE))


def _matches(listing: Listing, wanted: list[str]) -> bool:
    text = f"{listing.title} {listing.vendor}".casefold()
    return all(word in text for word in wanted)
