# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is known of the graph between two ends: two frontiers that grow towards each other.

After ``a`` steps onward and ``b`` steps back every way of at most ``a + b`` hops lies in
what was read: its first ``a`` hops begin in nodes that were asked onward, the others end
in nodes that were asked back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from graph.model import NodeRef
from graph.paths.asking import Asked
from graph.paths.kinds import ENDS, TO_ENDS
from graph.paths.reading import StepReader
from graph.paths.stopping import Stop


@dataclass(slots=True)
class _Side:
    """One frontier: nodes at the outmost distance, and all that were reached."""

    onward: bool
    frontier: list[NodeRef]
    reached: dict[NodeRef, int] = field(default_factory=dict)
    n_steps: int = 0


@dataclass(slots=True)
class Reach:
    """Grows from both ends of a question (from one where any cash-out point will do).

    ``met`` tells whether the frontiers touch: before that there is no way.
    """

    asked: Asked
    reader: StepReader
    links: dict[NodeRef, dict[NodeRef, None]] = field(default_factory=dict)
    stopped: dict[NodeRef, Stop] = field(default_factory=dict)
    met: bool = False
    _sides: list[_Side] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Place the frontiers on the ends."""
        ends = [(True, self.asked.source)]
        if self.asked.target is not None:
            ends.append((False, self.asked.target))
        self._sides = [_Side(onward, [node], {node: 0}) for onward, node in ends]
        self.met = len(ends) == 1

    @property
    def n_hops(self) -> int:
        """Ways of so many hops, and shorter ones, lie in ``links``."""
        return sum(side.n_steps for side in self._sides)

    @property
    def is_everything(self) -> bool:
        """Whether nothing more can be reached from one of the ends."""
        return any(not side.frontier for side in self._sides)

    def grow(self) -> None:
        """Take one more step from the end whose frontier is smaller."""
        side = min((s for s in self._sides if s.frontier), key=lambda s: len(s.frontier))
        side.n_steps += 1
        following: dict[NodeRef, None] = {}
        for start, end in self._onward(side.frontier) if side.onward else self._back(side.frontier):
            self.links.setdefault(start, {})[end] = None
            other = end if side.onward else start
            if other not in side.reached:
                side.reached[other] = side.n_steps
                following[other] = None
        side.frontier = list(following)
        if not self.met:
            far = [each.reached for each in self._sides if each is not side]
            touching = [node for node in side.frontier if any(node in each for each in far)]
            self.met = bool(self._passable(touching))

    def _onward(self, frontier: list[NodeRef]) -> Iterator[tuple[NodeRef, NodeRef]]:
        """Yield where one step leads; from a stop only to what it is a stop for."""
        stops = self.reader.stops(frontier)
        closed = [node for node in frontier if not self._is_open(node, stops)]
        free = [node for node in frontier if self._is_open(node, stops)]
        for nodes, kinds in ((free, None), (closed, TO_ENDS)):
            found = self.reader.neighbours(nodes, onward=True, only=kinds)
            for node in nodes:
                yield from ((node, other) for other in found.get(node, ()))

    def _back(self, frontier: list[NodeRef]) -> Iterator[tuple[NodeRef, NodeRef]]:
        """Yield from where one step leads here; nothing leads through a stop but to its end."""
        free = self._passable(frontier)
        found = self.reader.neighbours(free, onward=False)
        for node in free:
            yield from ((other, node) for other in found.get(node, ()))

    def _passable(self, nodes: list[NodeRef]) -> list[NodeRef]:
        """Return the nodes at which a way may go on to where the side behind them came from."""
        stops = self.reader.stops(nodes)
        target = self.asked.target
        to_ends = target is not None and target.label in ENDS
        return [
            node for node in nodes
            if node == target or self._is_open(node, stops)
            or (to_ends and any(other.label in ENDS for other in self.links.get(node, ())))
        ]  # fmt: skip

    def allows(self, start: NodeRef, end: NodeRef) -> bool:
        """Tell whether a way may go from the one to the other (stops of both are known)."""
        return end.label in ENDS or self._is_open(start, self.reader.stops([start]))

    def _is_open(self, node: NodeRef, stops: dict[NodeRef, Stop]) -> bool:
        """Tell whether a way may go on at a node; remember it where not."""
        if node not in stops or node == self.asked.source or node in self.asked.through:
            return True
        if node != self.asked.target and node.label not in ENDS:
            self.stopped[node] = stops[node]
        return False
