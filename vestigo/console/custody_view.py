# SPDX-License-Identifier: AGPL-3.0-or-later
"""The custody log as pages show it: each line verified once, shown lines every time.

The first look verifies the whole log.  A later one reads only the lines that came
since, and those it shows: their digests are compared with the ones of the first look.
Whatever does not fit leads to a whole verification, which names what is wrong.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from vestigo.clock import Clock
from vestigo.errors import VerificationError
from vestigo.evidence.custody import CustodyLog
from vestigo.evidence.custody_event import ZERO, CustodyEvent, CustodyHead, parse_event


@dataclass(slots=True)
class _Verified:
    """Lines that were verified: where each ends, its digest, the time of the last event."""

    ends: list[int] = field(default_factory=lambda: [0])
    digests: list[bytes] = field(default_factory=list)
    last_at: datetime | None = None

    @property
    def head(self) -> CustodyHead:
        return CustodyHead(len(self.digests), self.digests[-1].hex() if self.digests else ZERO)


@dataclass(frozen=True, slots=True)
class CustodyPage:
    """Events, latest first, of a log whose chain holds; ``whole_at``: last verified as a whole."""

    rows: tuple[CustodyEvent, ...]
    page: int
    n_pages: int
    head: CustodyHead
    n_whole: int
    whole_at: datetime


class CustodyView:
    """Verifies the custody log as it grows, and cuts pages from it."""

    def __init__(self, log: CustodyLog, clock: Clock) -> None:
        self._log = log
        self._clock = clock
        self._lock = threading.Lock()
        self._known = _Verified()
        self._whole: tuple[int, datetime] | None = None

    def page(self, wanted: int, n_rows: int, *, whole: bool = False) -> CustodyPage:
        """Return one page; ``whole`` verifies every line again.

        Raises ``VerificationError`` as ``CustodyLog.verify`` does.
        """
        with self._lock:
            if whole or self._whole is None:
                return self._whole_then_page(wanted, n_rows)
            try:
                return self._page(wanted, n_rows)
            except ValueError:
                return self._whole_then_page(wanted, n_rows)

    def _whole_then_page(self, wanted: int, n_rows: int) -> CustodyPage:
        self._known, self._whole = _Verified(), None
        try:
            self._read_on()
            self._whole = (len(self._known.digests), self._clock())
            return self._page(wanted, n_rows)
        except ValueError as error:
            self._known, self._whole = _Verified(), None
            self._log.verify()  # names the line and what is wrong with it
            raise VerificationError("E-EVI-003", str(error), where=str(self._log.path)) from error

    def _page(self, wanted: int, n_rows: int) -> CustodyPage:
        self._read_on()
        n = len(self._known.digests)
        n_pages = max(1, -(-n // n_rows))
        page = min(wanted, n_pages)
        last = n - (page - 1) * n_rows
        rows = self._events(max(0, last - n_rows), last)
        assert self._whole is not None
        return CustodyPage(rows[::-1], page, n_pages, self._known.head, *self._whole)

    def _read_on(self) -> None:
        """Verify the lines that came since; ``ValueError`` where one does not fit."""
        known = self._known
        for line in _lines(self._log.path, known.ends[-1]):
            event = parse_event(line)
            number, previous = event.id, event.previous_sha256
            late = known.last_at is None or event.at >= known.last_at
            if (number, previous) != (known.head.n_events + 1, known.head.sha256) or not late:
                raise ValueError(f"line {known.head.n_events + 1}")
            known.ends.append(known.ends[-1] + len(line) + 1)
            known.digests.append(hashlib.sha256(line).digest())
            known.last_at = event.at

    def _events(self, first: int, last: int) -> tuple[CustodyEvent, ...]:
        """Return events ``first`` to ``last`` (exclusive, from 0), read from the file again."""
        ends = self._known.ends[first : last + 1]
        if len(ends) < 2:  # noqa: PLR2004 (one end is no line)
            return ()
        with self._log.path.open("rb") as handle:
            handle.seek(ends[0])
            block = handle.read(ends[-1] - ends[0])
        lines = [block[low - ends[0] : high - ends[0] - 1] for low, high in pairwise(ends)]
        digests = [hashlib.sha256(line).digest() for line in lines]
        if digests != self._known.digests[first:last]:
            raise ValueError("changed since it was verified")
        return tuple(parse_event(line) for line in lines)


def _lines(path: Path, start: int) -> Iterator[bytes]:
    """Yield the finished lines after byte ``start``; ``ValueError`` where the file is shorter."""
    if not path.exists():
        if start:
            raise ValueError("gone")
        return
    if path.stat().st_size < start:
        raise ValueError("shorter than it was")
    with path.open("rb") as handle:
        handle.seek(start)
        for line in handle:
            if line.endswith(b"\n"):
                yield line[:-1]
