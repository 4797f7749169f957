# SPDX-License-Identifier: AGPL-3.0-or-later
"""Multi-input unions over a whole chain by compiled code; what needs a judgement is asked for."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from ledger.index import NONE
from ledger.store.tables import grouped
from ledger.unions import Edge, Joined

Flags = npt.NDArray[np.bool_]
FEW = 32  # values that are compared one with another; more are sorted
END = -1


class GrownUnions(Joined):
    """Sets of scripts in arrays, to which nothing more is joined."""

    def __init__(self, parent: Any, edges: Any) -> None:
        self._edge_rows = edges
        self._root = parent.copy()
        _flatten(self._root)
        self._rows, self._first = grouped(self._root, len(parent))
        self._edge_order, self._first_edge = grouped(self._root[edges[:, 1]], len(parent))

    def find(self, script: int) -> int:
        """Return the representative of the set that holds ``script``."""
        return int(self._root[script])

    def representatives(self, scripts: Any) -> list[int]:
        """Return the representative of each script of an array."""
        found: list[int] = self._root[scripts].tolist()
        return found

    def size(self, script: int) -> int:
        """Return how many scripts are in the set of ``script``."""
        root = self._root[script]
        return int(self._first[root + 1] - self._first[root])

    def members(self, script: int) -> list[int]:
        """Return the scripts in the set of ``script``, sorted."""
        root = self._root[script]
        found: list[int] = self._rows[self._first[root] : self._first[root + 1]].tolist()
        return found

    def edges(self, script: int) -> list[Edge]:
        """Return the edges of the set of ``script``, in chain order."""
        root = self._root[script]
        rows = self._edge_order[self._first_edge[root] : self._first_edge[root + 1]]
        return sorted(Edge(*row) for row in self._edge_rows[rows].tolist())

    def transactions(self, script: int) -> list[int]:
        """Return the transactions of the edges of the set of ``script``, each once, sorted."""
        root = self._root[script]
        rows = self._edge_order[self._first_edge[root] : self._first_edge[root + 1]]
        found: list[int] = np.unique(self._edge_rows[rows, 0]).tolist()
        return found

    def roots(self) -> list[int]:
        """Return the representatives of all sets of at least two scripts, sorted."""
        found: list[int] = np.flatnonzero(np.diff(self._first) > 1).tolist()
        return found


@njit(cache=True, nogil=True)
def equal_outputs(first_output: Any, value: Any) -> Any:
    """Return, a transaction, whether two of its outputs have the same value."""
    found = np.zeros(len(first_output) - 1, dtype=np.bool_)
    for tx in range(len(found)):
        own = value[first_output[tx] : first_output[tx + 1]]
        if len(own) > FEW:
            own = np.sort(own)
            found[tx] = (own[1:] == own[:-1]).any()
            continue
        for i in range(len(own)):
            for k in range(i):
                found[tx] |= own[i] == own[k]
    return found


@njit(cache=True, nogil=True)
def root_of(parent: Any, script: int) -> int:
    """Return the representative of a set; the way to it gets shorter."""
    while parent[script] != script:
        parent[script] = parent[parent[script]]
        script = parent[script]
    return script


@njit(cache=True, nogil=True)
def unite(parent: Any, size: Any, name: Any, a: int, b: int, names: int) -> None:
    """Hang the smaller of two sets (roots ``a``, ``b``) under the other, called ``names``."""
    large, small = (b, a) if size[a] < size[b] else (a, b)
    parent[small] = large
    size[large] += size[small]
    name[large] = names


@njit(cache=True, nogil=True)
def join_inputs(
    tx: int, at: int, index: Any, skipped: Any, sets: Any, large_cluster: int, edges: Any, n: int
) -> Any:
    """Join what inputs spend from transaction ``tx``, input ``at`` on, in chain order.

    ``index`` are first inputs, spent outputs, scripts of outputs; ``sets`` parent, size and
    name of each set (0: none).  ``edges`` gets the unions, beginning with the ``n``-th.
    Returns transaction and input that need a judgement (END: none), and ``n`` then.
    """
    first_input, spent, script_of = index
    parent, size, name = sets
    while tx < len(skipped):
        begin, end = first_input[tx], first_input[tx + 1]
        at = max(at, begin + 1)
        if end - begin > 1 and not skipped[tx]:
            first = script_of[spent[begin]]
            for i in range(at, end):
                other = script_of[spent[i]]
                a, b = root_of(parent, first), root_of(parent, other)
                if a == b:
                    continue
                unlike = name[a] and name[b] and name[a] != name[b]
                if unlike or min(size[a], size[b]) >= large_cluster:
                    return tx, i, n
                unite(parent, size, name, a, b, max(name[a], name[b]))
                edges[n, 0], edges[n, 1], edges[n, 2] = tx, first, other
                n += 1
        tx += 1
    return END, END, n


@njit(cache=True, nogil=True)
def incomplete(first_input: Any, spent: Any) -> Any:
    """Return, a transaction, whether it spends an output that is not in the store."""
    found = np.zeros(len(first_input) - 1, dtype=np.bool_)
    for tx in range(len(found)):
        for i in range(first_input[tx], first_input[tx + 1]):
            found[tx] |= spent[i] == NONE
    return found


@njit(cache=True, nogil=True)
def _flatten(parent: Any) -> None:
    for script in range(len(parent)):
        parent[script] = root_of(parent, script)
