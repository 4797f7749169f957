# SPDX-License-Identifier: AGPL-3.0-or-later
"""Union-find by compiled code: which inputs join which scripts, and the partition.

Every union is written down, so that the edges are a spanning forest in chain order.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def forest(groups: Any, members: Any, n_members: int) -> tuple[Any, Any, Any]:
    """Return the unions of rows in one group: first member, other member, row of the union.

    ``groups`` are non-decreasing (one number a transaction); ``members`` below
    ``n_members``.  Four bytes a member are kept.
    """
    parent = np.arange(n_members, dtype=np.int32)
    n_rows = len(groups)
    one = np.empty(min(n_rows, n_members), dtype=np.int32)
    other = np.empty_like(one)
    rows = np.empty(len(one), dtype=np.int64)
    n = 0
    for row in range(1, n_rows):
        if groups[row] != groups[row - 1]:
            continue
        a, b = members[row - 1], members[row]
        while parent[a] != a:
            parent[a] = parent[parent[a]]
            a = parent[a]
        while parent[b] != b:
            parent[b] = parent[parent[b]]
            b = parent[b]
        if a != b:
            if a < b:
                parent[b] = a
            else:
                parent[a] = b
            one[n], other[n], rows[n] = members[row - 1], members[row], row
            n += 1
    return one[:n], other[:n], rows[:n]


@njit(cache=True, nogil=True)
def partition(groups: Any, members: Any, n_members: int) -> Any:
    """Return the least member of the set of each member, after the unions of ``forest``."""
    parent = np.arange(n_members, dtype=np.int32)
    for row in range(1, len(groups)):
        if groups[row] != groups[row - 1]:
            continue
        a, b = members[row - 1], members[row]
        while parent[a] != a:
            parent[a] = parent[parent[a]]
            a = parent[a]
        while parent[b] != b:
            parent[b] = parent[parent[b]]
            b = parent[b]
        if a < b:
            parent[b] = a
        elif b < a:
            parent[a] = b
    for member in range(n_members):
        root = parent[member]
        while parent[root] != root:
            root = parent[root]
        parent[member] = root
    return parent
