# SPDX-License-Identifier: AGPL-3.0-or-later
"""Refusals that repeat: told at the first, the second, the fourth … time, and at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from vestigo.authority.gate import Intent, Refusal


class RefusalTally:
    """Hands refusals on so that a loop of identical ones floods no log and none is lost.

    ``tell`` gets a refusal and how often it has occurred so far.  What happened since it
    was last told is told by ``close``.
    """

    def __init__(self, tell: Callable[[Refusal, int], None]) -> None:
        self._tell = tell
        self._n: Counter[tuple[str, Intent]] = Counter()
        self._untold: dict[tuple[str, Intent], Refusal] = {}

    def __call__(self, refusal: Refusal) -> None:
        """Count a refusal and hand it on where its number is a power of two."""
        key = refusal.code, refusal.intent
        self._n[key] += 1
        n = self._n[key]
        if n & (n - 1):
            self._untold[key] = refusal
        else:
            self._untold.pop(key, None)
            self._tell(refusal, n)

    def close(self) -> None:
        """Hand on what was counted and not told."""
        for key, refusal in self._untold.items():
            self._tell(refusal, self._n[key])
        self._untold = {}
