# SPDX-License-Identifier: AGPL-3.0-or-later
"""What time rests on: blocks that the log names, time stamps that it received, the own clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from vestigo.clock import parse_iso
from vestigo.evidence.custody import CustodyEvent
from vestigo.evidence.report.blocks import Cell, mono
from vestigo.evidence.report.writing import instant
from vestigo.evidence.stamping.making import RECEIVED
from vestigo.evidence.stamping.not_before import LoggedAnchor, logged_anchors
from vestigo.i18n import _


@dataclass(frozen=True, slots=True)
class LoggedStamp:
    """A time stamp as the event of its arrival gives it: all up to ``size`` is older."""

    event_id: int
    size: int
    authority: str
    not_after: datetime


@dataclass(frozen=True, slots=True)
class LogTimes:
    """The blocks and the time stamps that a log holds, in order."""

    blocks: tuple[LoggedAnchor, ...] = ()
    stamps: tuple[LoggedStamp, ...] = ()

    def around(self, event_id: int | None) -> Iterator[Cell]:
        """Yield after and before what an event came about, or that only the own clock says."""
        before = [] if event_id is None else [b for b in self.blocks if b.event_id <= event_id]
        after = [] if event_id is None else [s for s in self.stamps if s.size >= event_id]
        if before:
            words = _("logged after a block that nobody knew before {moment} (event {n}):")
            last = before[-1]
            yield words.format(moment=instant(last.anchor.not_before), n=last.event_id)
            yield mono(last.anchor.block_hash)
        if after:
            words = _("logged before {moment}: time stamp of {authority} (event {n})")
            first = min(after, key=lambda stamp: (stamp.not_after, stamp.event_id))
            yield words.format(
                moment=instant(first.not_after), authority=first.authority, n=first.event_id
            )
        elif before:
            yield _("not after: no time stamp in the log up to here; see seal/stamps of the bundle")
        else:
            yield _("own clock only, unless time stamps of the bundle say more")


def log_times(events: Iterable[CustodyEvent]) -> LogTimes:
    """Return the blocks and the time stamps of a log; raises as ``logged_anchors`` does."""
    listed = tuple(events)
    stamps = [
        LoggedStamp(e.id, int(e.details["checkpoint"]), e.details["authority"],
                    parse_iso(e.details["not_after"]))
        for e in listed if e.reason == RECEIVED
    ]  # fmt: skip
    return LogTimes(logged_anchors(listed), tuple(stamps))
