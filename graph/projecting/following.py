# SPDX-License-Identifier: AGPL-3.0-or-later
"""Follows a record ledger: projects what is new, and again whatever depends on it.

Every batch of entries is one transaction of the state file.  Once it is acknowledged
(``on_batch``) it is not lost, whatever dies next; the graph itself is written later
(``graph.publishing``) from the elements that are marked as changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from graph.projecting.evaluating import evaluate, personas
from graph.projecting.knowledge import PERSONAS, Knowledge
from graph.projecting.reading import RecordHistory, entries_in_pages
from graph.projecting.state import State
from vestigo.store import LedgerEntry

BATCH = 1000


def follow(
    state: State,
    history: RecordHistory,
    on_batch: Callable[[int, int], None],
    batch: int = BATCH,
) -> int:
    """Bring ``state`` up to the end of ``history``; return how many entries were new.

    ``on_batch`` is told after each transaction of the place in the ledger that is kept,
    and how many records were in it.

    Starts anew where the state belongs to another ledger.  Raises E-STO-005 on a full
    disk; run again it goes on after the last acknowledged batch.
    """
    seq = int(state.get("seq"))
    if seq and history.entry_sha256(seq) != state.get("entry_sha256"):
        state.reset()
        seq = 0
    _dispose(state, history, on_batch)
    n_new = 0
    for entries in entries_in_pages(history, seq, batch):
        with state.transaction():
            _Batch(state, history).add(entries)
            last = entries[-1].seq
            state.put(seq=last, entry_sha256=history.entry_sha256(last) or "")
        n_new += len(entries)
        on_batch(last, len(entries))
    return n_new


def _dispose(state: State, history: RecordHistory, on_batch: Callable[[int, int], None]) -> None:
    query = "SELECT rid FROM records WHERE gone = 0 AND id IN ({})"
    destroyed = [row[0] for row in state.rows(query, sorted(history.disposed()))]
    if destroyed:
        with state.transaction():
            state.db.executemany(
                "UPDATE records SET gone = 1 WHERE rid = ?", [(rid,) for rid in destroyed]
            )
            _Batch(state, history).again(destroyed)
        on_batch(int(state.get("seq")), len(destroyed))


class _Batch:
    """One transaction: rounds of projecting until nothing depends on a change any more."""

    def __init__(self, state: State, history: RecordHistory) -> None:
        self._state = state
        self._known = Knowledge(state, history)
        self._clock = 0
        self._done: dict[int, int] = {}
        self._changed: dict[str, int] = {}

    def add(self, entries: Iterable[LedgerEntry]) -> None:
        """Project new entries."""
        listed = list(entries)
        self._state.db.executemany(
            "INSERT INTO records (rid, id, kind, gone) VALUES (?, ?, ?, ?)",
            [(one.seq, one.record_id, one.kind, int(one.body is None)) for one in listed],
        )
        self._known.remember(listed)
        self.again([one.seq for one in listed])

    def again(self, rids: Iterable[int]) -> None:
        """Project records again, and then whatever depends on what has changed by it."""
        waiting = set(rids)
        while waiting:
            for rid in sorted(waiting):
                self._project(rid)
            for cell in self._known.flush():
                self._note(cell)
            waiting = self._dependents()

    def _project(self, rid: int) -> None:
        self._clock += 1
        self._done[rid] = self._clock
        if rid == PERSONAS:
            made = personas(self._known)
        else:
            record_id, kind = self._known.named(rid)
            made = evaluate(self._known, record_id, kind)
        for cell in self._known.store(rid, made):
            self._note(cell)

    def _note(self, cell: str) -> None:
        self._clock += 1
        self._changed[cell] = self._clock

    def _dependents(self) -> set[int]:
        """Return the records that asked for something before it changed."""
        cells = {self._state.digest(cell): at for cell, at in self._changed.items()}
        self._changed = {}
        query = "SELECT cell, rid FROM reads WHERE cell IN ({})"
        asked = {
            rid for cell, rid in self._state.rows(query, cells)
            if self._done.get(rid, 0) < cells[cell]
        }  # fmt: skip
        return asked | self._known.taken_back()
