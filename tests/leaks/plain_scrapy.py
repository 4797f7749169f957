# SPDX-License-Identifier: AGPL-3.0-or-later
"""Negative control: ``plain_scrapy.py URL [PROXY]`` crawls as most people would.

Scrapy with its defaults, the SOCKS proxy on the requests for the market; everything that
the page shows is followed, as in many a tutorial.  Its meta refresh is not, or the page
itself would never be read.
"""

import sys

import scrapy
from scrapy.crawler import CrawlerProcess

PROXY = {"proxy": sys.argv[2]} if sys.argv[2:] else {}
HANDLER = "scrapy.core.downloader.handlers._httpx.HttpxDownloadHandler"


class Plain(scrapy.Spider):
    name = "plain"

    async def start(self):
        yield scrapy.Request(sys.argv[1], meta=PROXY)

    def parse(self, response):
        if isinstance(response, scrapy.http.HtmlResponse):
            for address in response.css("img::attr(src), a::attr(href)").getall():
                yield response.follow(address, meta=PROXY if address.startswith("/") else {})


crawling = CrawlerProcess(
    {"DOWNLOAD_HANDLERS": {"http": HANDLER, "https": HANDLER}, "DOWNLOAD_TIMEOUT": 3,
     "RETRY_ENABLED": False, "METAREFRESH_ENABLED": False, "LOG_ENABLED": False, "ROBOTSTXT_OBEY": False}
)  # fmt: skip
crawling.crawl(Plain)
crawling.start()
