# SPDX-License-Identifier: AGPL-3.0-or-later
"""An estimate against the truth, and what many of them come to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from crawler.estimating import Estimate

LEAST_HELD, WIDEST_MEDIAN, MOST_ABSTAINED = 0.90, 0.30, 0.20


@dataclass(frozen=True, slots=True)
class Judged:
    """One estimate with the number of listings that were on sale."""

    name: str
    seed: int
    truth: int
    estimate: Estimate

    @property
    def holds(self) -> bool:
        """Whether the interval holds the truth (False where there is none)."""
        low, high = self.estimate.low, self.estimate.high
        return low is not None and high is not None and low <= self.truth <= high

    @property
    def width(self) -> float:
        """The width of the interval as a share of the truth."""
        assert self.estimate.low is not None
        assert self.estimate.high is not None
        return (self.estimate.high - self.estimate.low) / self.truth

    def document(self) -> dict[str, Any]:
        """Return it as plain JSON values."""
        one = self.estimate
        return {
            "name": self.name, "seed": self.seed, "truth": self.truth, "on_sale_seen": one.on_sale,
            "estimate": one.total, "low": one.low, "high": one.high, "abstained": one.abstained,
            "holds": self.holds,
        }  # fmt: skip


def figures(judged: Sequence[Judged]) -> dict[str, Any]:
    """Return shares and widths (decimal strings) of a set of estimates."""
    made = [one for one in judged if not one.estimate.abstained]
    reasons = Counter(one.estimate.abstained for one in judged if one.estimate.abstained)
    held = sum(one.holds for one in made)
    errors = [((one.estimate.total or 0) - one.truth) / one.truth for one in made]
    return {
        "n": len(judged),
        "n_estimates": len(made),
        "held": held,
        "held_share": _share(held, len(made)),
        "truth_below": sum(one.truth < (one.estimate.low or 0) for one in made),
        "truth_above": sum(one.truth > (one.estimate.high or 0) for one in made),
        "median_width": _median([one.width for one in made]),
        "median_error": _median(errors),
        "abstained": dict(sorted(reasons.items())),
        "abstained_share": _share(len(judged) - len(made), len(judged)),
    }


def met(judged: Sequence[Judged]) -> bool:
    """Say whether a set is within the limits that issue and guide name."""
    made = [one for one in judged if not one.estimate.abstained]
    if not made:
        return False
    return (
        sum(one.holds for one in made) >= LEAST_HELD * len(made)
        and median([one.width for one in made]) <= WIDEST_MEDIAN
        and len(judged) - len(made) <= MOST_ABSTAINED * len(judged)
    )


def _share(part: int, whole: int) -> str | None:
    return f"{part / whole:.3f}" if whole else None


def _median(values: Sequence[float]) -> str | None:
    return f"{median(values):.3f}" if values else None
