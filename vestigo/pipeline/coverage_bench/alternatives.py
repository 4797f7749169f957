# SPDX-License-Identifier: AGPL-3.0-or-later
"""Other estimators of the unseen, to be compared with ours on the same passes.

All take the histories of the last pass as ours does; only the step from the histories to
the unseen differs.  Sources: docs/adr/0022.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import combinations

import numpy as np

from crawler.estimating import Estimate, Sighting, estimate_on_sale
from crawler.estimating.observations import histories, known_at, resolved

Histories = Mapping[tuple[int, ...], float]
Unseen = tuple[float, float]  # number and variance
Z = 1.96
_ROUNDS = 30
LEAST = 0.01


def _interval(unseen: Unseen) -> tuple[float, float, float]:
    """Return low, number, high with the log-normal interval that Chao (1987) gives."""
    number, variance = unseen
    if number < LEAST:
        return 0.0, 0.0, 0.0
    factor = math.exp(Z * math.sqrt(math.log1p(variance / number**2)))
    return number / factor, number, number * factor


def _frequencies(cells: Histories) -> dict[int, float]:
    found: dict[int, float] = {}
    for history, count in cells.items():
        found[sum(history)] = found.get(sum(history), 0.0) + count
    return found


def chapman(cells: Histories) -> Unseen:
    """Two lists, the two largest, as Chapman (1951) corrects Lincoln and Petersen."""
    n1 = sum(n for h, n in cells.items() if h[0])
    n2 = sum(n for h, n in cells.items() if h[1])
    both = sum(n for h, n in cells.items() if h[0] and h[1])
    total = (n1 + 1) * (n2 + 1) / (both + 1) - 1
    variance = (n1 + 1) * (n2 + 1) * (n1 - both) * (n2 - both) / ((both + 1) ** 2 * (both + 2))
    seen = sum(cells.values())
    return max(0.0, total - seen), variance


def chao(cells: Histories) -> Unseen:
    """Chao's lower bound (1987) with its correction for few lists."""
    lists = len(next(iter(cells)))
    counts = _frequencies(cells)
    once, twice = counts.get(1, 0.0), counts.get(2, 0.0)
    share = (lists - 1) / lists
    number = share * once * (once - 1) / (2 * (twice + 1)) if once > 1 else 0.0
    ratio = once / (twice + 1)
    return number, (twice + 1) * (share * ratio**2 / 2 + share**2 * ratio**3 + ratio**4 / 4)


def zelterman(cells: Histories) -> Unseen:
    """Zelterman (1988): a Poisson rate from those found once and twice."""
    counts = _frequencies(cells)
    once, twice = counts.get(1, 0.0) + 0.5, counts.get(2, 0.0) + 0.5
    rate = 2 * twice / once
    seen = sum(cells.values())
    missing = math.exp(-rate)
    number = seen * missing / (1 - missing)
    spread = seen * missing / (1 - missing) ** 2
    return number, spread * (1 + seen * missing * rate**2 * (1 / once + 1 / twice))


def sample_coverage(cells: Histories) -> Unseen:
    """Chao and Tsay (1998): how much of each list the others hold, corrected for dependence."""
    lists = len(next(iter(cells)))
    sizes = [sum(n for h, n in cells.items() if h[k]) for k in range(lists)]
    alone = [sum(n for h, n in cells.items() if h[k] and sum(h) == 1) for k in range(lists)]
    coverage = 1 - sum(a / s for a, s in zip(alone, sizes, strict=True)) / lists
    coverage = max(coverage, 0.05)
    mean = sum(cells.values()) - sum(alone) / lists
    first = mean / coverage
    dependence = 0.0
    for i, j in combinations(range(lists), 2):
        both = sum(n for h, n in cells.items() if h[i] and h[j])
        dependence += alone[i] * (first * both / (sizes[i] * sizes[j]) - 1)
        dependence += alone[j] * (first * both / (sizes[i] * sizes[j]) - 1)
    total = first + max(0.0, dependence) / (lists * (lists - 1) * coverage)
    number = max(0.0, total - sum(cells.values()))
    return number, max(number, 1.0) * (1 + number / max(1.0, sum(alone)))


