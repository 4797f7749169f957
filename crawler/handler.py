# SPDX-License-Identifier: AGPL-3.0-or-later
"""Scrapy's httpx download handler, made to archive every exchange before it is read.

The response that the spider sees is made from the archived wire bytes, not from what
the HTTP library made of them: what is read is what is kept.
"""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager, suppress
from typing import Any, cast

from scrapy import Request
from scrapy.core.downloader.handlers._httpx import HttpxDownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
)
from scrapy.http import Headers, Response

from crawler.in_flight import Share
from crawler.judging import AUTHORITY_ENDED, STOPPED, told_by_head
from crawler.permission import ask_gate, intent_of
from crawler.screening import QUARANTINED, screened, stop_at_parked_host
from crawler.tape import HEAD_ALLOWANCE, Tape, current_tape, is_heavy
from crawler.transport import HttpResponse, make_client, pin_httpx
from crawler.world import CrawlWorld, world_of
from vestigo.evidence.warc import Exchange
from vestigo.evidence.warc.decoding import MAX_DECODED
from vestigo.evidence.warc.framing import read_framing
from vestigo.evidence.warc.wire import WireResponse
from vestigo.records import Capture

_TEXT_TYPES = ("application/xhtml+xml", "application/xml", "application/json", "")

_FAILURES = (
    DownloadTimeoutError,
    DownloadFailedError,
    DownloadConnectionRefusedError,
    CannotResolveHostError,
)


class ExchangeError(DownloadFailedError):
    """No usable response; ``cause`` is a short stable word, ``capture`` what was archived."""

    def __init__(self, cause: str, capture: Capture | None) -> None:
        self.cause = cause
        self.capture = capture
        super().__init__(cause)


class ArchivingHandler(HttpxDownloadHandler):
    """Runs an exchange under its deadline, archives its wire bytes, then answers."""

    lazy = False
    experimental = False
    supports_proxies = False

    def __init__(self, crawler: Crawler) -> None:
        pin_httpx()
        self._world: CrawlWorld = world_of(crawler)
        super().__init__(crawler)

    def _make_client(self, proxy_url: str | None = None) -> Any:
        if proxy_url is not None:
            raise ValueError("the proxy is the network's business, not the request's")
        return make_client(self._world.backend, self._ssl_context)

    async def download_request(self, request: Request) -> Response:
        """Return the response to ``request``, made from its archived bytes.

        Raises ``ExchangeError`` (with the capture where bytes were sent) and
        ``AuthorityError`` when the gate refuses.  What it holds of the crawl's room is given
        back by whoever takes the response or the ``ExchangeError``.
        """
        stop_at_parked_host(self._world, request)
        if self._world.stopping:
            raise ExchangeError(STOPPED, None)
        share = request.meta["share"] = self._world.in_flight.share()
        tape = self._tape(request, share)
        current_tape.set(tape)
        try:
            cause = await self._exchange(request, tape)
            return await self._kept(request, tape, share, cause)
        except ExchangeError:
            raise
        except BaseException:
            share.release()
            raise

    async def _kept(self, request: Request, tape: Tape, share: Share, cause: str) -> Response:
        """Decode, screen and archive what is on the tape, then answer with it.

        What is large, or becomes so, is worked on one at a time until it has been judged.
        """
        tape.finished = True
        if not tape.sent:
            self._end_with_authority(request, cause)
            raise ExchangeError(cause or "not-sent", None)
        heavy = is_heavy(tape)
        if heavy and not (self._world.stopping and tape.truncated):
            await share.take_turn(MAX_DECODED)
        if heavy and self._world.stopping and (tape.truncated or self._world.cut):
            leave_out_body(tape)
            heavy = False
        if heavy:
            made = await asyncio.to_thread(self._exchanged, request, tape)
        else:
            made = self._exchanged(request, tape)
        tape.release(clean=not made.wire.framing)
        exchange = await screened(self._world, request, made)
        if exchange is None:
            raise ExchangeError(QUARANTINED, None)
        capture = await asyncio.wrap_future(self._world.archive.submit(exchange))
        request.meta["capture"] = capture
        self._end_with_authority(request, cause)
        wire = exchange.wire
        if wire.status is None:
            raise ExchangeError(cause or capture.problem, capture)
        self._world.hold_off(told_by_head(wire, capture.observed_at) or 0)
        return _response(request, wire)

    def _tape(self, request: Request, share: Share) -> Tape:
        world = self._world
        authorization = ask_gate(world, request)
        now = world.clock()
        left = (authorization.ends_at - now).total_seconds()
        seconds = min(world.deadline_seconds, max(left, 0.0))
        loop_now = asyncio.get_running_loop().time()
        return Tape(
            intent=intent_of(request, world.account),
            method=request.method,
            began_at=now,
            max_bytes=world.max_body_bytes + HEAD_ALLOWANCE,
            deadline=loop_now + seconds,
            latest=loop_now + max(left, 0.0),
            share=share,
        )

    async def _exchange(self, request: Request, tape: Tape) -> str:
        """Send the request and read the response onto ``tape``; return why it failed or ""."""
        running = self._world.running
        try:
            async with asyncio.timeout_at(tape.deadline) as timeout:
                tape.timeout = timeout
                running.add(tape)
                try:
                    async with self._requesting(request) as response:
                        await self._read(response, tape, is_captcha(request))
                finally:
                    running.discard(tape)
        except TimeoutError:
            cause = self._why_cut(tape)
            tape.cut("time", cause)
            return cause
        except _FAILURES as error:
            return _failure(error, tape)
        return ""

    def _why_cut(self, tape: Tape) -> str:
        if self._world.stopping:
            return STOPPED
        over = asyncio.get_running_loop().time() >= tape.latest
        return AUTHORITY_ENDED if over else "deadline"

    def _end_with_authority(self, request: Request, cause: str) -> None:
        """End the crawl, once, where an exchange was cut because the authorization ended.

        Raises the ``AuthorityError`` of the gate, which writes the refusal down.
        """
        if cause == AUTHORITY_ENDED and not self._world.stopping:
            ask_gate(self._world, request)

    def _requesting(self, request: Request) -> AbstractAsyncContextManager[HttpResponse]:
        made = self._make_request(request, self._world.deadline_seconds)
        return cast("AbstractAsyncContextManager[HttpResponse]", made)

    async def _read(self, response: HttpResponse, tape: Tape, any_type: bool) -> None:
        stream = response.extensions["network_stream"]
        media_type = response.headers.get("content-type", "")
        wanted = any_type or self._world.pictures_allowed or is_text(media_type)
        if not wanted:
            drop_body(tape)
            return
        async for _piece in response.aiter_raw():
            pass
        stream.finish(tape)

    def _exchanged(self, request: Request, tape: Tape) -> Exchange:
        received, tape.received = bytes(tape.received), bytearray()
        return Exchange(
            uri=request.url,
            method=request.method,
            began_at=tape.began_at,
            request=bytes(tape.sent),
            response=received,
            authorization_id=request.meta["authorization"].record_id,
            account=self._world.account,
            truncated=tape.truncated,
            problem=tape.problem,
            label=request.meta.get("label", ""),
            secret_request_body=bool(request.meta.get("secret_body")),
        )

    async def close(self) -> None:
        """Close the connections that are left."""
        with suppress(OSError):
            await super().close()


