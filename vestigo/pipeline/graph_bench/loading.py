# SPDX-License-Identifier: AGPL-3.0-or-later
"""Loading the synthetic graph through the store, and upserts into it.

The time of the generator is not counted: only what the store was busy with.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from graph.store import GraphStore, Summary
from vestigo.pipeline.graph_bench.synthetic import START, SyntheticGraph

UPSERTED_NODES = 100_000
UPSERTED_EDGES = 40_000
WARM_BATCHES = 20
BATCH = 2000


@dataclass(slots=True)
class Stopwatch:
    """Adds up the seconds spent in a block, and those of the processors."""

    seconds: float = 0.0
    processor_seconds: float = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        """Count the time of a block."""
        begin, busy = time.perf_counter(), time.process_time()
        try:
            yield
        finally:
            self.seconds += time.perf_counter() - begin
            self.processor_seconds += time.process_time() - busy


@dataclass(frozen=True, slots=True)
class Loaded:
    """Seconds by part of the loading, and what it took of the processors in this process."""

    parts: dict[str, float]
    processor_seconds: float


def load(store: GraphStore, graph: SyntheticGraph, on_batch: Callable[[int], None]) -> Loaded:
    """Load everything between ``begin`` and ``commit``."""
    begun, nodes, edges, committed = Stopwatch(), Stopwatch(), Stopwatch(), Stopwatch()
    n_nodes = 0
    with begun.running():
        store.begin()
    for label, rows in graph.node_batches():
        with nodes.running():
            store.write_nodes(label, rows)
        n_nodes += len(rows)
        on_batch(len(rows))
    for kind, pair, batch in graph.edge_batches():
        with edges.running():
            store.write_edges(kind, pair, batch)
        on_batch(len(batch))
    with committed.running():
        store.commit(summary_of(graph, n_nodes))
    parts = {"begin": begun, "nodes": nodes, "relationships": edges, "commit": committed}
    return Loaded(
        {name: watch.seconds for name, watch in parts.items()},
        sum(watch.processor_seconds for watch in parts.values()),
    )


def summary_of(graph: SyntheticGraph, n_nodes: int) -> Summary:
    """Return what a commit notes."""
    return {
        "model": 2,
        "n_nodes": n_nodes,
        "n_relationships": graph.n_relationships,
        "canonical_sha256": "",
    }


def upsert(store: GraphStore, graph: SyntheticGraph) -> dict[str, float]:
    """Change the graph as an update does; return seconds and counts (nothing is committed).

    Half of the nodes are there already; each relationship is taken away and written.
    The first batches warm up and are not counted.
    """
    opened, nodes, edges = Stopwatch(), Stopwatch(), Stopwatch()
    warm = Stopwatch()
    with opened.running():
        store.begin_update({}, UPSERTED_NODES)
    rows = [_node(graph, number) for number in range(UPSERTED_NODES + WARM_BATCHES * BATCH)]
    for number, batch in enumerate(_pages(rows)):
        with (nodes if number >= WARM_BATCHES else warm).running():
            store.put_nodes("Transaction", batch)
    pairs = [_edge(graph, number) for number in range(UPSERTED_EDGES + WARM_BATCHES * BATCH)]
    for number, batch in enumerate(_pages(pairs)):
        with (edges if number >= WARM_BATCHES else warm).running():
            store.remove_edges("SPENT_IN", ("Address", "Transaction"), batch)
            store.write_edges("SPENT_IN", ("Address", "Transaction"), batch)
    return {
        "update_open_s": opened.seconds,
        "nodes_per_s": UPSERTED_NODES / nodes.seconds,
        "relationships_per_s": UPSERTED_EDGES / edges.seconds,
    }


def _node(graph: SyntheticGraph, number: int) -> dict[str, Any]:
    known = number % 2 == 0 and number < graph.n_transactions
    key = graph.txids[number] if known else f"{number:064x}"
    return {"key": key, "name": key, "network": "regtest", "at": START + number}


def _edge(graph: SyntheticGraph, number: int) -> dict[str, Any]:
    return {
        "source": graph.addresses[(number * 13) % graph.n_addresses],
        "target": graph.txids[(number * 17) % graph.n_transactions],
        "properties": {"record_id": f"{number:064x}", "rule": "graph.payment.v1",
                       "tier": "structural", "confidence": "1.0000", "at": START + number,
                       "n_records": 1},
    }  # fmt: skip


def _pages(rows: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    for begin in range(0, len(rows), BATCH):
        yield rows[begin : begin + BATCH]
