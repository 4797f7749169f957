# SPDX-License-Identifier: AGPL-3.0-or-later
"""The figures: transactions a second for each method, clustering beside its peers."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any

import numpy as np

from ledger.taint.whole import WHOLE_METHODS, spread
from vestigo.pipeline.taint_bench.invented_graph import invented_graph

N_SEEDS = 2_000
ROUNDS = 3
WARM = 2_000
ADDRESSES_A_ROW = 0.6
Timed = tuple[float, float, Any]


def measure_taint(n_tx: int) -> dict[str, Any]:
    """Sweep a graph of ``n_tx`` transactions from 2,000 seeds; the sums are checked."""
    small, graph = invented_graph(WARM), invented_graph(n_tx)
    seeds = _mined_outputs(graph)
    seeded = int(graph.value_sat[seeds].sum())
    unspent = np.ones(len(graph.value_sat), dtype=np.bool_)
    unspent[graph.spent_output] = False
    rows: dict[str, Any] = {}
    for method in WHOLE_METHODS:
        spread(small, [WARM // 2], method)  # compiled before it is timed
        wall, processor, found = _timed(partial(spread, graph, seeds, method))
        ends = int(found.taint[unspent].sum()) + found.fee_sat
        rows[method] = {
            "seconds": round(wall, 3),
            "processor_seconds": round(processor, 3),
            "tx_s": round(n_tx / wall),
            "tx_s_processor": round(n_tx / processor),
            "tainted_outputs": found.n_outputs,
            "conserved": method == "poison" or ends == seeded,
        }
    return {"transactions": n_tx, "seeds": len(seeds), "methods": rows}


def _mined_outputs(graph: Any) -> list[int]:
    """Return 2,000 outputs of coinbases from a quarter of the chain on: no seed reaches another."""
    mined = np.flatnonzero(np.diff(graph.first_input) == 0)
    outputs = graph.first_output[mined[len(mined) // 4 :]]
    return [int(output) for output in outputs[:N_SEEDS]]


def measure_clusters(n_rows: int) -> dict[str, Any]:
    """Group ``n_rows`` rows of (transaction, address); peers where they are installed."""
    from ledger.forest import forest, partition

    draw = np.random.default_rng(1)
    n_addresses = int(n_rows * ADDRESSES_A_ROW)
    groups = np.sort(draw.integers(0, n_rows * 2 // 5, n_rows)).astype(np.int64)
    members = draw.integers(0, n_addresses, n_rows).astype(np.int32)
    forest(groups[:10], members[:10], n_addresses)
    partition(groups[:10], members[:10], n_addresses)
    ours = _timed(lambda: partition(groups, members, n_addresses))
    proof = _timed(lambda: forest(groups, members, n_addresses))
    figures: dict[str, Any] = {
        "rows": n_rows,
        "addresses": n_addresses,
        "seconds": round(ours[0], 3),
        "with_proof_forest_seconds": round(proof[0], 3),
        "peers": {},
    }
    for name, run in PEERS.items():
        try:
            wall, _processor, labels = _timed(partial(run, groups, members, n_addresses), 1)
        except ImportError:
            figures["peers"][name] = None
            continue
        figures["peers"][name] = {
            "seconds": round(wall, 3),
            "times_slower": round(wall / ours[0], 2),
            "same_partition": _same(ours[2], labels),
        }
    return figures


def _timed(run: Callable[[], Any], rounds: int = ROUNDS) -> Timed:
    """Return the best wall and processor seconds of some rounds, and the last result."""
    best: list[tuple[float, float]] = []
    found = None
    for _round in range(rounds):
        wall, processor = time.perf_counter(), time.process_time()
        found = run()
        best.append((time.perf_counter() - wall, time.process_time() - processor))
    return min(one[0] for one in best), min(one[1] for one in best), found


def _scipy(groups: Any, members: Any, n: int) -> Any:
    sparse = import_module("scipy.sparse")
    graph = import_module("scipy.sparse.csgraph")
    same = groups[1:] == groups[:-1]
    edges = (np.ones(int(same.sum()), dtype=np.int8), (members[:-1][same], members[1:][same]))
    return graph.connected_components(sparse.coo_matrix(edges, shape=(n, n)), directed=False)[1]


def _graphsense(groups: Any, members: Any, n: int) -> Any:
    import pyarrow as pa

    peer = import_module("gs_clustering")
    starts = np.flatnonzero(np.append(True, groups[1:] != groups[:-1]))
    offsets = np.append(starts, len(groups)).astype(np.int32)
    inputs = pa.ListArray.from_arrays(pa.array(offsets), pa.array(members.astype(np.uint32)))
    clustering = peer.Clustering(max_address_id=n - 1)
    clustering.process_transactions_arrow(inputs)
    return clustering.get_mapping().column(1).to_numpy()


PEERS: dict[str, Callable[[Any, Any, int], Any]] = {
    "graphsense-clustering": _graphsense,
    "scipy": _scipy,
}


def _same(ours: Any, labels: Any) -> bool:
    """Whether two labellings are one partition: each label of one belongs to one of the other."""
    pairs = np.unique(np.stack((np.asarray(ours, np.int64), np.asarray(labels, np.int64))), axis=1)
    n = pairs.shape[1]
    return bool(len(np.unique(pairs[0])) == n == len(np.unique(pairs[1])))
