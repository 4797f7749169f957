# SPDX-License-Identifier: AGPL-3.0-or-later
"""Union-find that can tell why: every union keeps the transaction that made it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple


class Edge(NamedTuple):
    """Scripts ``a`` and ``b`` were joined by transaction ``tx`` (numbers of the index)."""

    tx: int
    a: int
    b: int


class Joined(ABC):
    """Disjoint sets of scripts; their edges form a spanning forest, the proof of each set."""

    @abstractmethod
    def find(self, script: int) -> int:
        """Return the representative of the set that holds ``script``."""

    @abstractmethod
    def representatives(self, scripts: Any) -> list[int]:
        """Return the representative of each script of an array."""

    @abstractmethod
    def size(self, script: int) -> int:
        """Return how many scripts are in the set of ``script``."""

    @abstractmethod
    def members(self, script: int) -> list[int]:
        """Return the scripts in the set of ``script``, sorted."""

    @abstractmethod
    def edges(self, script: int) -> list[Edge]:
        """Return the edges of the set of ``script``, in chain order."""

    @abstractmethod
    def transactions(self, script: int) -> Sequence[int]:
        """Return the transactions of the edges of the set of ``script``, each once, sorted."""

    @abstractmethod
    def roots(self) -> list[int]:
        """Return the representatives of all sets of at least two scripts, sorted."""

    def path(self, start: int, goal: int) -> list[Edge] | None:
        """Return the edges that lead from ``start`` to ``goal``, or None when nothing does."""
        beside = _edges_beside(self.edges(start))
        came: dict[int, Edge | None] = {start: None}
        queue = deque([start])
        while queue and goal not in came:
            here = queue.popleft()
            for edge in beside.get(here, ()):
                there = edge.b if edge.a == here else edge.a
                if there not in came:
                    came[there] = edge
                    queue.append(there)
        if goal not in came:
            return None
        path: list[Edge] = []
        while (step := came[goal]) is not None:
            path.append(step)
            goal = step.b if step.a == goal else step.a
        return path[::-1]


def _edges_beside(edges: Iterable[Edge]) -> dict[int, list[Edge]]:
    found: dict[int, list[Edge]] = {}
    for edge in edges:
        found.setdefault(edge.a, []).append(edge)
        found.setdefault(edge.b, []).append(edge)
    return found


class Unions(Joined):
    """Sets that are joined edge by edge."""

    def __init__(self) -> None:
        self._parent: dict[int, int] = {}
        self._members: dict[int, list[int]] = {}
        self._edges: dict[int, list[Edge]] = {}

    def find(self, script: int) -> int:
        """Return the representative of the set that holds ``script``."""
        root = script
        while (above := self._parent.get(root, root)) != root:
            root = above
        while script != root:
            self._parent[script], script = root, self._parent.get(script, script)
        return root

    def representatives(self, scripts: Any) -> list[int]:
        """Return the representative of each script of an array."""
        return [self.find(script) for script in scripts.tolist()]

    def size(self, script: int) -> int:
        """Return how many scripts are in the set of ``script``."""
        return len(self._members.get(self.find(script), (script,)))

    def members(self, script: int) -> list[int]:
        """Return the scripts in the set of ``script``, sorted."""
        return sorted(self._members.get(self.find(script), [script]))

    def join(self, edge: Edge) -> bool:
        """Join two sets; return False when they were one already (no edge is kept then)."""
        large, small = self.find(edge.a), self.find(edge.b)
        if large == small:
            return False
        if self.size(large) < self.size(small):
            large, small = small, large
        self._parent[small] = large
        gone = self._members.pop(small, [small])
        self._members.setdefault(large, [large]).extend(gone)
        self._edges.setdefault(edge.a, []).append(edge)
        self._edges.setdefault(edge.b, []).append(edge)
        return True

    def edges(self, script: int) -> list[Edge]:
        """Return the edges of the set of ``script``, in chain order."""
        found = {edge for member in self.members(script) for edge in self._edges.get(member, ())}
        return sorted(found)

    def transactions(self, script: int) -> Sequence[int]:
        """Return the transactions of the edges of the set of ``script``, each once, sorted."""
        return sorted({edge.tx for edge in self.edges(script)})

    def roots(self) -> list[int]:
        """Return the representatives of all sets of at least two scripts, sorted."""
        return sorted(self._members)
