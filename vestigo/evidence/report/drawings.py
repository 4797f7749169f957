# SPDX-License-Identifier: AGPL-3.0-or-later
"""Drawings as data: places and lengths are whole numbers of a thousand, words stand beside them.

Each has words that tell the same, for who cannot see it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from vestigo.evidence.report.blocks import Block
from vestigo.evidence.report.writing import day, instant

FULL = 1000
LEAST_ROOM = Decimal("0.1")  # of the height below the lowest and above the highest price


@dataclass(frozen=True, slots=True)
class Stop:
    """A place on a trail: an address, what is said of it, and the payment that led to it."""

    place: str
    says: str
    step: str = ""
    proof: str = ""


def trail(stops: Sequence[Stop], *, ends: bool, caption: str, alternative: str, mark: str) -> Block:
    """Return a trail of payments from top to bottom; ``ends`` marks its last place."""
    return {
        "is": "trail", "ends": ends, "caption": caption, "alt": alternative,
        "heuristic": bool(mark), "mark": mark,
        "stops": [
            {"place": stop.place, "says": stop.says, "step": stop.step, "proof": stop.proof}
            for stop in stops
        ],
    }  # fmt: skip


def intervals(
    rows: Sequence[tuple[str, int, int, int, int, str]], caption: str, alternative: str, mark: str
) -> Block:
    """Return bars: (name, known, low, estimate, high, words) a row, all on one scale."""
    most = max(1, *(max(known, high) for _n, known, _low, _mid, high, _w in rows))
    return {
        "is": "intervals", "caption": caption, "alt": alternative,
        "heuristic": bool(mark), "mark": mark,
        "rows": [
            {"name": name, "known": known * FULL // most, "low": low * FULL // most,
             "middle": middle * FULL // most, "high": high * FULL // most, "says": says}
            for name, known, low, middle, high, says in rows
        ],
    }  # fmt: skip


def bars(rows: Sequence[tuple[str, int, str]], caption: str, alternative: str) -> Block:
    """Return plain bars: (name, number, words) a row."""
    return intervals(
        [(name, n, 0, 0, 0, words) for name, n, words in rows], caption, alternative, ""
    )


def price_line(
    points: Sequence[tuple[datetime, Decimal]], currency: str, caption: str, alternative: str
) -> Block:
    """Return a line of prices over time, earliest first; there are at least two of them."""
    times, amounts = [at for at, _amount in points], [amount for _at, amount in points]
    span = max(1, int((times[-1] - times[0]).total_seconds()))
    room = (max(amounts) - min(amounts)) * LEAST_ROOM or Decimal(1)
    low, high = min(amounts) - room, max(amounts) + room
    return {
        "is": "prices", "caption": caption, "alt": alternative, "heuristic": False, "mark": "",
        "points": [
            [int((at - times[0]).total_seconds()) * FULL // span,
             int((amount - low) * FULL / (high - low))]
            for at, amount in points
        ],
        "most": f"{max(amounts)} {currency}", "least": f"{min(amounts)} {currency}",
        "first": _when(times[0], times[-1]), "last": _when(times[-1], times[0]),
    }  # fmt: skip


def _when(at: datetime, other: datetime) -> str:
    """Return the day, or the instant where the other end of the line is of the same day."""
    return instant(at) if at.date() == other.date() else day(at.date())
