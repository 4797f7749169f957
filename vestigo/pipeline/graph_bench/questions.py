# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is asked of the synthetic graph: addresses, and pairs that a way is known to join."""

from __future__ import annotations

from typing import Any

import numpy as np

from vestigo.pipeline.graph_bench.synthetic import MOST_STEPS, TAGGED, SyntheticGraph

TRIES = 12


def questions(graph: SyntheticGraph, n: int) -> dict[str, Any]:
    """Return ``n`` addresses that pay, and ``n`` pairs joined by 2 to 20 payments.

    The pairs are ends of walks of a length drawn evenly, that begin evenly over addresses
    (not over payments) and pass no tagged address; so a way of at most so many hops is there.
    """
    dice = np.random.Generator(np.random.PCG64([graph.seed, 3]))
    order = np.argsort(graph.payers, kind="stable")
    begins = np.searchsorted(graph.payers[order], np.arange(graph.n_addresses + 1))
    payees = graph.payees[order]
    paying = np.unique(graph.payers)
    walker = _Walker(begins, payees, dice)
    pairs: list[tuple[str, str]] = []
    while len(pairs) < n:
        start = int(dice.choice(paying))
        end = walker.walk(start, int(dice.integers(2, MOST_STEPS + 1)))
        if end is not None:
            pairs.append((graph.addresses[start], graph.addresses[end]))
    return {
        "addresses": [graph.addresses[int(i)] for i in dice.choice(paying, n)],
        "pairs": pairs,
    }


class _Walker:
    def __init__(self, begins: Any, payees: Any, dice: Any) -> None:
        self._begins, self._payees, self._dice = begins, payees, dice

    def walk(self, start: int, n_steps: int) -> int | None:
        """Return where a walk of so many steps ends, None where it gets stuck or comes back."""
        node = start
        for _step in range(n_steps):
            following = self._next(node)
            if following is None:
                return None
            node = following
        return node if node != start else None

    def _next(self, node: int) -> int | None:
        """Return an address that ``node`` pays, that pays as well and bears no tag."""
        low, high = int(self._begins[node]), int(self._begins[node + 1])
        for _try in range(TRIES if low < high else 0):
            payee = int(self._payees[self._dice.integers(low, high)])
            if payee >= TAGGED and self._begins[payee] < self._begins[payee + 1]:
                return payee
        return None
