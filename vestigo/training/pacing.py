# SPDX-License-Identifier: AGPL-3.0-or-later
"""How many requests a minute an address lets through; the only thing with a real clock."""

from __future__ import annotations

import time
from collections.abc import Callable

SECONDS_AT_ONCE = 10.0


class Pace:
    """A bucket that fills up evenly and holds what ten seconds bring (one at least).

    ``requests_a_minute`` of 0 lets everything through.
    """

    def __init__(self, requests_a_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._a_second = requests_a_minute / 60
        self._most = max(1.0, self._a_second * SECONDS_AT_ONCE)
        self._left = self._most
        self._clock = clock
        self._seen_at = clock()

    def seconds_to_wait(self) -> int:
        """Take one request; return 0, or after how many seconds to ask again."""
        if not self._a_second:
            return 0
        now = self._clock()
        self._left = min(self._most, self._left + (now - self._seen_at) * self._a_second)
        self._seen_at = now
        if self._left >= 1:
            self._left -= 1
            return 0
        return max(1, -int(-(1 - self._left) / self._a_second // 1))
