# SPDX-License-Identifier: AGPL-3.0-or-later
"""Counts over texts, and figures with 95 % intervals.

Precision, recall and shares are proportions: Wilson's interval.  F1 is none: the
percentiles of a bootstrap over texts, with a fixed seed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from math import sqrt
from typing import Any

from nlp.scoring.answers import Same

FOUR = Decimal("0.0001")
SAMPLES = 1000
SEED = 20261122
Z = 1.959963984540054  # of the normal distribution, two-sided 95 %
INTERVALS = {
    "precision": "Wilson",
    "recall": "Wilson",
    "share": "Wilson",
    "f1": f"bootstrap over texts, {SAMPLES} samples, seed {SEED}",
}


@dataclass(slots=True)
class Tally:
    """One (right, given, expected) a text."""

    texts: list[tuple[int, int, int]] = field(default_factory=list)

    def add(self, right: int, given: int, expected: int) -> None:
        """Count one text."""
        self.texts.append((right, given, expected))

    def figures(self) -> dict[str, Any]:
        """Return the figures as strings with four places, their intervals, the counts."""
        right, given, expected = (sum(row[n] for row in self.texts) for n in range(3))
        return {
            "precision": four(right, given),
            "precision_95": wilson(right, given),
            "recall": four(right, expected),
            "recall_95": wilson(right, expected),
            "f1": four(2 * right, given + expected),
            "f1_95": bootstrap(self.texts),
            "right": right,
            "emitted": given,
            "expected": expected,
            "texts": len(self.texts),
        }


def matched(
    given: Sequence[Any], gold: Sequence[Any], same: Same
) -> tuple[int, list[Any], list[Any]]:
    """Match one to one; return how many are right, what is too much, what is missing."""
    left, extra = list(gold), []
    for value in given:
        hit = next((n for n, one in enumerate(left) if same(value, one)), None)
        if hit is None:
            extra.append(value)
        else:
            del left[hit]
    return len(given) - len(extra), extra, left


def four(part: int, whole: int) -> str | None:
    """Return a share with four places, or None of nothing."""
    return str((Decimal(part) / Decimal(whole)).quantize(FOUR)) if whole else None


def share(part: int, whole: int) -> dict[str, Any]:
    """Return a proportion with its counts and Wilson's interval; null of nothing."""
    return {
        "share": four(part, whole),
        "share_95": wilson(part, whole),
        "count": part,
        "of": whole,
    }


def wilson(part: int, whole: int) -> list[str] | None:
    """Return Wilson's 95 % interval of a proportion, or None of nothing."""
    if not whole:
        return None
    p, n, z2 = part / whole, whole, Z * Z
    middle = p + z2 / (2 * n)
    width = Z * sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    low, high = ((middle + sign * width) / (1 + z2 / n) for sign in (-1, 1))
    return [_rounded(max(0.0, low)), _rounded(min(1.0, high))]


def bootstrap(texts: Sequence[tuple[int, int, int]]) -> list[str] | None:
    """Return the 2.5 and 97.5 percentiles of F1 over samples of the texts."""
    if not any(given or expected for _right, given, expected in texts):
        return None
    import numpy as np

    counts = np.asarray(texts, dtype=np.int64)
    drawn = np.random.Generator(np.random.PCG64(SEED))
    sums = np.stack(
        [counts[drawn.integers(0, len(texts), len(texts))].sum(axis=0) for _n in range(SAMPLES)]
    )
    whole = sums[:, 1] + sums[:, 2]
    f1 = np.sort(np.where(whole > 0, 2 * sums[:, 0] / np.maximum(whole, 1), 1.0))
    return [_rounded(float(f1[n])) for n in (SAMPLES // 40, SAMPLES - 1 - SAMPLES // 40)]


def _rounded(value: float) -> str:
    return str(Decimal(repr(value)).quantize(FOUR))
