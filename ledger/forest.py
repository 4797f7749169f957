# SPDX-License-Identifier: AGPL-3.0-or-later
"""Union-find by compiled code: which inputs join which scripts, and the partition.

Every union can be written down, so that the edges are a spanning forest in chain order.
The larger of two roots is hung under the smaller: the order of rows changes no result.

What costs time is waiting for memory.  So the parent of a member is asked for some rows
before its turn, and its grandparent half as far ahead; and a row joins by the least and
the greatest of two roots, without a branch that the processor would have to guess.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from ledger.prefetching import prefetch

NEAR, FAR = 24, 48  # rows ahead


def partition(groups: Any, members: Any, n_members: int) -> Any:
    """Return the least member of the set of each member (int32), after the unions of all rows.

    ``groups`` are non-decreasing (one number a transaction); ``members`` (int32) below
    ``n_members``.  Four bytes a member are kept.
    """
    parent = np.arange(n_members, dtype=np.int32)
    if len(groups):
        _join(groups, members, parent, _NOT_WRITTEN)
        _settle(parent)
    return parent


def forest(groups: Any, members: Any, n_members: int) -> tuple[Any, Any, Any]:
    """Return the unions of rows in one group: first member, other member, row of the union."""
    parent = np.arange(n_members, dtype=np.int32)
    rows = np.empty(max(min(len(groups), n_members), 1), dtype=np.int64)
    found = rows[: _join(groups, members, parent, rows)] if len(groups) else rows[:0]
    return members[found - 1], members[found], found


_NOT_WRITTEN = np.empty(0, dtype=np.int64)


@njit(cache=True, nogil=True)
def _join(groups: Any, members: Any, parent: Any, rows: Any) -> int:
    """Join each row with the one before in its group; return how many unions ``rows`` holds."""
    n_rows, n = len(groups), 0
    root = _root(parent, members[0])
    for row in range(1, n_rows):
        if row + FAR < n_rows:
            prefetch(parent, np.int64(members[row + FAR]))
            prefetch(parent, np.int64(parent[members[row + NEAR]]))
        found = _root(parent, members[row])
        before = root if groups[row] == groups[row - 1] else found
        root = min(before, found)
        parent[max(before, found)] = root
        if len(rows) and before != found:
            rows[n] = row
            n += 1
    return n


@njit(cache=True, nogil=True, inline="always")
def _root(parent: Any, member: Any) -> Any:
    """Return the root of a member; every step on the way is made to skip one."""
    above = parent[member]
    higher = parent[above]
    while above != higher:
        parent[member] = higher
        member = higher
        above = parent[member]
        higher = parent[above]
    return above


@njit(cache=True, nogil=True)
def _settle(parent: Any) -> None:
    """Point every member at its root: a parent is never greater, so its own is settled."""
    for member in range(len(parent)):
        if member + NEAR < len(parent):
            prefetch(parent, np.int64(parent[member + NEAR]))
        parent[member] = parent[parent[member]]
