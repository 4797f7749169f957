# SPDX-License-Identifier: AGPL-3.0-or-later
"""What becomes of a page once it is archived: a pure decision."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urljoin

from crawler.market import MarketProfile, PageReading, read_page
from vestigo.evidence.warc import WireResponse
from vestigo.evidence.warc.wire import header_values
from vestigo.records import Capture

REDIRECTS = (301, 302, 303, 307, 308)
MAX_REDIRECTS = 5
TOO_MANY_REQUESTS = 429
_FINAL = ("too-long", "decoded-too-long", "content-encoding")
_LATER = ("queue", "maintenance")
_PERSON = ("captcha", "ban")


@dataclass(frozen=True, slots=True)
class Verdict:
    """``outcome`` is one of done, retry, fail, refuse, logged-out, person.

    ``cause`` is a short stable word; ``kind`` the page kind of a page that is done;
    ``redirect`` the address that it points to.
    """

    outcome: str
    cause: str = ""
    kind: str = ""
    redirect: str = ""
    reading: PageReading | None = None


def judge(profile: MarketProfile, capture: Capture, wire: WireResponse) -> Verdict:
    """Decide about the page that ``capture`` archived."""
    assert wire.status is not None
    location = header_values(wire.headers, b"location")
    if wire.status in REDIRECTS and location:
        target = urljoin(capture.uri, location[0].decode("latin-1"))
        return Verdict("done", kind="redirect", redirect=target)
    cause = capture.problem.partition(";")[0]
    if cause == "media-not-authorised":
        return Verdict("refuse", cause)
    if cause:
        return Verdict("fail" if cause.startswith(_FINAL) else "retry", cause)
    reading = read_page(
        profile,
        wire.body,
        uri=capture.uri,
        status=wire.status,
        media_type=capture.media_type,
        charset=capture.charset,
        problem=capture.problem,
    )
    return _by_kind(reading, wire.status)


def _by_kind(reading: PageReading, status: int) -> Verdict:
    if reading.kind == "login":
        return Verdict("logged-out", "login", reading=reading)
    if reading.kind in _PERSON:
        return Verdict("person", reading.kind, reading=reading)
    if reading.kind in _LATER:
        return Verdict("retry", reading.kind, reading=reading)
    if status == TOO_MANY_REQUESTS or status >= 500:  # noqa: PLR2004  # the class of server errors
        return Verdict("retry", f"http-{status}", reading=reading)
    return Verdict("done", kind=reading.kind, reading=reading)
