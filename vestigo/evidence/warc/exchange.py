# SPDX-License-Identifier: AGPL-3.0-or-later
"""What goes into the archive and what comes out of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from vestigo.evidence.warc.wire import WireResponse, read_response
from vestigo.records import Capture

TRUNCATIONS = ("", "length", "time", "disconnect", "unspecified")


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """A body that came and may not be kept: why, what its bytes are, its length and digest."""

    reason: str
    media_type: str
    n_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One HTTP exchange as it went over the wire.

    ``request`` and ``response`` are the bytes sent and received, ``response`` empty
    where nothing came.  ``truncated`` is a WARC-Truncated reason or "".  ``problem``
    is what a live HTTP parser said against the response, or "".  ``label`` is the
    caller's own mark (it is kept in the metadata record).  ``secret_request_body``
    says that the request body holds credentials.  ``withheld`` tells of a body that is
    not in ``response`` although it came: only the head is there then.  ``wire`` is the
    response as read, once for all who look at it.
    """

    uri: str
    method: str
    began_at: datetime
    request: bytes
    response: bytes
    authorization_id: str
    account: str = ""
    truncated: str = ""
    problem: str = ""
    label: str = ""
    secret_request_body: bool = False
    withheld: Withheld | None = None
    wire: WireResponse = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.truncated not in TRUNCATIONS:
            raise ValueError(f"{self.truncated!r} is no WARC-Truncated reason")
        if not self.uri.isascii() or any(c <= " " or c == "\x7f" for c in self.uri):
            raise ValueError("a WARC-Target-URI is printable ASCII")
        object.__setattr__(self, "wire", read_response(self.response, self.method))


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedExchange:
    """One exchange read back: the masked wire bytes and what they decode to.

    ``body`` is the body after transfer- and content-decoding; ``headers`` are
    (name, value) pairs in their order, case and number.
    """

    capture: Capture
    request: bytes
    response: bytes
    body: bytes
    status: int | None
    headers: tuple[tuple[bytes, bytes], ...]
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedSegment:
    """A WARC file that will not grow any more: one custody event."""

    name: str
    sha256: str
    n_bytes: int
    n_captures: int
