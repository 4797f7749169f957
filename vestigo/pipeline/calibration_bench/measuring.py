# SPDX-License-Identifier: AGPL-3.0-or-later
"""Calibration error, Brier score and skill, reliability bins with their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

N_BINS = 10
Z = 1.959963984540054


def calibration(stated: Sequence[tuple[Decimal, bool]]) -> dict[str, Any]:
    """Return n, base rate, ECE (ten bins of equal width), Brier score, its skill, the bins."""
    n = len(stated)
    if not n:
        return {"n": 0, "base_rate": None, "ece": None, "brier": None, "brier_skill": None,
                "bins": []}  # fmt: skip
    pairs = [(float(chance), bool(holds)) for chance, holds in stated]
    base = sum(holds for _p, holds in pairs) / n
    brier = sum((p - holds) ** 2 for p, holds in pairs) / n
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(N_BINS)]
    for p, holds in pairs:
        bins[min(int(p * N_BINS), N_BINS - 1)].append((p, holds))
    gaps = (abs(sum(p for p, _h in one) - sum(h for _p, h in one)) for one in bins)
    spread = base * (1 - base)
    return {
        "n": n,
        "base_rate": round(base, 4),
        "ece": round(sum(gaps) / n, 4),
        "brier": round(brier, 4),
        "brier_skill": round(1 - brier / spread, 4) if spread else None,
        "bins": [_bin(number, one) for number, one in enumerate(bins) if one],
    }


def _bin(number: int, pairs: Sequence[tuple[float, bool]]) -> dict[str, Any]:
    n, right = len(pairs), sum(holds for _p, holds in pairs)
    low, high = wilson(right, n)
    return {
        "least": round(number / N_BINS, 1),
        "n": n,
        "stated": round(sum(p for p, _h in pairs) / n, 4),
        "right": right,
        "share": round(right / n, 4),
        "low": low,
        "high": high,
    }


def wilson(right: int, n: int) -> tuple[float, float]:
    """Return the 95 % interval of a share by Wilson's score, four places."""
    share, z2 = right / n, Z * Z
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z * ((share * (1 - share) / n + z2 / (4 * n * n)) ** 0.5) / (1 + z2 / n)
    return round(max(0.0, middle - half), 4), round(min(1.0, middle + half), 4)
