# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which act on which class of data a request is, and the gate in front of every one."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler

from crawler.frontier import NewPage
from crawler.job import CrawlJob
from crawler.world import CrawlWorld, world_of
from vestigo.authority import Gate, Intent
from vestigo.errors import AuthorityError
from vestigo.records import Authorization

_DATA_CLASSES = {
    "vendor": "vendor_profile", "feedback": "feedback", "buyer": "buyer_profile",
    "buyer_profile": "buyer_profile", "message": "message", "messages": "message",
    "order": "order", "orders": "order",
}  # fmt: skip
_PICTURE = re.compile(
    r"\.(?:jpe?g|png|gif|webp|svg|bmp|ico|avif|mp4|webm|avi|mov|mp3|zip|rar|7z|tar|gz|pdf|docx?)$",
    re.IGNORECASE,
)
FATAL_REFUSALS = ("E-AUT-001", "E-AUT-002", "E-AUT-007")
_PORTS = {"http": 80, "https": 443}


def intent(uri: str, hint: str, account: str, act: str = "") -> Intent:
    """Return what asking for ``uri`` would be; ``hint`` is the kind of page expected."""
    host, port = host_and_port(uri)
    return Intent(
        host=host,
        port=port,
        act=act or _act(uri, hint),
        account=account,
        data_class=_DATA_CLASSES.get(hint, "listing"),
        what=uri,
    )


@lru_cache(4096)
def host_and_port(uri: str) -> tuple[str, int]:
    """Return host (lower case) and port of a web address; ("", 0) for anything else."""
    try:
        parts = urlsplit(uri)
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        return "", 0
    return (parts.hostname or "", port) if parts.scheme in _PORTS else ("", 0)


def intent_of(request: Request, account: str) -> Intent:
    """Return the intent of a Scrapy request of ours."""
    return intent(request.url, request.meta.get("hint", ""), account, request.meta.get("act", ""))


def ask_gate(world: CrawlWorld, request: Request) -> Authorization:
    """Return the authorization for a request that is about to be sent.

    Raises ``AuthorityError``; where no other request can be granted either, the crawl
    ends at once.
    """
    try:
        granted = world.gate.check(intent_of(request, world.account))
    except AuthorityError as error:
        if error.code in FATAL_REFUSALS:
            world.stop_with(error)
        raise
    request.meta["authorization"] = granted
    return granted


def covered(gate: Gate, uri: str, hint: str, account: str) -> bool:
    """Say whether a link may be followed; nothing is attempted or logged."""
    return gate.covers(intent(uri, hint, account))


class LeftOut:
    """Counts the links that no authorization covered, for the custody log: none is lost."""

    def __init__(self, job: CrawlJob) -> None:
        self._job = job
        self._n: Counter[tuple[str, str, str, str]] = Counter()

    def __call__(self, page: NewPage) -> None:
        """Count a page that became known and is not asked for."""
        if page.refused != "not-authorised":
            return
        wanted = intent(page.uri, page.hint, self._job.account)
        code = self._job.gate.why_not(wanted)
        self._n[code, wanted.act, f"{wanted.host}:{wanted.port}", wanted.data_class] += 1

    def tell(self) -> None:
        """Write one event for each code, act, host and class of data."""
        for (code, act, host, data_class), n in sorted(self._n.items()):
            details = {"act": act, "host": host, "account": self._job.account,
                       "data_class": data_class, "n": str(n)}  # fmt: skip
            self._job.on_event("fail", f"{code} links left out", details)
        self._n.clear()


class AuthorityMiddleware:
    """Every request passes the gate here, right before it is handed to the network."""

    def __init__(self, world: CrawlWorld) -> None:
        self._world = world

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the middleware for one crawl."""
        return cls(world_of(crawler))

    def process_request(self, request: Request, **_more: Any) -> None:
        """Ask the gate; its ``AuthorityError`` ends the request, and may end the crawl."""
        ask_gate(self._world, request)


def _act(uri: str, hint: str) -> str:
    if hint in ("image", "attachment") or _PICTURE.search(urlsplit(uri).path):
        return "fetch_image"
    return "search" if hint == "search" else "view"
