# SPDX-License-Identifier: AGPL-3.0-or-later
"""When blocks are found: one after three hours in which somebody paid, or as by chance."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Protocol

from vestigo.training.stream import Stream
from vestigo.training.timeline import slot_of

_WORD = 1 << 32
_LEAST_SECONDS = 1


class Pace(Protocol):
    """Tells which blocks are due."""

    def due(self, moment: datetime, waits_since: datetime | None) -> Iterator[datetime]:
        """Yield the times of blocks before ``moment``; ``waits_since``: the oldest payment."""


class SlotPace:
    """A block at the end of each three hours in which somebody paid."""

    def due(self, moment: datetime, waits_since: datetime | None) -> Iterator[datetime]:
        """Yield at most one time."""
        if waits_since is not None and slot_of(waits_since) < moment:
            yield slot_of(waits_since)


class ChancePace:
    """Blocks as miners find them: gaps are exponential with a mean of some minutes.

    The gaps come from the natural logarithm in decimal arithmetic, which is the same on
    every machine.
    """

    def __init__(self, stream: Stream, begins_at: datetime, mean_minutes: int) -> None:
        self._stream = stream
        self._mean_seconds = 60 * mean_minutes
        self._next = begins_at
        self._step()

    def due(self, moment: datetime, waits_since: datetime | None) -> Iterator[datetime]:
        """Yield every time before ``moment``, whether somebody paid or not."""
        del waits_since
        while self._next < moment:
            yield self._next
            self._step()

    def _step(self) -> None:
        drawn = Decimal(1 + self._stream.below(_WORD - 1)) / _WORD
        seconds = max(int(-drawn.ln() * self._mean_seconds), _LEAST_SECONDS)
        self._next += timedelta(seconds=seconds)
