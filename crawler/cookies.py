# SPDX-License-Identifier: AGPL-3.0-or-later
"""Scrapy's cookies without its hidden look-up.

Scrapy asks tldextract for the public-suffix list, and that asks the network outside
of any proxy on the first ``Set-Cookie`` with a domain.  The list that ships with
tldextract is used instead, nothing is fetched and nothing written to a cache.
"""

from __future__ import annotations

from scrapy.downloadermiddlewares import cookies
from tldextract import TLDExtract

CookiesMiddleware = cookies.CookiesMiddleware


def pin_suffix_list() -> None:
    """Make Scrapy's cookie code use the shipped public-suffix list only."""
    cookies._split_domain = TLDExtract(  # noqa: SLF001  # Scrapy offers no setting
        include_psl_private_domains=True, suffix_list_urls=(), cache_dir=None
    )
