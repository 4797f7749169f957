# SPDX-License-Identifier: AGPL-3.0-or-later
"""How far the own clock stands from an authority's, as far as one exchange can tell."""

from __future__ import annotations

from datetime import datetime, timedelta

from vestigo.clock import iso
from vestigo.evidence.stamping.verifying import VerifiedStamp

ONE_SECOND = timedelta(seconds=1)
NOT_KNOWN = "not known"


def measured_offset(
    stamp: VerifiedStamp, asked_at: datetime, answered_at: datetime
) -> dict[str, str]:
    """Return the facts for the log: own time before and after, and own clock minus true time.

    The stamp was made between the two; its time is right within the stated accuracy, or
    within a second where none is stated.
    """
    error = ONE_SECOND if stamp.accuracy is None else stamp.accuracy
    fine = timedelta() if stamp.gen_time.microsecond else ONE_SECOND  # whole seconds are cut off
    least = asked_at - stamp.gen_time - error - fine
    most = answered_at - stamp.gen_time + error
    return {
        "own_clock_before": iso(asked_at),
        "own_clock_after": iso(answered_at),
        "own_clock_ahead_at_least_seconds": seconds(least),
        "own_clock_ahead_at_most_seconds": seconds(most),
    }


def seconds(span: timedelta) -> str:
    """Return a span in seconds with three places."""
    thousandths = round(span / timedelta(milliseconds=1))
    sign = "-" if thousandths < 0 else ""
    return f"{sign}{abs(thousandths) // 1000}.{abs(thousandths) % 1000:03d}"
