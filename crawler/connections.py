# SPDX-License-Identifier: AGPL-3.0-or-later
"""The connections of one crawl: opened through our network, used again while they are sound.

httpcore's own pool looks at every connection for every other one whenever a request comes
or ends; how many requests run at once is Scrapy's business here, so this only keeps them.
"""

from __future__ import annotations

import ssl

import httpcore

KEEP_SECONDS = 30.0


class Connections:
    """Hands each request a connection to its origin that stands idle, or a new one."""

    def __init__(self, backend: httpcore.AsyncNetworkBackend, ssl_context: ssl.SSLContext) -> None:
        self._backend = backend
        self._ssl_context = ssl_context
        self._ssl_context.set_alpn_protocols(["http/1.1"])
        self._open: list[httpcore.AsyncHTTP11Connection] = []

    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
        """Send ``request`` and return its response, the body still to be read.

        A connection that refuses before anything was sent is not used again.  Raises
        httpcore's errors.
        """
        while True:
            connection = await self._idle(request.url.origin) or await self._new(request)
            try:
                return await connection.handle_async_request(request)
            except httpcore.ConnectionNotAvailable:
                continue

    async def aclose(self) -> None:
        """Close every connection."""
        while self._open:
            await self._open.pop().aclose()

    async def _idle(self, origin: httpcore.Origin) -> httpcore.AsyncHTTP11Connection | None:
        self._open = [one for one in self._open if not one.is_closed()]
        for one in self._open:
            if not one.is_available() or not one.can_handle_request(origin):
                continue
            if not one.has_expired():
                return one
            await one.aclose()
        return None

    async def _new(self, request: httpcore.Request) -> httpcore.AsyncHTTP11Connection:
        origin = request.url.origin
        host = origin.host.decode("ascii")
        timeout = request.extensions.get("timeout", {}).get("connect")
        stream = await self._backend.connect_tcp(host, origin.port, timeout=timeout)
        if origin.scheme == b"https":
            stream = await stream.start_tls(
                self._ssl_context, server_hostname=host, timeout=timeout
            )
        made = httpcore.AsyncHTTP11Connection(origin, stream, keepalive_expiry=KEEP_SECONDS)
        self._open.append(made)
        return made
