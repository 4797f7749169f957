# SPDX-License-Identifier: AGPL-3.0-or-later
"""Clusters against who really holds the addresses: adjusted Rand index, false merges."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class WalletTruth:
    """Clusters of several worlds beside their truth, added up."""

    pairs: Counter[tuple[Any, Any]] = field(default_factory=Counter)
    n_joins: int = 0
    n_false: int = 0
    n_false_through_mixes: int = 0

    def add(
        self,
        world: str,
        labels: Sequence[tuple[int, str]],
        joins: Iterable[tuple[str, str, str]],
        mixes: Iterable[str],
    ) -> None:
        """Add one world: (cluster, owner) of each address, (txid, owner, owner) of each join."""
        self.pairs.update(((world, cluster), (world, owner)) for cluster, owner in labels)
        known = frozenset(mixes)
        for txid, a, b in joins:
            self.n_joins += 1
            self.n_false += a != b
            self.n_false_through_mixes += a != b and txid in known

    def figures(self) -> dict[str, Any]:
        """Return the figures; shares with four places, None where nothing was joined."""
        return {
            "addresses": self.pairs.total(),
            "adjusted_rand_index": adjusted_rand_index(self.pairs),
            "joins": self.n_joins,
            "false_joins": self.n_false,
            "false_join_rate": round(self.n_false / self.n_joins, 4) if self.n_joins else None,
            "false_joins_through_mixes": self.n_false_through_mixes,
        }


def adjusted_rand_index(pairs: Counter[tuple[Any, Any]]) -> float | None:
    """Return the index of two partitions, given how many things have which two labels."""
    ones: Counter[Any] = Counter()
    others: Counter[Any] = Counter()
    for (one, other), n in pairs.items():
        ones[one] += n
        others[other] += n
    both = sum(map(_choose, pairs.values()))
    in_one, in_other = (sum(map(_choose, labels.values())) for labels in (ones, others))
    total = _choose(pairs.total())
    if not total:
        return None
    expected = in_one * in_other / total
    most = (in_one + in_other) / 2
    return 1.0 if most == expected else round((both - expected) / (most - expected), 4)


def _choose(n: int) -> int:
    return n * (n - 1) // 2