def is_captcha(request: Request) -> bool:
    """Say whether a request is for the picture of a captcha: a part of the log-in act."""
    return bool(request.meta.get("captcha"))


def is_text(content_type: str) -> bool:
    """Say whether a Content-Type names text (an absent one counts as text)."""
    media_type = content_type.partition(";")[0].strip().lower()
    return media_type.startswith("text/") or media_type in _TEXT_TYPES


def drop_body(tape: Tape) -> None:
    """Keep the head only: a body of this kind may not be kept at all."""
    _keep_head(tape)
    tape.cut("unspecified", "media-not-authorised")


def leave_out_body(tape: Tape) -> None:
    """Keep the head only of a large body: who stops a crawl waits for no more of its work."""
    _keep_head(tape)
    tape.truncated = tape.truncated or "unspecified"
    tape.problem = STOPPED


def _keep_head(tape: Tape) -> None:
    head_end = read_framing(bytes(tape.received), tape.method).head_end
    del tape.received[head_end:]


def _failure(error: Exception, tape: Tape) -> str:
    """Name the cause; what the parser said goes on the tape as a stable word."""
    if tape.finished:
        return tape.problem
    cause = error.__cause__
    name = type(cause).__name__ if cause is not None else type(error).__name__
    if name == "RemoteProtocolError" and not tape.received:
        tape.cut("", "no-answer")
        return "no-answer"
    if name == "RemoteProtocolError":
        complete = "without sending complete message body" in str(cause)
        tape.cut("disconnect" if complete else "", "" if complete else "rejected-by-parser")
        return "truncated-body" if complete else "rejected-by-parser"
    if tape.sent:
        tape.cut("disconnect" if tape.received else "", _word(name))
    return str(error)[:120] if not tape.sent else _word(name)


def _word(name: str) -> str:
    words = {"ReadTimeout": "deadline", "ReadError": "connection-lost",
             "WriteError": "connection-lost", "ConnectTimeout": "deadline"}  # fmt: skip
    return words.get(name, "connection-failed")


def _response(request: Request, wire: WireResponse) -> Response:
    assert wire.status is not None
    values: dict[bytes, list[bytes]] = {}  # one by one Scrapy takes minutes for 50,000 of one name
    for name, value in wire.headers:
        values.setdefault(name.lower(), []).append(value)
    headers = Headers()
    for name, every in values.items():
        headers.setlist(name, every)
    request.meta["wire"] = wire
    # the body is read from the wire bytes: a second one is nobody's
    return Response(url=request.url, status=wire.status, headers=headers, request=request)
