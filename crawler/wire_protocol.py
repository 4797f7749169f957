# SPDX-License-Identifier: AGPL-3.0-or-later
"""The lowest layer: a TCP (or TLS) connection whose buffer can be looked into."""

from __future__ import annotations

import asyncio

_HIGH_WATER = 1024 * 1024


class WireProtocol(asyncio.Protocol):
    """Buffers what arrives; ``read`` and ``drain`` are for one caller at a time."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._error: Exception | None = None
        self._ended = False
        self._reading: asyncio.Future[None] | None = None
        self._writable = asyncio.Event()
        self._writable.set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Buffer ``data``; stop the peer for a while when nobody reads it."""
        self._buffer += data
        if len(self._buffer) > _HIGH_WATER and self.transport:
            self.transport.pause_reading()
        self._wake()

    def eof_received(self) -> bool:
        """Note that the peer sends no more; our side closes when it wants."""
        self._ended = True
        self._wake()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """Note the end and its cause."""
        self._ended = True
        self._error = exc
        self._writable.set()
        self._wake()

    def pause_writing(self) -> None:
        """Make ``drain`` wait."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """Let ``drain`` go on."""
        self._writable.set()

    @property
    def idle(self) -> bool:
        """Whether the connection stands and nothing unread has come."""
        return not self._ended and not self._buffer

    def take(self, max_bytes: int) -> bytes:
        """Return what has come already, at most ``max_bytes`` (b"" for nothing)."""
        content = bytes(self._buffer[:max_bytes])
        del self._buffer[:max_bytes]
        if content and len(self._buffer) < _HIGH_WATER and self.transport and not self._ended:
            self.transport.resume_reading()
        return content

    async def read(self, max_bytes: int) -> bytes:
        """Wait for bytes; b"" at the end.  Raises ``OSError`` when the connection broke."""
        while not self._buffer:
            if self._error is not None:
                raise ConnectionResetError(str(self._error)) from self._error
            if self._ended:
                return b""
            self._reading = asyncio.get_running_loop().create_future()
            try:
                await self._reading
            finally:
                self._reading = None
        return self.take(max_bytes)

    async def write(self, content: bytes) -> None:
        """Send ``content``; raises ``OSError`` when the connection is gone."""
        if self.transport is None or self.transport.is_closing():
            raise ConnectionResetError("the connection is closed")
        self.transport.write(content)
        await self._writable.wait()

    def abort(self) -> None:
        """Close without waiting for anything."""
        if self.transport:
            self.transport.abort()

    def _wake(self) -> None:
        if self._reading and not self._reading.done():
            self._reading.set_result(None)
