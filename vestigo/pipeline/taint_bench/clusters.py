# SPDX-License-Identifier: AGPL-3.0-or-later
"""Clustering beside its peers: each gets the same two columns and returns a label an address.

What a peer needs to bring the columns into its own form counts to its time; ``own_form``
is the time without that.  Rounds go in turns, so that other load meets all alike.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any, NamedTuple

import numpy as np

from vestigo.pipeline.taint_bench.timing import Timing, timed

ROUNDS = 3
WARM = 1_000
ADDRESSES_A_ROW = 0.6
ROWS_A_TRANSACTION = 2.5


class Rows(NamedTuple):
    """Rows of (transaction, address): integers, transactions in order, addresses at random."""

    groups: Any
    members: Any
    n_members: int


def invented_rows(n_rows: int) -> Rows:
    """Return ``n_rows`` rows over 0.6 addresses a row and 0.4 transactions a row."""
    draw = np.random.default_rng(1)
    n_members = int(n_rows * ADDRESSES_A_ROW)
    groups = np.sort(draw.integers(0, int(n_rows / ROWS_A_TRANSACTION), n_rows)).astype(np.int64)
    return Rows(groups, draw.integers(0, n_members, n_rows).astype(np.int32), n_members)


def measure_clusters(n_rows: int) -> dict[str, Any]:
    """Group ``n_rows`` rows; peers where they are installed, else None under their name."""
    from ledger.forest import forest, partition

    partition(*invented_rows(WARM))
    forest(*invented_rows(WARM))
    rows = invented_rows(n_rows)
    peers, absent = _prepared(rows)
    takes: dict[str, Callable[[], Any]] = {
        "ours": partial(partition, *rows),
        "forest": partial(forest, *rows),
    }
    takes |= {name: whole for name, (whole, _own) in peers.items()}
    takes |= {f"{name} own form": own for name, (_whole, own) in peers.items()}
    found = {name: Timing() for name in takes}
    for _round in range(ROUNDS):
        for name, take in takes.items():
            found[name] = timed(take, found[name])
    told = {name: _beside(found, name) for name in peers} | dict.fromkeys(absent)
    return {
        "rows": n_rows,
        "addresses": rows.n_members,
        "seconds": round(found["ours"].wall, 3),
        "processor_seconds": round(found["ours"].processor, 3),
        "with_proof_forest_seconds": round(found["forest"].wall, 3),
        "peers": told,
    }


def _beside(found: dict[str, Timing], name: str) -> dict[str, Any]:
    ours, peer, own = found["ours"], found[name], found[f"{name} own form"]
    return {
        "seconds": round(peer.wall, 3),
        "processor_seconds": round(peer.processor, 3),
        "times_slower": round(peer.wall / ours.wall, 2),
        "times_slower_by_processor": round(peer.processor / ours.processor, 2),
        "own_form_times_slower_by_processor": round(own.processor / ours.processor, 2),
        "same_partition": same_partition(ours.result, peer.result[: len(ours.result)]),
    }


Prepared = dict[str, tuple[Callable[[], Any], Callable[[], Any]]]


def _prepared(rows: Rows) -> tuple[Prepared, list[str]]:
    """Return each installed peer as (from the columns, from its own form), and the absent."""
    peers: Prepared = {}
    absent = []
    for name, (form, run) in PEERS.items():
        try:
            held = form(rows)
        except ImportError:
            absent.append(name)
            continue
        peers[name] = (partial(_whole, form, run, rows), partial(run, held, rows))
    return peers, absent


def _whole(form: Callable[[Rows], Any], run: Callable[[Any, Rows], Any], rows: Rows) -> Any:
    return run(form(rows), rows)


def _arrow_lists(rows: Rows) -> Any:
    import_module("gs_clustering")
    arrow = import_module("pyarrow")
    starts = np.flatnonzero(np.append(True, rows.groups[1:] != rows.groups[:-1]))
    offsets = np.append(starts, len(rows.groups)).astype(np.int32)
    members = arrow.array(rows.members.astype(np.uint32))
    return arrow.ListArray.from_arrays(arrow.array(offsets), members)


def _graphsense(inputs: Any, rows: Rows) -> Any:
    clustering = import_module("gs_clustering").Clustering(max_address_id=rows.n_members - 1)
    clustering.process_transactions_arrow(inputs)
    return clustering.get_mapping().column(1).to_numpy()


def _neighbours(rows: Rows) -> Any:
    """Return the edges between addresses of neighbouring rows: the least that scipy needs."""
    sparse = import_module("scipy.sparse")
    same = rows.groups[1:] == rows.groups[:-1]
    ends = (rows.members[:-1][same], rows.members[1:][same])
    shape = (rows.n_members, rows.n_members)
    return sparse.coo_matrix((np.ones(len(ends[0]), dtype=np.int8), ends), shape=shape)


def _incidence(rows: Rows) -> Any:
    """Return the rows as they are: edges between addresses and transactions."""
    sparse = import_module("scipy.sparse")
    n = rows.n_members + int(rows.groups[-1]) + 1
    ends = (rows.members.astype(np.int64), rows.groups + rows.n_members)
    return sparse.coo_matrix((np.ones(len(rows.groups), dtype=np.int8), ends), shape=(n, n))


def _scipy(matrix: Any, _rows: Rows) -> Any:
    graph = import_module("scipy.sparse.csgraph")
    return graph.connected_components(matrix, directed=False)[1]


PEERS: dict[str, tuple[Callable[[Rows], Any], Callable[[Any, Rows], Any]]] = {
    "graphsense-clustering": (_arrow_lists, _graphsense),
    "scipy": (_incidence, _scipy),
    "scipy on edges": (_neighbours, _scipy),
}


def same_partition(ours: Any, labels: Any) -> bool:
    """Whether two labellings are one partition: each label of one belongs to one of the other."""
    pairs = np.unique(np.stack((np.asarray(ours, np.int64), np.asarray(labels, np.int64))), axis=1)
    n = pairs.shape[1]
    return bool(len(np.unique(pairs[0])) == n == len(np.unique(pairs[1])))