def independent(cells: Histories) -> Unseen:
    """Log-linear without any interaction (Fienberg 1972)."""
    return _fitted(cells, ())[:2]


def by_aic(cells: Histories) -> Unseen:
    """Log-linear with up to two interactions, averaged by AIC (Buckland and others 1997)."""
    lists = len(next(iter(cells)))
    pairs = list(combinations(range(lists), 2))
    models = [m for k in range(3 if lists > 2 else 1) for m in combinations(pairs, k)]  # noqa: PLR2004
    fits = [_fitted(cells, model) for model in models]
    best = min(fit[2] for fit in fits)
    weights = np.array([math.exp((best - fit[2]) / 2) for fit in fits])
    weights /= weights.sum()
    number = float(sum(w * fit[0] for w, fit in zip(weights, fits, strict=True)))
    variance = sum(
        w * (fit[1] + (fit[0] - number) ** 2) for w, fit in zip(weights, fits, strict=True)
    )
    return number, float(variance)


def _fitted(cells: Histories, pairs: Iterable[tuple[int, int]]) -> tuple[float, float, float]:
    """Return unseen, its variance and the AIC of one Poisson log-linear model."""
    lists = len(next(iter(cells)))
    every = [h for h in np.ndindex(*(2,) * lists) if any(h)]
    counts = np.array([cells.get(h, 0.0) for h in every]) + 0.5 ** (lists - 1)
    table = np.array([[1.0, *h, *(h[i] * h[j] for i, j in pairs)] for h in every])
    beta = np.linalg.lstsq(table, np.log(counts), rcond=None)[0]
    information = np.eye(table.shape[1])
    for _round in range(_ROUNDS):
        expected = np.exp(np.clip(table @ beta, -20, 20))
        information = table.T @ (table * expected[:, None]) + 1e-9 * np.eye(table.shape[1])
        beta = beta + np.linalg.solve(information, table.T @ (counts - expected))
    expected = np.exp(np.clip(table @ beta, -20, 20))
    likelihood = float((counts * np.log(expected) - expected).sum())
    number = math.exp(min(float(beta[0]), 15.0))
    spread = float(np.linalg.inv(information)[0, 0])
    return number, number + number**2 * spread, 2 * table.shape[1] - 2 * likelihood


def _with(unseen: Callable[[Histories], Unseen]) -> Callable[[list[Sighting]], Estimate]:
    """Return an estimator of listings on sale that takes its unseen from ``unseen``."""

    def estimate(sightings: list[Sighting]) -> Estimate:
        ours = estimate_on_sale(sightings)
        known = known_at(sightings, ours.pass_no)
        shared = resolved(known)
        cells = histories(known, shared.shares)
        if ours.abstained in ("no-listing", "one-way", "too-few-fetched", "too-few-listings"):
            return ours
        low, number, high = _interval(unseen(cells))
        base, spread = ours.on_sale + shared.mean, Z * math.sqrt(shared.variance)
        return replace(
            ours,
            abstained="",
            total=round(base + number),
            low=math.floor(base + number - math.hypot(number - low, spread)),
            high=math.ceil(base + number + math.hypot(high - number, spread)),
        )

    return estimate


ALTERNATIVES: dict[str, Callable[[list[Sighting]], Estimate]] = {
    "ours": estimate_on_sale,
    "chapman": _with(chapman),
    "chao": _with(chao),
    "zelterman": _with(zelterman),
    "sample_coverage": _with(sample_coverage),
    "log_linear_independent": _with(independent),
    "log_linear_aic": _with(by_aic),
    "seen_only": _with(lambda _cells: (0.0, 0.0)),
}
