# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was begun and waits for its answer: once, for a short time, and never too many."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from vestigo.clock import Clock

T = TypeVar("T")
MOST = 10_000


class Pending(Generic[T]):
    """Things that wait under a key; each is handed out once and not after ``lifetime``."""

    def __init__(self, clock: Clock, lifetime: timedelta, most: int = MOST) -> None:
        self._clock = clock
        self._lifetime = lifetime
        self._most = most
        self._waiting: dict[str, tuple[datetime, T]] = {}
        self._lock = threading.Lock()

    def put(self, key: str, thing: T) -> None:
        """Keep ``thing``; where there are too many, the oldest is given up."""
        with self._lock:
            while len(self._waiting) >= self._most:
                del self._waiting[next(iter(self._waiting))]
            self._waiting[key] = (self._clock(), thing)

    def take(self, key: str) -> T | None:
        """Return what waits under ``key`` and forget it; None where it is not there in time."""
        with self._lock:
            at, thing = self._waiting.pop(key, (None, None))
        if at is None or self._clock() - at >= self._lifetime:
            return None
        return thing
