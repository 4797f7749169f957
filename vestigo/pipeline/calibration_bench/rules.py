# SPDX-License-Identifier: AGPL-3.0-or-later
"""Each change rule by itself against the truth: how often it speaks, how often it is right.

Also of the two rules that stand in no model: ``round_fiat``, which needs rates, and
``rbf_pair``, which needs what a node saw of replaced transactions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ledger.change import Votes
from vestigo.pipeline.calibration_bench.measuring import wilson


@dataclass(slots=True)
class RuleTruth:
    """Votes of several worlds, added up: (rule, vote, whether the payer still held it)."""

    votes: Counter[tuple[str, int, bool]] = field(default_factory=Counter)

    def add(self, votes: Votes, own: Sequence[bool | None]) -> None:
        """Add the votes on one transaction; None marks outputs that nobody is known to hold."""
        for name, verdicts in votes.items():
            for vote, held in zip(verdicts, own, strict=True):
                if held is not None:
                    self.votes[name, vote, held] += 1

    def figures(self) -> dict[str, dict[str, Any]]:
        """Return, by rule, the share of right votes each way with its interval, and the recall."""
        return {name: self._figures(name) for name in sorted({name for name, _v, _h in self.votes})}

    def _figures(self, name: str) -> dict[str, Any]:
        said = self.votes
        n_own = sum(said[name, vote, True] for vote in (-1, 0, 1))
        return {
            "change": _share(said[name, 1, True], said[name, 1, False]),
            "not_change": _share(said[name, -1, False], said[name, -1, True]),
            "recall": round(said[name, 1, True] / n_own, 4) if n_own else None,
        }


def _share(right: int, wrong: int) -> dict[str, Any]:
    n = right + wrong
    if not n:
        return {"n": 0, "precision": None, "low": None, "high": None}
    low, high = wilson(right, n)
    return {"n": n, "precision": round(right / n, 4), "low": low, "high": high}
