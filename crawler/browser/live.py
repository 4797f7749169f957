# SPDX-License-Identifier: AGPL-3.0-or-later
"""The wire behind the gate while a page is drawn live: asked, taped, screened, archived.

The bytes that the browser wrote go to the market as they are, through Tor; those that come
back go on the tape, before the screen and into the archive, and only then, decoded, to the
browser.  So live traffic is archived like a crawl's, and nothing is drawn unscreened.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime

import httpcore

from crawler.browser.asking import BrowserRequest, NotAskedError, read_browser_request
from crawler.browser.drawn import LONGEST_NAME
from crawler.browser.gate import Doorkeeper
from crawler.browser.policy import (
    INLINE_HOST,
    REDIRECTS,
    Answer,
    Judge,
    RenderPolicy,
    answer_of,
    lift_inline,
)
from crawler.in_flight import InFlight, Share
from crawler.network import TeeBackend, TeeStream
from crawler.permission import FATAL_REFUSALS, host_and_port, intent
from crawler.tape import HEAD_ALLOWANCE, Tape, current_tape, is_heavy
from vestigo.authority import Gate, Intent
from vestigo.clock import Clock
from vestigo.errors import AuthorityError, ConfigurationError
from vestigo.evidence.quarantine import named_by_digest
from vestigo.evidence.screening import Verdict
from vestigo.evidence.warc import Exchange, WarcArchive, WireResponse, read_response
from vestigo.evidence.warc.decoding import MAX_DECODED
from vestigo.records import Authorization, Capture

LABEL = "picture"
SILENT_SECONDS = 0.2
_PIECE = 64 * 1024
_REASONS = {200: "OK", 403: "Forbidden", 404: "Not Found", 502: "Bad Gateway"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A response that the screening caught: it went into no archive and to no browser."""

    uri: str
    seen_at: datetime
    verdict: Verdict
    request: bytes
    response: bytes
    body: bytes
    authorization_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveRules:
    """What the live wire goes by.

    ``hint_of`` says which kind of page an address is, ``is_never`` what the profile never
    asks for; ``on_event`` (action, reason, details) goes into the custody log; ``on_hit``
    takes what the screening caught; ``in_flight_bytes`` is what all bodies may hold at once.
    """

    authority: Gate
    account: str
    policy: RenderPolicy
    judge: Judge
    hint_of: Callable[[str], str]
    is_never: Callable[[str], bool]
    on_event: Callable[[str, str, dict[str, str]], None]
    on_hit: Callable[[Hit], None]
    clock: Clock
    seconds: float
    max_bytes: int
    in_flight_bytes: int


