# SPDX-License-Identifier: AGPL-3.0-or-later
"""Makes the graph again from the records: the only way anything gets into it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, islice
from typing import TypeVar

from graph.canonical import Digest, canonical
from graph.faults import cannot_store
from graph.model import MODEL_VERSION, NODES, Edge
from graph.projecting.chain import ChainFacts
from graph.projecting.collector import Collector
from graph.projecting.evidence import Evidence
from graph.projecting.market import MarketFacts
from graph.projecting.reading import Reader, RecordSource
from graph.store import GraphStore
from vestigo.i18n import _

T = TypeVar("T")
BATCH = 2000


@dataclass(frozen=True, slots=True)
class RebuildReport:
    """What a rebuild made; ``canonical_sha256`` is the same on every engine."""

    engine: str
    n_records: int
    n_nodes: int
    n_relationships: int
    canonical_sha256: str


def rebuild(
    source: RecordSource, store: GraphStore, on_batch: Callable[[int], None] | None = None
) -> RebuildReport:
    """Replace the graph in ``store`` by the projection of the records of ``source``.

    Same records, same graph, whatever their order.  ``on_batch`` is called with the
    number of elements of each batch that was written.  What was written is read back
    and compared before it is committed.

    Raises E-GRA-003 (second writer), E-GRA-007 (cannot be stored) and, on a server,
    E-GRA-001 (unreachable), E-GRA-002 (log-in refused), E-GRA-008 (not our database).
    """
    head = getattr(source, "head", None)
    basis = {} if head is None else {"ledger_entries": head().n_entries}
    collector, n_records = project(source)
    store.begin()
    try:
        report = write(collector, store, n_records, on_batch or _nobody)
        _read_back(store, report)
        store.commit({**_summary(report), **basis})
    except BaseException:
        store.close()
        raise
    return report


def project(source: RecordSource) -> tuple[Collector, int]:
    """Return the nodes and relationships of a source, and how many records were read."""
    read = Reader(source)
    collector, evidence = Collector(), Evidence(read.retracted())
    MarketFacts(collector, evidence).project(read)
    ChainFacts(collector, evidence).project(read)
    evidence.draw(collector)
    return collector, read.n_records


def write(
    collector: Collector, store: GraphStore, n_records: int, on_batch: Callable[[int], None]
) -> RebuildReport:
    """Write everything that was collected, in one order, in batches."""
    digest, n_nodes, n_edges = Digest(), 0, 0
    for label in sorted(NODES):
        for nodes in _batches(collector.nodes(label)):
            store.write_nodes(label, nodes)
            digest.add_nodes(label, nodes)
            n_nodes += len(nodes)
            on_batch(len(nodes))
    for (kind, *pair), edges in groupby(collector.edges(), key=_group_of):
        for batch in _batches(edges):
            store.write_edges(kind, (pair[0], pair[1]), [_row(edge) for edge in batch])
            digest.add_edges(batch)
            n_edges += len(batch)
            on_batch(len(batch))
    return RebuildReport(store.engine, n_records, n_nodes, n_edges, digest.hexdigest())


def _read_back(store: GraphStore, report: RebuildReport) -> None:
    if canonical(store) != report.canonical_sha256:
        raise cannot_store(store.engine, _("it reads back other than it was written"))


def _summary(report: RebuildReport) -> dict[str, str | int]:
    return {
        "model": MODEL_VERSION,
        "n_records": report.n_records,
        "n_nodes": report.n_nodes,
        "n_relationships": report.n_relationships,
        "canonical_sha256": report.canonical_sha256,
    }


def _group_of(edge: Edge) -> tuple[str, str, str]:
    return edge.kind, edge.source.label, edge.target.label


def _row(edge: Edge) -> dict[str, object]:
    return {"source": edge.source.key, "target": edge.target.key, "properties": edge.properties}


def _batches(items: Iterable[T]) -> Iterator[list[T]]:
    iterator = iter(items)
    while batch := list(islice(iterator, BATCH)):
        yield batch


def _nobody(_n: int) -> None:
    """Nobody watches."""
