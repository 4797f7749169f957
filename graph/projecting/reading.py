# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading records with their ids from whatever holds them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Protocol, TypeVar

from vestigo.records import Record

R = TypeVar("R", bound=Record)


class RecordSource(Protocol):
    """Anything that gives the records of a class, retracted ones left out."""

    def of_kind(self, cls: type[R], /) -> Iterable[R]:
        """Return the records of one class."""
        ...


class Reader:
    """Calls a source; uses the ids that it already knows where it has them."""

    def __init__(self, source: RecordSource) -> None:
        self._source = source
        self._named: Any = getattr(source, "named_of_kind", None)
        self.n_records = 0

    def __call__(self, cls: type[R]) -> Iterator[tuple[str, R]]:
        """Yield ``(record_id, record)`` of one class."""
        if self._named is not None:
            pairs = self._named(cls)
        else:
            pairs = ((record.record_id, record) for record in self._source.of_kind(cls))
        for record_id, record in pairs:
            self.n_records += 1
            yield record_id, record

    def retracted(self) -> frozenset[str]:
        """Return the ids that the source says were taken back (none if it cannot say)."""
        retracted = getattr(self._source, "retracted", None)
        return frozenset(retracted()) if retracted is not None else frozenset()
