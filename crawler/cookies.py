# SPDX-License-Identifier: AGPL-3.0-or-later
"""Scrapy's cookies without its hidden look-up, and with those of a person's browser.

Scrapy asks tldextract for the public-suffix list, and that asks the network outside
of any proxy on the first ``Set-Cookie`` with a domain.  The list that ships with
tldextract is used instead, nothing is fetched and nothing written to a cache.
The jar lives in memory for one run: no cookie is ever written to a file (ADR 0019).
"""

from __future__ import annotations

from collections import defaultdict
from http.cookiejar import Cookie, DefaultCookiePolicy
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares import cookies
from scrapy.http.cookies import CookieJar
from tldextract import TLDExtract

from crawler.world import world_of


class OnionPolicy(DefaultCookiePolicy):
    """The usual rules; as in Tor Browser an onion counts as a secure origin over http too."""

    def __init__(self) -> None:
        """Send a cookie without a domain to its own host only, as browsers do."""
        super().__init__(strict_ns_domain=DefaultCookiePolicy.DomainStrictNonDomain)

    def return_ok_secure(self, cookie: Cookie, request: Any) -> bool:
        """Say whether a cookie marked secure may go with ``request``."""
        host = urlsplit(request.get_full_url()).hostname or ""
        return host.endswith(".onion") or bool(super().return_ok_secure(cookie, request))


class CookiesMiddleware(cookies.CookiesMiddleware):
    """Scrapy's middleware whose jar begins with the cookies of the job."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the middleware of one crawl."""
        made = super().from_crawler(crawler)
        made.jars = defaultdict(lambda: CookieJar(policy=OnionPolicy()))
        for cookie in world_of(crawler).job.cookies:
            made.jars[None].set_cookie(cookie)
        return made


def pin_suffix_list() -> None:
    """Make Scrapy's cookie code use the shipped public-suffix list only."""
    cookies._split_domain = TLDExtract(  # noqa: SLF001  # Scrapy offers no setting
        include_psl_private_domains=True, suffix_list_urls=(), cache_dir=None
    )
