# SPDX-License-Identifier: AGPL-3.0-or-later
"""Keeps the index of a case: made once, then only what the ledger gained is read."""

from __future__ import annotations

import threading

from vestigo.console.index import CaseIndex, arranged
from vestigo.records import RECORD_TYPES, Block, Record, Retraction
from vestigo.store import LedgerHead, RecordLedger

NOT_INDEXED = frozenset({Block.KIND})
MOST_ONE_BY_ONE = 2_000


class Indexer:
    """The index of a ledger; records that were read stay read when the ledger grows."""

    def __init__(self, ledger: RecordLedger) -> None:
        self._ledger = ledger
        self._lock = threading.Lock()
        self._head: LedgerHead | None = None
        self._last_id = ""
        self._records: dict[str, dict[str, Record]] = {}
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
        ids = self._ledger.ids(up_to=head.n_entries)
        known = self._head.n_entries if self._head else 0
        new = ids[known:]
        continues = known <= len(ids) and (not known or ids[known - 1][0] == self._last_id)
        if known and continues and len(new) <= MOST_ONE_BY_ONE:
            self._read_new(new)
        else:
            self._read_all(head.n_entries)
        self._last_id = ids[-1][0] if ids else ""
        self._index = arranged(self._by_id(), self._index)

    def _read_all(self, n_entries: int) -> None:
        self._gone = self._ledger.retracted(up_to=n_entries)
        self._records = {
            kind: dict(self._ledger.named_of_kind(cls, up_to=n_entries))
            for kind, cls in RECORD_TYPES.items()
            if kind not in NOT_INDEXED
        }

    def _read_new(self, new: list[tuple[str, str]]) -> None:
        """Read the records of new entries; what a new retraction takes back is left out."""
        for record_id, kind in new:
            record = None if kind in NOT_INDEXED else self._ledger.get(record_id)
            if record is None:
                continue
            self._records.setdefault(kind, {})[record_id] = record
            if isinstance(record, Retraction):
                self._gone.add(record.retracts)
        for kind, records in self._records.items():
            if kind != Retraction.KIND:
                for record_id in self._gone & records.keys():
                    del records[record_id]

    def _by_id(self) -> dict[str, Record]:
        found: dict[str, Record] = {}
        for kind in RECORD_TYPES:
            found.update(self._records.get(kind, {}))
        return found
