# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where nodes stand: columns from left to right, whole numbers only.

A layered drawing: the column of a node is its distance from the roots; within a column
nodes are ordered by the mean place of their neighbours (Sugiyama, Tagawa and Toda,
"Methods for Visual Understanding of Hierarchical System Structures", 1981).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence

from graph.model import Edge, NodeRef

LAST = ("Service",)  # where money ends stands at the right edge
_SWEEPS = 12
_SCALE = 1000
Near = dict[NodeRef, list[NodeRef]]


def columns(
    refs: Sequence[NodeRef], edges: Iterable[Edge], roots: Sequence[NodeRef]
) -> list[list[NodeRef]]:
    """Return the nodes column by column, each ordered from top to bottom."""
    near = _neighbours(refs, edges)
    depth = _depths(refs, near, roots)
    made: list[list[NodeRef]] = [[] for _column in range(max(depth.values(), default=-1) + 1)]
    for ref in refs:
        made[depth[ref]].append(ref)
    for sweep in range(_SWEEPS):
        order = range(len(made)) if sweep % 2 == 0 else range(len(made) - 1, -1, -1)
        for number in order:
            _settle(made, number, near)
    return made


def _neighbours(refs: Sequence[NodeRef], edges: Iterable[Edge]) -> Near:
    near: dict[NodeRef, set[NodeRef]] = {ref: set() for ref in refs}
    for edge in edges:
        if edge.source != edge.target:
            near[edge.source].add(edge.target)
            near[edge.target].add(edge.source)
    return {ref: sorted(others, key=_by_name) for ref, others in near.items()}


def _depths(refs: Sequence[NodeRef], near: Near, roots: Sequence[NodeRef]) -> dict[NodeRef, int]:
    """Return the distance from the nearest root; what no root reaches has its own first."""
    depth: dict[NodeRef, int] = {}
    _spread(depth, near, roots)
    for ref in refs:
        if ref not in depth:
            _spread(depth, near, [ref])
    last = max((n for ref, n in depth.items() if ref.label not in LAST), default=-1) + 1
    ends = [ref for ref in refs if ref.label in LAST and ref not in roots]
    return depth | dict.fromkeys(ends, last)


def _spread(depth: dict[NodeRef, int], near: Near, starts: Sequence[NodeRef]) -> None:
    depth.update(dict.fromkeys(starts, 0))
    waiting = deque(starts)
    while waiting:
        ref = waiting.popleft()
        for other in near[ref]:
            if other not in depth:
                depth[other] = depth[ref] + 1
                waiting.append(other)


def _settle(made: list[list[NodeRef]], number: int, near: Near) -> None:
    """Order one column by where its neighbours in the columns beside it stand."""
    beside: dict[NodeRef, int] = {}
    for other in (number - 1, number + 1):
        if 0 <= other < len(made):
            size = len(made[other])
            beside |= {ref: (2 * at + 1) * _SCALE // size for at, ref in enumerate(made[other])}
    size = len(made[number])
    own = {ref: (2 * at + 1) * _SCALE // size for at, ref in enumerate(made[number])}
    places = {ref: [beside[one] for one in near[ref] if one in beside] for ref in made[number]}
    wanted = {ref: sum(at) // len(at) if at else own[ref] for ref, at in places.items()}
    made[number].sort(key=lambda ref: (wanted[ref], own[ref]))


def _by_name(ref: NodeRef) -> tuple[str, str]:
    return ref.label, ref.key
