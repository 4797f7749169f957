# SPDX-License-Identifier: AGPL-3.0-or-later
"""What comes out of a comparison: items in areas, each found, missed, wrong or not looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from vestigo.records import probability
from vestigo.training.scoring.proof import Proof

FOUND, MISSED, WRONG, NOT_LOOKED_AT = "found", "missed", "wrong", "not_looked_at"
STATUSES = (FOUND, MISSED, WRONG, NOT_LOOKED_AT)
CASH_OUT_PERCENT = 95


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that is true or was claimed.

    ``key`` names it; ``group`` is a part of the area ("" where it has none); ``why`` is
    a stable word for the cause of a miss or of a wrong claim; ``detail`` names what the
    cause is about; ``proofs`` are the records that claim it.
    """

    key: str
    status: str
    group: str = ""
    why: str = ""
    detail: str = ""
    proofs: tuple[Proof, ...] = ()


@dataclass(frozen=True, slots=True)
class Area:
    """The items of one area, by status and key."""

    name: str
    items: tuple[Item, ...]

    def of(self, status: str) -> tuple[Item, ...]:
        """Return the items of one status."""
        return tuple(item for item in self.items if item.status == status)

    def count(self, status: str) -> int:
        """Return how many items have that status."""
        return len(self.of(status))

    @property
    def n_true(self) -> int:
        """How many true items the area has, looked at or not."""
        return len(self.items) - self.count(WRONG)

    @property
    def precision(self) -> Decimal | None:
        """Found among found and wrong; None where nothing was claimed."""
        return _share(self.count(FOUND), self.count(FOUND) + self.count(WRONG))

    @property
    def recall(self) -> Decimal | None:
        """Found among found and missed; None where nothing was to be found."""
        return _share(self.count(FOUND), self.count(FOUND) + self.count(MISSED))

    def complete(self, share_percent: int = 100) -> bool:
        """Whether at least that share of all true items was found and nothing is wrong."""
        enough = self.count(FOUND) * 100 >= share_percent * self.n_true
        return enough and not self.count(WRONG)

    def groups(self) -> dict[str, Area]:
        """Return the parts of the area by name, sorted; empty where it has none."""
        names = sorted({item.group for item in self.items} - {""})
        return {
            name: Area(self.name, tuple(i for i in self.items if i.group == name)) for name in names
        }

    def counts(self) -> dict[str, Any]:
        """Return the counts and shares for machines."""
        return {
            "true": self.n_true,
            **{status: self.count(status) for status in STATUSES},
            "precision": None if self.precision is None else str(self.precision),
            "recall": None if self.recall is None else str(self.recall),
        }


@dataclass(frozen=True, slots=True)
class Score:
    """A case against the truth: every area, and heuristics that are shown as facts."""

    seed: int
    areas: Mapping[str, Area]
    overstated: tuple[Item, ...]
    looked_at: Mapping[str, tuple[int, ...]]

    def passed(self) -> bool:
        """Whether the case found what can be found and claimed nothing false.

        Readings of free text and links of vendors are heuristics: they are shown and do
        not decide.
        """
        exact = ("vendors", "listings", "addresses")
        return (
            all(self.areas[name].complete() for name in exact)
            and self.areas["cash_outs"].complete(CASH_OUT_PERCENT)
            and self.areas["behind_mix"].complete()
        )


def _share(part: int, whole: int) -> Decimal | None:
    return probability(Decimal(part) / Decimal(whole)) if whole else None


def area_of(name: str, items: Iterable[Item]) -> Area:
    """Return an area with its items in their order: by status, group and key."""
    order = {status: number for number, status in enumerate(STATUSES)}
    return Area(name, tuple(sorted(items, key=lambda i: (order[i.status], i.group, i.key))))


def n_by_why(area: Area, status: str) -> dict[str, int]:
    """Return how many items of a status have which cause, sorted by cause."""
    return dict(sorted(Counter(item.why for item in area.of(status)).items()))
