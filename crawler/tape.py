# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is recorded of one exchange while it runs.

The HTTP library works inside the task of the request, so a context variable tells
the connections below it on whose tape they write.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime

from crawler.in_flight import FREE_BYTES, Share
from vestigo.authority import Intent
from vestigo.evidence.warc.decoding import decode_content
from vestigo.evidence.warc.framing import header_values, read_framing

HEAD_ALLOWANCE = 256 * 1024
HEAVY_BYTES = 1024 * 1024
_HEAD_END = re.compile(rb"\n\r?\n")


class TapeFullError(OSError):
    """More bytes came than one exchange may hold."""


@dataclass(slots=True, kw_only=True, eq=False)
class Tape:
    """The wire bytes of one exchange in both directions.

    ``max_bytes`` bounds what is received, ``HEAD_ALLOWANCE`` the head of it; ``deadline``
    is a time of the event loop.  ``share`` is what it may hold of the crawl's room: the time
    of waiting for more does not count, but at ``latest`` all ends, and ``timeout`` ends it.
    ``truncated`` is the WARC-Truncated reason once it was cut; ``finished`` says that
    nothing more is to be read for it.
    """

    intent: Intent
    method: str
    began_at: datetime
    max_bytes: int
    deadline: float
    latest: float = 0.0
    share: Share | None = None
    timeout: asyncio.Timeout | None = None
    sent: bytearray = field(default_factory=bytearray)
    received: bytearray = field(default_factory=bytearray)
    truncated: str = ""
    problem: str = ""
    finished: bool = False
    _clean: bool | None = None

    def on_sent(self, content: bytes) -> None:
        """Keep bytes that are about to be sent."""
        self.sent += content

    def on_received(self, content: bytes) -> None:
        """Keep bytes that came; raises ``TapeFullError`` past the limit."""
        before = len(self.received)
        self.received += content
        most = self.max_bytes
        if before <= HEAD_ALLOWANCE < len(self.received) and not self._has_head():
            most = HEAD_ALLOWANCE
        if len(self.received) > most:
            del self.received[most:]
            self.truncated = "length"
            self.problem = "too-long"
            self.finished = True
            raise TapeFullError

    async def room_for(self, n_bytes: int) -> None:
        """Wait until so many more bytes may be held; a long answer lets others go on between."""
        if len(self.received) > FREE_BYTES:
            await asyncio.sleep(0)
        wanted = len(self.received) + n_bytes
        over = self.timeout is not None and self.timeout.expired()
        if self.share is None or over or self.share.covers(wanted):
            return
        with self._not_counted():
            await self.share.grow_to(wanted)

    @contextmanager
    def _not_counted(self) -> Iterator[None]:
        """Put the deadline off by as long as the block lasts; ``latest`` stands."""
        loop = asyncio.get_running_loop()
        began, timeout = loop.time(), self.timeout
        if timeout is not None:
            timeout.reschedule(self.latest)
        try:
            yield
        finally:
            self.deadline = min(self.deadline + loop.time() - began, self.latest)
            # one that was cut meanwhile stays cut
            if timeout is not None and not timeout.expired() and timeout.when() == self.latest:
                timeout.reschedule(self.deadline)

    def _has_head(self) -> bool:
        return bool(_HEAD_END.search(self.received, 0, HEAD_ALLOWANCE))

    def cut(self, truncated: str, problem: str) -> None:
        """Say that nothing more is read, and why."""
        self.truncated = self.truncated or truncated
        self.problem = self.problem or problem
        self.finished = True

    def end_at(self, moment: float) -> None:
        """Let the deadline be ``moment`` (time of the loop), for what is left to read too."""
        self.deadline = self.latest = moment
        if self.timeout is not None and not self.timeout.expired():
            self.timeout.reschedule(moment)

    def ended_cleanly(self) -> bool:
        """Say whether the response ended where its head says: nothing missing, nothing more."""
        if self._clean is None:
            self._clean = not read_framing(bytes(self.received), self.method).problems
        return self._clean

    def release(self, *, clean: bool) -> None:
        """Forget the response: somebody else keeps it.  How it ended is remembered."""
        self._clean = clean
        self.received = bytearray()

    def is_whole(self) -> bool:
        """Say whether the bytes themselves show that nothing is missing."""
        return read_framing(bytes(self.received), self.method).complete


current_tape: ContextVar[Tape] = ContextVar("current_tape")


def is_heavy(tape: Tape) -> bool:
    """Say whether a response is large or becomes so: twenty kilobytes may become gigabytes."""
    received = tape.received
    if len(received) > HEAVY_BYTES:
        return True
    if b"content-encoding" not in received[:HEAD_ALLOWANCE].lower():
        return False
    found = read_framing(bytes(received), tape.method)
    codings = header_values(found.headers, b"content-encoding")
    _body, problems = decode_content(found.content, codings, HEAVY_BYTES)
    return "decoded-too-long" in problems
