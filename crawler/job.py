# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a crawl is told, and what it reports."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from http.cookiejar import Cookie
from pathlib import Path
from typing import Any

from crawler.market import MarketProfile
from crawler.market.asserting import Tally
from vestigo.authority import Gate
from vestigo.clock import Clock
from vestigo.evidence.origin import ArchivedDescriptor
from vestigo.evidence.quarantine import Catcher
from vestigo.evidence.warc import ClosedSegment
from vestigo.records import Capture
from vestigo.settings import Section


def _nothing(*_values: Any) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Attendant:
    """A person at the terminal who answers captchas; nothing else ever does.

    ``ask`` gets the picture (bytes, media type) and returns what the person typed, ""
    where nobody answered.  It runs on a thread of its own and may block.
    """

    person: str
    ask: Callable[[bytes, str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlJob:
    """One crawl of one market from one start.

    ``seeds`` are further addresses to begin with; those on other hosts are left out.
    ``on_capture`` sees durable captures in the order of the archive; ``on_segment``
    each WARC file that was closed; ``on_event`` (action, reason, details) what belongs
    into the custody log; ``on_progress`` (fetched, known) after each page; ``on_origin``
    each onion descriptor that was archived in ``origin_folder`` (None: none is fetched).
    ``identity`` counts how often this account was given a fresh identity at the proxy,
    ``fresh_identity`` says that it begins with this run, ``fresh_asked`` (asked again and
    again) that somebody wants another one now.
    ``cookies`` (never written anywhere) are what a browser had; ``retry_failed`` asks again
    for every page that failed, not only for those that were never reached; ``on_state`` hears of
    ``held``, ``parked``, ``let in``, ``asking``, ``answered`` (what, details), for who looks
    from outside;
    ``known_walls`` are addresses at which a captcha stood before.
    ``seal_key`` is a raw X25519 public key or None (then secrets are dropped).
    ``catcher`` is the screen with the unit's lists; without one only text is kept.
    ``tally`` counts what the pages gave; it goes on from the runs before.
    ``crawled_before`` says that the frontier is to be there: one that is missing is made
    again from the archive.
    """

    profile: MarketProfile
    start_uri: str
    gate: Gate
    captures_folder: Path
    sealed_folder: Path
    frontier_path: Path
    settings: Section
    clock: Clock
    software: str
    seeds: tuple[str, ...] = ()
    account: str = ""
    password: str | None = field(default=None, repr=False)
    seal_key: bytes | None = None
    on_capture: Callable[[Capture], None] = _nothing
    on_segment: Callable[[ClosedSegment], None] = _nothing
    on_event: Callable[[str, str, dict[str, str]], None] = _nothing
    on_progress: Callable[[int, int], None] = _nothing
    on_origin: Callable[[ArchivedDescriptor], None] = _nothing
    origin_folder: Path | None = None
    identity: int = 0
    fresh_identity: bool = False
    fresh_asked: Callable[[], bool] = lambda: False
    attendant: Attendant | None = None
    cookies: tuple[Cookie, ...] = field(default=(), repr=False)
    retry_failed: bool = False
    known_walls: tuple[str, ...] = ()
    on_state: Callable[[str, dict[str, str]], None] = _nothing
    catcher: Catcher | None = None
    crawled_before: bool = False
    tally: Tally = field(default_factory=Tally)


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What is known of the market and what became of it; counts of pages.

    ``known`` = ``fetched`` + ``waiting`` + sum of ``failed`` + sum of ``refused``.
    """

    known: int
    fetched: int
    waiting: int
    failed: dict[str, int]
    refused: dict[str, int]
    page_kinds: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlReport:
    """What one run did; ``paused`` is a code (E-CRA-0nn) with ``paused_why``, or "".

    ``n_log_ins`` let the avatar in, of ``n_log_in_tries``; ``n_restored`` pages were taken
    from the archive because the frontier had been lost;
    ``damaged`` are the places (file@offset) at which the archive could not be read then;
    ``changed`` the assertions of the profile that do not hold.
    """

    coverage: Coverage
    n_captures: int
    n_log_ins: int
    n_log_in_tries: int
    n_reconciled: int
    n_restored: int
    interrupted: bool
    paused: str
    paused_why: str
    damaged: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()

    @property
    def n_failed(self) -> int:
        """How many pages failed for good."""
        return sum(self.coverage.failed.values())
