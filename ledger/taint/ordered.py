# SPDX-License-Identifier: AGPL-3.0-or-later
"""Methods that keep the order of satoshi: first in, first out, and its mirror.

A coin is a row of segments, each so many satoshi of one origin (None: clean).  So
the same satoshi are followed over any number of transactions, exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple


class Segment(NamedTuple):
    """``sat`` consecutive satoshi of one ``origin`` (None where they are clean)."""

    sat: int
    origin: int | None


Coin = tuple[Segment, ...]


class OrderedSpread(NamedTuple):
    """The segments of each output and of the fee."""

    outputs: tuple[Coin, ...]
    fee: Coin


def fifo(coins_in: Sequence[Coin], values_out: Sequence[int]) -> OrderedSpread:
    """Let the inputs, in order, fill the outputs, in order, and then the fee."""
    queue = [segment for coin in coins_in for segment in coin if segment.sat]
    queue.reverse()
    outputs = tuple(_take(queue, value) for value in values_out)
    queue.reverse()
    return OrderedSpread(outputs, _joined(queue))


def lifo(coins_in: Sequence[Coin], values_out: Sequence[int]) -> OrderedSpread:
    """Let the inputs, the last first, fill the outputs in order, and then the fee."""
    return fifo(coins_in[::-1], values_out)


OrderedMethod = Callable[[Sequence[Coin], Sequence[int]], OrderedSpread]
ORDERED_METHODS: dict[str, OrderedMethod] = {"fifo": fifo, "lifo": lifo}


def tainted_sat(coin: Coin) -> int:
    """Return how many satoshi of a coin are tainted."""
    return sum(segment.sat for segment in coin if segment.origin is not None)


def _take(queue: list[Segment], value: int) -> Coin:
    """Take ``value`` satoshi from the end of the reversed queue."""
    taken: list[Segment] = []
    while value:
        if not queue:
            raise ValueError("more goes out than comes in")
        segment = queue.pop()
        if segment.sat > value:
            queue.append(Segment(segment.sat - value, segment.origin))
            segment = Segment(value, segment.origin)
        taken.append(segment)
        value -= segment.sat
    return _joined(taken)


def _joined(segments: Sequence[Segment]) -> Coin:
    joined: list[Segment] = []
    for segment in segments:
        if joined and joined[-1].origin == segment.origin:
            joined[-1] = Segment(joined[-1].sat + segment.sat, segment.origin)
        else:
            joined.append(segment)
    return tuple(joined)
