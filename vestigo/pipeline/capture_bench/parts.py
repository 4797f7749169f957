# SPDX-License-Identifier: AGPL-3.0-or-later
"""The parts of the capture benchmark, and the form in which each of them answers.

A part is a module with one function ``measure(plan) -> Measured``.  It is listed in
``PARTS`` under its letter and runs in a process of its own, so that its peak memory is its own.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PARTS: dict[str, str] = {
    "a": "vestigo.pipeline.capture_bench.through_tor",
    "b": "vestigo.pipeline.capture_bench.loopback",
    "c": "vestigo.pipeline.capture_bench.frontier_size",
    "d": "vestigo.pipeline.capture_bench.writer_alone",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What a part is told: an empty folder for its files, and how many pages it crawls."""

    work: Path
    n_pages: int

    def as_words(self) -> dict[str, Any]:
        """Return it for the standard input of the part's process."""
        return {"work": str(self.work), "n_pages": self.n_pages}


def plan_of(words: dict[str, Any]) -> Plan:
    """Return the plan that ``as_words`` wrote."""
    return Plan(Path(words["work"]), int(words["n_pages"]))


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value with its unit; ``limit`` is the least (``more``) or the most allowed."""

    value: float
    unit: str
    limit: float | None = None
    more: bool = True

    @property
    def met(self) -> bool:
        """Whether the value keeps its limit; one without a limit always does."""
        if self.limit is None:
            return True
        return self.value >= self.limit if self.more else self.value <= self.limit

    def as_document(self) -> dict[str, Any]:
        """Return it for machines; ``limit`` and ``met`` only where there is a limit."""
        shown: dict[str, Any] = {"value": self.value, "unit": self.unit}
        if self.limit is not None:
            shown |= {"limit": self.limit, "met": self.met}
        return shown


@dataclass(frozen=True, slots=True)
class Measured:
    """The figures of a part by name, and what a reader needs beside them."""

    figures: dict[str, Figure]
    facts: dict[str, Any] = field(default_factory=dict)

    def as_document(self) -> dict[str, Any]:
        """Return it for machines."""
        figures = {name: figure.as_document() for name, figure in self.figures.items()}
        met = all(figure.met for figure in self.figures.values())
        return {"figures": figures, "facts": self.facts, "met": met}


def measure_of(letter: str) -> Callable[[Plan], Measured]:
    """Return the function that measures a part."""
    found: Callable[[Plan], Measured] = importlib.import_module(PARTS[letter]).measure
    return found
