# SPDX-License-Identifier: AGPL-3.0-or-later
"""The one module that imports httpx, and the pin of which httpx Scrapy's handler uses.

Scrapy's handler takes ``httpx2`` where that is installed; ours is made with httpx
0.28 whatever else lies beside it, with our own network below it.
"""

from __future__ import annotations

import ssl

import httpcore
import httpx
from scrapy.core.downloader.handlers import _httpx as scrapy_handler
from scrapy.utils._download_handlers import NullCookieJar

from crawler.connections import Connections

HttpResponse = httpx.Response

_OWN_HEADERS = ("accept", "accept-encoding", "user-agent")


def pin_httpx() -> None:
    """Make Scrapy's handler use the httpx that this module imports."""
    pinned = {
        "httpx": httpx,
        "DOWNLOAD_FAILED_EXCEPTIONS": (httpx.RequestError, httpx.InvalidURL),
    }
    vars(scrapy_handler).update(pinned)


def make_client(
    backend: httpcore.AsyncNetworkBackend, ssl_context: ssl.SSLContext
) -> httpx.AsyncClient:
    """Return a client whose every byte passes ``backend``; no proxy of its own, no cookies."""
    transport = httpx.AsyncHTTPTransport(verify=ssl_context, trust_env=False)
    connections = Connections(backend, ssl_context)
    vars(transport)["_pool"] = connections  # httpx has no parameter for it
    client = httpx.AsyncClient(
        cookies=NullCookieJar(), transport=transport, trust_env=False, follow_redirects=False
    )
    for name in _OWN_HEADERS:
        client.headers.pop(name, None)
    return client
