# SPDX-License-Identifier: AGPL-3.0-or-later
"""Why are two addresses one wallet cluster: the joins on the way between them."""

from __future__ import annotations

from collections import defaultdict, deque

from vestigo.records import Cluster, Join


def proof_path(cluster: Cluster, start: str, end: str) -> list[Join]:
    """Return the joins that lead from ``start`` to ``end``, [] where there is no way.

    Each join names the transaction that spends from both of its addresses.
    """
    beside: dict[str, list[tuple[str, Join]]] = defaultdict(list)
    for join in cluster.joins:
        beside[join.address_a].append((join.address_b, join))
        beside[join.address_b].append((join.address_a, join))
    came: dict[str, tuple[str, Join]] = {}
    waiting = deque([start])
    while waiting and end not in came:
        here = waiting.popleft()
        for there, join in beside[here]:
            if there not in came and there != start:
                came[there] = (here, join)
                waiting.append(there)
    path: list[Join] = []
    at = end
    while at in came:
        at, join = came[at]
        path.append(join)
    return path[::-1]
