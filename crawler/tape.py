# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is recorded of one exchange while it runs.

The HTTP library works inside the task of the request, so a context variable tells
the connections below it on whose tape they write.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime

from vestigo.authority import Intent
from vestigo.evidence.warc.framing import read_framing


class TapeFullError(OSError):
    """More bytes came than one exchange may hold."""


@dataclass(slots=True, kw_only=True)
class Tape:
    """The wire bytes of one exchange in both directions.

    ``max_bytes`` bounds what is received; ``deadline`` is a time of the event loop;
    ``truncated`` is the WARC-Truncated reason once it was cut; ``finished`` says that
    nothing more is to be read for it.
    """

    intent: Intent
    method: str
    began_at: datetime
    max_bytes: int
    deadline: float
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
        self.received += content
        if len(self.received) > self.max_bytes:
            del self.received[self.max_bytes :]
            self.truncated = "length"
            self.problem = "too-long"
            self.finished = True
            raise TapeFullError

    def cut(self, truncated: str, problem: str) -> None:
        """Say that nothing more is read, and why."""
        self.truncated = self.truncated or truncated
        self.problem = self.problem or problem
        self.finished = True

    def ended_cleanly(self) -> bool:
        """Say whether the response ended where its head says: nothing missing, nothing more."""
        if self._clean is None:
            self._clean = not read_framing(bytes(self.received), self.method).problems
        return self._clean

    def release(self) -> None:
        """Forget the response: somebody else keeps it.  How it ended is remembered."""
        self.ended_cleanly()
        self.received = bytearray()

    def is_whole(self) -> bool:
        """Say whether the bytes themselves show that nothing is missing."""
        return read_framing(bytes(self.received), self.method).complete


current_tape: ContextVar[Tape] = ContextVar("current_tape")
