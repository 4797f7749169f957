# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages of a schedule as its servers give them out, and the profile that reads them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

from crawler.market import MarketProfile
from vestigo.pipeline.authority_bench.model import Arrival
from vestigo.pipeline.authority_bench.schedules import Page, Place, Schedule
from vestigo.pipeline.authority_bench.servers import Servers
from vestigo.pipeline.invented_market import (
    CAPTCHA,
    LOG_IN,
    PRICE,
    follow,
    http_response,
    kind,
    listing,
    load_into,
    market,
    page_response,
    vendor,
)

PICTURE = b"\x89PNG\r\n\x1a\n a picture of nothing"
MARKS = {
    "c": "<ul class=category></ul>",
    "p": "<h1 class=listing>a listing</h1><p class=price>1 BTC</p>",
    "v": "<h1 class=vendor>a vendor</h1>", "f": "<p class=feedback>good</p>",
    "s": "<p class=search>found</p>", "x": "<p>something else</p>", "/": "<ul class=category></ul>",
}  # fmt: skip
# what makes a browser, or a careless crawler, ask for an address
TRAPPED = (
    '<img src="{0}">', '<link rel=stylesheet href="{0}">', '<script src="{0}"></script>',
    '<iframe src="{0}"></iframe>', '<link rel=prefetch href="{0}">',
    '<link rel=preconnect href="{0}">',
    '<form action="{0}" method=post><input name=x></form>', '<a ping="{0}" href="{0}">x</a>',
    '<style>@import url("{0}");</style>', '<object data="{0}"></object>',
)  # fmt: skip
PROFILE = "".join((
    market("authority", concurrency=8, never=("^/login", "^/logout", "^/captcha")), LOG_IN, CAPTCHA,
    follow("^/p/", "listing"), follow("^/v/", "vendor"), follow("^/f/", "feedback"),
    follow("^/s/", "search"), follow("^/(c/|$)", "category"), follow("^/[xi]/", "other"),
    kind("login", "form#login"), kind("not-found", "404"), kind("listing", "h1.listing"),
    kind("vendor", "h1.vendor"), kind("feedback", "p.feedback"), kind("search", "p.search"),
    kind("category", "ul.category"), listing("^/p/(?P<key>[0-9a-z]+)"), PRICE, vendor(),
))  # fmt: skip


def base_profile(work: Path) -> MarketProfile:
    """Return the profile that all schedules share, but for hosts and log-in."""
    return load_into(work, "authority", PROFILE)


def profile_of(base: MarketProfile, schedule: Schedule, servers: Servers) -> MarketProfile:
    """Return the profile of one schedule."""
    hosts = tuple(f"{host}:{port}" for host, port in map(servers.place_of, schedule.market))
    return replace(base, hosts=hosts, login=base.login if schedule.log_in else None)


class Site:
    """Answers the requests of one schedule."""

    def __init__(self, schedule: Schedule, servers: Servers) -> None:
        self._schedule = schedule
        self._servers = servers
        self._asked: Counter[Place] = Counter()

    def answer(self, number: int, arrival: Arrival) -> tuple[bytes, bool]:
        """Return the response and whether the connection is closed behind it."""
        place = number, arrival.target.partition("?")[0]
        page = self._schedule.pages.get(place)
        if page is not None:
            return self._page(place, page), page.closes
        if place[1] == "/login":
            return self._login(arrival), False
        if place[1] == "/captcha.png":
            return http_response(PICTURE, "image/png"), False
        return page_response("<p>gone</p>", status="404 Not Found"), False

    def _page(self, place: Place, page: Page) -> bytes:
        self._asked[place] += 1
        if self._asked[place] <= page.n_busy:
            return page_response("<p>busy</p>", status="503 Service Unavailable")
        if page.redirect is not None:
            return http_response(b"", "text/html", status="302 Found", more=self._target(place))
        if place[1].startswith("/i/"):
            return http_response(PICTURE, "image/png")
        return page_response(self._inner(place))

    def _inner(self, place: Place) -> str:
        page = self._schedule.pages[place]
        hrefs = [self._spelled(place, link) for link in page.links]
        traps = [self._trap(trap) for trap in page.traps]
        hrefs += traps
        shown = "".join(f'<a href="{href}">x</a><img src="{href}">' for href in hrefs)
        embedded = "".join(part.format(trap) for trap in traps for part in TRAPPED)
        return MARKS[place[1].strip("/")[:1] or "/"] + shown + embedded

    def _target(self, place: Place) -> str:
        target = self._schedule.pages[place].redirect
        if isinstance(target, tuple):
            return f"Location: {self._absolute(target)}\r\n"
        return f"Location: {self._trap(str(target)).strip()}\r\n"

    def _spelled(self, here: Place, link: Place) -> str:
        spelling = self._schedule.spellings.get((here, link), 0)
        absolute = self._absolute(link)
        if spelling == 1:
            return absolute.replace("http://", "HTTP://") + "#part"
        if spelling == 2:  # noqa: PLR2004  # one of four spellings
            return absolute.removeprefix("http:")
        return link[1] if link[0] == here[0] else f"  {absolute} "

    def _absolute(self, place: Place) -> str:
        host, port = self._servers.place_of(place[0])
        return f"http://{host}:{port}{place[1]}"

    def _trap(self, trap: str) -> str:
        canaries = self._servers.canaries
        port = self._servers.place_of(0)[1]
        nine = canaries["127.0.0.9"][1]
        return trap.format(port=port, nine=nine, six=canaries.get("::1", ("", port))[1])

    def _login(self, arrival: Arrival) -> bytes:
        if arrival.method == "POST":
            return page_response("<p>welcome</p><a class=logout href=/logout>out</a>")
        schedule = self._schedule
        action = self._absolute((schedule.form_at, "/login"))
        picture = ""
        if schedule.picture_at is not None:
            picture = f'<img src="{self._absolute((schedule.picture_at, "/captcha.png"))}">'
        asked = "class=captcha " if picture else ""
        return page_response(
            f'<form id=login {asked}method=post action="{action}">{picture}<input name=user>'
            "<input type=password name=password><input name=answer></form>",
        )
