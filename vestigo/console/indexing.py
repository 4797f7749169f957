# SPDX-License-Identifier: AGPL-3.0-or-later
"""Keeps the index of a case: made once, then only what the ledger gained is read."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections import defaultdict
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from sys import intern

from vestigo.collecting import without_collector
from vestigo.console.index import CaseIndex, arranged
from vestigo.console.kept import KeptRows
from vestigo.console.light import LIGHT
from vestigo.console.shelf import Named, Shelf
from vestigo.records import RECORD_TYPES, Block, Retraction, record_from_body
from vestigo.store import LedgerHead, RecordLedger
from vestigo.store.ledger import LedgerEntry

NOT_INDEXED = frozenset({Block.KIND})
MOST_ONE_BY_ONE = 2_000


class Indexer:
    """The index of a ledger; records that were read stay read when the ledger grows."""

    def __init__(self, ledger: RecordLedger, kept: KeptRows | None = None) -> None:
        self._ledger = ledger
        self._kept = kept
        self._lock = threading.Lock()
        self._head: LedgerHead | None = None
        self._n_destroyed = 0
        self._shelf = Shelf(ledger)
        self._records: dict[str, dict[str, Named]] = {}
        self._gone: set[str] = set()
        self._index = CaseIndex()

    def index(self) -> CaseIndex:
        """Return the index of the ledger's present head, without what was destroyed by order."""
        with self._lock:
            head, n_destroyed = self._ledger.head(), len(self._ledger.disposed())
            if (head, n_destroyed) != (self._head, self._n_destroyed):
                self._grow_to(head)
                self._head, self._n_destroyed = head, n_destroyed
            return self._index

    def _grow_to(self, head: LedgerHead) -> None:
        known = self._head or LedgerHead(0, "")
        n_new = head.n_entries - known.n_entries
        continues = self._ledger.entry_sha256(known.n_entries) == known.entry_sha256
        if known.n_entries and continues and 0 <= n_new <= MOST_ONE_BY_ONE:
            self._read_new(self._ledger.entries(known.n_entries, n_new))
        else:
            with without_collector():
                self._read_all(head.n_entries)
        self._index = arranged(self._records, self._index)

    def _read_all(self, n_entries: int) -> None:
        self._shelf.forget()
        self._gone = self._ledger.retracted(up_to=n_entries)
        self._records = {}  # the old ones go before the new ones come
        kept = self._followed(n_entries)
        try:
            self._records = self._read_kinds(n_entries, kept)
        except sqlite3.DatabaseError:
            assert kept is not None
            kept.remove()
            self._records = self._read_kinds(n_entries, None)

    def _followed(self, n_entries: int) -> KeptRows | None:
        """Return the kept rows up to an entry; None where the ledger has to be read instead."""
        if self._kept is None:
            return None
        try:
            self._kept.follow(n_entries)
        except (sqlite3.OperationalError, OSError):  # no room, or not to be written
            return None
        except sqlite3.DatabaseError:  # damaged: it is made again
            self._kept.remove()
            return None
        return self._kept

    def _read_kinds(self, n_entries: int, kept: KeptRows | None) -> dict[str, dict[str, Named]]:
        kinds = [kind for kind in RECORD_TYPES if kind not in NOT_INDEXED]
        return {
            kind: dict(
                self._kept_of(kind, n_entries, kept)
                if kept is not None and kind in LIGHT
                else self._all_of(kind, n_entries)
            )
            for kind in kinds
        }

    def _kept_of(self, kind: str, n_entries: int, kept: KeptRows) -> Iterator[tuple[str, Named]]:
        form, shelf, gone = LIGHT[kind], self._shelf, self._gone
        for ids, *columns in kept.columns_of(kind, n_entries):
            own = [intern(record_id) for record_id in ids]
            for record_id, light in zip(own, form.lights(columns), strict=True):
                if record_id not in gone:
                    yield record_id, Named(record_id, light, kind, shelf)

    def _all_of(self, kind: str, n_entries: int) -> Iterator[tuple[str, Named]]:
        gone = self._gone if kind != Retraction.KIND else set()
        for record_id, body in self._ledger.bodies_of(kind, up_to=n_entries):
            if record_id not in gone:
                one = self._named(record_id, kind, body)
                yield one.id, one

    def _read_new(self, new: list[LedgerEntry]) -> None:
        """Take new entries in; what a retraction takes back or an order destroyed leaves."""
        fresh: dict[str, dict[str, Named]] = defaultdict(dict)
        for entry in new:
            if entry.body is None or entry.kind in NOT_INDEXED:
                continue
            one = self._named(entry.record_id, entry.kind, entry.body)
            fresh[entry.kind][one.id] = one
            if one.is_a(Retraction):
                self._gone.add(one.light.retracts)
        destroyed = self._ledger.disposed().keys()
        grown = {kind: {**self._records.get(kind, {}), **found} for kind, found in fresh.items()}
        self._records = {
            kind: _without(found, destroyed if kind == Retraction.KIND else self._gone | destroyed)
            for kind, found in {**self._records, **grown}.items()
        }

    def _named(self, record_id: str, kind: str, body: bytes) -> Named:
        plain = json.loads(body)
        own = intern(record_id)
        if kind in LIGHT:
            return Named(own, LIGHT[kind].light(plain), kind, self._shelf)
        return Named(own, record_from_body(plain))


def _without(found: dict[str, Named], gone: AbstractSet[str]) -> dict[str, Named]:
    """Return what is not gone: the same dictionary where that is everything."""
    left = gone & found.keys()
    return {one: named for one, named in found.items() if one not in left} if left else found
