# SPDX-License-Identifier: AGPL-3.0-or-later
"""Fitting the weights of ``config/ledger/odds.toml``: the same worlds give the same file.

Logistic regression by Newton's method with a small ridge; the interval of a weight comes
from the curvature at the optimum.  Models that use the probabilities of another are
fitted after it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ledger.change import OWN_MODEL
from ledger.odds import BOTH, Model, Odds, read_odds
from vestigo.pipeline.calibration_bench.measuring import calibration
from vestigo.pipeline.calibration_bench.statements import MODELS, Stated, Statement
from vestigo.pipeline.calibration_bench.worlds import (
    FIT_BEHAVIOURS,
    FIT_DRAWN,
    FIT_SEEDS,
    FIT_WORLDS,
    TEST_BEHAVIOURS,
    TEST_SEEDS,
    TEST_WORLDS,
    known_worlds,
)

RIDGE = 0.2
STEPS = 100
SETTLED = 1e-9
LEAST_SEEN = 5  # a feature that hardly ever held has no weight
LEAST_PAIRS = 50
Z = 1.96
PASSES = (MODELS[:1], MODELS[1:])  # the later ones use what the first says of outputs
Floats = npt.NDArray[np.float64]


def fit_file(path: Path, on: str) -> dict[str, Any]:
    """Fit all models, write them to ``path`` with their measured bins; return the figures.

    ``on`` is the day that the file names (YYYY-MM-DD).
    """
    odds = Odds({}, "")
    tables: list[str] = []
    with known_worlds(FIT_WORLDS) as worlds:
        for names in PASSES:
            made = [Stated(world, _given(odds)) for world in worlds]
            for name in names:
                rows = [row for stated in made for row in stated.of(name)]
                if name == OWN_MODEL:
                    rows = with_pairs(rows)
                features, weights, errors = logistic(rows)
                odds = _with(odds, name, features, weights)
                tables.append(_table(name, rows, features, weights, errors))
    measured = _measured(odds)
    for number, name in enumerate(MODELS):
        tables[number] += _bins(name, measured[name])
    path.write_text(_head(on) + "\n".join(tables), encoding="utf-8")
    read_odds(path)
    return measured


def _measured(odds: Odds) -> dict[str, Any]:
    with known_worlds(TEST_WORLDS) as worlds:
        made = [Stated(world, odds) for world in worlds]
        return {
            name: calibration(
                [(row.probability(odds), row.holds) for stated in made for row in stated.of(name)]
            )
            for name in MODELS
        }


def with_pairs(rows: Iterable[Statement]) -> list[Statement]:
    """Return the statements with a feature for every two of structure that hold together.

    A transaction of one output to a service says something else than each of both says.
    Votes (``name:yes``) are not paired, nor what holds whenever another one does.
    """
    paired = [(row, _pairs(row)) for row in rows]
    counts = Counter(name for row, pairs in paired for name in (*row.features, *pairs))
    kept = {
        name
        for _row, pairs in paired
        for name in pairs
        if LEAST_PAIRS <= counts[name] < min(counts[one] for one in name.split(BOTH))
    }
    return [
        replace(row, features={**row.features, **{name: 1 for name in pairs if name in kept}})
        for row, pairs in paired
    ]


def _pairs(row: Statement) -> list[str]:
    names = sorted(name for name, value in row.features.items() if value and ":" not in name)
    return [f"{a}{BOTH}{b}" for a, b in combinations(names, 2)]


def logistic(rows: Sequence[Statement]) -> tuple[list[str], Floats, Floats]:
    """Return feature names, weights (the intercept last) and their standard errors."""
    counts: dict[str, int] = {}
    for row in rows:
        for name in row.features:
            counts[name] = counts.get(name, 0) + 1
    names = sorted(name for name, n in counts.items() if n >= LEAST_SEEN)
    place = {name: number for number, name in enumerate(names)}
    matrix = np.zeros((len(rows), len(names) + 1))
    matrix[:, -1] = 1
    for number, row in enumerate(rows):
        for name, value in row.features.items():
            if name in place:
                matrix[number, place[name]] = value
    holds = np.array([row.holds for row in rows], dtype=np.float64)
    return names, *_newton(matrix, holds)


def _newton(matrix: Floats, holds: Floats) -> tuple[Floats, Floats]:
    weights = np.zeros(matrix.shape[1])
    ridge = np.eye(matrix.shape[1]) * RIDGE
    ridge[-1, -1] = SETTLED
    curve = ridge
    for _step in range(STEPS):
        chance = 1 / (1 + np.exp(-matrix @ weights))
        slope = matrix.T @ (holds - chance) - ridge @ weights
        curve = (matrix * (chance * (1 - chance))[:, None]).T @ matrix + ridge
        step = np.linalg.solve(curve, slope)
        weights = weights + step
        if np.abs(step).max() < SETTLED:
            break
    return weights, np.sqrt(np.diag(np.linalg.inv(curve)))


def _given(odds: Odds) -> Odds | None:
    """Return the odds so far, with even odds for the models that are not fitted yet."""
    even = {name: Model(name, "", Decimal(0), {}, (), "") for name in MODELS}
    return Odds({**even, **odds.models}, "")


def _with(odds: Odds, name: str, names: list[str], weights: Floats) -> Odds:
    rounded = {one: _decimal(weights[n]) for n, one in enumerate(names)}
    model = Model(name, f"ledger.{name}.v1", _decimal(weights[-1]), rounded, (), "")
    return Odds({**odds.models, name: model}, "")


def _decimal(value: float) -> Decimal:
    return Decimal(f"{value:.3f}")


def _head(on: str) -> str:
    fitted = f"{', '.join(FIT_BEHAVIOURS)}; seeds {FIT_SEEDS[0]} to {FIT_SEEDS[-1]}"
    fitted += f"; drawn behaviours {FIT_DRAWN[0]} to {FIT_DRAWN[-1]}"
    tested = f"{', '.join(TEST_BEHAVIOURS)}; seeds {TEST_SEEDS[0]} to {TEST_SEEDS[-1]}"
    return (
        "# Weights of the probabilities that the ledger states: natural log-odds, each with its\n"
        "# 95 % interval and how many statements had the feature; bins are measured on worlds\n"
        "# not used for fitting.  `vestigo bench calibration --fit FILE` makes it again.\n"
        'format = "vestigo.ledger.odds.v1"\n'
        'source = "worlds of the practice range, truth known"\n'
        f'fitted_at = "{on}"\nfitted_on = "{fitted}"\ntested_on = "practice range: {tested}"\n\n'
    )


def _table(
    name: str, rows: Sequence[Statement], names: list[str], weights: Floats, errors: Floats
) -> str:
    seen = [sum(one in row.features for row in rows) for one in names]
    lines = [f"[model.{name}]", f'rule = "ledger.{name}.v1"', f"n = {len(rows)}",
             f"intercept = {weights[-1]:.3f}"]  # fmt: skip
    for number, one in enumerate(names):
        low, high = (weights[number] + sign * Z * errors[number] for sign in (-1, 1))
        lines.append(f'[[model.{name}.feature]]\nname = "{one}"\nweight = {weights[number]:.3f}\n'
                     f"low = {low:.3f}\nhigh = {high:.3f}\nn = {seen[number]}")  # fmt: skip
    return "\n".join(lines) + "\n"


def _bins(name: str, measured: dict[str, Any]) -> str:
    return "".join(
        f"[[model.{name}.bin]]\nleast = {one['least']}\nn = {one['n']}\nright = {one['right']}\n"
        f"low = {one['low']}\nhigh = {one['high']}\n"
        for one in measured["bins"]
    )
