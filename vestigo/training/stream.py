# SPDX-License-Identifier: AGPL-3.0-or-later
"""Numbers that depend on nothing but a seed and a name.

``random`` may change its choices between Python releases and every draw shifts all
later ones; here each purpose has its own stream of SHA-256 blocks, so that a new
drawing in one place leaves the rest of the range as it was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

_WORD_BYTES = 8


class Stream:
    """A stream of numbers named by a seed and a path of words."""

    def __init__(self, seed: int, *names: str | int) -> None:
        self._prefix = "/".join(["vestigo.range.v1", str(seed), *map(str, names)]).encode()
        self._drawn = 0

    def block(self) -> bytes:
        """Return the next 32 bytes."""
        self._drawn += 1
        return hashlib.sha256(self._prefix + b"#%d" % self._drawn).digest()

    def below(self, limit: int) -> int:
        """Return a whole number in [0, limit), uniform."""
        if not 0 < limit <= 1 << 32:
            raise ValueError(f"{limit} is no limit of a drawing")
        span = 1 << (8 * _WORD_BYTES)
        while True:
            word = int.from_bytes(self.block()[:_WORD_BYTES], "big")
            if word < span - span % limit:
                return word % limit

    def between(self, low: int, high: int) -> int:
        """Return a whole number in [low, high]."""
        return low + self.below(high - low + 1)

    def chance(self, percent: int) -> bool:
        """Return True in ``percent`` of a hundred drawings."""
        return self.below(100) < percent

    def pick(self, items: Sequence[T]) -> T:
        """Return one of ``items``."""
        return items[self.below(len(items))]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """Return ``items`` in a drawn order (Fisher-Yates)."""
        drawn = list(items)
        for last in range(len(drawn) - 1, 0, -1):
            other = self.below(last + 1)
            drawn[last], drawn[other] = drawn[other], drawn[last]
        return drawn

    def sample(self, items: Sequence[T], n: int) -> list[T]:
        """Return ``n`` different ones of ``items``."""
        return self.shuffled(items)[:n]
