# SPDX-License-Identifier: AGPL-3.0-or-later
"""Records by their id: few kinds are kept in memory, the others are read when one is looked at."""

from __future__ import annotations

import threading
from collections import OrderedDict
from http import HTTPStatus
from typing import Any

from litestar.exceptions import HTTPException

from vestigo.records import Record
from vestigo.store import RecordLedger

MOST_KEPT = 4_000


class Shelf:
    """Reads records of a ledger; the last few thousand are kept. Safe for threads."""

    def __init__(self, ledger: RecordLedger) -> None:
        self._ledger = ledger
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Record] = OrderedDict()

    def record(self, record_id: str) -> Record:
        """Return a record; one that was destroyed by order meanwhile answers 404."""
        with self._lock:
            if record_id in self._kept:
                self._kept.move_to_end(record_id)
                return self._kept[record_id]
        record = self._ledger.get(record_id)
        if record is None:
            raise HTTPException(status_code=HTTPStatus.NOT_FOUND)
        with self._lock:
            self._kept[record_id] = record
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return record

    def forget(self) -> None:
        """Drop what is kept: something was taken back or destroyed."""
        with self._lock:
            self._kept.clear()


class Named:
    """A record with its id (hashing it again for each page would be slow).

    ``light`` has those fields by which pages find and sort; where it is not the record
    itself, ``record`` reads the whole from the shelf.
    """

    __slots__ = ("_shelf", "id", "kind", "light")

    def __init__(
        self, record_id: str, light: Any, kind: str = "", shelf: Shelf | None = None
    ) -> None:
        self.id = record_id
        self.light = light
        self.kind = kind or light.KIND
        self._shelf = shelf

    @property
    def record(self) -> Any:
        """The whole record."""
        return self.light if self._shelf is None else self._shelf.record(self.id)

    def is_a(self, *classes: type[Record]) -> bool:
        """Say whether the record is of one of these classes, without reading it."""
        kind = self.kind
        for cls in classes:  # noqa: SIM110 (asked a million times at a start)
            if kind == cls.KIND:
                return True
        return False

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Named) and (self.id, self.light) == (other.id, other.light)

    def __hash__(self) -> int:
        return hash(self.id)

    def __repr__(self) -> str:
        return f"Named({self.id[:12]}, {self.kind})"
