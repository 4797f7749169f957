# SPDX-License-Identifier: AGPL-3.0-or-later
"""The large market served in this process: every request is counted where it arrives."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from types import TracebackType
from typing import Self

from vestigo.pipeline.capture_bench.large_market import response


class CountingMarket:
    """A market of ``n_listings`` on loopback that counts what is asked for."""

    def __init__(self, n_listings: int) -> None:
        self.n_listings = n_listings
        self.asked: Counter[str] = Counter()
        self._n = 0
        self._changed = threading.Condition()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        """Begin to serve."""
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(
            asyncio.start_server(self._serve, "127.0.0.1", 0), self._loop
        ).result(30)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop serving."""
        self._loop.call_soon_threadsafe(self._server.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def uri(self) -> str:
        """The first page."""
        return f"http://127.0.0.1:{self.port}/"

    @property
    def n_asked(self) -> int:
        """How many requests have arrived."""
        return self._n

    def wait_for(self, n: int, seconds: float) -> bool:
        """Wait until ``n`` requests have arrived, at most so long; return whether they have."""
        with self._changed:
            return self._changed.wait_for(lambda: self._n >= n, seconds)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                request = await reader.readuntil(b"\r\n\r\n")
                target = request.split(b" ", 2)[1].decode("latin-1")
                with self._changed:
                    self.asked[target] += 1
                    self._n += 1
                    self._changed.notify_all()
                writer.write(response(target, self.n_listings))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()
