# SPDX-License-Identifier: AGPL-3.0-or-later
"""Time as a dependency: nothing but this module reads the wall clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Return now, aware, in UTC, to the microsecond."""
    return datetime.now(UTC)


def iso(moment: datetime) -> str:
    """Return ``moment`` as ISO 8601 in UTC with a ``Z`` (fraction only where there is one)."""
    if moment.tzinfo is None:
        raise ValueError("a naive datetime has no place here")
    utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return utc.isoformat().removesuffix("+00:00") + "Z"


def parse_iso(text: str) -> datetime:
    """Return the aware datetime that ``iso`` wrote."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} names no time zone")
    return moment.astimezone(UTC)
