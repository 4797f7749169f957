# SPDX-License-Identifier: AGPL-3.0-or-later
# ruff: noqa: ASYNC109  # the signatures are httpcore's
"""The network below the HTTP library: asks the gate, opens sockets, keeps wire bytes."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any
from weakref import WeakSet

import httpcore

from crawler.socks import SocksError, SocksProxy, connect_through
from crawler.tape import Tape, current_tape
from crawler.wire_protocol import WireProtocol
from vestigo.authority import Gate, SocketGuard
from vestigo.errors import ConfigurationError
from vestigo.i18n import _

REST_SECONDS = 0.5
MISSING_SECONDS = 15.0
_PIECE = 64 * 1024


class TeeStream(httpcore.AsyncNetworkStream):
    """A connection that writes every byte, both ways, on the tape of the running exchange.

    The gate is asked in the very step that begins to send, so that a connection that was
    kept outlives no authorization.  ``stale`` tells that no further exchange may use it.
    """

    def __init__(
        self, protocol: WireProtocol, gate: Gate, stale: Callable[[], bool] = lambda: False
    ) -> None:
        self._protocol = protocol
        self._gate = gate
        self._stale = stale
        self._tape: Tape | None = None

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return the next bytes; raises httpcore's ``ReadTimeout`` or ``ReadError``.

        Nothing is read while the crawl has no room for it.
        """
        if self._tape is not None:
            await self._tape.room_for(max_bytes)
        try:
            async with asyncio.timeout(timeout):
                content = await self._protocol.read(max_bytes)
        except TimeoutError as error:
            raise httpcore.ReadTimeout from error
        except OSError as error:
            raise httpcore.ReadError(str(error)) from error
        self._keep(content)
        return content

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send ``buffer``; raises httpcore's ``WriteTimeout`` or ``WriteError``.

        Raises ``AuthorityError`` when the gate refuses the exchange that begins.

        A connection whose last response did not end cleanly is never used for another
        exchange: its left-over bytes would pass for an answer.
        """
        if not buffer:
            return
        self._begin(current_tape.get())
        current_tape.get().on_sent(buffer)
        try:
            async with asyncio.timeout(timeout):
                await self._protocol.write(buffer)
        except TimeoutError as error:
            raise httpcore.WriteTimeout from error
        except OSError as error:
            raise httpcore.WriteError(str(error)) from error

    async def aclose(self) -> None:
        """Close; what the parser did not want to read is read to its end first."""
        tape = self._tape
        if tape is not None and not tape.finished:
            with suppress(OSError):
                await self._read_rest(tape)
        self._protocol.abort()

    def finish(self, tape: Tape) -> None:
        """Put on the tape what has come behind the end of its response, and end it."""
        with suppress(OSError):
            while content := self._protocol.take(_PIECE):
                tape.on_received(content)
        tape.finished = True

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Go on with TLS; the tape keeps the bytes inside of it."""
        loop = asyncio.get_running_loop()
        assert self._protocol.transport is not None
        protocol = WireProtocol()
        try:
            async with asyncio.timeout(timeout):
                transport = await loop.start_tls(
                    self._protocol.transport,
                    protocol,
                    ssl_context,
                    server_hostname=server_hostname,
                )
        except (OSError, TimeoutError) as error:
            self._protocol.abort()
            raise httpcore.ConnectError("tls-failed") from error
        assert transport is not None
        protocol.connection_made(transport)
        return TeeStream(protocol, self._gate, self._stale)

    def get_extra_info(self, info: str) -> Any:
        """Answer what httpcore asks: a connection that has unread bytes is not used again."""
        if info == "is_readable":
            return self._stale() or not self._protocol.idle
        transport = self._protocol.transport
        if transport is None:
            return None
        name = {"server_addr": "peername", "client_addr": "sockname"}.get(info, info)
        return transport.get_extra_info(name)

    async def read_exactly(self, n_bytes: int) -> bytes:
        """Return exactly ``n_bytes`` that belong to no exchange (the proxy's handshake)."""
        content = b""
        while len(content) < n_bytes:
            piece = await self._protocol.read(n_bytes - len(content))
            if not piece:
                raise SocksError("closed")
            content += piece
        return content

    async def write_untaped(self, content: bytes) -> None:
        """Send bytes that belong to no exchange (the proxy's handshake)."""
        await self._protocol.write(content)

    def abort(self) -> None:
        """Close without reading anything."""
        self._protocol.abort()

    def _begin(self, tape: Tape) -> None:
        if tape is self._tape:
            return
        if self._stale() or (self._tape is not None and not self._tape.ended_cleanly()):
            raise httpcore.ConnectionNotAvailable
        self._gate.check(tape.intent)
        self._tape = tape

    def _keep(self, content: bytes) -> None:
        try:
            if self._tape:
                self._tape.on_received(content)
        except OSError as error:
            raise httpcore.ReadError("too long") from error

    async def _read_rest(self, tape: Tape) -> None:
        """Read until the end, the limit or the deadline, or until nothing comes any more."""
        while content := await self._more(tape):
            tape.on_received(content)

    async def _more(self, tape: Tape) -> bytes:
        """Return the next bytes, b"" for the end.

        Silence is the end where the message is whole; where something is missing it is
        waited for, longer than a slow circuit hesitates.
        """
        await tape.room_for(_PIECE)
        loop = asyncio.get_running_loop()
        if loop.time() >= tape.deadline:  # who floods is never waited for, nor cut by a timer
            tape.truncated = tape.truncated or "time"
            return b""
        for seconds in (REST_SECONDS, MISSING_SECONDS):
            with suppress(TimeoutError):
                async with asyncio.timeout_at(min(loop.time() + seconds, tape.deadline)):
                    return await self._protocol.read(_PIECE)
            if await asyncio.to_thread(tape.is_whole):  # of a large one it takes a while
                return b""
            if loop.time() >= tape.deadline:
                break
        tape.truncated = tape.truncated or "time"
        return b""


