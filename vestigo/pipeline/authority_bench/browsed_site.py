# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages of a schedule as a browser gets them: everything that makes it ask for more.

What an element asks for is written into the address (``?as=img``), so that the table can
tell at the server's socket which act a request was.
"""

from __future__ import annotations

import random

from vestigo.pipeline.authority_bench.model import Arrival
from vestigo.pipeline.authority_bench.schedules import Place, Schedule
from vestigo.pipeline.authority_bench.servers import Servers
from vestigo.pipeline.authority_bench.site import MARKS, PICTURE, TRAPPED, Site
from vestigo.pipeline.invented_market import http_response, page_response

# what a part of a page is, and how often; frames and forms are never filled
PARTS = {"img": 4, "css": 4, "js": 2, "frame": 1, "poster": 1, "background": 2}
ASKED_AS = {"poster": "img", "background": "img"}
ELEMENTS = {
    "background": '<div style="width:9px;height:9px;background:url({0})"></div>',
    "css": '<link rel=stylesheet href="{0}">',
    "frame": '<iframe src="{0}"></iframe>',
    "img": '<img src="{0}">',
    "js": '<script src="{0}"></script>',
    "poster": '<video poster="{0}" width=9 height=9></video>',
}
SCRIPT = (
    "for (const ask of [() => fetch('{0}', {{mode: 'no-cors'}}), () => new WebSocket('{0}'),"
    " () => navigator.sendBeacon('{0}', 'x'), () => {{ new Image().src = '{0}'; }},"
    " () => window.open('{0}')]) {{ try {{ const made = ask(); if (made && made.catch)"
    " made.catch(() => 0); }} catch (error) {{}} }}"
)


class BrowsedSite(Site):
    """Answers a browser; ``wanders`` says that the first page leads somewhere else by itself."""

    def __init__(self, schedule: Schedule, servers: Servers) -> None:
        super().__init__(schedule, servers)
        self._dice = random.Random(f"browser {schedule.seed}")  # noqa: S311 (no secrets)
        self._parts = {
            (place, link): self._dice.choices(list(PARTS), list(PARTS.values()))[0]
            for place, page in schedule.pages.items() for link in page.links
        }  # fmt: skip
        self._trapped = {trap: self._dice.choice(TRAPPED) for page in schedule.pages.values()
                         for trap in page.traps}  # fmt: skip
        self.wanders = self._dice.randrange(100) < 20  # noqa: PLR2004  # percent
        self._goal = self._dice.choice([*schedule.pages, None])

    def part(self, place: Place, link: Place) -> str:
        """Return as what ``place`` embeds ``link``."""
        return self._parts[place, link]

    def answer(self, number: int, arrival: Arrival) -> tuple[bytes, bool]:
        """Return the response and whether the connection is closed behind it."""
        path, _mark, query = arrival.target.partition("?")
        place, asked_as = (number, path), query.partition("=")[2]
        page = self._schedule.pages.get(place)
        if page is None or asked_as in ("", "frame"):
            return super().answer(number, arrival)
        self._asked[place] += 1
        if self._asked[place] <= page.n_busy:
            return page_response("<p>busy</p>", status="503 Service Unavailable"), page.closes
        if isinstance(page.redirect, tuple):
            there = f"Location: {self._absolute(page.redirect)}?as={asked_as}\r\n"
            return http_response(b"", "text/html", status="302 Found", more=there), page.closes
        if page.redirect is not None:
            return http_response(
                b"", "text/html", status="302 Found", more=self._target(place)
            ), True
        return self._content(place, asked_as), page.closes

    def _content(self, place: Place, asked_as: str) -> bytes:
        if asked_as == "img":
            return http_response(PICTURE, "image/png")
        page = self._schedule.pages[place]
        traps = [self._trap(trap).strip() for trap in page.traps if "'" not in trap]
        if asked_as == "js":
            text = "".join(SCRIPT.format(trap) for trap in traps)
            return http_response(text.encode("utf-8"), "text/javascript")
        rules = "".join(f'@import url("{trap}");' for trap in traps)
        return http_response(rules.encode("utf-8"), "text/css")

    def _inner(self, place: Place) -> str:
        page = self._schedule.pages[place]
        shown = [self._element(place, link) for link in page.links]
        shown += [self._trapped[trap].format(self._trap(trap)) for trap in page.traps]
        first = ""
        if self.wanders and place == (0, "/"):
            goal = "http://127.0.0.9/" if self._goal is None else self._absolute(self._goal)
            first = f'<meta http-equiv=refresh content="0; url={goal}"><base href="{goal}">'
        return first + MARKS[place[1].strip("/")[:1] or "/"] + "".join(shown)

    def _element(self, place: Place, link: Place) -> str:
        part = self.part(place, link)
        return ELEMENTS[part].format(f"{self._absolute(link)}?as={ASKED_AS.get(part, part)}")
