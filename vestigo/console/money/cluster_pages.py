# SPDX-License-Identifier: AGPL-3.0-or-later
"""A wallet cluster: members, joins, the proof path, and what stays without a transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from litestar import Response, get
from litestar.exceptions import HTTPException

from vestigo.console.desk import Asked, Look, desk_of, query_of
from vestigo.console.index import CaseIndex
from vestigo.console.money.chain import Chains
from vestigo.console.paging import paged
from vestigo.console.tables import csv_answer
from vestigo.errors import VestigoError
from vestigo.pipeline.session import CaseSession
from vestigo.records import Join

if TYPE_CHECKING:
    from ledger.analysis import Workbench

MOST_WITHOUT = 20


@dataclass(frozen=True, slots=True)
class ClusterView:
    """One cluster as the chain of the case gives it; ``path`` None where nothing joins the two."""

    addresses: tuple[str, ...]
    joins: tuple[Join, ...]
    service: str
    chance: str
    path: tuple[Join, ...] | None


@get("/cluster", sync_to_thread=True)
def cluster(request: Asked) -> Response[str]:
    """Show the cluster of an address, whole and without the transactions that are named."""
    desk, query = desk_of(request), query_of(request)
    index = desk.index()
    address, other = query.get("address", ""), query.get("to", "")
    without = tuple(dict.fromkeys(query.get("without", "").split()))[:MOST_WITHOUT]
    whole, left, problem = None, None, None
    try:
        whole = cluster_view(desk.chains, index, address, other, ())
        left = cluster_view(desk.chains, index, address, other, without) if without else None
    except VestigoError as error:
        problem = error
    if whole is None and problem is None:
        raise HTTPException(status_code=404)
    gone = sorted(set(whole.addresses) - set(left.addresses)) if whole and left else []
    return desk.page(
        request, "cluster.html", Look("wallet cluster"), address=address, other=other,
        without=without, whole=whole, left=left, gone=gone, problem=problem, index=index,
        members=paged(whole.addresses if whole else (), query),
        recorded=index.clusters.get(address, ()),
    )  # fmt: skip


@get("/cluster.csv", sync_to_thread=True)
def cluster_csv(request: Asked) -> Response[bytes]:
    """Hand out the joins of a cluster: each is the proof of one union."""
    desk = desk_of(request)
    address = query_of(request).get("address", "")
    found = cluster_view(desk.chains, desk.index(), address, "", ())
    if found is None:
        raise HTTPException(status_code=404)
    rows = [(join.txid, join.address_a, join.address_b) for join in found.joins]
    return csv_answer(request, "cluster", ("txid", "address_a", "address_b"), rows)


def cluster_view(
    chains: Chains, index: CaseIndex, address: str, other: str, without: tuple[str, ...]
) -> ClusterView | None:
    """Return the cluster of an address; None where the chain of the case lacks it."""
    with chains.workbench(network_of(chains.session, index, address), without) as bench:
        script = bench.script(address)
        if script is None:
            return None
        unions, service = bench.clustering.unions, bench.services.of(script)
        chance = bench.one_owner(script)
        return ClusterView(
            addresses=tuple(sorted(bench.index.address(one) for one in unions.members(script))),
            joins=tuple(_join(bench, edge) for edge in unions.edges(script)),
            service=service.name if service else "",
            chance=format(chance, "f") if chance is not None else "",
            path=_path(bench, script, other),
        )


def network_of(session: CaseSession, index: CaseIndex, address: str) -> str:
    """Return the network on which the case knows an address, else that of its settings."""
    known = [*index.clusters.get(address, ()), *index.traces.get(address, ()),
             *index.through.get(address, ()), *index.tags.get(address, ())]  # fmt: skip
    found = next((str(one.record.network) for one in known), "")
    return found or str(session.settings("ledger")["network"])


def _path(bench: Workbench, script: int, other: str) -> tuple[Join, ...] | None:
    target = bench.script(other) if other else None
    if target is None:
        return None
    path = bench.clustering.unions.path(script, target)
    return None if path is None else tuple(_join(bench, edge) for edge in path)


def _join(bench: Workbench, edge: tuple[int, int, int]) -> Join:
    tx, a, b = edge
    index = bench.index
    return Join(txid=index.txid(tx), address_a=index.address(a), address_b=index.address(b))


HANDLERS = (cluster, cluster_csv)
