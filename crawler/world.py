# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the parts of one running crawl share: Scrapy makes them, this connects them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from scrapy.crawler import Crawler

from crawler.frontier import FrontierStore, PageRow
from crawler.in_flight import InFlight
from crawler.job import CrawlJob, CrawlReport
from crawler.network import TeeBackend
from crawler.tape import Tape
from crawler.traps import TrapBounds
from vestigo.authority import Gate
from vestigo.clock import Clock
from vestigo.evidence.warc import ClosedSegment, WarcArchive
from vestigo.i18n import _
from vestigo.records import Capture

if TYPE_CHECKING:
    from crawler.screening import CrawlScreening
    from crawler.session import LoginSession
    from crawler.set_aside import SetAside
    from crawler.tor.session import TorSession

PROGRESS_SECONDS = 0.2
MOMENT = 0.01
ASK_SECONDS = 1.0


@dataclass(slots=True, kw_only=True)
class CrawlWorld:
    """The state of one run.

    ``error`` is what ends the crawl and is raised at its end; ``paused`` is a code
    with its reason; ``cut`` says that what is in flight was cut off; ``running``
    are the tapes of exchanges in flight; until ``held_until`` (time of the loop) nothing
    is asked for; ``n_waits`` counts how often the market made everybody wait since it last
    gave a page.
    """

    job: CrawlJob
    backend: TeeBackend
    frontier: FrontierStore
    session: LoginSession
    pictures_allowed: bool
    hosts: frozenset[tuple[str, int]]
    last_place: tuple[str, int] = ("", 0)
    n_captures: int = 0
    n_reconciled: int = 0
    n_restored: int = 0
    error: BaseException | None = None
    interrupted: bool = False
    cut: bool = False
    paused: str = ""
    paused_why: str = ""
    told_at: float = 0.0
    held_until: float = 0.0
    n_waits: int = 0
    damaged: list[str] = field(default_factory=list)
    running: set[Tape] = field(default_factory=set)
    crawler: CaseCrawler | None = None
    identity: TorSession | None = None
    asked_at: float = 0.0
    in_flight: InFlight = field(init=False)
    archive: WarcArchive = field(init=False)
    screening: CrawlScreening = field(init=False)
    aside: SetAside = field(init=False)
    traps: TrapBounds = field(init=False)

    @property
    def gate(self) -> Gate:
        """The gate of the case."""
        return self.job.gate

    @property
    def clock(self) -> Clock:
        """The clock of the case."""
        return self.job.clock

    @property
    def account(self) -> str:
        """The avatar's account, or ""."""
        return self.job.account

    @property
    def attended(self) -> bool:
        """Whether a person sits there who reads captchas."""
        return self.job.attendant is not None

    @property
    def deadline_seconds(self) -> float:
        """Total time for one exchange."""
        return float(self.job.settings["deadline_seconds"])

    @property
    def max_body_bytes(self) -> int:
        """A longer body is cut."""
        return int(self.job.settings["max_body_bytes"])

    @property
    def stopping(self) -> bool:
        """Whether no new request may begin."""
        return bool(self.error or self.interrupted or self.paused)

    @property
    def report(self) -> CrawlReport:
        """What this run did so far."""
        coverage = self.frontier.coverage()
        assertions, tally = self.job.profile.assertions, self.job.tally
        whole = not (coverage.waiting or self.stopping)
        changed = tally.failures(assertions) if whole else tally.failures_so_far(assertions)
        if not tally.counts["pages"]:  # nobody answered: that says nothing of the market
            changed = []
        return CrawlReport(
            coverage=coverage,
            n_captures=self.n_captures,
            n_log_ins=self.session.generation,
            n_log_in_tries=self.session.n_log_ins,
            n_reconciled=self.n_reconciled,
            n_restored=self.n_restored,
            interrupted=self.interrupted,
            paused=self.paused,
            paused_why=self.paused_why,
            damaged=tuple(self.damaged),
            changed=tuple(changed),
        )

    @property
    def held(self) -> bool:
        """Whether the market asked to stay away and that time is not over."""
        return asyncio.get_running_loop().time() < self.held_until

    def renew_identity(self) -> None:
        """Take up a fresh identity where somebody asked for one; looked at once a second."""
        now = time.monotonic()
        if self.identity is None or now < self.asked_at + ASK_SECONDS:
            return
        self.asked_at = now
        if self.job.fresh_asked():
            self.identity.renew()

    def label_of(self, row: PageRow) -> str:
        """Return the mark of a lease in the archive, which all frontiers of a case share."""
        return f"{self.job.frontier_path.stem}/{row.label}"

    def hold(self, seconds: int, cause: str) -> None:
        """Ask for nothing during ``seconds``; pause where that is longer than anybody waits."""
        self.n_waits += 1
        settings = self.job.settings
        longest, most = int(settings["longest_wait_seconds"]), int(settings["waits"])
        if seconds > longest or self.n_waits > most:
            why = _("The market keeps the crawl waiting ({cause}, {seconds} s).")
            self.pause("E-CRA-015", why.format(cause=cause, seconds=seconds), cause, seconds)
            return
        self.hold_off(seconds)
        self.job.on_state("held", {"seconds": str(seconds), "cause": cause})
        if self.crawler is not None:
            loop = asyncio.get_running_loop()
            loop.call_at(self.held_until + MOMENT, self.crawler.look_again)

    def hold_off(self, seconds: int) -> None:
        """Ask for nothing during ``seconds``, at once: before the page is even judged."""
        until = asyncio.get_running_loop().time() + seconds
        self.held_until = max(self.held_until, until) if seconds else self.held_until

    def note_capture(self, capture: Capture) -> None:
        """Take note of a durable capture (in the order of the archive)."""
        self.n_captures += 1
        self.last_place = (capture.warc_name, capture.warc_offset)
        self._told(self.job.on_capture, capture)

    def note_segment(self, segment: ClosedSegment) -> None:
        """Take note of a WARC file that was closed."""
        self._told(self.job.on_segment, segment)

    def report_progress(self) -> None:
        """Tell the caller, a few times a second, how many pages are settled and known."""
        now = time.monotonic()
        if now - self.told_at >= PROGRESS_SECONDS:
            self.told_at = now
            self.job.on_progress(*self.frontier.progress())

    def _told(self, listener: Callable[[Any], None], what: object) -> None:
        """Tell a listener of the caller; if it fails the crawl ends, what is archived stays."""
        try:
            listener(what)
        except Exception as error:  # noqa: BLE001  # raised again at the end of the crawl
            self.stop_with(error)

    def stop_with(self, error: BaseException) -> None:
        """End the crawl at once with ``error``: what is in flight is cut and archived."""
        if self.error is None:
            self.error = error
        self.cut_running()
        self.close()

    def pause(self, code: str, why: str, cause: str = "", seconds: int = 0) -> None:
        """Park the account: the crawl ends in order and goes on where it stopped when resumed.

        ``cause`` is the stable word of what stands in the way, ``seconds`` how long the
        market asks to stay away.
        """
        if not self.paused:
            self.paused, self.paused_why = code, why
            parked = {"code": code, "why": why, "cause": cause, "seconds": str(seconds)}
            self.job.on_state("parked", parked)
            self.job.on_event("fail", f"crawl paused: {code}", {"why": why})
        self.close()

    def cut_running(self) -> None:
        """Let the deadline of every exchange in flight be now; large bodies wait no more."""
        self.cut = True
        now = asyncio.get_running_loop().time()
        for tape in self.running:
            tape.end_at(now)

    def close(self) -> None:
        """Ask Scrapy's engine to end the spider."""
        if self.crawler is not None:
            self.crawler.close_soon()


class CaseCrawler(Crawler):
    """A Scrapy crawler that knows its ``CrawlWorld``."""

    world: CrawlWorld
    _closing: asyncio.Task[None] | None = None

    def look_again(self) -> None:
        """Have the engine ask the scheduler now rather than at its next heartbeat."""
        slot = self._engine._slot if self._engine is not None else None  # noqa: SLF001  # no other way
        if slot is not None and slot.closing is None:
            slot.nextcall.schedule()

    def close_soon(self) -> None:
        """Close the spider once (requests in flight end first)."""
        if self._closing is None and self._engine is not None and self.engine.spider is not None:
            closing = self.engine.close_spider_async(reason="stopped")
            self._closing = asyncio.ensure_future(closing)


def world_of(crawler: Crawler) -> CrawlWorld:
    """Return the world of a crawler of ours."""
    assert isinstance(crawler, CaseCrawler)
    return crawler.world
