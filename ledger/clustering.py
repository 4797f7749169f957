# SPDX-License-Identifier: AGPL-3.0-or-later
"""Multi-input clustering that does not walk into mixes (``ledger.multi_input.v2``).

Who signs inputs together holds their keys, unless several parties build one
transaction: so nothing is joined by a mix, by a two-party candidate, or by anything
else that several people may have paid (``ledger.joint_doubt.v1``; new in version 2).
A transaction with an input that is not in the store joins nothing either, since its
class is unknown.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ledger.classes import may_be_joint
from ledger.index import ChainIndex
from ledger.joining import (
    END,
    Flags,
    GrownUnions,
    equal_outputs,
    incomplete,
    join_inputs,
    root_of,
    unite,
)
from ledger.unions import Edge, Joined

RULE = "ledger.multi_input.v2"
MANY_INPUTS = 10  # fewer than any mix has whose outputs all differ; the rest have equal ones


@dataclass(frozen=True, slots=True)
class RefusedUnion:
    """A union that the collapse guard refused, and why (``service_tags`` or ``size``)."""

    edge: Edge
    reason: str


@dataclass(frozen=True, slots=True)
class Clustering:
    """Clusters of scripts, the class of every transaction that has one, refused unions."""

    unions: Joined
    refused: list[RefusedUnion] = field(default_factory=list)
    services: dict[int, frozenset[str]] = field(default_factory=dict)

    def names(self, script: int) -> frozenset[str]:
        """Return the names of the services whose tags are in the cluster of ``script``."""
        return self.services.get(self.unions.find(script), frozenset())


def cluster_multi_input(
    index: ChainIndex,
    service_names: Mapping[int, frozenset[str]],
    large_cluster: int,
    without: Collection[int] = (),
) -> Clustering:
    """Cluster all scripts of the index; ``service_names`` are those tagged by script.

    Transactions ``without`` (numbers of the index) join nothing.
    """
    joiner = _Joiner(index, service_names, large_cluster)
    joiner.join(_skipped(index, frozenset(without)))
    services = {root: joiner.names[joiner.name[root]] for root in joiner.named_roots()}
    return Clustering(GrownUnions(joiner.parent, joiner.made()), joiner.refused, services)


def _skipped(index: ChainIndex, without: frozenset[int]) -> Flags:
    """Return which transactions join nothing."""
    skipped: Flags = incomplete(index.first_input, index.spent_output)
    skipped[list(without)] = True
    n_inputs = np.diff(index.first_input)
    doubtful = equal_outputs(index.first_output, index.value_sat) | (n_inputs >= MANY_INPUTS)
    for tx in np.flatnonzero(doubtful & (n_inputs > 1) & ~skipped).tolist():
        scripts = index.script_of[index.spent_by(tx)]
        if (scripts != scripts[0]).any():
            skipped[tx] = may_be_joint(index.view(tx))
    return skipped


class _Joiner:
    """Joins by compiled code; judges where two sets with unlike tags, or two large ones, meet.

    ``name`` of a set is the number of its service names in ``names``; 0 are none.
    """

    def __init__(
        self, index: ChainIndex, service_names: Mapping[int, frozenset[str]], large_cluster: int
    ) -> None:
        n = len(index.scripts)
        self.parent, self.size = np.arange(n, dtype=np.int32), np.ones(n, dtype=np.int32)
        self.name = np.zeros(n, dtype=np.int32)
        self.names: list[frozenset[str]] = [frozenset()]
        self.refused: list[RefusedUnion] = []
        self._numbers = {frozenset[str](): 0}
        self._large = large_cluster
        self._edges, self._n = np.empty((n, 3), dtype=np.int64), 0
        self._index = (index.first_input, index.spent_output, index.script_of)
        for script, names in service_names.items():
            self.name[script] = self._number(names)

    def join(self, skipped: Flags) -> None:
        """Join the inputs of all transactions but those that are skipped."""
        tx, at = 0, 0
        while tx != END:
            sets = (self.parent, self.size, self.name)
            tx, at, self._n = join_inputs(
                tx, at, self._index, skipped, sets, self._large, self._edges, self._n
            )
            if tx != END:
                self._judge(tx, at)
                at += 1

    def made(self) -> Any:
        """Return the unions that were made, one a row: transaction, script, script."""
        return self._edges[: self._n].copy()

    def named_roots(self) -> list[int]:
        """Return the representatives of the sets that carry tags."""
        roots: list[int] = np.flatnonzero(
            (self.name > 0) & (self.parent == np.arange(len(self.parent)))
        ).tolist()
        return roots

    def _judge(self, tx: int, at: int) -> None:
        first_input, spent, script_of = self._index
        scripts = script_of[spent[first_input[tx] : at + 1]].tolist()
        edge = Edge(tx, scripts[0], scripts[-1])
        a, b = root_of(self.parent, edge.a), root_of(self.parent, edge.b)
        names_a, names_b = self.names[self.name[a]], self.names[self.name[b]]
        reason = ""
        if names_a and names_b and not names_a & names_b:
            reason = "service_tags"
        elif min(self.size[a], self.size[b]) >= self._large:
            reason = "size"
        if not reason:
            unite(self.parent, self.size, self.name, a, b, self._number(names_a | names_b))
            self._edges[self._n] = edge
            self._n += 1
        elif edge.b not in scripts[:-1]:  # one that stands there twice is told once
            self.refused.append(RefusedUnion(edge, reason))

    def _number(self, names: frozenset[str]) -> int:
        if names not in self._numbers:
            self._numbers[names] = len(self.names)
            self.names.append(names)
        return self._numbers[names]
