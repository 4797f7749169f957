# SPDX-License-Identifier: AGPL-3.0-or-later
"""Schedules whose first page a real Chromium draws, judged by the table like the crawls.

The gate in front of the browser asks the same authority gate as a crawl does; the act
``screenshot`` is asked for each connection, on top of what each request is.
"""

from __future__ import annotations

import asyncio
import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from crawler.browser.asking import BrowserRequest
from crawler.browser.from_archive import NothingLeaves
from crawler.browser.from_market import ask_for_live, draw_live
from crawler.browser.live import LiveRules, LiveWire
from crawler.browser.policy import RenderPolicy
from crawler.browser.studio import Studio, open_studio
from crawler.network import TeeBackend
from crawler.permission import intent
from crawler.tape import Tape
from vestigo.authority import Gate, Refusal, SocketGuard, guarded
from vestigo.errors import VestigoError
from vestigo.evidence.screening import Screen
from vestigo.evidence.warc import WarcArchive
from vestigo.pipeline.authority_bench.browsed_site import ASKED_AS, BrowsedSite
from vestigo.pipeline.authority_bench.model import Arrival, Model, Paper, wanted
from vestigo.pipeline.authority_bench.rounds import (
    Found,
    GateMaker,
    MovingClock,
    arrival_of,
    misplaced,
    orders_of,
)
from vestigo.pipeline.authority_bench.schedules import Place, Schedule, make_schedule
from vestigo.pipeline.authority_bench.servers import Servers
from vestigo.pipeline.authority_bench.site import base_profile
from vestigo.settings import default_settings

BROWSER_ACTS = {"screenshot": 90, "run_scripts": 60}  # percent of the orders that name them
SECONDS = 20.0
START = "/"


class OneByOne(LiveWire):
    """Exchanges one after the other: where the clock moves, each arrival has one time."""

    _turn: asyncio.Lock | None = None

    async def _exchange(self, request: BrowserRequest, tape: Tape) -> str:
        self._turn = self._turn or asyncio.Lock()
        async with self._turn:
            return await super()._exchange(request, tape)


class BrowsedRounds:
    """Draws schedules in ``work`` against servers that all of them share."""

    def __init__(self, work: Path, servers: Servers, make_gate: GateMaker = Gate) -> None:
        self._work = work
        self._servers = servers
        self._make_gate = make_gate
        self._profile = base_profile(work)

    def run(self, seeds: Iterable[int], on_schedule: Callable[[], None] = lambda: None) -> Found:
        """Draw the schedules of these seeds in one browser; return what they showed."""
        found, settings = Found(), default_settings()
        shut = NothingLeaves(Gate([], MovingClock()))
        with open_studio(
            self._work, settings["picture"], str(settings["crawl"]["user_agent"]), shut
        ) as studio:
            for seed in seeds:
                found.add(self._one(browsed_schedule(seed, self._servers), studio))
                on_schedule()
        return found

    def _one(self, schedule: Schedule, studio: Studio) -> Found:
        clock, refusals = MovingClock(), list[Refusal]()
        servers, site = self._servers, BrowsedSite(schedule, self._servers)
        servers.begin(schedule, site, clock)
        gate = self._make_gate(orders_of(schedule.papers), clock, refusals.append)
        host, port = servers.place_of(0)
        uri, ended = f"http://{host}:{port}{START}", ""
        scripts = schedule.log_in  # any coin of the schedule
        try:
            ask_for_live(gate, uri, "category", schedule.account, scripts=scripts)
            pictures = gate.covers(intent(uri, "image", schedule.account))
            policy = RenderPolicy(scripts=scripts, pictures=pictures)
            with self._wired(schedule, gate, clock, uri, policy, refusals) as (wire, screen):
                studio.gate.hand_over(wire)
                try:
                    draw_live(studio, wire, screen=screen, hidden=tuple)
                finally:
                    studio.gate.hand_over(NothingLeaves(gate))
        except VestigoError as error:
            ended = error.code
        return _judged(schedule, servers, site, refusals, ended, clock.units)

    @contextmanager
    def _wired(
        self,
        schedule: Schedule,
        gate: Gate,
        clock: MovingClock,
        uri: str,
        policy: RenderPolicy,
        refusals: list[Refusal],
    ) -> Iterator[tuple[LiveWire, Screen]]:
        folder, guard = self._work / str(schedule.seed), SocketGuard(clock, refusals.append)
        screen = Screen(pictures_allowed=policy.pictures)
        rules = LiveRules(
            authority=gate, account=schedule.account, policy=policy, judge=screen.judge,
            hint_of=lambda address: self._profile.hint(address) or "",
            is_never=self._profile.is_never, on_event=lambda *_event: None,
            on_hit=lambda _hit: None, clock=clock, seconds=SECONDS, max_bytes=10**6,
            in_flight_bytes=10**7,
        )  # fmt: skip
        wire_kind = OneByOne if any(schedule.steps) else LiveWire
        try:
            with (
                WarcArchive(
                    folder / "captures", folder / "sealed", None, clock, "vestigo bench",
                    on_segment=lambda _segment: None, on_event=lambda *_event: None,
                ) as archive,
                screen, guarded(guard),
            ):  # fmt: skip
                backend = TeeBackend(gate, guard, None)
                wire = wire_kind(backend=backend, archive=archive, rules=rules, page_uri=uri)
                yield wire, screen
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def browsed_schedule(seed: int, servers: Servers) -> Schedule:
    """Return the schedule of a seed; its orders may name what a browser does, too."""
    schedule, dice = make_schedule(seed, servers.endpoints), random.Random(f"acts {seed}")  # noqa: S311
    return replace(schedule, papers=tuple(_with_acts(paper, dice) for paper in schedule.papers))


