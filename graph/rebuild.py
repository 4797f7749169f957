# SPDX-License-Identifier: AGPL-3.0-or-later
"""Makes the graph from the records, anew or by what changed: the only way anything gets in."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path
from typing import Protocol, TypeVar

from graph.canonical import Digest, canonical
from graph.faults import cannot_store
from graph.model import NODES, Edge, NodeRef, Properties
from graph.projecting.collector import Collector
from graph.projecting.following import BATCH as RECORDS
from graph.projecting.following import follow
from graph.projecting.reading import RecordHistory, RecordSource, history_of
from graph.projecting.state import State, is_damaged
from graph.publishing import Publisher
from graph.store import GraphStore, Summary
from vestigo.errors import VestigoError
from vestigo.i18n import _
from vestigo.store.full_disk import disk_is_full

T = TypeVar("T")
BATCH = 2000
CHANGES, ALL = "changes", "all"
DAMAGED = "E-GRA-007"


@dataclass(frozen=True, slots=True)
class RebuildReport:
    """What the graph is now; ``canonical_sha256`` is the same on every engine.

    ``n_written`` counts nodes and groups of relationships (those of one type between two
    nodes) that were written or taken away; ``whole`` says that all of them were.
    """

    engine: str
    n_records: int
    n_nodes: int
    n_relationships: int
    canonical_sha256: str
    n_new_entries: int = 0
    n_written: int = 0
    whole: bool = True


def rebuild(
    source: RecordSource | RecordHistory,
    store: GraphStore,
    on_batch: Callable[[int], None] | None = None,
    *,
    state_path: Path | None = None,
    on_kept: Callable[[int], None] | None = None,
    batch: int = RECORDS,
) -> RebuildReport:
    """Replace the graph in ``store`` by the projection of the records of ``source``.

    Same records, same graph, whatever their order.  ``on_batch`` is called with the
    number of records or elements of each batch, ``on_kept`` with the place in the ledger
    up to which nothing is lost any more, after each ``batch`` records.  What was written
    is read back and compared before it is committed.

    Raises E-GRA-003 (second writer), E-GRA-007 (cannot be stored), E-STO-005 (full disk)
    and, on a server, E-GRA-001 (unreachable), E-GRA-002 (log-in refused), E-GRA-008 (not
    our database).
    """
    work = _Work(source, store, on_batch or _nobody, on_kept or _nobody, batch)
    return work.run(state_path, anew=True)


def update(
    source: RecordSource | RecordHistory,
    store: GraphStore,
    on_batch: Callable[[int], None] | None = None,
    *,
    state_path: Path | None = None,
    check: bool = False,
    on_kept: Callable[[int], None] | None = None,
    batch: int = RECORDS,
) -> RebuildReport:
    """Bring the graph in ``store`` up to the records: only what changed is written.

    Where state and graph do not belong together (either was lost or replaced, or a kill
    fell between the two) whatever is needed is done again, up to the whole graph.
    ``check`` reads the graph back and writes it as a whole where it is not as noted.
    Raises as ``rebuild`` does; run again after any of these it goes on.
    """
    work = _Work(source, store, on_batch or _nobody, on_kept or _nobody, batch)
    return work.run(state_path, check=check)


class _Work:
    """One rebuild or update."""

    def __init__(
        self,
        source: RecordSource | RecordHistory,
        store: GraphStore,
        on_batch: Callable[[int], None],
        on_kept: Callable[[int], None],
        batch: int,
    ) -> None:
        self._history = history_of(source)
        self._store = store
        self._on_batch = on_batch
        self._on_kept = on_kept
        self._batch = batch

    def run(
        self, state_path: Path | None, *, anew: bool = False, check: bool = False
    ) -> RebuildReport:
        state = State(state_path or getattr(self._store, "state_path", None))
        try:
            self._store.hold()
            return self._or_from_nothing(state, anew=anew, check=check)
        except BaseException:
            self._store.close()
            raise
        finally:
            state.close()

    def _or_from_nothing(self, state: State, *, anew: bool, check: bool) -> RebuildReport:
        """Bring the graph up; a state file that turns out to be damaged is made again."""
        try:
            if anew:
                state.reset()
            return self._bring_up(state, check)
        except (VestigoError, sqlite3.Error) as error:
            if not is_damaged(error):
                raise
            self._store.close()
            state.renew()
            self._store.hold()
            return self._bring_up(state, check)

    def _bring_up(self, state: State, check: bool) -> RebuildReport:
        how, blindly = _together(state, self._store)
        name = state.get("id")
        n_new = follow(state, self._history, self._kept, self._batch)
        publisher = Publisher(state, self._on_batch)
        publisher.mark_reworded()
        lost = state.get("id") != name or (check and not self._as_noted())
        if lost or publisher.mostly_changed():
            how = ALL
        if how == CHANGES and self._is_current(state, publisher):
            return self._report(self._store.summary() or {}, n_new, 0, whole=False)
        if how == CHANGES:
            try:
                return self._write_changes(state, publisher, n_new, blindly)
            except VestigoError as error:
                if error.code != DAMAGED or disk_is_full(error):
                    raise
                # the graph that was to be changed cannot be read: it is made anew
                self._store.close()
        return self._write_all(state, publisher, n_new)

    def _kept(self, place: int, n: int) -> None:
        self._on_kept(place)
        self._on_batch(n)

    def _is_current(self, state: State, publisher: Publisher) -> bool:
        if publisher.n_changed():
            return False
        summary = self._store.summary() or {}
        noted = (summary.get("ledger_head"), summary.get("n_records"))
        return noted == (state.get("entry_sha256"), publisher.n_records())

    def _as_noted(self) -> bool:
        summary = self._store.summary()
        try:
            return summary is None or canonical(self._store) == summary["canonical_sha256"]
        except VestigoError as error:
            if error.code != DAMAGED or disk_is_full(error):
                raise
            self._store.close()
            return False

    def _write_all(self, state: State, publisher: Publisher, n_new: int) -> RebuildReport:
        self._store.begin(_announced(state, ALL, 1))
        n_written = publisher.everything(self._store)
        summary = publisher.summary()
        if canonical(self._store) != summary["canonical_sha256"]:
            raise cannot_store(self._store.engine, _("it reads back other than it was written"))
        self._store.commit(summary)
        with state.transaction():
            state.put(published=state.get("generation"))
        return self._report(summary, n_new, n_written, whole=True)

    def _write_changes(
        self, state: State, publisher: Publisher, n_new: int, blindly: bool
    ) -> RebuildReport:
        pending = _announced(state, CHANGES, 0 if blindly else 1)
        self._store.begin_update(pending, publisher.n_changed())
        # noted together with the commit of the graph, or not at all
        with state.transaction():
            n_written = publisher.changes(self._store, blindly=blindly)
            summary = publisher.summary()
            state.put(published=state.get("generation"))
            self._store.commit(summary)
        return self._report(summary, n_new, n_written, whole=False)

    def _report(
        self, summary: Summary, n_new: int, n_written: int, *, whole: bool
    ) -> RebuildReport:
        return RebuildReport(
            engine=self._store.engine,
            n_records=int(summary["n_records"]),
            n_nodes=int(summary["n_nodes"]),
            n_relationships=int(summary["n_relationships"]),
            canonical_sha256=str(summary["canonical_sha256"]),
            n_new_entries=n_new,
            n_written=n_written,
            whole=whole,
        )


def _announced(state: State, how: str, step: int) -> Summary:
    """Note what is about to be written, before it is; return what marks it in the graph."""
    with state.transaction():
        state.put(generation=int(state.get("generation")) + step, writing=how)
    return {"state": state.get("id"), "generation": int(state.get("generation"))}


def _together(state: State, store: GraphStore) -> tuple[str, bool]:
    """Return what the graph needs so that it follows this state: all, or changes (blindly)."""
    own, generation = state.get("id"), int(state.get("generation"))
    try:
        whole, loading = store.summary(), store.loading()
    except VestigoError as error:
        if error.code != DAMAGED:
            raise
        return ALL, False
    if loading is not None:
        ours = (loading.get("state"), loading.get("generation")) == (own, generation)
        return (CHANGES, True) if ours and state.get("writing") == CHANGES else (ALL, False)
    if whole is None or whole.get("state") != own:
        return ALL, False
    if whole.get("generation") == generation:
        if int(state.get("published")) != generation:
            Publisher(state, _nobody).settle()  # the kill fell after the commit
        return CHANGES, False
    untouched = whole.get("generation") == int(state.get("published"))
    return (CHANGES if untouched and state.get("writing") == CHANGES else ALL), False


def project(source: RecordSource | RecordHistory) -> tuple[Collector, int]:
    """Return the nodes and relationships of a few records, and how many stand."""
    state = State(None)
    try:
        follow(state, history_of(source), lambda _place, _n: None)
        nodes: dict[NodeRef, Properties] = {}
        edges: list[Edge] = []
        publisher = Publisher(state, _nobody)
        for element in publisher.resolved():
            edges.extend(element.edges)
            if element.node is not None:
                nodes[NodeRef(element.place[1], element.place[2])] = element.node
        return Collector(nodes, edges), publisher.n_records()
    finally:
        state.close()


class Drawn(Protocol):
    """Nodes and relationships in memory."""

    def nodes(self, label: str) -> list[Properties]:
        """Return the nodes of one label."""
        ...

    def edges(self) -> Iterator[Edge]:
        """Yield the relationships, those of one type and one pair of labels together."""
        ...


def write(
    drawn: Drawn, store: GraphStore, n_records: int, on_batch: Callable[[int], None]
) -> RebuildReport:
    """Write what is in memory, in one order, in batches (between ``begin`` and ``commit``)."""
    digest, n_nodes, n_edges = Digest(), 0, 0
    for label in sorted(NODES):
        for nodes in _batches(drawn.nodes(label)):
            store.write_nodes(label, nodes)
            digest.add_nodes(label, nodes)
            n_nodes += len(nodes)
            on_batch(len(nodes))
    for (kind, *pair), edges in groupby(drawn.edges(), key=_group_of):
        for batch in _batches(edges):
            store.write_edges(kind, (pair[0], pair[1]), [_row(edge) for edge in batch])
            digest.add_edges(batch)
            n_edges += len(batch)
            on_batch(len(batch))
    return RebuildReport(store.engine, n_records, n_nodes, n_edges, digest.hexdigest())


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
