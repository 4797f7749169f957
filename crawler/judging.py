# SPDX-License-Identifier: AGPL-3.0-or-later
"""What becomes of a page once it is archived: a pure decision."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from math import ceil

from crawler.links import joined_uri, normal_uri
from crawler.market import MarketProfile, PageReading, read_page
from crawler.market.page import UNKNOWN_KIND
from crawler.market.size import TOO_LARGE
from vestigo.evidence.warc import WireResponse, read_response
from vestigo.evidence.warc.wire import header_values
from vestigo.records import Capture

REDIRECTS = (301, 302, 303, 307, 308)
MAX_REDIRECTS = 5
TOO_MANY_REQUESTS = 429
TO_ITSELF = "redirect-to-itself"
STOPPED, AUTHORITY_ENDED = "stopped", "authority-ended"
CUT_BY_US = (STOPPED, AUTHORITY_ENDED)
NO_ADDRESS = "redirect-to-no-address"
_REFRESH = re.compile(rb"\nrefresh[ \t]*:", re.IGNORECASE)
MOST_DIGITS = 9
TOO_LARGE_CAUSE = "page-too-large"
_FINAL = ("too-long", "decoded-too-long", "content-encoding")
_LATER = ("queue", "maintenance", "rate-limit")
_WAITING_STATUSES = (429, 503)
_PERSON = ("captcha", "ban")


@dataclass(frozen=True, slots=True)
class Verdict:
    """``outcome`` is one of done, retry, wait, back, fail, refuse, logged-out, person.

    ``wait``: the market says that everybody has to wait, for ``seconds``; ``retry``: this
    page did not come as it should; ``back``: it was we who cut it.
    ``cause`` is a short stable word; ``kind`` the page kind of a page that is done;
    ``redirect`` the address that it points to.
    """

    outcome: str
    cause: str = ""
    kind: str = ""
    redirect: str = ""
    seconds: int = 0
    reading: PageReading | None = None

    @property
    def is_wall(self) -> bool:
        """Whether the page stands before the one that was asked for."""
        return self.outcome in ("logged-out", "person", "wait") or self.cause in _LATER


def judge(profile: MarketProfile, capture: Capture, wire: WireResponse) -> Verdict:
    """Decide about the page that ``capture`` archived."""
    assert wire.status is not None
    location = header_values(wire.headers, b"location")
    if wire.status in REDIRECTS and location:
        return _redirected(capture, joined_uri(capture.uri, location[0].decode("latin-1")))
    cause = capture.problem.partition(";")[0]
    if cause:
        return Verdict(_of_problem(cause), cause)
    reading = read_page(
        profile,
        wire.body,
        uri=capture.uri,
        status=wire.status,
        media_type=capture.media_type,
        charset=capture.charset,
        problem=capture.problem,
        refresh=refresh_header(wire),
    )
    told = _told_to_wait(wire, reading, capture.observed_at)
    if told is not None:
        cause = reading.kind if reading.kind in _LATER else f"http-{wire.status}"
        return Verdict("wait", cause, seconds=told, reading=reading)
    return _by_kind(reading, wire.status)


def _of_problem(cause: str) -> str:
    """Return what becomes of a page whose body is incomplete or was not kept."""
    if cause in CUT_BY_US:
        return "back"
    if cause == "not-screened" or cause.endswith("-not-authorised"):
        return "refuse"
    return "fail" if cause.startswith(_FINAL) else "retry"


def _redirected(capture: Capture, target: str) -> Verdict:
    asked_for = normal_uri(target)
    if not asked_for:
        return Verdict("fail", NO_ADDRESS)
    if capture.request_method == "GET" and asked_for == capture.uri:
        return Verdict("retry", TO_ITSELF)  # a cookie that came with it brings the page
    return Verdict("done", kind="redirect", redirect=target)


def _told_to_wait(wire: WireResponse, reading: PageReading, now: datetime) -> int | None:
    """Return for how many seconds the market asks to stay away, None where it names no time."""
    said = told_by_head(wire, now)
    return reading.refresh_seconds if said is None and reading.kind == "queue" else said


def refresh_header(wire: WireResponse) -> str:
    """Return the value of the Refresh header, "" where there is none."""
    found = header_values(wire.headers, b"refresh")
    return found[0].decode("latin-1") if found else ""


def archived_refresh(response: bytes, method: str) -> str:
    """Return the value of the Refresh header of an archived response, "" where there is none."""
    return refresh_header(read_response(response, method)) if _REFRESH.search(response) else ""


def told_by_head(wire: WireResponse, now: datetime) -> int | None:
    """Return the seconds of ``Retry-After`` on a 429 or 503, None for anything else."""
    headers = header_values(wire.headers, b"retry-after")
    if wire.status not in _WAITING_STATUSES or not headers:
        return None
    return retry_after(headers[0].decode("latin-1"), now)


def retry_after(value: str, now: datetime) -> int | None:
    """Return the seconds of a Retry-After header (seconds or a date), None for neither."""
    text = value.strip()
    if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS:
        return int(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        return None
    return max(0, ceil((moment - now).total_seconds()))


def _by_kind(reading: PageReading, status: int) -> Verdict:
    refused = status == TOO_MANY_REQUESTS or status >= 500  # noqa: PLR2004  # server errors
    if reading.kind == "login":
        return Verdict("logged-out", "login", reading=reading)
    if reading.kind in _PERSON:
        return Verdict("person", reading.kind, reading=reading)
    if reading.kind in _LATER and not (refused and UNKNOWN_KIND in reading.failed_assertions):
        return Verdict("retry", reading.kind, reading=reading)
    if refused:
        return Verdict("retry", f"http-{status}", reading=reading)
    if reading.truncated:
        large = TOO_LARGE in reading.failed_assertions
        outcome, cause = ("fail", TOO_LARGE_CAUSE) if large else ("retry", "broken-off")
        return Verdict(outcome, cause, reading=reading)
    return Verdict("done", kind=reading.kind, reading=reading)