def _with_acts(paper: Paper, dice: random.Random) -> Paper:
    more = [act for act, percent in BROWSER_ACTS.items() if dice.randrange(100) < percent]
    return replace(paper, acts=(*paper.acts, *more))


def _judged(
    schedule: Schedule,
    servers: Servers,
    site: BrowsedSite,
    refusals: list[Refusal],
    ended: str,
    units: int,
) -> Found:
    """Compare what came and what was refused with the table."""
    model, name = Model(schedule.papers, schedule.account), f"browser schedule {schedule.seed}"
    arrivals = list(servers.arrivals)
    found = Found(
        n_schedules=1, n_requests=len(arrivals), n_refusals=len(refusals), n_drawn=not ended,
        n_stopped=ended.startswith("E-AUT"), n_complete=not ended,
        codes=Counter(refusal.code for refusal in refusals),
    )  # fmt: skip
    found.violations += misplaced(name, servers, lambda one: _may_arrive(model, one))
    for refusal in refusals:
        if _granted_by(model, refusal):
            found.refused.append(f"{name}: {refusal.code} {refusal.intent.act}"
                                 f" {refusal.intent.what} at {refusal.at}")  # fmt: skip
    if not ended and not site.wanders and model.steady(units):
        came = {(one.host, one.port, one.target) for one in arrivals}
        for arrival in _wanted_by(schedule, servers, site, model):
            if (arrival.host, arrival.port, arrival.target) not in came:
                found.refused.append(f"{name}: never asked for {arrival.target} of {arrival.host}"
                                     f":{arrival.port}")  # fmt: skip
    return found


def _may_arrive(model: Model, arrival: Arrival) -> bool:
    return model.allows(arrival) and model.covers(arrival, "screenshot", "listing")


def _granted_by(model: Model, refusal: Refusal) -> bool:
    """Say whether the table allows what was refused."""
    act, there = refusal.intent.act, arrival_of(refusal)
    if act in BROWSER_ACTS:
        return model.covers(there, act, "listing")
    return model.covers(there, *wanted(there))


def _wanted_by(
    schedule: Schedule, servers: Servers, site: BrowsedSite, model: Model
) -> list[Arrival]:
    """Return what the first page embeds, redirects followed, as far as the table allows it."""
    host, port = servers.place_of(0)
    first = Arrival(host, port, "GET", START, 0)
    shows = model.covers(first, *wanted(Arrival(host, port, "GET", "/?as=img", 0)))
    found = [first]
    for link in schedule.pages[0, START].links:
        part = site.part((0, START), link)
        asked_as = ASKED_AS.get(part, part)
        shown = {"img": shows, "css": True, "js": schedule.log_in}.get(asked_as, False)
        place: Place | None = link if shown else None
        while place is not None:
            arrival = Arrival(*servers.place_of(place[0]), "GET", f"{place[1]}?as={asked_as}", 0)
            if not _may_arrive(model, arrival):
                break
            found.append(arrival)
            page = schedule.pages[place]
            follows = isinstance(page.redirect, tuple) and not page.n_busy
            place = page.redirect if follows and isinstance(page.redirect, tuple) else None
    return found
