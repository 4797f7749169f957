# SPDX-License-Identifier: AGPL-3.0-or-later
"""Multi-input clustering that does not walk into mixes (``ledger.multi_input.v1``).

Who signs inputs together holds their keys, unless several parties build one
transaction: so no mix and no two-party candidate joins anything, and a transaction
with an input that is not in the store joins nothing either (its class is unknown).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ledger.classes import NOT_ONE_OWNER, classify
from ledger.index import NONE, ChainIndex
from ledger.unions import Edge, Unions

RULE = "ledger.multi_input.v1"


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
    index: ChainIndex, service_names: Mapping[int, frozenset[str]], large_cluster: int
) -> Clustering:
    """Cluster all scripts of the index; ``service_names`` are those tagged by script."""
    clustering = Clustering(Unions(), services=dict(service_names))
    for tx in range(len(index.txids)):
        spent = index.spent_by(tx)
        if len(spent) < 2 or NONE in spent:  # noqa: PLR2004 - a union needs two
            continue
        scripts = list(dict.fromkeys(int(index.script_of[output]) for output in spent))
        if len(scripts) > 1 and classify(index.view(tx)).name not in NOT_ONE_OWNER:
            for other in scripts[1:]:
                _join(clustering, Edge(tx, scripts[0], other), large_cluster)
    return clustering


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
