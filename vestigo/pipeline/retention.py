# SPDX-License-Identifier: AGPL-3.0-or-later
"""Retention: until when what an authorization allowed to collect may be kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from vestigo.evidence.exhibit_numbers import exhibit_numbers
from vestigo.pipeline.session import CaseSession
from vestigo.records import Authorization, Capture, Retention


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One authorization whose day has come, with what is still there of it."""

    retain_until: str
    authorization_id: str
    reference: str
    exhibits: tuple[str, ...]


def what_is_due(session: CaseSession, days: int = 0) -> list[Due]:
    """Return what may not be kept beyond today (or ``days`` from now), by day.

    Of several dates for one authorization the one recorded last counts.
    """
    until: dict[str, date] = {}
    for record in session.ledger.of_kind(Retention):
        until[record.authorization_id] = record.retain_until
    last = session.clock().date() + timedelta(days=days)
    named = dict(session.ledger.named_of_kind(Authorization))
    numbers = exhibit_numbers(session.ledger.ids())
    found = []
    for authorization_id, day in sorted(until.items(), key=lambda one: (one[1], one[0])):
        kept = session.ledger.named_of_kind(Capture, include_retracted=True)
        ids = tuple(numbers[one] for one, c in kept if c.authorization_id == authorization_id)
        if day <= last and ids:
            order = named.get(authorization_id)
            found.append(
                Due(retain_until=day.isoformat(), authorization_id=authorization_id,
                    reference=order.reference if order else "", exhibits=ids)
            )  # fmt: skip
    return found
