# SPDX-License-Identifier: AGPL-3.0-or-later
"""Estimates of simulated passes; the simulator knows nothing of the estimator."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from crawler.estimating import Sighting, estimate_on_sale
from vestigo.pipeline.coverage_bench.judging import Judged
from vestigo.training.simulated import HELD_OUT, MODELS, SimulatedCrawl, simulate

# seeds below were looked at while the estimator was made; those from here on were not
FIRST_KEPT_SEED = 20_000


def sightings_of(crawl: SimulatedCrawl) -> list[Sighting]:
    """Return what the passes of a simulated crawl know, as the estimator takes it."""
    return [
        Sighting(number, key, frozenset(ways), state)
        for number, rows in enumerate(crawl.passes, 1)
        for key, (ways, state) in rows.items()
    ]


def judge_simulated(model: str, seed: int) -> Judged:
    """Simulate, estimate, compare."""
    crawl = simulate(model, seed)
    return Judged(model, seed, crawl.truth, estimate_on_sale(sightings_of(crawl)))


def judge_models(
    models: Sequence[str], n: int, first_seed: int, on_one: Callable[[], None] = lambda: None
) -> list[Judged]:
    """Return ``n`` judged passes, spread over ``models`` one after the other."""
    found = []
    for number in range(n):
        seed = first_seed + number // len(models)
        found.append(judge_simulated(models[number % len(models)], seed))
        on_one()
    return found


def simulated_crawls(
    models: Sequence[str], n: int, first_seed: int
) -> list[tuple[SimulatedCrawl, list[Sighting]]]:
    """Return ``n`` simulated crawls with their sightings, spread as in ``judge_models``."""
    seeds = [(models[k % len(models)], first_seed + k // len(models)) for k in range(n)]
    crawls = [simulate(model, seed) for model, seed in seeds]
    return [(crawl, sightings_of(crawl)) for crawl in crawls]


def by_model(judged: Iterable[Judged]) -> dict[str, list[Judged]]:
    """Return the judged passes by their model, in the order of the table of models."""
    table: dict[str, list[Judged]] = {name: [] for name in (*MODELS, *HELD_OUT)}
    for one in judged:
        table[one.name].append(one)
    return {name: rows for name, rows in table.items() if rows}
