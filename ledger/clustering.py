# SPDX-License-Identifier: AGPL-3.0-or-later
"""Multi-input clustering that does not walk into mixes (``ledger.multi_input.v2``).

Who signs inputs together holds their keys, unless several parties build one
transaction: so nothing is joined by a mix, by a two-party candidate, or by anything
else that several people may have paid (``ledger.joint_doubt.v1``; new in version 2).
A transaction with an input that is not in the store joins nothing either, since its
class is unknown.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from ledger.classes import may_be_joint
from ledger.index import NONE, ChainIndex
from ledger.unions import Edge, Unions

RULE = "ledger.multi_input.v2"
MANY_INPUTS = 10  # fewer than any mix has whose outputs all differ


@dataclass(frozen=True, slots=True)
class RefusedUnion:
    """A union that the collapse guard refused, and why (``service_tags`` or ``size``)."""

    edge: Edge
    reason: str


@dataclass(frozen=True, slots=True)
class Clustering:
    """Clusters of scripts, the class of every transaction that has one, refused unions."""

    unions: Unions
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
    clustering = Clustering(Unions(), services=dict(service_names))
    for tx, scripts in _joining(index, frozenset(without)):
        for other in scripts[1:]:
            _join(clustering, Edge(tx, scripts[0], other), large_cluster)
    return clustering


def _joining(index: ChainIndex, without: frozenset[int]) -> Iterator[tuple[int, list[int]]]:
    """Yield transactions that join, in chain order, with the distinct scripts they spend from."""
    doubtful = _doubtful(index)
    for tx in np.flatnonzero(np.diff(index.first_input) > 1).tolist():
        spent = index.spent_by(tx)
        if NONE in spent or tx in without:
            continue
        scripts = list(dict.fromkeys(index.script_of[spent].tolist()))
        if len(scripts) > 1 and not (doubtful[tx] and may_be_joint(index.view(tx))):
            yield tx, scripts


def _doubtful(index: ChainIndex) -> npt.NDArray[np.bool_]:
    """Return which transactions could be joint at all: equal outputs, or very many inputs.

    Every rule for joint transactions needs one of the two, so the others are not judged.
    """
    n_tx = len(index.first_output) - 1
    order = np.lexsort((index.value_sat, index.tx_of))
    values, owners = index.value_sat[order], index.tx_of[order]
    doubtful = np.diff(index.first_input) >= MANY_INPUTS
    equal = (values[1:] == values[:-1]) & (owners[1:] == owners[:-1])
    doubtful[owners[1:][equal]] = True
    assert len(doubtful) == n_tx
    return doubtful


def _join(clustering: Clustering, edge: Edge, large_cluster: int) -> None:
    unions = clustering.unions
    a, b = unions.find(edge.a), unions.find(edge.b)
    if a == b:
        return
    names_a, names_b = clustering.names(a), clustering.names(b)
    reason = ""
    if names_a and names_b and not names_a & names_b:
        reason = "service_tags"
    elif min(unions.size(a), unions.size(b)) >= large_cluster:
        reason = "size"
    if reason:
        clustering.refused.append(RefusedUnion(edge, reason))
        return
    unions.join(edge)
    names = names_a | names_b
    if names:
        clustering.services[unions.find(a)] = names
