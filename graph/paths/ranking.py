# SPDX-License-Identifier: AGPL-3.0-or-later
"""The k best simple ways in a small known graph, in one total order.

Best-first: no part of a way stands behind the whole, so that ways come out in order.
Two beginnings over the same nodes are compared, and one that cannot become better than
the other is dropped; so parallel relationships do not multiply.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from graph.model import NodeRef
from graph.paths.hop import NO_AMOUNT, Hop, Way

Links = Mapping[NodeRef, Sequence[Hop]]
Tie = tuple[int, str, str, str, int]


class _Part(NamedTuple):
    """The beginning of a way; compared field by field, ``hops`` and ``last`` never decide."""

    n_hops: int  # of the shortest way that it can become
    limit: int  # minus the smallest amount
    times: tuple[int, ...]
    names: tuple[str, ...]
    ties: tuple[Tie, ...]
    number: int
    last: int  # time of its last payment
    hops: Way


@dataclass(slots=True)
class Ranking:
    """Ways over ``links`` from ``source`` to nodes that are an end, at most ``most_hops`` long.

    ``allows`` answers whether a way may go from one node to the next; ``tries`` limits how
    many beginnings are looked at: ``gave_up`` tells that it was not enough.
    """

    links: Links
    source: NodeRef
    is_end: Callable[[NodeRef], bool]
    allows: Callable[[NodeRef, NodeRef], bool]
    most_hops: int
    in_time_order: bool
    tries: int
    gave_up: bool = False
    _left: dict[NodeRef, int] = field(default_factory=dict)
    _kept: dict[tuple[NodeRef, ...], list[_Part]] = field(default_factory=dict)

    def best(self, k: int) -> list[Way]:
        """Return at most ``k`` ways, best first, each over other nodes than the rest."""
        self._left = hops_to_an_end(self.links, self.is_end)
        found: dict[tuple[NodeRef, ...], Way] = {}
        heap: list[_Part] = []
        number = 0
        if self.source in self._left:
            heap.append(_Part(self._left[self.source], -NO_AMOUNT, (), (), (), 0, -1, ()))
        while heap and len(found) < k:
            part = heapq.heappop(heap)
            place = (self.source, *(hop.end for hop in part.hops))
            if part.hops and self.is_end(place[-1]):
                found.setdefault(place, part.hops)
                continue
            if self.tries == 0:
                self.gave_up = True
                break
            self.tries -= 1
            for hop in self.links.get(place[-1], ()):
                number += 1
                longer = self._longer(part, place, hop, number)
                if longer is not None and self._is_kept((*place, hop.end), longer):
                    heapq.heappush(heap, longer)
        return list(found.values())

    def _longer(
        self, part: _Part, place: tuple[NodeRef, ...], hop: Hop, number: int
    ) -> _Part | None:
        """Return the part with one more hop, None where that leads nowhere."""
        left = self._left.get(hop.end)
        if left is None or hop.end in place:
            return None
        n_hops = len(part.hops) + 1 + left
        if n_hops > self.most_hops or not self.allows(place[-1], hop.end):
            return None
        last = part.last
        if hop.money and hop.at is not None:
            if self.in_time_order and hop.at < last:
                return None
            last = hop.at
        return _Part(
            n_hops,
            max(part.limit, -hop.amount_or_most),
            (*part.times, hop.time),
            (*part.names, hop.end.label, hop.end.key),
            (*part.ties, hop.tie),
            number,
            last,
            (*part.hops, hop),
        )

    def _is_kept(self, place: tuple[NodeRef, ...], part: _Part) -> bool:
        """Keep a part unless another one over the same nodes is as good in every way."""
        others = self._kept.setdefault(place, [])
        if any(self._is_as_good(other, part) for other in others):
            return False
        others.append(part)
        return True

    def _is_as_good(self, one: _Part, other: _Part) -> bool:
        return (
            one.limit <= other.limit
            and (one.times, one.ties) <= (other.times, other.ties)
            and (not self.in_time_order or one.last <= other.last)
        )


def hops_to_an_end(links: Links, is_end: Callable[[NodeRef], bool]) -> dict[NodeRef, int]:
    """Return for each node from which an end can be reached how many hops it takes."""
    before: dict[NodeRef, list[NodeRef]] = {}
    ends: set[NodeRef] = set()
    for node, hops in links.items():
        for hop in hops:
            before.setdefault(hop.end, []).append(node)
            if is_end(hop.end):
                ends.add(hop.end)
    return distances(ends, lambda node: before.get(node, ()))


def distances(
    starts: Iterable[NodeRef], following: Callable[[NodeRef], Iterable[NodeRef]]
) -> dict[NodeRef, int]:
    """Return the number of steps from the nearest of ``starts`` to each node reached."""
    far = dict.fromkeys(starts, 0)
    queue = deque(far)
    while queue:
        node = queue.popleft()
        for other in following(node):
            if other not in far:
                far[other] = far[node] + 1
                queue.append(other)
    return far
