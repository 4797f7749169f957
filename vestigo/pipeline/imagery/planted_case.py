# SPDX-License-Identifier: AGPL-3.0-or-later
"""One case of the benchmark: what was planted, what was asked for, what a search found."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vestigo.pipeline.imagery.planting import Plant
from vestigo.pipeline.imagery.searching import Found

MOST_PLACES = 20


@dataclass(slots=True)
class PlantedCase:
    """One crawl of the planted market, or one browser's work on it, and what was found."""

    name: str
    folder: Path
    plants: list[Plant]
    n_runs: int = 0
    n_items: int = 0
    n_withheld: int = 0
    n_captures: int = 0
    asked: Counter[str] = field(default_factory=Counter)
    found: list[Found] = field(default_factory=list)

    @property
    def is_control(self) -> bool:
        """Whether the screen is off: here the search has to find."""
        return "control" in self.name

    @property
    def numbers_found(self) -> set[int]:
        """The pictures of which anything was found anywhere."""
        return {one.number for one in self.found}

    @property
    def asked_in_vain(self) -> list[str]:
        """Addresses that hold a term of the unit and were asked for all the same."""
        return [one.target for one in self.plants
                if one.expected == "refused" and self.asked[one.target]]  # fmt: skip

    @property
    def n_not_reached(self) -> int:
        """Plants that the server was never asked for, though no term forbids it."""
        return sum(one.expected != "refused" and not self.asked[one.target] for one in self.plants)

    def not_found(self) -> dict[str, int]:
        """Return by way how many pictures the search did not find."""
        found = self.numbers_found
        missed = Counter(one.way for one in self.plants if one.number not in found)
        return dict(sorted(missed.items()))

    def figures(self) -> dict[str, Any]:
        """Return what was counted, for the document."""
        places = sorted({f"{one.number} {one.form} {one.place}" for one in self.found})
        return {
            "n_planted": len(self.plants),
            "n_found": len(self.numbers_found),
            "n_quarantined": self.n_items,
            "n_withheld": self.n_withheld,
            "n_captures": self.n_captures,
            "n_crawls": self.n_runs,
            "n_not_reached": self.n_not_reached,
            "n_terms_asked_for": len(self.asked_in_vain),
            "places": [] if self.is_control else places[:MOST_PLACES],
            "not_found": self.not_found() if self.is_control else {},
        }
