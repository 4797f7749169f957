# SPDX-License-Identifier: AGPL-3.0-or-later
"""Scrapy as it comes, fetching pages and storing nothing: ``python -m … URL N CONCURRENCY``.

Prints one JSON line: pages, seconds, processor seconds.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import AsyncIterator
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response


class PlainSpider(Spider):
    """Asks for ``n_pages`` pages under ``url`` and counts them."""

    name = "plain"

    def __init__(self, url: str, n_pages: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._url, self._n_pages = url, n_pages
        self.counted: list[int] = []

    async def start(self) -> AsyncIterator[Request]:
        """Yield every request."""
        for number in range(self._n_pages):
            yield Request(f"{self._url}p/{number}", callback=self.count)

    def count(self, response: Response) -> None:
        """Take a page: its body is there in full, and forgotten."""
        self.counted.append(len(response.body))


def run(url: str, n_pages: int, concurrency: int) -> dict[str, Any]:
    """Fetch the pages with Scrapy's own defaults but for the number in flight."""
    settings = {
        "CONCURRENT_REQUESTS": concurrency,
        "CONCURRENT_REQUESTS_PER_DOMAIN": concurrency,
        "DOWNLOAD_DELAY": 0,
        "LOG_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
    }
    process = AsyncCrawlerProcess(settings)
    crawler = process.create_crawler(PlainSpider)
    began, cpu = time.perf_counter(), time.process_time()
    process.crawl(crawler, url=url, n_pages=n_pages)
    process.start()
    spider = crawler.spider
    assert isinstance(spider, PlainSpider)
    return {
        "pages": len(spider.counted),
        "seconds": time.perf_counter() - began,
        "cpu_seconds": time.process_time() - cpu,
    }


if __name__ == "__main__":
    done = run(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
    sys.stdout.write(json.dumps(done) + "\n")
