# SPDX-License-Identifier: AGPL-3.0-or-later
"""How many listings no way found: every decomposable graph, weighed by what the counts say.

Madigan and York (1997), Bayesian methods for estimation of the size of a closed population,
Biometrika 84: hyper-Dirichlet priors give each graph's marginal likelihood in closed form,
so nothing is drawn at random and nothing iterates.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

from crawler.estimating.graphs import Group, decomposable_graphs

# How likely two ways depend on each other before anything is counted.  Where every way found
# everything, nothing can be said of dependence: with even odds the unseen would have no bound.
EDGE = 0.05

Floats = npt.NDArray[np.float64]
History = tuple[int, ...]
_lgamma = np.frompyfunc(math.lgamma, 1, 1)


@dataclass(frozen=True, slots=True)
class Posterior:
    """Probabilities (they sum to 1) of each number of unseen listings in ``unseen``."""

    unseen: Floats
    weights: Floats

    def mean(self) -> float:
        """Return the expected number."""
        return float(self.unseen @ self.weights)

    def quantile(self, share: float) -> float:
        """Return the least number with at least ``share`` of the probability below or at it."""
        place = int(np.searchsorted(np.cumsum(self.weights), share))
        return float(self.unseen[min(place, len(self.unseen) - 1)])


def unseen_posterior(cells: Mapping[History, float], n_lists: int, most: float) -> Posterior:
    """Return what ``cells`` (history of 0 and 1, one place a list: count) say of the unseen.

    Counts need not be whole.  ``most`` is the largest number thought of.
    """
    unseen = grid(most)
    graphs = decomposable_graphs(n_lists)
    terms = _Terms(cells, n_lists, unseen)
    logs = np.array(
        [
            sum((terms.of(c) for c in graph.cliques), start=np.zeros_like(unseen))
            - sum((terms.of(s) for s in graph.separators), start=np.zeros_like(unseen))
            + graph.n_edges * math.log(EDGE / (1 - EDGE))
            for graph in graphs
        ]
    )
    total = sum(cells.values()) + unseen
    shared = lgamma(total + 1) - lgamma(unseen + 1) - np.log(total) + np.log(_widths(unseen))
    logs += shared
    weights = np.exp(logs - logs.max()).sum(axis=0)
    return Posterior(unseen, weights / weights.sum())


def grid(most: float) -> Floats:
    """Return numbers of unseen listings: each whole one at first, then ever wider apart."""
    steps = [0.0]
    while steps[-1] < most:
        steps.append(steps[-1] + max(1.0, math.floor(steps[-1] / 100)))
    return np.array(steps)


def lgamma(values: Floats) -> Floats:
    """Return the logarithm of the gamma function of each value."""
    return np.asarray(_lgamma(values), dtype=np.float64)


def _widths(unseen: Floats) -> Floats:
    return np.diff(unseen, append=unseen[-1] + max(1.0, math.floor(unseen[-1] / 100)))


class _Terms:
    """Logarithms of the Dirichlet-multinomial of each marginal table, kept once made."""

    def __init__(self, cells: Mapping[History, float], n_lists: int, unseen: Floats) -> None:
        self._cells, self._n, self._unseen = cells, n_lists, unseen
        self._prior = 0.5**n_lists
        self._kept: dict[Group, Floats] = {}
        total = sum(cells.values())
        whole = self._prior * 2**n_lists
        self._total = math.lgamma(whole) - lgamma(whole + total + unseen)

    def of(self, group: Group) -> Floats:
        """Return the term of one clique or separator (0 for the empty one)."""
        if not group:
            return np.zeros_like(self._unseen)
        if group not in self._kept:
            self._kept[group] = self._made(sorted(group))
        return self._kept[group]

    def _made(self, places: list[int]) -> Floats:
        prior = self._prior * 2 ** (self._n - len(places))
        counts = dict.fromkeys(product((0, 1), repeat=len(places)), 0.0)
        for history, count in self._cells.items():
            counts[tuple(history[k] for k in places)] += count
        nobody = counts.pop((0,) * len(places))
        seen = sum(math.lgamma(prior + n) - math.lgamma(prior) for n in counts.values())
        return self._total + seen + lgamma(prior + nobody + self._unseen) - math.lgamma(prior)
