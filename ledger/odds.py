# SPDX-License-Identifier: AGPL-3.0-or-later
"""Stated probabilities: logistic models whose weights are data (``config/ledger/odds.toml``).

A model adds the weights of the features that hold (natural log-odds); a weight of two
names (``a & b``) holds where both do.  Each weight has its 95 % interval, each model the
worlds, the day and the number of statements that it was fitted on.  ``vestigo bench
calibration --fit`` makes the file again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from vestigo.places import config_root
from vestigo.records import Measured, probability
from vestigo.settings import read_toml

DIGITS = 20
BOTH = " & "
LEAST, MOST = Decimal("0.0001"), Decimal("0.9999")
Features = Mapping[str, int]


class Bin(NamedTuple):
    """Statements of a probability from ``least`` up, measured on worlds not used for fitting."""

    least: Decimal
    n: int
    right: int
    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class Model:
    """The weights of one kind of statement, and what they were fitted on."""

    name: str
    rule: str
    intercept: Decimal
    weights: Mapping[str, Decimal]
    bins: tuple[Bin, ...]
    data_set: str
    _pairs: Mapping[str, list[tuple[str, Decimal]]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Find the weights of two names by the first of them."""
        pairs: dict[str, list[tuple[str, Decimal]]] = {}
        for name, weight in self.weights.items():
            first, both, second = name.partition(BOTH)
            if both:
                pairs.setdefault(first, []).append((second, weight))
        object.__setattr__(self, "_pairs", pairs)

    def log_odds(self, features: Features) -> Decimal:
        """Return the natural log-odds of a statement with these features."""
        total = self.intercept
        for name, value in features.items():
            weight = self.weights.get(name)
            if weight is not None and value:
                total += weight * value
        for name in features.keys() & self._pairs.keys():
            for other, weight in self._pairs[name]:
                if features[name] and features.get(other):
                    total += weight
        return total

    def probability(self, features: Features) -> Decimal:
        """Return the probability, four places, never 0 or 1."""
        return from_log_odds(self.log_odds(features))

    def measured(self, stated: Decimal) -> Measured | None:
        """Return how often statements of about this probability were right."""
        found = next((one for one in reversed(self.bins) if one.least <= stated), None)
        if found is None or not found.n:
            return None
        precision = probability(Decimal(found.right) / found.n)
        return Measured(
            data_set=self.data_set, n=found.n, precision=precision, low=found.low, high=found.high
        )


@dataclass(frozen=True, slots=True)
class Odds:
    """All models of one file, with its digest."""

    models: Mapping[str, Model]
    sha256: str

    def __getitem__(self, name: str) -> Model:
        return self.models[name]


def from_log_odds(log_odds: Decimal) -> Decimal:
    """Return 1 / (1 + e^-x) with four places (decimal arithmetic: the same everywhere)."""
    with localcontext() as context:
        context.prec = DIGITS
        exact = 1 / (1 + (-log_odds).exp())
    return probability(min(max(exact, LEAST), MOST))


def read_odds(path: Path) -> Odds:
    """Return the models of a file; raises ``ConfigurationError`` E-CFG-001 or E-CFG-002."""
    document = read_toml(path)
    models = {
        name: Model(
            name=name,
            rule=str(table["rule"]),
            intercept=Decimal(table["intercept"]),
            weights={row["name"]: Decimal(row["weight"]) for row in table.get("feature", ())},
            bins=tuple(_bin(row) for row in table.get("bin", ())),
            data_set=str(document["tested_on"]),
        )
        for name, table in document["model"].items()
    }
    return Odds(models, hashlib.sha256(path.read_bytes()).hexdigest())


def _bin(row: Mapping[str, Any]) -> Bin:
    low, high = (probability(Decimal(row[name])) for name in ("low", "high"))
    return Bin(Decimal(row["least"]), int(row["n"]), int(row["right"]), low, high)


@cache
def shipped_odds() -> Odds:
    """Return the models that are shipped."""
    return read_odds(config_root() / "ledger" / "odds.toml")
