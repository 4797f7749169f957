# SPDX-License-Identifier: AGPL-3.0-or-later
"""Following marked satoshi forward, in chain order, until each has a reason to stop.

Every tainted satoshi has exactly one path under an ordered method (FIFO, LIFO): its
segment carries the node of that path.  Nothing is followed backwards.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import NamedTuple

from ledger.index import NONE, ChainIndex
from ledger.taint import ORDERED_METHODS, Segment


class Node(NamedTuple):
    """``sat`` of one path arrive in ``output``; ``parent`` is the node before or NONE."""

    parent: int
    output: int
    depth: int


@dataclass(frozen=True, slots=True)
class Stop:
    """Why a trail ends: a reason of ``Trace.stop_reason`` and what it refers to."""

    reason: str
    detail: str = ""


class Trail(NamedTuple):
    """One path: the output it began with, then ``(output, traced_sat)`` a hop."""

    source: int
    hops: tuple[tuple[int, int], ...]
    stop: Stop

    @property
    def end(self) -> int:
        """The output that the trail ends in."""
        return self.hops[-1][0] if self.hops else self.source

    @property
    def outputs(self) -> tuple[int, ...]:
        """All outputs of the path, the one that it began with first."""
        return (self.source, *(output for output, _sat in self.hops))


class Arrival(NamedTuple):
    """All trails that end in one output: the likeliest, what they bring, how many they are."""

    trail: Trail
    traced_sat: int
    n_trails: int


@dataclass(frozen=True, slots=True)
class Questions:
    """What decides where trails end.

    ``stops_at(output)`` answers for a reached output, ``stops_before(tx)`` for a
    transaction that would spend it, ``fans_out(tx)`` for its number of outputs.
    """

    stops_at: Callable[[int], Stop | None]
    stops_before: Callable[[int], Stop | None]
    fans_out: Callable[[int], bool]


class Follower:
    """Follows the outputs ``sources`` of a chain index forward."""

    def __init__(
        self,
        index: ChainIndex,
        questions: Questions,
        accounting: str,
        max_hops: int,
        dust_sat: int = 0,
    ) -> None:
        self._index = index
        self._questions = questions
        self._spread = ORDERED_METHODS[accounting]
        self._max_hops = max_hops
        self._dust_sat = dust_sat
        self._nodes: list[Node] = []
        self._sat: list[int] = []
        self._coins: dict[int, tuple[Segment, ...]] = {}
        self._queue: list[int] = []
        self._queued: set[int] = set()
        self._trails: list[Trail] = []

    def follow(self, sources: Collection[int]) -> list[Trail]:
        """Return every trail that begins in ``sources``, in chain order of its end."""
        self._sources = set(sources)
        for output in sorted(self._sources):
            self._queue_transaction(int(self._index.tx_of[output]))
        while self._queue:
            self._walk(heapq.heappop(self._queue))
        return sorted(self._trails, key=lambda trail: (trail.end, trail.source, trail.hops))

    def _walk(self, tx: int) -> None:
        """Carry the marks of a transaction's inputs into its outputs."""
        spent = self._index.spent_by(tx)
        if any(output in self._coins for output in spent):
            stop = self._questions.stops_before(tx)
            if stop is None:
                self._carry(tx, spent)
                return
            for output in spent:
                self._end(output, stop)
        for output in self._index.outputs(tx):
            self._arrive(output, (Segment(int(self._index.value_sat[output]), None),), None)

    def _carry(self, tx: int, spent: list[int]) -> None:
        index = self._index
        coins = [
            self._coins.get(output, (Segment(int(index.value_sat[output]), None),))
            for output in spent
        ]
        outputs = index.outputs(tx)
        spread = self._spread(coins, [int(index.value_sat[output]) for output in outputs])
        self._end_in_fee(tx, spent, spread.outputs)
        fan_out = Stop("fan_out", index.txid(tx)) if self._questions.fans_out(tx) else None
        for output, coin in zip(outputs, spread.outputs, strict=True):
            self._arrive(output, coin, fan_out)

    def _end_in_fee(
        self, tx: int, spent: Collection[int], coins: Collection[tuple[Segment, ...]]
    ) -> None:
        """End the paths of which nothing reaches an output: the fee took all of it."""
        carried = {segment.origin for coin in coins for segment in coin}
        for output in spent:
            marks = {segment.origin for segment in self._coins.get(output, ())}
            if lost := marks - carried - {None}:
                self._end(output, Stop("fee", self._index.txid(tx)), lost)

    def _arrive(self, output: int, coin: tuple[Segment, ...], fan_out: Stop | None) -> None:
        """Mark an output with new nodes and decide whether the trail goes on from it."""
        is_source = output in self._sources
        nodes: dict[int | None, int] = {}
        marked = []
        for segment in coin:
            if segment.origin is None and not is_source:
                marked.append(segment)
                continue
            if segment.origin not in nodes:
                nodes[segment.origin] = self._node(segment.origin, output)
            self._sat[nodes[segment.origin]] += segment.sat
            marked.append(Segment(segment.sat, nodes[segment.origin]))
        if not nodes:
            return
        self._coins[output] = tuple(marked)
        stop = self._questions.stops_at(output) or fan_out or self._limit(output, nodes.values())
        if stop is not None:
            self._end(output, stop)
        else:
            self._queue_transaction(int(self._index.spender[output]))

    def _limit(self, output: int, nodes: Collection[int]) -> Stop | None:
        if self._index.spender[output] == NONE:
            return Stop("unspent")
        carried = sum(self._sat[node] for node in nodes)
        if carried < self._dust_sat and output not in self._sources:
            return Stop("dust", str(carried))
        too_deep = max(self._nodes[node].depth for node in nodes) >= self._max_hops
        return Stop("hop_limit", str(self._max_hops)) if too_deep else None

    def _node(self, origin: int | None, output: int) -> int:
        parent = NONE if origin is None else origin
        depth = 0 if origin is None else self._nodes[origin].depth + 1
        self._nodes.append(Node(parent, output, depth))
        self._sat.append(0)
        return len(self._nodes) - 1

    def _end(self, output: int, stop: Stop, only: Collection[int | None] | None = None) -> None:
        marks = dict.fromkeys(s.origin for s in self._coins.get(output, ()) if s.origin is not None)
        for node in marks if only is None else [node for node in marks if node in only]:
            hops: list[tuple[int, int]] = []
            here = node
            while self._nodes[here].parent != NONE:
                hops.append((self._nodes[here].output, self._sat[here]))
                here = self._nodes[here].parent
            self._trails.append(Trail(self._nodes[here].output, tuple(hops[::-1]), stop))

    def _queue_transaction(self, tx: int) -> None:
        if tx not in self._queued:
            self._queued.add(tx)
            heapq.heappush(self._queue, tx)
