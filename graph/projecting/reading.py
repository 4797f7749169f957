# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading records in order of entry from whatever holds them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol, TypeVar

from vestigo.records import RECORD_TYPES, Record, canonical_json
from vestigo.store import LedgerEntry

R = TypeVar("R", bound=Record)


class RecordSource(Protocol):
    """Anything that gives the records of a class, retracted ones left out."""

    def of_kind(self, cls: type[R], /) -> Iterable[R]:
        """Return the records of one class."""
        ...


class RecordHistory(Protocol):
    """A record ledger as the projection follows it."""

    def head(self) -> tuple[int, str]:
        """Return the number of entries and the hash of the last one."""
        ...

    def entry_sha256(self, seq: int) -> str | None:
        """Return the chain hash of one entry, None where there is none."""
        ...

    def entries(self, after: int, limit: int) -> list[LedgerEntry]:
        """Return at most ``limit`` entries after place ``after``, in order."""
        ...

    def body_of(self, record_id: str) -> bytes | None:
        """Return the canonical JSON of a record, None where there is none (any more)."""
        ...

    def disposed(self) -> Mapping[str, str]:
        """Return the orders by which bodies were destroyed, by record id."""
        ...


class _Listed:
    """A plain source of records as a history of its own, in one order."""

    def __init__(self, source: RecordSource) -> None:
        self._bodies = {
            record.record_id: (kind, canonical_json(record.body()))
            for kind, cls in sorted(RECORD_TYPES.items())
            for record in source.of_kind(cls)
        }
        self._order = list(self._bodies)

    def head(self) -> tuple[int, str]:
        return len(self._order), self._order[-1] if self._order else ""

    def entry_sha256(self, seq: int) -> str | None:
        return self._order[seq - 1] if 0 < seq <= len(self._order) else None

    def entries(self, after: int, limit: int) -> list[LedgerEntry]:
        chosen = self._order[after : after + limit]
        return [
            LedgerEntry(after + n, record_id, *self._bodies[record_id])
            for n, record_id in enumerate(chosen, start=1)
        ]

    def body_of(self, record_id: str) -> bytes | None:
        return self._bodies[record_id][1] if record_id in self._bodies else None

    def disposed(self) -> Mapping[str, str]:
        return {}


def history_of(source: RecordSource | RecordHistory) -> RecordHistory:
    """Return the history of a record ledger, or one made of a plain source of records."""
    if all(hasattr(source, name) for name in ("entries", "body_of", "disposed", "head")):
        return source  # type: ignore[return-value]  # it has every method of a history
    return _Listed(source)  # type: ignore[arg-type]  # then it is a plain source


def entries_in_pages(history: RecordHistory, after: int, page: int) -> Iterator[list[LedgerEntry]]:
    """Yield the entries after a place, ``page`` at a time."""
    while entries := history.entries(after, page):
        yield entries
        after = entries[-1].seq
