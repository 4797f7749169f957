# SPDX-License-Identifier: AGPL-3.0-or-later
"""The time bracket: between which two moments the log up to a checkpoint came about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from vestigo.clock import iso
from vestigo.evidence.custody import CustodyEvent
from vestigo.evidence.stamping.kept import KeptStamp
from vestigo.evidence.stamping.making import RECEIVED
from vestigo.evidence.stamping.not_before import LoggedAnchor, logged_anchors
from vestigo.evidence.stamping.refusal import BRACKET, refused
from vestigo.i18n import _

OWN_CLOCK_ONLY = "own clock only"
CLOCK_KEYS = (
    "own_clock_before", "own_clock_after",
    "own_clock_ahead_at_least_seconds", "own_clock_ahead_at_most_seconds",
)  # fmt: skip
TOR_BEGAN = "consensus_valid_after"
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class TimeBracket:
    """What the anchors and stamps say of the events up to checkpoint ``size``.

    ``size`` is 0 where nothing is stamped; ``clocks`` are the comparisons of the own clock
    that the log holds.
    """

    size: int
    anchors: tuple[LoggedAnchor, ...]
    stamps: tuple[KeptStamp, ...]
    pending: tuple[KeptStamp, ...]
    clocks: tuple[dict[str, str], ...]

    @property
    def first(self) -> LoggedAnchor | None:
        """The anchor after which most events came; None where there is none."""
        return self.anchors[0] if self.anchors else None

    @property
    def not_after(self) -> datetime | None:
        """The earliest moment at which an authority had seen the checkpoint."""
        return min((kept.stamp.not_after for kept in self.stamps if kept.stamp), default=None)

    def body(self) -> dict[str, Any]:
        """Return the bracket as plain JSON; its keys never change with the language."""
        first, last = self.first, self.not_after
        return {
            "checkpoint": self.size,
            "not_before": iso(first.anchor.not_before) if first else OWN_CLOCK_ONLY,
            "not_after": iso(last) if last else OWN_CLOCK_ONLY,
            "anchors": [{"event": a.event_id, "logged_at": iso(a.logged_at),
                         **a.anchor.details()} for a in self.anchors],
            "stamps": [_stamp_row(kept) for kept in self.stamps],
            "pending": [{"checkpoint": k.place.size, "authority": k.place.authority}
                        for k in self.pending],
            "clocks": list(self.clocks),
        }  # fmt: skip


def time_bracket(
    events: Iterable[CustodyEvent], kept: Iterable[KeptStamp], size: int | None = None
) -> TimeBracket:
    """Return the bracket of a checkpoint (None: the last one that is stamped).

    Raises ``StampRefused`` E-EVI-155 where an authority saw the checkpoint before the
    first block in it was found, ``InputError`` E-EVI-163 for a wrong anchor.
    """
    listed, all_kept = tuple(events), tuple(kept)
    stamped = [one.place.size for one in all_kept if one.stamp]
    wanted = max(stamped, default=0) if size is None else size
    anchors = logged_anchors(e for e in listed if not wanted or e.id <= wanted)
    bracket = TimeBracket(
        wanted,
        anchors,
        tuple(one for one in all_kept if one.stamp and one.place.size == wanted),
        tuple(one for one in all_kept if not one.stamp),
        tuple(_clocks(listed)),
    )
    if bracket.first and bracket.not_after and bracket.not_after < bracket.first.anchor.not_before:
        raise refused(
            BRACKET,
            _("A stamp is earlier than a block that stands in what it stamps."),
            bracket.first.anchor.block_hash,
        )
    return bracket


def _stamp_row(kept: KeptStamp) -> dict[str, Any]:
    stamp = kept.stamp
    assert stamp is not None
    accuracy = stamp.accuracy
    return {
        "authority": kept.place.authority,
        "gen_time": iso(stamp.gen_time),
        "not_after": iso(stamp.not_after),
        "accuracy_microseconds": None if accuracy is None else accuracy // MICROSECOND,
        "policy": stamp.policy,
        "serial": str(stamp.serial),
        "hash": stamp.hash_name,
        "revocation_state": stamp.revocation_state,
        "revocation": [{"subject": r.subject, "state": r.state, "why": r.why}
                       for r in stamp.revocation],
    }  # fmt: skip


def _clocks(events: Iterable[CustodyEvent]) -> Iterable[dict[str, str]]:
    for event in events:
        if event.reason == RECEIVED and CLOCK_KEYS[0] in event.details:
            row = {key: event.details.get(key, "") for key in CLOCK_KEYS}
            yield {"event": str(event.id), "source": f"tsa:{event.details['authority']}", **row}
        elif event.details.get(TOR_BEGAN, "").startswith("2"):
            yield {
                "event": str(event.id),
                "source": "tor consensus",
                "own_clock_after": iso(event.at),
                TOR_BEGAN: event.details[TOR_BEGAN],
            }


def stated_bracket(events: Iterable[CustodyEvent]) -> dict[str, Any]:
    """Return what a bundle states of time when it is sealed: blocks, and the own clock.

    Not-after comes from the stamps, which may arrive later and are not stated here.
    """
    listed = tuple(events)
    anchors = logged_anchors(listed)
    return {
        "format": "vestigo-time-1",
        "not_before": iso(anchors[0].anchor.not_before) if anchors else OWN_CLOCK_ONLY,
        "not_before_event": anchors[0].event_id if anchors else 0,
        "not_before_block": anchors[0].anchor.block_hash if anchors else "",
        "not_after": "seal/stamps",
        "clocks": list(_clocks(listed)) or "offset not known",
    }
