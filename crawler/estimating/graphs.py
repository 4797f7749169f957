# SPDX-License-Identifier: AGPL-3.0-or-later
"""Decomposable graphs over a few ways of being found: which of them depend on each other."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import combinations

Group = frozenset[int]


@dataclass(frozen=True, slots=True)
class Graph:
    """Cliques and separators of a chordal graph, in a fixed order; a separator may repeat."""

    n_edges: int
    cliques: tuple[Group, ...]
    separators: tuple[Group, ...]


@cache
def decomposable_graphs(n: int) -> tuple[Graph, ...]:
    """Return every decomposable graph over ``n`` vertices but the complete one.

    The complete graph says nothing about what nobody saw.  ``n`` is 2 to 5 (1, 7, 60, 821
    graphs).
    """
    pairs = list(combinations(range(n), 2))
    found = []
    for chosen in range(2 ** len(pairs) - 1):
        edges = frozenset(pair for k, pair in enumerate(pairs) if chosen >> k & 1)
        graph = _decomposed(n, edges)
        if graph is not None:
            found.append(graph)
    return tuple(found)


def _decomposed(n: int, edges: frozenset[tuple[int, int]]) -> Graph | None:
    """Take simplicial vertices away one by one; None where there is none left to take."""
    near = {v: {w for w in range(n) if (min(v, w), max(v, w)) in edges} for v in range(n)}
    left = set(range(n))
    groups: list[Group] = []
    while left:
        vertex = next((v for v in sorted(left) if _is_clique(near[v] & left, near)), None)
        if vertex is None:
            return None
        groups.append(frozenset({vertex} | (near[vertex] & left)))
        left.remove(vertex)
    cliques = [g for k, g in enumerate(groups) if not any(g < h or g == h for h in groups[:k])]
    return Graph(len(edges), tuple(cliques), tuple(_separators(cliques)))


def _is_clique(vertices: set[int], near: dict[int, set[int]]) -> bool:
    return all(w in near[v] for v, w in combinations(sorted(vertices), 2))


def _separators(cliques: list[Group]) -> list[Group]:
    """Return the separators: the edges of a spanning tree of the cliques with most in common."""
    joined, found = {0}, []
    while len(joined) < len(cliques):
        shared = [
            (len(cliques[i] & cliques[j]), -i, -j)
            for i in sorted(joined)
            for j in range(len(cliques))
            if j not in joined
        ]
        _size, i, j = max(shared)
        joined.add(-j)
        found.append(cliques[-i] & cliques[-j])
    return found
