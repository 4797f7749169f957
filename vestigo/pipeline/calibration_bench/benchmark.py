# SPDX-License-Identifier: AGPL-3.0-or-later
"""The figures of ``vestigo bench calibration``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from ledger.matching import MATCH_MODEL
from ledger.odds import shipped_odds
from vestigo import __version__
from vestigo.pipeline.calibration_bench.labelled import measure_labelled
from vestigo.pipeline.calibration_bench.measuring import calibration
from vestigo.pipeline.calibration_bench.rules import RuleTruth
from vestigo.pipeline.calibration_bench.statements import MODELS, Stated
from vestigo.pipeline.calibration_bench.wallets import WalletTruth
from vestigo.pipeline.calibration_bench.worlds import (
    FIT_WORLDS,
    TEST_BEHAVIOURS,
    TEST_SEEDS,
    known_world,
)

MOST_ERROR, LEAST_SKILL = 0.03, 0.3
SURE = Decimal("0.9")


def benchmark(
    behaviours: Sequence[str] = TEST_BEHAVIOURS,
    seeds: Sequence[int] = TEST_SEEDS,
    labelled: Iterable[Path] = (),
) -> dict[str, Any]:
    """Return, for each kind of statement and for all, n, ECE, Brier skill and bins."""
    odds = shipped_odds()
    stated: dict[str, list[Any]] = {name: [] for name in MODELS}
    worlds: list[str] = []
    n_reviews = 0
    wallets, rules = WalletTruth(), RuleTruth()
    for behaviour in behaviours:
        for seed in seeds:
            with known_world(behaviour, seed) as world:
                if world is None:
                    continue
                worlds.append(world.name)
                made = Stated(world, odds)
                n_reviews += made.n_reviews
                made.compare_wallets(wallets)
                made.compare_rules(rules)
                for name in MODELS:
                    stated[name] += [(one.probability(odds), one.holds) for one in made.of(name)]
    matched = _matched(stated[MATCH_MODEL], n_reviews)
    figures = {name: _judged(calibration(stated[name])) for name in MODELS}
    figures["all"] = _judged(calibration([pair for pairs in stated.values() for pair in pairs]))
    return {
        "version": __version__,
        "odds_sha256": odds.sha256,
        "fitted_on": [f"{name} {seed}" for name, seed in FIT_WORLDS],
        "worlds": worlds,
        "aims": {"ece": MOST_ERROR, "brier_skill": LEAST_SKILL},
        "statements": figures,
        "matching": matched,
        "wallets": wallets.figures(),
        "change_rules": rules.figures(),
        "labelled": measure_labelled(labelled),
    }


def _judged(figures: dict[str, Any]) -> dict[str, Any]:
    if not figures["n"]:
        return {"met": None, **figures}
    skill = figures["brier_skill"]
    met = figures["ece"] <= MOST_ERROR and skill is not None and skill >= LEAST_SKILL
    return {"met": met, **figures}


def _matched(stated: Sequence[tuple[Any, bool]], n_reviews: int) -> dict[str, Any]:
    """Return how many of the sure matches are right, and how many true pairs they are."""
    sure = [holds for posterior, holds in stated if posterior >= SURE]
    return {
        "reviews": n_reviews,
        "posterior_from": str(SURE),
        "matches": len(sure),
        "right": sum(sure),
        "precision": round(sum(sure) / len(sure), 4) if sure else None,
        "found": round(sum(sure) / n_reviews, 4) if n_reviews else None,
    }
