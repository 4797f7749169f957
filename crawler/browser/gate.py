# SPDX-License-Identifier: AGPL-3.0-or-later
"""The gate between browser and network: a SOCKS5 server that asks before anything leaves.

Every connection the browser wants is asked about; what is refused gets the SOCKS reply
"not allowed" and nothing of it goes anywhere, no name look-up either: names are never
resolved here.  The gate runs on an event loop and a thread of its own.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from abc import ABC, abstractmethod
from contextlib import suppress
from pathlib import Path

from vestigo.errors import AuthorityError

MOST_REFUSALS = 100
_VERSION, _NO_AUTH, _CONNECT = 5, 0, 1
_IPV4, _NAME, _IPV6 = 1, 3, 4
_GRANTED, _NOT_ALLOWED, _NO_SUCH_COMMAND = 0, 2, 7
_LIMIT = 64 * 1024
_HANDSHAKE_SECONDS = 30


class Doorkeeper(ABC):
    """Who decides about the connections of a gate, and serves those that are granted."""

    @abstractmethod
    def ask(self, host: str, port: int) -> None:
        """Return when the connection may be made; raise ``AuthorityError`` (logged) if not."""

    @abstractmethod
    async def serve(
        self, host: str, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Serve one granted connection to its end."""


class BrowserGate:
    """One gate; ``refused`` are the destinations that it refused, in order.

    After ``MOST_REFUSALS`` it closes every connection without asking any more: a page that
    tries as often is hostile, and the custody log holds the attempts so far.
    """

    def __init__(self, doorkeeper: Doorkeeper) -> None:
        self._doorkeeper = doorkeeper
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="browser-gate")
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.refused: list[str] = []
        self._thread.start()

    def hand_over(self, doorkeeper: Doorkeeper) -> None:
        """Have another decide from now on; connections of the former one are ended.

        So the browser can be kept for the next picture.
        """
        self._doorkeeper = doorkeeper
        asyncio.run_coroutine_threadsafe(self._end_connections(), self._loop).result()

    def listen_unix(self, path: Path) -> None:
        """Listen on a Unix socket (the way in for a browser without a network)."""
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(path))
        self._begin(listener)

    def listen_loopback(self) -> int:
        """Listen on a free loopback port; return it."""
        listener = socket.socket(socket.AF_INET)
        listener.bind(("127.0.0.1", 0))
        self._begin(listener)
        return int(listener.getsockname()[1])

    def close(self) -> None:
        """End every connection and the thread; calling it again does nothing."""
        if self._loop.is_closed():
            return
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def exhausted(self) -> bool:
        """Whether the page made so many forbidden attempts that nobody listens any more."""
        return len(self.refused) >= MOST_REFUSALS

    def note_refusal(self, what: str) -> None:
        """Keep in mind what was refused."""
        if not self.exhausted:
            self.refused.append(what)

    def _begin(self, listener: socket.socket) -> None:
        listener.listen(128)
        listener.setblocking(False)
        asyncio.run_coroutine_threadsafe(self._listen(listener), self._loop).result()

    async def _listen(self, listener: socket.socket) -> None:
        if listener.family == socket.AF_UNIX:
            self._server = await asyncio.start_unix_server(
                self._accept, sock=listener, limit=_LIMIT
            )
        else:
            self._server = await asyncio.start_server(self._accept, sock=listener, limit=_LIMIT)

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
        await self._end_connections()

    async def _end_connections(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            with suppress(OSError, EOFError, TimeoutError, asyncio.CancelledError):
                await self._connection(reader, writer)
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with asyncio.timeout(_HANDSHAKE_SECONDS):
            destination = await _destination(reader, writer)
        if destination is None or self.exhausted:
            return
        host, port = destination
        try:
            self._doorkeeper.ask(host, port)
        except AuthorityError:
            self.note_refusal(f"{host}:{port}")
            writer.write(_reply(_NOT_ALLOWED))
            return
        writer.write(_reply(_GRANTED))
        await self._doorkeeper.serve(host, port, reader, writer)


async def _destination(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> tuple[str, int] | None:
    """Return host and port that the browser asks for; None for what is no CONNECT."""
    version, n_methods = await reader.readexactly(2)
    if version != _VERSION:
        return None
    await reader.readexactly(n_methods)
    writer.write(bytes((_VERSION, _NO_AUTH)))
    _version, command, _zero, kind = await reader.readexactly(4)
    host = await _host(reader, kind)
    port = int.from_bytes(await reader.readexactly(2), "big")
    if command != _CONNECT or host is None:
        writer.write(_reply(_NO_SUCH_COMMAND))
        return None
    return host, port


async def _host(reader: asyncio.StreamReader, kind: int) -> str | None:
    if kind == _NAME:
        length = (await reader.readexactly(1))[0]
        return (await reader.readexactly(length)).decode("ascii", "backslashreplace").lower()
    sizes = {_IPV4: (socket.AF_INET, 4), _IPV6: (socket.AF_INET6, 16)}
    if kind not in sizes:
        return None
    family, size = sizes[kind]
    return socket.inet_ntop(family, await reader.readexactly(size))


def _reply(code: int) -> bytes:
    return bytes((_VERSION, code, 0, _IPV4)) + bytes(6)
