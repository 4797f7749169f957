# SPDX-License-Identifier: AGPL-3.0-or-later
"""Greedy cover: the few addresses that explain most of a vendor's reviews."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Cover:
    """The chosen scripts in the order in which they were chosen, with what each covers."""

    covered_by: Mapping[int, frozenset[Any]]

    def others(self, reached: Collection[int], review: Any) -> int:
        """Return how many other reviews the best chosen script among ``reached`` covers."""
        counts = (len(self.covered_by[one] - {review}) for one in reached if one in self.covered_by)
        return max(counts, default=0)


def greedy_cover(reached: Mapping[Any, Collection[int]], allowed: Collection[int]) -> Cover:
    """Return scripts out of ``allowed`` that cover the reviews, the most covering first.

    ``reached`` gives, by review, the scripts that its candidates pay.  A script that
    covers one review only explains nothing and is not chosen.
    """
    covers: dict[int, set[Any]] = {}
    for review, scripts in reached.items():
        for script in scripts:
            if script in allowed:
                covers.setdefault(script, set()).add(review)
    chosen: dict[int, frozenset[Any]] = {}
    left = set(reached)
    while covers:
        best = max(covers, key=lambda script: (len(covers[script] & left), -script))
        gain = covers[best] & left
        if len(covers[best]) < 2 or not gain:  # noqa: PLR2004 - one review explains nothing
            break
        chosen[best] = frozenset(covers.pop(best))
        left -= gain
    return Cover(chosen)
