# SPDX-License-Identifier: AGPL-3.0-or-later
"""Running one crawl to its end in this process.

Scrapy runs on a plain asyncio loop (no Twisted reactor), so a process can crawl
more than once.  The gate is asked before anything is set up.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from typing import Any
from urllib.parse import urljoin

from crawler.cookies import pin_suffix_list
from crawler.frontier import FrontierStore, open_frontier
from crawler.headers import browser_headers
from crawler.in_flight import InFlight
from crawler.job import CrawlJob, CrawlReport
from crawler.links import normal_uri
from crawler.network import TeeBackend, is_loopback, no_proxy
from crawler.page_work import PageWork
from crawler.permission import LeftOut, host_and_port, intent
from crawler.reconciling import last_place, reconcile, reconsider
from crawler.screening import CrawlScreening, stop_at_parked_market
from crawler.session import LoginSession
from crawler.set_aside import SetAside
from crawler.settings import scrapy_settings
from crawler.socks import SocksProxy, parse_proxy
from crawler.spider import MarketSpider
from crawler.tor.identity import isolation_name
from crawler.tor.session import TorSession
from crawler.traps import TrapBounds
from crawler.world import CaseCrawler, CrawlWorld
from vestigo.authority import Refusal, RefusalTally, SocketGuard, guarded
from vestigo.errors import AuthorityError, UsageError, VestigoError
from vestigo.evidence.warc import ClosedSegment, WarcArchive
from vestigo.i18n import _
from vestigo.records import Authorization, Capture

GRACE_SECONDS = 3.0


def crawl(job: CrawlJob) -> CrawlReport:
    """Crawl until the frontier is empty, something stops it, or SIGINT; return what was done.

    Raises ``AuthorityError`` when the gate refuses the start (nothing was sent then)
    or refuses in the middle (everything archived stays), ``ConfigurationError``
    E-CRA-001 or E-CRA-002 for the network, ``UsageError`` E-CRA-003 for a start that
    is no web address, ``SourceUnreachable`` E-EVI-101 for a full disk, and what
    ``TorSession.begin`` raises where a control port is set and does not serve.
    """
    check_authority(job)
    start = _start(job)
    proxy = _proxy(job, start)
    tally = RefusalTally(lambda refusal, n: _log_refusal(job, refusal, n))
    guard = SocketGuard(job.clock, tally)
    pin_suffix_list()
    backend = TeeBackend(job.gate, guard, proxy)
    with (
        _quiet_scrapy(),
        closing(tally),
        guarded(guard),
        _tor_session(job, start, guard, proxy) as session,
    ):
        if session is not None:
            session.change = backend.change_identity
        return asyncio.run(_crawl(job, start, backend, session))


def check_authority(job: CrawlJob) -> Authorization:
    """Return the authorization for the start when gate and network settings allow it.

    Raises as ``crawl`` does; nothing is sent or opened.
    """
    start = _start(job)
    granted = job.gate.check(intent(start, "", job.account))
    if job.account and job.profile.login:
        job.gate.check(intent(start, "login", job.account, act="login"))
    _proxy(job, start)
    return granted


@contextmanager
def _tor_session(
    job: CrawlJob, start: str, guard: SocketGuard, proxy: SocksProxy | None
) -> Iterator[TorSession | None]:
    """Record who carries the crawl, before its first page and after its last."""
    if proxy is None:
        yield None
        return
    session = TorSession(job, proxy, guard, frozenset(host for host, _port in _hosts(job, start)))
    session.begin()
    try:
        yield session
    finally:
        with suppress(OSError):  # a full disk: the crawl's own error is the one that is told
            session.end()


def _hosts(job: CrawlJob, start: str) -> frozenset[tuple[str, int]]:
    """Return host and port of everything that belongs to the market."""
    named = (host_and_port(f"http://{host}/") for host in job.profile.hosts)
    return frozenset({host_and_port(start), *named})


def _proxy(job: CrawlJob, start: str) -> SocksProxy | None:
    proxy = parse_proxy(str(job.settings["proxy"]), isolation_name(job))
    if proxy is None and not is_loopback(host_and_port(start)[0]):
        raise no_proxy(*host_and_port(start))
    return proxy


async def _crawl(
    job: CrawlJob, start: str, backend: TeeBackend, session: TorSession | None
) -> CrawlReport:
    frontier = open_frontier(job.frontier_path, crawled_before=job.crawled_before)
    left_out = LeftOut(job)
    frontier.on_refused = left_out
    try:
        world = _world(job, start, backend, frontier)
        world.identity = session
        try:
            await _work(world, start)
        finally:
            backend.abort_all()
            await asyncio.sleep(0)  # the loop closes what was aborted in its next turn
            with suppress(OSError):
                left_out.tell()
            await _close_archive(world)
        if world.error is not None:
            raise _told_whole(world, world.error)
        return world.report
    finally:
        frontier.close()


def _told_whole(world: CrawlWorld, error: BaseException) -> BaseException:
    """Return ``error``; a refusal after pages came does not say that nothing was sent."""
    if isinstance(error, AuthorityError) and world.n_captures:
        error.remedy = _(
            "It ended the crawl; what was archived before stays. Record an authorization that "
            "covers it, then run the same command again."
        )
    return error


async def _work(world: CrawlWorld, start: str) -> None:
    if stop_at_parked_market(world):
        return
    pages = PageWork(world)
    reconsider(world)
    reconcile(world, pages)
    world.frontier.add(pages.new_pages((uri, "") for uri in _first_pages(world, start)))
    if world.session.known_at_start and not world.job.cookies and world.frontier.has_waiting():
        world.session.begin()
    crawler = CaseCrawler(MarketSpider, scrapy_settings(world.job))
    crawler.world, world.crawler = world, crawler
    with _signals(world):
        await crawler.crawl_async()
    for one in world.aside.take_all():
        world.frontier.give_back(one.row)


def _first_pages(world: CrawlWorld, start: str) -> list[str]:
    paths = [urljoin(start, path) for path in world.job.profile.start]
    return [start, *paths, *world.job.seeds]


def _start(job: CrawlJob) -> str:
    return usable_start(job.start_uri)


def usable_start(uri: str) -> str:
    """Return the start of a crawl as it is asked for; ``UsageError`` E-CRA-003 for none."""
    start = normal_uri(uri)
    if not start:
        raise UsageError(
            "E-CRA-003",
            _("The start is no web address."),
            where=uri,
            remedy=_("Give an address such as http://127.0.0.1:8080/."),
        )
    return start


def _world(job: CrawlJob, start: str, backend: TeeBackend, frontier: FrontierStore) -> CrawlWorld:
    loop = asyncio.get_running_loop()
    headers = browser_headers(str(job.settings["user_agent"]))
    session = LoginSession(
        profile=job.profile,
        start_uri=start,
        account=job.account,
        password=job.password,
        headers=headers,
        limit=int(job.settings["log_ins"]),
    )
    world = CrawlWorld(
        job=job,
        backend=backend,
        frontier=frontier,
        session=session,
        pictures_allowed=job.gate.covers(intent(start, "image", job.account)),
        hosts=_hosts(job, start),
        last_place=last_place(job.captures_folder),
    )

    world.aside = SetAside(logged_in=session.possible or bool(job.cookies))
    world.in_flight = InFlight(int(job.settings["in_flight_bytes"]))
    world.screening = CrawlScreening(job, pictures_allowed=world.pictures_allowed)
    world.traps = TrapBounds(job.profile.bounds, frontier.addresses())

    def on_capture(capture: Capture) -> None:
        loop.call_soon_threadsafe(world.note_capture, capture)

    def on_segment(segment: ClosedSegment) -> None:
        loop.call_soon_threadsafe(world.note_segment, segment)

    world.archive = WarcArchive(
        job.captures_folder,
        job.sealed_folder,
        job.seal_key,
        job.clock,
        job.software,
        segment_bytes=int(job.settings["segment_bytes"]),
        on_capture=on_capture,
        on_segment=on_segment,
        on_event=job.on_event,
    )
    return world


async def _close_archive(world: CrawlWorld) -> None:
    """Close the archive, then let what it still reported arrive."""
    try:
        await asyncio.to_thread(world.archive.close)
    except VestigoError as error:
        world.error = world.error or error
    await asyncio.sleep(0)


@contextmanager
def _signals(world: CrawlWorld) -> Iterator[None]:
    """End in order on SIGINT and SIGTERM: what is in flight gets a short while."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()

    def stop() -> None:
        if world.interrupted:
            world.cut_running()
        world.interrupted = True
        loop.call_later(GRACE_SECONDS, world.cut_running)
        world.close()

    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number in before:
        loop.add_signal_handler(number, stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            loop.remove_signal_handler(number)
            signal.signal(number, handler)  # the loop would leave the system's own there


@contextmanager
def _quiet_scrapy() -> Iterator[None]:
    """Keep Scrapy's log off the terminal: what matters is in the report and the custody log."""
    loggers = [logging.getLogger(name) for name in ("scrapy", "httpx", "httpcore")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def _log_refusal(job: CrawlJob, refusal: Refusal, n: int) -> None:
    destination = f"{refusal.intent.host}:{refusal.intent.port}"
    details: dict[str, Any] = {"call": refusal.intent.act, "destination": destination}
    details |= {"n": str(n)} if n > 1 else {}
    with suppress(OSError):
        job.on_event("fail", f"{refusal.code} act refused", details)
