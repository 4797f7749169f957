# SPDX-License-Identifier: AGPL-3.0-or-later
"""Scrapy's scheduler on top of the frontier; requests of the log-in go first."""

from __future__ import annotations

import asyncio
from typing import Self

from scrapy import Request
from scrapy.core.scheduler import BaseScheduler
from scrapy.crawler import Crawler

from crawler.frontier import PageRow
from crawler.screening import NEVER, SCREENED
from crawler.spider import MarketSpider
from crawler.world import MOMENT, CrawlWorld, world_of

LONGEST_SECONDS = 60.0  # a clock that is set back does not silence the alarm


class FrontierScheduler(BaseScheduler):
    """Hands out leased pages; nothing while a log-in runs."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._world: CrawlWorld = world_of(crawler)
        self._alarm: asyncio.TimerHandle | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the scheduler of one crawl."""
        return cls(crawler)

    def has_pending_requests(self) -> bool:
        """Say whether there is anything left to ask for."""
        if self._world.stopping:
            return False
        return self._world.session.busy or self._world.frontier.has_waiting()

    def enqueue_request(self, request: Request) -> bool:
        """Refuse: pages come from the frontier, log-ins from the session, nothing else."""
        raise ValueError(f"a request past the frontier: {request.url}")

    def next_request(self) -> Request | None:
        """Return the next request, None when nothing may be sent now."""
        world = self._world
        if world.stopping or not self._renewed() or world.held:
            return None
        request = world.session.next_request() if world.session.busy else self._page_request()
        if request is not None:
            spider = self._crawler.spider
            assert isinstance(spider, MarketSpider)
            request.callback, request.errback = spider.on_response, spider.on_failure
        return request

    def _renewed(self) -> bool:
        """Take up a fresh identity that was asked for; False where that ended the crawl."""
        try:
            self._world.renew_identity()
        except Exception as error:  # noqa: BLE001  # a full disk: Scrapy would wait for ever
            self._world.stop_with(error)
            return False
        return True

    def _page_request(self) -> Request | None:
        world = self._world
        try:
            row = self._next_row()
        except Exception as error:  # noqa: BLE001  # a full disk: Scrapy would wait for ever
            world.stop_with(error)
            return None
        if row is None:
            self._look_again_when_due()
            return None
        meta = {
            "row": row,
            "hint": row.hint,
            "label": world.label_of(row),
            "generation": world.session.generation,
            "number": world.aside.next_number(),
        }
        return Request(row.uri, meta=meta, headers=world.session.headers, dont_filter=True)

    def _next_row(self) -> PageRow | None:
        """Lease the next page; one that was forbidden since it was found is not asked for."""
        world = self._world
        while row := world.frontier.lease(world.clock().timestamp(), world.last_place):
            cause = self._forbidden(row.uri)
            if not cause:
                return row
            world.frontier.refuse(row, cause)
        return None

    def _forbidden(self, uri: str) -> str:
        """Return why the lists of the unit or the profile, as they are now, forbid ``uri``."""
        if self._world.screening.forbids(uri):
            return SCREENED
        return NEVER if self._world.job.profile.is_never(uri) else ""

    def _look_again_when_due(self) -> None:
        """Have the engine ask again when the first page that waits may be asked for."""
        world = self._world
        due = world.frontier.next_due()
        if due is None or world.crawler is None:
            return
        if self._alarm is not None:
            self._alarm.cancel()
        seconds = max(0.0, due - world.clock().timestamp()) + MOMENT
        loop = asyncio.get_running_loop()
        self._alarm = loop.call_later(min(seconds, LONGEST_SECONDS), world.crawler.look_again)
