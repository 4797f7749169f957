# SPDX-License-Identifier: AGPL-3.0-or-later
"""How many listings were on sale at a pass: an estimate with a 95 % interval, or why there is none.

What is estimated: the listings whose own page the market would have shown as a listing to
this account at the time of the pass, whatever their price; vanished ones do not count.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from crawler.estimating.averaging import Floats, Posterior, unseen_posterior
from crawler.estimating.observations import Known, Resolved, Sighting, histories, known_at, resolved

METHOD = "crawler.coverage_averaging.v1"
ABSTENTIONS = (
    "no-listing",
    "one-way",
    "too-few-fetched",
    "too-few-listings",
    "too-few-recaptures",
    "too-wide",
)

TAIL = 0.025
LEAST_LISTINGS = 10
LEAST_FETCHED = 0.2
LEAST_TWICE = 7
WIDEST = 1.0
MOST_TIMES = 5
CLUSTER = 2.0
# What the histories cannot show of how the ways depend on each other: mean and spread of the
# logarithm of a factor on the unseen, by the number of lists.  See docs/adr/0022.
DEPENDENCE = {2: (0.4, 1.0), 3: (0.3, 0.8), 4: (0.3, 0.7), 5: (0.3, 0.7)}
_STEPS = np.linspace(-2.4, 2.4, 13)


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """Counts of listings at one pass, and an estimate unless ``abstained`` (a code) says why not.

    ``known`` = ``on_sale`` + ``gone`` + ``unresolved``; ``ways`` is how many of those not gone
    each list has.  ``total``, ``low`` and ``high`` are listings on sale at the pass,
    ``unseen…`` those of them that the pass does not know at all.
    """

    pass_no: int
    known: int
    on_sale: int
    gone: int
    unresolved: int
    ways: dict[str, int]
    total: int | None = None
    low: int | None = None
    high: int | None = None
    unseen: int | None = None
    unseen_low: int | None = None
    unseen_high: int | None = None
    abstained: str = ""
    method: str = METHOD


def estimate_on_sale(sightings: Iterable[Sighting], pass_no: int | None = None) -> Estimate:
    """Return the estimate for a pass (None: the last one that was sighted)."""
    rows = list(sightings)
    number = pass_no or max((one.pass_no for one in rows), default=1)
    known = known_at(rows, number)
    counted = _counted(number, known)
    reason = _too_little(counted)
    if reason:
        return replace(counted, abstained=reason)
    shared = resolved(known)
    cells = histories(known, shared.shares)
    if sum(count for history, count in cells.items() if sum(history) > 1) < LEAST_TWICE:
        return replace(counted, abstained="too-few-recaptures")
    unseen = _widened(_unseen(cells), len(next(iter(cells))))
    total = _total(unseen, counted.on_sale, shared)
    low, middle, high = (total.quantile(share) for share in (TAIL, 0.5, 1 - TAIL))
    if high - low > WIDEST * middle:
        return replace(counted, abstained="too-wide")
    few, some, many = (unseen.quantile(share) for share in (TAIL, 0.5, 1 - TAIL))
    return replace(
        counted,
        total=round(middle),
        low=math.floor(low),
        high=math.ceil(high),
        unseen=round(some),
        unseen_low=math.floor(few),
        unseen_high=math.ceil(many),
    )


def _counted(pass_no: int, known: list[Known]) -> Estimate:
    """Return the counts without an estimate."""
    states = Counter(one.state for one in known)
    ways: Counter[str] = Counter()
    for one in known:
        if one.state != "gone":
            ways.update(one.lists)
    n_on, n_gone = states["on-sale"], states["gone"]
    return Estimate(
        pass_no=pass_no,
        known=len(known),
        on_sale=n_on,
        gone=n_gone,
        unresolved=len(known) - n_on - n_gone,
        ways=dict(sorted(ways.items())),
    )


def _too_little(counted: Estimate) -> str:
    """Return the code of what the data lack, "" where they may carry an estimate."""
    if not counted.known:
        return "no-listing"
    if counted.on_sale < LEAST_FETCHED * (counted.on_sale + counted.unresolved):
        return "too-few-fetched"
    if counted.on_sale < LEAST_LISTINGS:
        return "too-few-listings"
    return "one-way" if len(counted.ways) < 2 else ""  # noqa: PLR2004  nothing was found twice


def _unseen(cells: dict[tuple[int, ...], float]) -> Posterior:
    """Return what the histories say, each cluster of listings of one page counted once."""
    shrunk = {history: count / CLUSTER for history, count in cells.items()}
    n = sum(shrunk.values())
    found = unseen_posterior(shrunk, len(next(iter(cells))), MOST_TIMES * n + 50)
    return Posterior(found.unseen * CLUSTER, found.weights)


def _widened(posterior: Posterior, n_lists: int) -> Posterior:
    """Return the posterior times a log-normal factor for dependence that no history shows."""
    mean, spread = DEPENDENCE[n_lists]
    factors = np.exp(mean + spread * _STEPS)
    return _mixed([posterior.unseen * factor for factor in factors], posterior.weights)


def _total(unseen: Posterior, n_on: int, shared: Resolved) -> Posterior:
    """Return listings on sale: fetched, those of the unresolved that are, and the unseen."""
    open_ = np.clip(shared.mean + math.sqrt(shared.variance) * _STEPS, 0, shared.n)
    return _mixed([n_on + one + unseen.unseen for one in open_], unseen.weights)


def _mixed(values: list[Floats], weights: Floats) -> Posterior:
    """Return the mixture of one posterior at each step of a standard normal, sorted."""
    shares = np.exp(-(_STEPS**2) / 2)
    shares /= shares.sum()
    every = np.concatenate(values)
    mass = np.concatenate([weights * share for share in shares])
    order = np.argsort(every, kind="stable")
    return Posterior(every[order], mass[order])
