# SPDX-License-Identifier: AGPL-3.0-or-later
"""Venues on loopback ports, one port an address: an ASGI application, run by uvicorn."""

from __future__ import annotations

import signal
import socket
from collections.abc import Awaitable, Callable, Iterator, MutableMapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import Any

import uvicorn

from vestigo.errors import UsageError
from vestigo.i18n import _
from vestigo.training.pacing import Pace
from vestigo.training.site import Answer, Site
from vestigo.training.timeline import http_date

HOST = "127.0.0.1"
MAX_FORM_BYTES = 16_384
_BACKLOG = 128

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


@dataclass(slots=True)
class Front:
    """One address of a market with the socket that it listens on."""

    site: Site
    socket: socket.socket
    pace: Pace = field(init=False)

    def __post_init__(self) -> None:
        self.pace = Pace(self.site.requests_a_minute)

    @property
    def port(self) -> int:
        """The loopback port."""
        number: int = self.socket.getsockname()[1]
        return number

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://{HOST}:{self.port}/"

    def answer(self, method: str, target: str, cookies: dict[str, str], body: bytes) -> Answer:
        """Answer a request, or say when to ask again."""
        wait = self.pace.seconds_to_wait()
        if wait:
            return self.site.too_many().with_header("Retry-After", str(wait))
        return self.site.answer(method, target, cookies, body)


def application(fronts: Sequence[Front]) -> Callable[[Message, Receive, Send], Awaitable[None]]:
    """Return the ASGI application of several addresses; the port tells them apart."""
    by_port = {front.port: front for front in fronts}

    async def answer(scope: Message, receive: Receive, send: Send) -> None:
        assert scope["type"] == "http"
        body = await _form(receive)
        target = scope["raw_path"].decode("latin-1")
        if scope["query_string"]:
            target += "?" + scope["query_string"].decode("latin-1")
        front = by_port[scope["server"][1]]
        found = front.answer(scope["method"], target, _cookies(scope["headers"]), body)
        headers = _headers(front.site, found)
        await send({"type": "http.response.start", "status": found.status, "headers": headers})
        content = b"" if scope["method"] == "HEAD" else found.body
        await send({"type": "http.response.body", "body": content})

    return answer


def listen(port: int) -> socket.socket:
    """Return a socket that listens on a loopback port (0: any that is free).

    Raises ``UsageError`` E-TRA-002 when the port is in use or not allowed.
    """
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((HOST, port))
        bound.listen(_BACKLOG)
    except (OSError, OverflowError) as error:
        bound.close()
        raise UsageError(
            "E-TRA-002",
            _("The port cannot be opened: {reason}.").format(
                reason=getattr(error, "strerror", None) or error
            ),
            where=f"{HOST}:{port}",
            remedy=_("Choose another port with --port; 0 takes any that is free."),
        ) from error
    return bound


def open_fronts(sites: Sequence[Site], port: int) -> list[Front]:
    """Return the sites on ports from ``port`` on (0: any that are free)."""
    fronts: list[Front] = []
    try:
        for number, site in enumerate(sites):
            fronts.append(Front(site, listen(port and port + number)))
    except UsageError:
        for front in fronts:
            front.socket.close()
        raise
    return fronts


def serve(fronts: Sequence[Front], started: Callable[[], None]) -> None:
    """Serve until SIGTERM or SIGINT; ``started`` is called once all addresses answer."""
    config = uvicorn.Config(
        application(fronts),
        lifespan="off",
        log_level="critical",
        access_log=False,
        date_header=False,
        server_header=False,
        http="h11",
        ws="none",
        loop="asyncio",
        timeout_graceful_shutdown=2,
    )
    with ExitStack() as stack:
        sockets = [stack.enter_context(front.socket) for front in fronts]
        _RangeServer(config, started).run(sockets=sockets)


class _RangeServer(uvicorn.Server):
    """Says when it answers, and ends quietly on a signal (uvicorn would raise it again)."""

    def __init__(self, config: uvicorn.Config, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._started = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self._started()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        numbers = (signal.SIGINT, signal.SIGTERM)
        before = {number: signal.signal(number, self.handle_exit) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


async def _form(receive: Receive) -> bytes:
    """Return the body of a request; what is beyond any form of ours is dropped."""
    body = b""
    while True:
        message = await receive()
        part: bytes = message.get("body", b"")
        body = (body + part)[:MAX_FORM_BYTES]
        if not message.get("more_body"):
            return body


def _cookies(headers: list[tuple[bytes, bytes]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in headers:
        if name == b"cookie":
            try:
                parsed = SimpleCookie(value.decode("latin-1"))
            except CookieError:
                continue
            found |= {key: morsel.value for key, morsel in parsed.items()}
    return found


def _headers(site: Site, answer: Answer) -> list[tuple[bytes, bytes]]:
    headers = [
        ("Date", http_date(site.moment)),
        *answer.headers,
        ("Content-Length", str(len(answer.body))),
        ("Cache-Control", "no-store"),
    ]
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
