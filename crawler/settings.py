# SPDX-License-Identifier: AGPL-3.0-or-later
"""Scrapy's settings for our crawl: only the engine is used, everything else is ours."""

from __future__ import annotations

from typing import Any

from crawler.job import CrawlJob


def scrapy_settings(job: CrawlJob) -> dict[str, Any]:
    """Return the settings; the slower of profile and case settings wins."""
    politeness = job.profile.politeness
    concurrency = max(1, min(int(job.settings["concurrency"]), politeness.concurrency))
    delay = max(float(job.settings["delay_seconds"]), float(politeness.delay_seconds))
    handler = "crawler.handler.ArchivingHandler"
    return {
        "ADDONS": {},
        "COOKIES_ENABLED": True,
        "CONCURRENT_ITEMS": 1,
        "CONCURRENT_REQUESTS": concurrency,
        "CONCURRENT_REQUESTS_PER_DOMAIN": concurrency,
        "DOWNLOAD_DELAY": delay,
        "DOWNLOAD_DELAY_JITTER": 0,
        "DOWNLOAD_TIMEOUT": float(job.settings["deadline_seconds"]),
        "DOWNLOAD_HANDLERS": {"http": handler, "https": handler},
        "DOWNLOAD_HANDLERS_BASE": {},
        "DOWNLOADER_MIDDLEWARES_BASE": {},
        "DOWNLOADER_MIDDLEWARES": {
            "crawler.permission.AuthorityMiddleware": 100,
            "crawler.cookies.CookiesMiddleware": 200,
        },
        "EXTENSIONS_BASE": {},
        "ITEM_PIPELINES_BASE": {},
        "LOG_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "ROBOTSTXT_OBEY": False,
        "SCHEDULER": "crawler.scheduler.FrontierScheduler",
        "SPIDER_MIDDLEWARES_BASE": {},
        "STATS_DUMP": False,
        "TELNETCONSOLE_ENABLED": False,
        "TWISTED_REACTOR_ENABLED": False,
    }
