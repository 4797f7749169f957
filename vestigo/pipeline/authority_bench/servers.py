# SPDX-License-Identifier: AGPL-3.0-or-later
"""Real servers on loopback that note every request and move the clock before they answer."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from types import TracebackType
from typing import Protocol, Self

from vestigo.pipeline.authority_bench.model import Arrival
from vestigo.pipeline.authority_bench.schedules import Endpoint, Schedule

Answer = Callable[[int, Arrival], tuple[bytes, bool]]
ADDRESSES = ("127.0.0.1", "127.0.0.1", "127.0.0.2", "127.0.0.2", "127.0.0.3", "127.0.0.4")
TLS_HANDSHAKE = b"\x16"
CANARIES = ("127.0.0.9", "::1")


class Answering(Protocol):
    """The pages of a schedule."""

    def answer(self, number: int, arrival: Arrival) -> tuple[bytes, bool]:
        """Return the response and whether the connection is closed behind it."""


class Ticking(Protocol):
    """The clock of a schedule, in units."""

    units: int


class Servers:
    """Endpoints that answer for one schedule after another; canaries that nobody may reach."""

    def __init__(self) -> None:
        self.answer: Answer | None = None
        self.now: Callable[[], int] = lambda: 0
        self.arrivals: list[Arrival] = []
        self.n_connections: Counter[Endpoint] = Counter()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._listening: list[asyncio.Server] = []

    def __enter__(self) -> Self:
        """Listen on every address."""
        self._thread.start()
        opened = asyncio.run_coroutine_threadsafe(self._open(), self._loop)
        addresses: list[Endpoint] = opened.result(30)
        self.endpoints: Sequence[Endpoint] = addresses[: len(ADDRESSES)]
        self.canaries: dict[str, Endpoint] = dict(
            zip(CANARIES, addresses[len(ADDRESSES) :], strict=False)
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close every listener and connection."""
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(30)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def begin(self, schedule: Schedule, site: Answering, clock: Ticking) -> None:
        """Serve a schedule from now on: each answer moves its clock first."""
        self.arrivals.clear()
        self.n_connections.clear()
        self.now = lambda: clock.units

        def answer(number: int, arrival: Arrival) -> tuple[bytes, bool]:
            clock.units += schedule.steps[len(self.arrivals) % len(schedule.steps)]
            return site.answer(number, arrival)

        self.answer = answer

    async def _open(self) -> list[Endpoint]:
        found = []
        for number, address in enumerate((*ADDRESSES, *CANARIES)):
            try:
                server = await self._loop.create_server(
                    partial(_Connection, self, number), address, 0
                )
            except OSError:  # a machine without IPv6 has no canary there
                continue
            self._listening.append(server)
            host, port = server.sockets[0].getsockname()[:2]
            found.append((host, port))
        return found

    async def _close(self) -> None:
        for server in self._listening:
            server.close()

    def place_of(self, number: int) -> Endpoint:
        """Return address and port of a listener."""
        return (*self.endpoints, *self.canaries.values())[number]


class _Connection(asyncio.Protocol):
    def __init__(self, servers: Servers, number: int) -> None:
        self._servers = servers
        self._number = number
        self._got = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count the connection."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._servers.n_connections[self._servers.place_of(self._number)] += 1

    def data_received(self, data: bytes) -> None:
        """Answer each whole request."""
        self._got += data
        if self._got.startswith(TLS_HANDSHAKE):  # an https link: these servers speak no TLS
            self._transport.abort()
            return
        head, end, rest = self._got.partition(b"\r\n\r\n")
        if not end:
            return
        length = sum(
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length:")
        )
        if len(rest) < length:
            return
        self._got = rest[length:]
        method, target = head.split(b" ", 2)[:2]
        servers = self._servers
        host, port = servers.place_of(self._number)
        arrival = Arrival(host, port, method.decode(), target.decode("latin-1"), servers.now())
        servers.arrivals.append(arrival)
        assert servers.answer is not None
        answer, closes = servers.answer(self._number, arrival)
        self._transport.write(answer)
        if closes:
            self._transport.close()
