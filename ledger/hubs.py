# SPDX-License-Identifier: AGPL-3.0-or-later
"""Wallet clusters that behave as a service, whether a tag names them or not (``ledger.hub.v1``).

Signs: one of its transactions pays five and more outputs (no mix), or many different
clusters pay into it.  Who follows money through such a cluster reaches strangers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit

from ledger.classes import MIXES
from ledger.clustering import Clustering
from ledger.index import NONE, ChainIndex, Integers

RULE = "ledger.hub.v1"
LEAST_PAID = 5
MANY_PAYERS = 12


@dataclass(frozen=True, slots=True)
class Hub:
    """What a cluster was seen doing."""

    n_batches: int
    n_payers: int
    n_payees: int

    @property
    def pays_batches(self) -> bool:
        """Whether it paid many at once."""
        return self.n_batches > 0

    @property
    def is_service_like(self) -> bool:
        """Whether it behaves as a service."""
        return self.n_batches > 1 or (self.n_batches > 0 and self.n_payers >= MANY_PAYERS)


class Hubs:
    """Answers what the cluster of a script does; each cluster is looked at once."""

    def __init__(self, index: ChainIndex, clustering: Clustering) -> None:
        self._index = index
        self._unions = clustering.unions
        self._known: dict[int, Hub] = {}
        self._batches: dict[int, bool] = {}

    def of(self, script: int) -> Hub:
        """Return what the cluster of a script was seen doing."""
        root = self._unions.find(script)
        if root not in self._known:
            self._known[root] = self._look(root)
        return self._known[root]

    def _look(self, root: int) -> Hub:
        index = self._index
        members = np.array(self._unions.members(root), dtype=np.int64)
        received = index.paid[_rows(index.first_paid, members)]
        paying, spending = _beside(received, index.tx_of, index.spender)
        payers = self._owners(index.spent_output[_rows(index.first_input, paying)])
        payees = self._owners(_rows(index.first_output, spending))
        large = index.first_output[spending + 1] - index.first_output[spending] >= LEAST_PAID
        n_batches = sum(self._is_batch(tx) for tx in spending[large].tolist())
        return Hub(n_batches, len(payers - {root}), len(payees - {root}))

    def _owners(self, outputs: Integers) -> set[int]:
        """Return the clusters of the outputs that are in the store."""
        known = outputs[outputs != NONE]
        return set(self._unions.representatives(self._index.script_of[known]))

    def _is_batch(self, tx: int) -> bool:
        if tx not in self._batches:
            mixes = self._index.class_of(tx) in (*MIXES, "whirlpool_tx0")
            n_paid = len(self._index.view(tx).spendable)
            self._batches[tx] = not mixes and n_paid >= LEAST_PAID
        return self._batches[tx]


@njit(cache=True, nogil=True)
def _beside(received: Any, tx_of: Any, spender: Any) -> Any:
    """Return the transactions that pay outputs, and those that spend them, each once, sorted."""
    spending = np.unique(spender[received])
    return np.unique(tx_of[received]), spending[spending != NONE]


@njit(cache=True, nogil=True)
def _rows(first: Any, owners: Any) -> Any:
    """Return the rows ``first[i]`` to ``first[i + 1]`` of each owner, one after the other."""
    n = 0
    for owner in owners:
        n += first[owner + 1] - first[owner]
    rows, at = np.empty(n, dtype=np.int64), 0
    for owner in owners:
        for row in range(first[owner], first[owner + 1]):
            rows[at] = row
            at += 1
    return rows
