# SPDX-License-Identifier: AGPL-3.0-or-later
"""The whole measurement: simulated passes, seeds and models that were kept back, real crawls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vestigo.pipeline.benchmark import machine
from vestigo.pipeline.coverage_bench.alternatives import ALTERNATIVES
from vestigo.pipeline.coverage_bench.judging import (
    LEAST_HELD,
    MOST_ABSTAINED,
    WIDEST_MEDIAN,
    Judged,
    figures,
    met,
)
from vestigo.pipeline.coverage_bench.real import PLANS, SMALL, judge_real
from vestigo.pipeline.coverage_bench.simulated import (
    FIRST_KEPT_SEED,
    by_model,
    judge_models,
    simulated_crawls,
)
from vestigo.training.simulated import HELD_OUT, MODELS


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How many passes of each set, from which seed kept ones begin, and which crawls."""

    n_passes: int = 200
    n_crawls: int = len(PLANS)
    first_kept_seed: int = FIRST_KEPT_SEED
    alternatives: bool = False


def measure(wanted: Wanted, work: Path, on_one: Callable[[], None]) -> dict[str, Any]:
    """Return the figures of every set, model by model, and whether all are within limits."""
    n, kept = wanted.n_passes, wanted.first_kept_seed
    sets: dict[str, list[Judged]] = {
        "development": judge_models(list(MODELS), n, 0, on_one),
        "kept_seeds": judge_models(list(MODELS), n, kept, on_one),
        "kept_models": judge_models(list(HELD_OUT), n, kept, on_one),
    }
    crawls = []
    for plan in PLANS[: wanted.n_crawls] if wanted.n_crawls else (SMALL,):
        crawls.append(judge_real(plan, work / plan.name))
        on_one()
    document: dict[str, Any] = {
        "machine": machine(),
        "limits": {
            "held_share": f"{LEAST_HELD:.2f}",
            "median_width": f"{WIDEST_MEDIAN:.2f}",
            "abstained_share": f"{MOST_ABSTAINED:.2f}",
        },
        "sets": {name: _set(judged) for name, judged in sets.items()},
        "crawls": {**figures(crawls), "each": [one.document() for one in crawls]},
    }
    if wanted.alternatives:
        document["alternatives"] = compare_alternatives(n, kept)
    passed = {name: met(judged) for name, judged in sets.items()} | {"crawls": met(crawls)}
    return {**document, "within_limits": passed, "met": all(passed.values())}


def compare_alternatives(n: int, first_seed: int) -> dict[str, Any]:
    """Return the figures of other estimators on the passes of the kept seeds."""
    crawls = simulated_crawls([*MODELS, *HELD_OUT], n, first_seed)
    table = {}
    for name, estimate in ALTERNATIVES.items():
        judged = [
            Judged(one.model, one.seed, one.truth, estimate(sightings)) for one, sightings in crawls
        ]
        table[name] = figures(judged)
    return table


def _set(judged: Sequence[Judged]) -> dict[str, Any]:
    models = {name: figures(rows) for name, rows in by_model(judged).items()}
    return {**figures(judged), "models": models, "each": [one.document() for one in judged]}
