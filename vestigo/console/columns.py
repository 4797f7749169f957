# SPDX-License-Identifier: AGPL-3.0-or-later
"""The rows of the listings browser as columns, so that facets of a large case are counted at once.

A facet holds, for every value of every row, the number of the row and that of the value:
a row may have several values of one facet (substances, schedules).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T")
Mask = NDArray[np.bool_]
Places = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Facet:
    """One facet: names of its values; ``rows[i]`` has the value ``codes[i]``."""

    names: tuple[str, ...]
    rows: Places
    codes: Places

    @classmethod
    def of(cls, values: Iterable[Sequence[str]]) -> Facet:
        """Return the facet of rows that have these values."""
        numbers: dict[str, int] = {}
        rows: list[int] = []
        codes: list[int] = []
        for row, found in enumerate(values):
            for name in found if len(found) == 1 else dict.fromkeys(found):
                rows.append(row)
                codes.append(numbers.setdefault(name, len(numbers)))
        return cls(tuple(numbers), np.array(rows, np.int32), np.array(codes, np.int32))

    def having(self, name: str, n_rows: int) -> Mask:
        """Return which rows have a value."""
        found: Mask = np.zeros(n_rows, np.bool_)
        if name in self.names:
            found[self.rows[self.codes == self.names.index(name)]] = True
        return found

    def counted(self, among: Mask) -> dict[str, int]:
        """Return how many of some rows have each value; those that none has are left out."""
        counts = np.bincount(self.codes[among[self.rows]], minlength=len(self.names))
        return {self.names[n]: int(counts[n]) for n in np.flatnonzero(counts).tolist()}


class Columns(Sequence[T], Generic[T]):
    """Rows, with their facets as columns and each order that was asked for once.

    ``words`` are the names of what a facet holds by its id.
    """

    def __init__(
        self, rows: Sequence[T], facets: dict[str, Facet], words: Mapping[str, str]
    ) -> None:
        self.words = words
        self._rows = rows
        self._facets = facets
        self._orders: dict[tuple[str, bool], Places] = {}

    def __getitem__(self, place: Any) -> Any:
        return self._rows[place]

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[T]:
        return iter(self._rows)

    def facet(self, name: str) -> Facet:
        """Return a facet by its name."""
        return self._facets[name]

    def all_rows(self) -> Mask:
        """Return the mask of all rows."""
        return np.ones(len(self), np.bool_)

    def where(self, holds: Callable[[T], bool]) -> Mask:
        """Return which rows hold a condition that no facet tells."""
        return np.fromiter((holds(row) for row in self._rows), np.bool_, len(self))

    def having(self, chosen: Iterable[tuple[str, str]], among: Mask) -> Mask:
        """Return which of some rows have all of these values of facets."""
        for name, value in chosen:
            among = among & self._facets[name].having(value, len(self))
        return among

    def ordered(self, among: Mask, order: str, descending: bool, key: Callable[[T], Any]) -> Places:
        """Return the places of some rows in an order; equal ones stay as they stand here."""
        if (order, descending) not in self._orders:
            keys = [key(row) for row in self._rows]
            places = sorted(range(len(keys)), key=keys.__getitem__, reverse=descending)
            self._orders[order, descending] = np.array(places, np.int32)
        places_of = self._orders[order, descending]
        return places_of[among[places_of]]
