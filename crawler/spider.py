# SPDX-License-Identifier: AGPL-3.0-or-later
"""The spider: hands archived exchanges to those who understand them.

Its requests come from the frontier and the session, never from callbacks.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Self

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DontCloseSpider
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.frontier import PageRow
from crawler.handler import ExchangeError
from crawler.page_work import PageWork
from crawler.permission import FATAL_REFUSALS
from crawler.signing_in import SigningIn
from crawler.world import CrawlWorld, world_of
from vestigo.errors import AuthorityError


class MarketSpider(Spider):
    """Crawls one market."""

    name = "vestigo"
    world: CrawlWorld
    pages: PageWork
    signing_in: SigningIn

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Make the spider of one crawl."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        spider.world = world_of(crawler)
        spider.pages = PageWork(spider.world)
        spider.signing_in = SigningIn(spider.world)
        crawler.signals.connect(spider.on_bug, signal=signals.spider_error)
        crawler.signals.connect(spider.on_idle, signal=signals.spider_idle)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        """Yield nothing: the frontier has the requests."""
        nothing: tuple[Request, ...] = ()
        for request in nothing:
            yield request

    def on_response(self, response: Response) -> None:
        """Take an archived response."""
        request = response.request
        assert request is not None
        capture, wire = request.meta["capture"], request.meta.pop("wire")
        row = request.meta.get("row")
        try:
            if row is None:
                self.signing_in.take(request.method, capture, wire)
            else:
                meta = request.meta
                self.pages.take(row, capture, wire, meta["generation"], meta["number"])
        finally:
            request.meta["share"].release()

    def on_failure(self, failure: Failure) -> None:
        """Take a request that brought no response that could be read."""
        error = failure.value
        assert error is not None
        # Scrapy hangs the request on the failure
        meta = vars(failure)["request"].meta
        row = meta.get("row")
        if "share" in meta:
            meta["share"].release()
        if isinstance(error, AuthorityError):
            self._on_refusal(row, error)
        elif isinstance(error, ExchangeError):
            if row is None:
                self.signing_in.broken(error.cause)
            else:
                self.pages.broken(row, error.cause, error.capture)
        else:
            if row is not None:
                self.world.frontier.give_back(row)
            self.world.stop_with(error)

    def _on_refusal(self, row: PageRow | None, error: AuthorityError) -> None:
        """Leave out a page that is not covered; give back one that an expiry cut off."""
        fatal = row is None or error.code in FATAL_REFUSALS
        if row is not None and fatal:
            self.world.frontier.give_back(row)
        elif row is not None:
            self.world.frontier.refuse(row, error.code)
        if fatal:
            self.world.stop_with(error)

    def on_idle(self, **_more: Any) -> None:
        """Settle what was set aside, once nothing else is left to ask for."""
        self.pages.settle()
        if self.world.stopping:  # it is being closed already
            raise DontCloseSpider
        if self.world.session.busy or self.world.frontier.has_waiting():
            assert self.world.crawler is not None
            self.world.crawler.look_again()
            raise DontCloseSpider

    def on_bug(self, failure: Failure, **_more: Any) -> None:
        """End the crawl on an error of our own rather than go on without a page."""
        assert failure.value is not None
        self.world.stop_with(failure.value)
