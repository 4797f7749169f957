# SPDX-License-Identifier: AGPL-3.0-or-later
"""Keeps the index of a case: made once, then only what the ledger gained is read."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator

from vestigo.console.index import CaseIndex, arranged
from vestigo.console.light import LIGHT
from vestigo.console.shelf import Named, Shelf
from vestigo.records import RECORD_TYPES, Block, Retraction, record_from_body
from vestigo.store import LedgerHead, RecordLedger
from vestigo.store.ledger import LedgerEntry

NOT_INDEXED = frozenset({Block.KIND})
MOST_ONE_BY_ONE = 2_000


class Indexer:
    """The index of a ledger; records that were read stay read when the ledger grows."""

    def __init__(self, ledger: RecordLedger) -> None:
        self._ledger = ledger
        self._lock = threading.Lock()
        self._head: LedgerHead | None = None
        self._shelf = Shelf(ledger)
        self._records: dict[str, dict[str, Named]] = {}
        self._gone: set[str] = set()
        self._index = CaseIndex()

    def index(self) -> CaseIndex:
        """Return the index of the ledger's present head."""
        with self._lock:
            head = self._ledger.head()
            if head != self._head:
                self._grow_to(head)
                self._head = head
            return self._index

    def _grow_to(self, head: LedgerHead) -> None:
        known = self._head or LedgerHead(0, "")
        n_new = head.n_entries - known.n_entries
        continues = self._ledger.entry_sha256(known.n_entries) == known.entry_sha256
        if known.n_entries and continues and 0 <= n_new <= MOST_ONE_BY_ONE:
            self._read_new(self._ledger.entries(known.n_entries, n_new))
        else:
            self._read_all(head.n_entries)
        self._index = arranged(self._records, self._index)

    def _read_all(self, n_entries: int) -> None:
        self._shelf.forget()
        self._gone = self._ledger.retracted(up_to=n_entries)
        self._records = {
            kind: dict(self._all_of(kind, n_entries))
            for kind in RECORD_TYPES
            if kind not in NOT_INDEXED
        }

    def _all_of(self, kind: str, n_entries: int) -> Iterator[tuple[str, Named]]:
        gone = self._gone if kind != Retraction.KIND else set()
        for record_id, body in self._ledger.bodies_of(kind, up_to=n_entries):
            if record_id not in gone:
                yield record_id, self._named(record_id, kind, body)

    def _read_new(self, new: list[LedgerEntry]) -> None:
        """Take new entries in; what a retraction takes back or an order destroyed leaves."""
        grown = {kind: dict(found) for kind, found in self._records.items()}
        for entry in new:
            if entry.body is None or entry.kind in NOT_INDEXED:
                continue
            one = self._named(entry.record_id, entry.kind, entry.body)
            grown.setdefault(entry.kind, {})[entry.record_id] = one
            if one.is_a(Retraction):
                self._gone.add(one.light.retracts)
        destroyed = self._ledger.disposed().keys()
        for kind, found in grown.items():
            left = destroyed if kind == Retraction.KIND else self._gone | destroyed
            for record_id in left & found.keys():
                del found[record_id]
        self._records = grown

    def _named(self, record_id: str, kind: str, body: bytes) -> Named:
        plain = json.loads(body)
        if kind in LIGHT:
            return Named(record_id, LIGHT[kind](plain), kind, self._shelf)
        return Named(record_id, record_from_body(plain))
