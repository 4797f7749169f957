# SPDX-License-Identifier: AGPL-3.0-or-later
"""Running schedules: a real crawl each, judged by the table at the servers' sockets."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from crawler.job import Attendant, CrawlJob
from crawler.market import MarketProfile
from crawler.run import crawl
from vestigo.authority import Gate, Refusal
from vestigo.errors import AuthorityError
from vestigo.pipeline.authority_bench.model import Arrival, Model, Paper
from vestigo.pipeline.authority_bench.schedules import Place, Schedule, make_schedule
from vestigo.pipeline.authority_bench.servers import Servers
from vestigo.pipeline.authority_bench.site import Site, base_profile, profile_of
from vestigo.records import Authorization
from vestigo.settings import default_settings

BEGIN = datetime(2026, 1, 31, 12, tzinfo=UTC)
UNIT = timedelta(seconds=1000)
GateMaker = Callable[..., Gate]


@dataclass(slots=True)
class Found:
    """What the schedules showed; ``violations`` and ``refused`` name what was wrong."""

    n_schedules: int = 0
    n_requests: int = 0
    n_refusals: int = 0
    n_stopped: int = 0
    n_complete: int = 0
    n_drawn: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        """Whether any schedule showed something wrong."""
        return bool(self.violations or self.refused)

    def add(self, other: Found) -> None:
        """Take the counts of another run."""
        self.n_schedules += other.n_schedules
        self.n_requests += other.n_requests
        self.n_refusals += other.n_refusals
        self.n_stopped += other.n_stopped
        self.n_complete += other.n_complete
        self.n_drawn += other.n_drawn
        self.codes += other.codes
        self.violations += other.violations
        self.refused += other.refused


class MovingClock:
    """The time of a schedule: whole units that requests move, and the seconds that go by.

    A unit is longer than any schedule takes, so that only requests begin or end an order;
    a crawl that pauses for a moment before it asks again needs the seconds.
    """

    def __init__(self) -> None:
        self.units = 0
        self._began = time.monotonic()

    def __call__(self) -> datetime:
        """Return the instant."""
        passed = time.monotonic() - self._began
        return BEGIN + self.units * UNIT + timedelta(seconds=passed)


class Rounds:
    """Runs schedules in ``work`` against servers that all of them share."""

    def __init__(self, work: Path, servers: Servers, make_gate: GateMaker = Gate) -> None:
        self._work = work
        self._servers = servers
        self._make_gate = make_gate
        self._profile = base_profile(work)
        self._settings = {
            **default_settings()["crawl"],
            "retry_seconds": 0,
            "deadline_seconds": 30,
            "attempts": 4,
        }

    def run(self, seeds: Iterable[int], on_schedule: Callable[[], None] = lambda: None) -> Found:
        """Run the schedules of these seeds and return what they showed."""
        found = Found()
        for seed in seeds:
            found.add(self._one(make_schedule(seed, self._servers.endpoints)))
            on_schedule()
        return found

    def _one(self, schedule: Schedule) -> Found:
        clock, refusals = MovingClock(), list[Refusal]()
        servers, site = self._servers, Site(schedule, self._servers)
        servers.begin(schedule, site, clock)
        folder = self._work / str(schedule.seed)
        gate = self._make_gate(orders_of(schedule.papers), clock, refusals.append)
        job = self._job(schedule, folder, gate, clock)
        ended = ""
        try:
            report = crawl(job)
            ended = report.paused
        except AuthorityError as error:
            ended = error.code
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return _judged(schedule, servers, refusals, ended, clock.units)

    def _job(self, schedule: Schedule, folder: Path, gate: Gate, clock: MovingClock) -> CrawlJob:
        host, port = self._servers.place_of(0)
        profile: MarketProfile = profile_of(self._profile, schedule, self._servers)
        return CrawlJob(
            profile=profile,
            start_uri=f"http://{host}:{port}/",
            gate=gate,
            captures_folder=folder / "captures",
            sealed_folder=folder / "sealed",
            frontier_path=folder / "frontier.sqlite",
            settings={**self._settings, "concurrency": schedule.concurrency},
            clock=clock,
            software="vestigo bench",
            account=schedule.account,
            password="p" if schedule.log_in else None,
            attendant=Attendant("nobody", lambda _picture, _media_type: "seen"),
        )


def _judged(
    schedule: Schedule, servers: Servers, refusals: list[Refusal], ended: str, units: int
) -> Found:
    """Compare what came and what was refused with the table."""
    model = Model(schedule.papers, schedule.account)
    arrivals = list(servers.arrivals)
    found = Found(
        n_schedules=1, n_requests=len(arrivals), n_refusals=len(refusals),
        n_stopped=ended.startswith("E-AUT"), n_complete=not ended,
        codes=Counter(refusal.code for refusal in refusals),
    )  # fmt: skip
    name = f"schedule {schedule.seed}"
    found.violations += misplaced(name, servers, model.allows)
    for refusal in refusals:
        wanted = arrival_of(refusal)
        if wanted.host and model.allows(wanted):
            found.refused.append(f"{name}: {refusal.code} {refusal.intent.what} at {wanted.at}")
    if not ended and model.steady(units):
        came = {(arrival.host, arrival.port, arrival.target) for arrival in arrivals}
        for place in _within_reach(schedule, servers, model):
            host, port = servers.place_of(place[0])
            if (host, port, place[1]) not in came:
                found.refused.append(f"{name}: never asked for {host}:{port}{place[1]}")
    return found


def misplaced(name: str, servers: Servers, allows: Callable[[Arrival], bool]) -> list[str]:
    """Return what came to the servers and may not have, and connections to a canary."""
    found = [
        f"{name}: {one.method} {one.host}:{one.port}{one.target} at {one.at}"
        for one in servers.arrivals if not allows(one)
    ]  # fmt: skip
    reached = [one for one in servers.canaries.values() if servers.n_connections[one]]
    return found + [f"{name}: a connection to {canary[0]}" for canary in reached]


def arrival_of(refusal: Refusal) -> Arrival:
    """Return the request that a refusal was about; of a connection, one for its first page."""
    intent = refusal.intent
    at = (refusal.at - BEGIN) // UNIT
    parts = urlsplit(intent.what)
    if not parts.hostname:
        return Arrival(intent.host, intent.port, "GET", "/", at)
    method = "POST" if intent.act == "login" else "GET"
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return Arrival(parts.hostname, parts.port or 80, method, target, at)


def _within_reach(schedule: Schedule, servers: Servers, model: Model) -> set[Place]:
    """Return the pages that links lead to and that the table allows, from the first page on."""
    reached: set[Place] = set()
    waiting: list[Place] = [(0, "/")]
    while waiting:
        place = waiting.pop()
        host, port = servers.place_of(place[0])
        if (
            place in reached
            or place[0] not in schedule.market
            or not model.allows(Arrival(host, port, "GET", place[1], 0))
        ):
            continue
        reached.add(place)
        page = schedule.pages[place]
        if isinstance(page.redirect, tuple):
            waiting.append(page.redirect)
        elif page.redirect is None and not place[1].startswith("/i/"):
            waiting += page.links
    return reached


def orders_of(papers: Sequence[Paper]) -> list[Authorization]:
    """Return the orders of a schedule as a case would hold them."""
    orders: list[Authorization] = []
    for number, paper in enumerate(papers):
        amends = None if paper.replaces is None else orders[paper.replaces].record_id
        orders.append(
            Authorization(
                issuing_body="bench", reference=str(number), legal_basis="-",
                authorization_kind="warrant", order_sha256="", persons=("nobody",),
                hosts=paper.hosts, accounts=paper.accounts, acts=paper.acts,
                data_classes=paper.classes, starts_at=BEGIN + paper.begins * UNIT,
                ends_at=BEGIN + paper.ends * UNIT, amends=amends,
            )
        )  # fmt: skip
    return orders
