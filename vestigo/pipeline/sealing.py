# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sealing a case: the graph at the checkpoint is made again and goes into the bundle."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from graph.exporting.graphml import graphml
from graph.exporting.selection import whole
from graph.kglite_store import KgliteStore
from graph.rebuild import rebuild
from vestigo.evidence.bundle import (
    BuiltBundle,
    CaseView,
    build_bundle,
    compare_log,
    refuse_unsound,
    settle,
    view_at,
)
from vestigo.evidence.bundle.documents.wanted import wanted_documents
from vestigo.evidence.bundle.watching import GRAPH, BuildWatch
from vestigo.evidence.keys import UnlockedKeys
from vestigo.pipeline.coverage_sheet import coverage_attachments
from vestigo.pipeline.disposing import refuse_unfinished_disposal
from vestigo.pipeline.session import CaseSession
from vestigo.records import Record
from vestigo.store import RecordLedger
from vestigo.store.ledger import R
from vestigo.store.scratch import scratch_folder


@dataclass(frozen=True, slots=True)
class LedgerUpTo:
    """The record ledger as it stood after ``n_entries``."""

    ledger: RecordLedger
    n_entries: int

    def of_kind(self, cls: type[R]) -> Iterator[R]:
        """Yield the records of one class, retracted ones left out."""
        return self.ledger.of_kind(cls, up_to=self.n_entries)

    def named_of_kind(self, cls: type[R]) -> Iterator[tuple[str, R]]:
        """Yield ``(record_id, record)`` as ``of_kind`` does."""
        return self.ledger.named_of_kind(cls, up_to=self.n_entries)

    def get(self, record_id: str) -> Record | None:
        """Return one record by its id."""
        return self.ledger.get(record_id)


def seal_case(
    session: CaseSession,
    keys: UnlockedKeys,
    at_checkpoint: int | None = None,
    languages: Sequence[str] = (),
    watch: BuildWatch | None = None,
) -> BuiltBundle:
    """Build the bundle of a case at a checkpoint (None: now), the graph included.

    ``languages`` are those of its documents where they are not to be the case's own;
    ``watch`` hears how far it is.  Raises as ``build_bundle`` and ``graph.rebuild.rebuild`` do.
    """
    watch = watch or BuildWatch()
    wanted_documents(session.folder, languages)
    refuse_unfinished_disposal(session)
    compare_log(session.folder, session.ledger, session.custody)
    view = _settled_view(session, at_checkpoint)
    with watch.phase(GRAPH):
        attachments = {**graph_attachments(session, view), **coverage_attachments(view)}
    return build_bundle(
        session.folder,
        session.ledger,
        session.custody,
        keys,
        attachments=attachments,
        at_checkpoint=view.size,
        languages=languages,
        clock=session.clock,
        watch=watch,
    )


def view_to_seal(session: CaseSession, at_checkpoint: int | None) -> CaseView:
    """Return the case at the checkpoint, everything compared as ``build_bundle`` does.

    What the log does not know yet is logged first.
    """
    refuse_unfinished_disposal(session)
    refuse_unsound(session.folder, session.ledger, session.custody)
    return _settled_view(session, at_checkpoint)


def _settled_view(session: CaseSession, at_checkpoint: int | None) -> CaseView:
    if at_checkpoint is None:
        settle(session.folder, session.ledger, session.custody)
    return view_at(session.folder, session.ledger, session.custody, at_checkpoint)


def graph_attachments(session: CaseSession, view: CaseView) -> dict[str, bytes]:
    """Return the graph of the case at the checkpoint as files of the bundle."""
    with scratch_folder(session.folder.path, "graph") as scratch:
        store = KgliteStore(scratch)
        try:
            rebuild(LedgerUpTo(view.ledger, view.n_entries), store)
            return {"graph/case.graphml": graphml(whole(store))}
        finally:
            store.close()
