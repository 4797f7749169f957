# SPDX-License-Identifier: AGPL-3.0-or-later
"""The generating models: what is drawn for a seed, and what a crawl then knows.

``independent`` is the only one without pages: each way finds each listing by itself.  All
others lose whole pages.  Those in ``HELD_OUT`` were not looked at while the estimator was made.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from vestigo.training.simulated.crawling import Found, Lists, Weather, crawl_pass
from vestigo.training.simulated.market import MarketHistory, Temper

PassRows = dict[str, tuple[tuple[str, ...], str]]


@dataclass(frozen=True, slots=True)
class SimulatedCrawl:
    """What every pass knows of each listing: (ways, state); ``truth``: on sale at the last."""

    model: str
    seed: int
    passes: tuple[PassRows, ...]
    truth: int


def simulate(model: str, seed: int) -> SimulatedCrawl:
    """Return the crawl that ``seed`` makes of ``model`` (a key of MODELS or HELD_OUT)."""
    rng = random.Random(f"{model}/{seed}")  # noqa: S311  a simulation, the same for a seed
    temper = {**MODELS, **HELD_OUT}[model](rng)
    history = MarketHistory(temper, rng)
    looked = _independent if temper.loss_of_ways else _by_pages
    passes = looked(temper, history, rng)
    rows = tuple(
        {key: (tuple(sorted(one.ways)), one.state) for key, one in sorted(found.items())}
        for found in passes
    )
    return SimulatedCrawl(model, seed, rows, len(history.passes[-1]))


def _by_pages(temper: Temper, history: MarketHistory, rng: random.Random) -> list[dict[str, Found]]:
    seen: set[str] = set()
    passes = []
    n_blocked = round(history.n_categories * temper.blocked)
    blocked = frozenset(rng.sample(range(history.n_categories), n_blocked))
    for wares, stale in zip(history.passes, history.stale, strict=True):
        lists = Lists(temper, wares, stale, rng)
        n_requests = lists.n_pages() + len(wares) + len(stale)
        weather = Weather(temper, rng, n_requests, blocked)
        found = crawl_pass(temper, lists, weather, {w.key for w in wares}, seen)
        passes.append(found)
        seen |= {key for key, one in found.items() if one.state == "on-sale"}
    return passes


def _independent(
    temper: Temper, history: MarketHistory, rng: random.Random
) -> list[dict[str, Found]]:
    lost = temper.loss_of_ways
    chances = {
        way: min(0.95, (1 - lost) * rng.uniform(0.7, 1.3))
        for way in ("category", "vendor", "search")
    }

    def _tilted(chance: float, tilt: float) -> float:
        odds = chance / (1 - chance) * math.exp(tilt * temper.uneven)
        return odds / (1 + odds)

    tilts: dict[str, float] = {}
    seen: set[str] = set()
    passes = []
    for wares in history.passes:
        on_sale = {w.key for w in wares}
        found = {key: Found() for key in sorted(seen)}
        for way, chance in chances.items():
            for key in sorted(on_sale):
                if rng.random() < _tilted(chance, tilts.setdefault(key, rng.gauss(0, 1))):
                    found.setdefault(key, Found()).ways.add(way)
        for key, one in found.items():
            failed = rng.random() < temper.listing_loss
            one.state = "failed" if failed else ("on-sale" if key in on_sale else "gone")
        seen |= {key for key, one in found.items() if one.state == "on-sale"}
        passes.append(found)
    return passes


def _plain(rng: random.Random, **more: Any) -> Temper:
    """Draw what every market has: size, churn, holding prices, some loss."""
    drawn: dict[str, Any] = {
        "size": round(120 * 2 ** rng.uniform(0, 4)),
        "n_passes": rng.randint(1, 4),
        "new": rng.uniform(0, 0.25),
        "gone": rng.uniform(0, 0.25),
        "held": rng.uniform(0, 0.1),
        "page_loss": rng.uniform(0.03, 0.25),
        "listing_loss": rng.uniform(0.01, 0.15),
        "page_size": rng.choice((10, 20, 25)),
        "chained": rng.random() < 0.3,  # noqa: PLR2004
    }
    return Temper(**(drawn | more))


def _popularity(rng: random.Random) -> Temper:
    return _plain(rng, picky=True, spread=rng.uniform(0.8, 1.6), depth=rng.randint(3, 12))


def _outages(rng: random.Random) -> Temper:
    share = rng.uniform(0.03, 0.12)
    return _plain(rng, outages=rng.randint(1, 3), outage_share=share, page_loss=0.03)


def _hidden(rng: random.Random) -> Temper:
    return _plain(rng, hidden=rng.uniform(0.05, 0.3))


MODELS: dict[str, Callable[[random.Random], Temper]] = {
    "independent": lambda rng: _plain(rng, loss_of_ways=rng.uniform(0.05, 0.5)),
    "pages": _plain,
    "popularity": _popularity,
    "blocks": lambda rng: _plain(rng, blocked=rng.uniform(0.1, 0.4)),
    "hidden": _hidden,
    "outages": _outages,
    "depth": lambda rng: _plain(rng, depth=rng.randint(1, 4)),
    "session": lambda rng: _plain(rng, budget=rng.uniform(0.6, 0.98)),
    "severe": lambda rng: _plain(
        rng, page_loss=rng.uniform(0.2, 0.5), listing_loss=rng.uniform(0.1, 0.4)
    ),
    "uneven": lambda rng: _plain(
        rng, loss_of_ways=rng.uniform(0.1, 0.5), uneven=rng.uniform(0.3, 1.5)
    ),
    "two-ways": lambda rng: _plain(rng, without=("search", "references")),
    "sparse": lambda rng: _plain(rng, loss_of_ways=rng.uniform(0.4, 0.8)),
}

HELD_OUT: dict[str, Callable[[random.Random], Temper]] = {
    "contagious": lambda rng: _plain(
        rng, sticky=rng.uniform(0.5, 0.9), page_loss=rng.uniform(0.02, 0.08)
    ),
    "held-unlisted": lambda rng: _plain(rng, held_unlisted=True, held=rng.uniform(0.05, 0.2)),
    "everything": lambda rng: _plain(
        rng, picky=True, spread=1.0, blocked=rng.uniform(0, 0.15), hidden=rng.uniform(0, 0.1),
        outages=1, outage_share=0.05, depth=rng.randint(4, 12),
    ),
    "late-index": lambda rng: _plain(
        rng, late=rng.uniform(0.3, 0.9), n_passes=rng.randint(2, 4)
    ),
    "no-search": lambda rng: _plain(rng, without=("search",)),
}  # fmt: skip
