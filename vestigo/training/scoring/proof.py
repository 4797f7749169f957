# SPDX-License-Identifier: AGPL-3.0-or-later
"""From a record down to the captures and transactions that it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from vestigo.records import Capture, Derived, Record, Tag, Transaction
from vestigo.store import RecordLedger


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A capture; ``number`` is its place among all captures, as in a bundle."""

    number: int
    capture_id: str
    uri: str


@dataclass(frozen=True, slots=True)
class Proof:
    """A record that claims something, and what it rests on in the end."""

    record_id: str
    kind: str
    rule: str
    confidence: str
    exhibits: tuple[Exhibit, ...]
    txids: tuple[str, ...]
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Ground:
    exhibits: frozenset[Exhibit] = frozenset()
    txids: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()

    def with_(self, other: _Ground) -> _Ground:
        return _Ground(
            self.exhibits | other.exhibits, self.txids | other.txids, self.tags | other.tags
        )


class Prover:
    """Follows the sources of records; each record is followed once.

    ``known`` are records that were read already, by id.
    """

    def __init__(self, ledger: RecordLedger, known: Mapping[str, Record]) -> None:
        self._ledger = ledger
        self._records: dict[str, Record | None] = {**known}
        self._grounds: dict[str, _Ground] = {}
        captures = ledger.named_of_kind(Capture, include_retracted=True)
        for number, (record_id, capture) in enumerate(captures, 1):
            exhibit = Exhibit(number, capture.capture_id, capture.uri)
            ground = _Ground(exhibits=frozenset({exhibit}))
            self._grounds[record_id] = self._grounds[capture.capture_id] = ground

    def of(self, record_ids: Iterable[str]) -> tuple[Proof, ...]:
        """Return the proof of each record, in the order of their ids."""
        return tuple(self._proof(record_id) for record_id in sorted(set(record_ids)))

    def _proof(self, record_id: str) -> Proof:
        record, ground = self._record(record_id), self._ground(record_id)
        derived = record if isinstance(record, Derived) else None
        return Proof(
            record_id=record_id,
            kind=record.KIND if record else "",
            rule=derived.method.rule if derived else "",
            confidence=str(derived.confidence) if derived else "",
            exhibits=tuple(sorted(ground.exhibits, key=lambda one: one.number)),
            txids=tuple(sorted(ground.txids)),
            tags=tuple(sorted(ground.tags)),
        )

    def _record(self, record_id: str) -> Record | None:
        if record_id not in self._records:
            self._records[record_id] = self._ledger.get(record_id)
        return self._records[record_id]

    def _ground(self, start: str) -> _Ground:
        """Return what the record rests on; sources that are gone or circular add nothing."""
        waiting, seen, total = [start], set[str](), _Ground()
        while waiting:
            record_id = waiting.pop()
            if record_id in seen:
                continue
            seen.add(record_id)
            known = self._grounds.get(record_id)
            if known is not None:
                total = total.with_(known)
                continue
            record = self._record(record_id)
            total = total.with_(_direct(record))
            waiting += sources_of(record)
        self._grounds[start] = total
        return total


def sources_of(record: Record | None) -> list[str]:
    """Return the ids that a record cites (a judgement cites what its person saw)."""
    if isinstance(record, Derived):
        return list(record.sources)
    seen = getattr(record, "seen_record_id", "")
    return [seen] if seen else []


def _direct(record: Record | None) -> _Ground:
    if isinstance(record, Transaction):
        return _Ground(txids=frozenset({record.txid}))
    if isinstance(record, Tag):
        return _Ground(tags=frozenset({f"{record.label} ({record.address})"}))
    return _Ground()