@dataclass(slots=True)
class LiveWire(Doorkeeper):
    """Serves the browser's connections; afterwards it tells what it did.

    ``sources`` are the capture ids in the order of the exchanges; ``missing`` what did not
    come, with its cause; ``withheld`` what came and may not be shown; ``page``
    is the page itself once it came.
    """

    backend: TeeBackend
    archive: WarcArchive
    rules: LiveRules
    page_uri: str
    sources: list[str] = field(default_factory=list)
    missing: dict[str, str] = field(default_factory=dict)
    withheld: set[str] = field(default_factory=set)
    page: Answer | None = None
    hit: bool = False
    ended: AuthorityError | None = None
    n_refused: int = 0
    _inline: dict[str, Answer] = field(default_factory=dict)
    _room: InFlight = field(init=False)

    def __post_init__(self) -> None:
        self._room = InFlight(self.rules.in_flight_bytes)

    @property
    def over(self) -> bool:
        """Whether nothing more is asked for: the authorization ended, or the host is parked."""
        return self.hit or self.ended is not None

    def ask(self, host: str, port: int) -> None:
        """Ask the authority gate whether a picture may be taken of anything at ``host:port``.

        Once the authorization ended nothing is attempted any more, and nothing logged again.
        """
        if self.ended is not None:
            raise self.ended
        if host == INLINE_HOST and self._inline:
            return
        self._may_be_pictured(host, port)

    async def serve(
        self, host: str, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Answer the one request that is taken of each connection; after the end, none."""
        try:
            async with asyncio.timeout(self.rules.seconds):
                request = await read_browser_request(reader, host, port)
        except NotAskedError as refusal:
            self._refuse(f"{host}:{port}", str(refusal))
            return
        if request is None or self.over:
            return
        answer = await self._answer(request)
        writer.write(_written(answer, self.rules.policy, request.method))
        await writer.drain()

    async def _answer(self, request: BrowserRequest) -> Answer:
        name = request.uri[:LONGEST_NAME]
        if host_and_port(request.uri)[0] == INLINE_HOST:
            return self._inline.get(request.uri) or _empty(404)
        if self.rules.is_never(request.uri):
            self._refuse(named_by_digest(request.uri), "never")
            self.withheld.add(request.uri)
            return _empty(403)
        try:
            wanted = request.intent(self.rules.hint_of(request.uri), self.rules.account)
            granted = self._granted(wanted)
        except AuthorityError:
            self.withheld.add(name)
            return _empty(403)
        share = self._room.share()
        try:
            return await self._granted_answer(request, self._tape(wanted, share), granted)
        finally:
            share.release()

    async def _granted_answer(
        self, request: BrowserRequest, tape: Tape, granted: Authorization
    ) -> Answer:
        """Exchange, screen and archive; what is large, or becomes so, one at a time."""
        name = request.uri[:LONGEST_NAME]
        try:
            cause = await self._exchange(request, tape)
            if tape.share is not None and is_heavy(tape):
                await tape.share.take_turn(MAX_DECODED)
        except AuthorityError as error:  # the gate is asked again right before anything is sent
            self._note(error)
            self.withheld.add(name)
            return _empty(403)
        except asyncio.CancelledError:  # the picture is over: what came so far is kept
            tape.cut("disconnect", "stopped")
            wire = read_response(bytes(tape.received), request.method)
            screened = self._screened(request, tape, wire, granted.record_id)
            if screened is not None and tape.sent:
                self._submitted(request, tape, granted.record_id)
            raise
        wire = read_response(bytes(tape.received), request.method)
        return await self._kept(request, tape, wire, cause, granted.record_id)

    def _may_be_pictured(self, host: str, port: int) -> None:
        page = intent(self.page_uri, self.rules.hint_of(self.page_uri), self.rules.account)
        self._granted(
            Intent(
                host=host, port=port, act="screenshot", account=self.rules.account,
                data_class=page.data_class, what="a connection of the browser",
            )
        )  # fmt: skip

    def _granted(self, wanted: Intent) -> Authorization:
        try:
            return self.rules.authority.check(wanted)
        except AuthorityError as error:
            self._note(error)
            raise

    def _note(self, error: AuthorityError) -> None:
        """Count a refusal; one after which nothing else can be granted ends the picture."""
        self.n_refused += 1
        if error.code in FATAL_REFUSALS:
            self.ended = self.ended or error
            self.backend.abort_all()

    def _tape(self, wanted: Intent, share: Share) -> Tape:
        until = asyncio.get_running_loop().time() + self.rules.seconds
        return Tape(
            intent=wanted,
            method="GET",
            began_at=self.rules.clock(),
            max_bytes=self.rules.max_bytes + HEAD_ALLOWANCE,
            deadline=until,
            latest=until,
            share=share,
        )

    async def _exchange(self, request: BrowserRequest, tape: Tape) -> str:
        """Send and read; return why it failed, or "".

        Both acts, the picture and the request, are asked for again in the step that sends.
        """
        current_tape.set(tape)
        host, port = host_and_port(request.uri)
        try:
            async with asyncio.timeout_at(tape.deadline):
                stream = await self.backend.connect_tcp(host, port)
                assert isinstance(stream, TeeStream)
                try:
                    self._may_be_pictured(host, port)
                    await stream.write(request.head)
                    await _read_whole(stream, tape)
                finally:
                    stream.abort()
        except TimeoutError:
            tape.cut("time", "deadline")
            return "deadline"
        except (OSError, httpcore.NetworkError, httpcore.TimeoutException) as error:
            if tape.sent and not tape.finished:
                tape.cut("disconnect", "connection-lost")
            return str(error)[:120] or "connection-lost"
        except ConfigurationError as error:  # no proxy for what is not on this machine
            return error.code
        return ""

    async def _kept(
        self,
        request: BrowserRequest,
        tape: Tape,
        wire: WireResponse,
        cause: str,
        authorization_id: str,
    ) -> Answer:
        """Screen, archive, and return what the browser gets."""
        name = request.uri[:LONGEST_NAME]
        verdict = self._screened(request, tape, wire, authorization_id)
        if verdict is None:
            return _empty(403)
        if not verdict.passed:
            self.withheld.add(name)
        capture_id = await self._archived(request, tape, authorization_id)
        if wire.status is None or cause or not verdict.passed:
            self.missing[name] = cause or verdict.why or "no-answer"
            return _empty(502)
        answer = answer_of(wire, capture_id)
        if self.page is None and answer.status not in REDIRECTS:
            self.page = answer
        return self._lifted(answer, request.uri)

    def _screened(
        self, request: BrowserRequest, tape: Tape, wire: WireResponse, authorization_id: str
    ) -> Verdict | None:
        """Return the verdict; None for a hit, which went where hits go.

        Of what did not pass the head alone stays on the tape.
        """
        verdict = self._verdict(request.uri, bytes(tape.received), wire)
        if verdict.outcome == "hit":
            self.hit = True
            self.rules.on_hit(_hit(request, tape, wire, verdict, authorization_id))
            return None
        if not verdict.passed:
            del tape.received[wire.head_end :]
            tape.cut("unspecified", verdict.why)
        return verdict

    def _verdict(self, uri: str, response: bytes, wire: WireResponse) -> Verdict:
        """Return the verdict on the body, and on bytes that stand elsewhere in the response."""
        verdict = self.rules.judge(uri, "", wire.body, wire.media_type)
        if verdict.passed and (wire.status is None or wire.tail_start < len(response)):
            return self.rules.judge("", "", response, "")
        return verdict

    async def _archived(self, request: BrowserRequest, tape: Tape, authorization_id: str) -> str:
        if not tape.sent:
            return ""
        capture = await asyncio.wrap_future(self._submitted(request, tape, authorization_id))
        self.sources.append(capture.capture_id)
        return capture.capture_id

    def _submitted(
        self, request: BrowserRequest, tape: Tape, authorization_id: str
    ) -> Future[Capture]:
        exchange = Exchange(
            uri=request.uri,
            method=request.method,
            began_at=tape.began_at,
            request=bytes(tape.sent),
            response=bytes(tape.received),
            authorization_id=authorization_id,
            account=self.rules.account,
            truncated=tape.truncated,
            problem=tape.problem,
            label=LABEL,
        )
        return self.archive.submit(exchange)

    def _lifted(self, answer: Answer, uri: str) -> Answer:
        if not self.rules.policy.pictures:
            return answer
        lifted, pictures = lift_inline(answer, uri)
        self._inline.update(pictures)
        return lifted

    def _refuse(self, what: str, reason: str) -> None:
        self.n_refused += 1
        details = {"what": what, "why": reason}
        self.rules.on_event("fail", "E-CRA-048 request of the browser refused", details)


async def _read_whole(stream: TeeStream, tape: Tape) -> None:
    """Read until the message is whole; looking costs its length, so not at each piece."""
    looked_at, piece = 0, b"-"
    while piece:
        silent = False
        try:
            piece = await stream.read(_PIECE, timeout=SILENT_SECONDS)
        except httpcore.ReadTimeout:
            silent = len(tape.received) > looked_at
        grown = len(piece) < _PIECE and len(tape.received) * 8 > looked_at * 9
        if silent or grown:
            looked_at = len(tape.received)
            if tape.is_whole():
                break
    tape.finished = True


def _hit(
    request: BrowserRequest,
    tape: Tape,
    wire: WireResponse,
    verdict: Verdict,
    authorization_id: str,
) -> Hit:
    return Hit(
        uri=request.uri, seen_at=tape.began_at, verdict=verdict, request=bytes(tape.sent),
        response=bytes(tape.received), body=wire.body, authorization_id=authorization_id,
    )  # fmt: skip


def _empty(status: int) -> Answer:
    return Answer(status=status, content_type="", body=b"")


def _written(answer: Answer, policy: RenderPolicy, method: str) -> bytes:
    """Return the response for the browser: decoded, with our policy, and the last one."""
    rows = [f"HTTP/1.1 {answer.status} {_REASONS.get(answer.status, '')}"]
    rows += [f"{name}: {value}" for name, value in answer.headers(policy)]
    rows += [f"Content-Length: {len(answer.body)}", "Connection: close", "", ""]
    head = "\r\n".join(rows).encode("latin-1", "replace")
    return head + (b"" if method == "HEAD" else answer.body)