class _Handshake:
    """The side of a ``TeeStream`` that the SOCKS handshake uses: nothing is taped."""

    def __init__(self, stream: TeeStream) -> None:
        self.read_exactly = stream.read_exactly
        self.write = stream.write_untaped


class TeeBackend(httpcore.AsyncNetworkBackend):
    """Opens connections: first the gate, then the guard's grant, then the socket.

    Without a proxy only literal loopback addresses are connected to (E-CRA-001).
    """

    def __init__(self, gate: Gate, guard: SocketGuard, proxy: SocksProxy | None) -> None:
        self._gate = gate
        self._guard = guard
        self._proxy = proxy
        self._opened: WeakSet[WireProtocol] = WeakSet()

    def change_identity(self, proxy: SocksProxy) -> None:
        """Let every exchange from now on come through ``proxy``, over a connection of its own.

        Exchanges that are under way end where they began.
        """
        self._proxy = proxy

    def abort_all(self) -> None:
        """Drop every connection that is still open: the crawl is over."""
        for protocol in list(self._opened):
            protocol.abort()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Return a connection to ``host:port`` for the exchange that is running."""
        del local_address, socket_options
        self._ask_gate(host, port)
        target = (self._proxy.host, self._proxy.port) if self._proxy else (host, port)
        if self._proxy is None and not is_loopback(host):
            raise no_proxy(host, port)
        try:
            async with asyncio.timeout(timeout):
                stream = await self._open(*target)
                if self._proxy:
                    await self._handshake(stream, host, port)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout from error
        except OSError as error:
            at_proxy = self._proxy is not None and not isinstance(error, SocksError)
            cause = f"proxy-{connect_cause(error)}" if at_proxy else connect_cause(error)
            raise httpcore.ConnectError(cause) from error
        return stream

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Any = None
    ) -> httpcore.AsyncNetworkStream:
        """Refuse: nothing is crawled through such a socket."""
        del timeout, socket_options
        raise httpcore.ConnectError(f"unix socket {path}")

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)

    def _ask_gate(self, host: str, port: int) -> None:
        intent = current_tape.get().intent
        if (intent.host, intent.port) != (host.lower(), port):
            raise ValueError(f"a connection to {host}:{port} for an intent on {intent.host}")
        self._gate.check(intent)

    async def _open(self, host: str, port: int) -> TeeStream:
        loop = asyncio.get_running_loop()
        with self._guard.granting(host, port):
            _transport, protocol = await loop.create_connection(WireProtocol, host, port)
        self._opened.add(protocol)
        proxy = self._proxy
        return TeeStream(protocol, self._gate, lambda: self._proxy is not proxy)

    async def _handshake(self, stream: TeeStream, host: str, port: int) -> None:
        assert self._proxy is not None
        try:
            await connect_through(_Handshake(stream), self._proxy, host, port)
        except BaseException:
            stream.abort()
            raise


def connect_cause(error: OSError) -> str:
    """Return a short stable word for why a connection failed."""
    if isinstance(error, SocksError):
        return f"socks:{error.cause}"
    return "connection-refused" if isinstance(error, ConnectionRefusedError) else "no-connection"


def is_loopback(host: str) -> bool:
    """Say whether ``host`` is a literal loopback address (a name never is)."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def no_proxy(host: str, port: int) -> ConfigurationError:
    """Return the error for a host that can be reached through a proxy only."""
    return ConfigurationError(
        "E-CRA-001",
        _("Without a proxy only literal loopback addresses are connected to."),
        where=f"{host}:{port}",
        remedy=_("Set “proxy” in the section [crawl] to the SOCKS port of Tor."),
    )
