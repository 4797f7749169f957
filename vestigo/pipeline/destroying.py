# SPDX-License-Identifier: AGPL-3.0-or-later
"""Destroying the bodies of records: those that rest on something go with it; digests stay."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vestigo.pipeline.derived_files import remove_derived_files
from vestigo.pipeline.session import CaseSession, os_account
from vestigo.records import Capture, Record, Retraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why bodies go: ``reason`` of the retractions, of the events, and the order's reference."""

    reason: str
    event_reason: str
    order: str


def destroy_records(
    session: CaseSession, own: Sequence[str], derived: Sequence[str], exhibit: str, cause: Cause
) -> list[str]:
    """Retract ``derived``, then destroy the bodies of both, ``own`` last; return their ids.

    Each has its ``disposal`` event before its body goes.  Run again after a crash it goes on.
    """
    ledger = session.ledger
    gone, now = ledger.retracted(), session.clock()
    ledger.append(
        Retraction(retracts=one, reason=cause.reason, person=os_account(), retracted_at=now)
        for one in derived
        if one not in gone
    )
    disposed = ledger.disposed()
    left = [one for one in (*derived, *own) if one not in disposed]
    session.custody.append_all(
        [{"action": "disposal", "object_sha256": one, "exhibit": exhibit,
          "reason": cause.event_reason} for one in left]
    )  # fmt: skip
    remove_derived_files(session, left)
    ledger.dispose(left, cause.order)
    return left


def derived_from(session: CaseSession, ids: set[str]) -> Iterator[str]:
    """Yield the ids of records that rest on ``ids``, directly or by others, in order of entry."""
    known = set(ids)
    last, size = 0, 500
    while rows := session.ledger.entries(last, size):
        for row in rows:
            last = row.seq
            record = session.ledger.get(row.record_id) if row.body is not None else None
            if record is not None and known.intersection(_sources(record)):
                known.add(row.record_id)
                yield row.record_id


def _sources(record: Record) -> tuple[str, ...]:
    """Return what a record rests on: its sources, and what ties it to a received file."""
    if isinstance(record, Capture):
        return ()
    tied = (getattr(record, "item_id", ""), getattr(record, "capture_id", ""))
    return (*getattr(record, "sources", ()), *(one for one in tied if one))
