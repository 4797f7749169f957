# SPDX-License-Identifier: AGPL-3.0-or-later
"""Wallet clusters that behave as a service, whether a tag names them or not (``ledger.hub.v1``).

Signs: one of its transactions pays five and more outputs (no mix), or many different
clusters pay into it.  Who follows money through such a cluster reaches strangers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ledger.classes import MIXES
from ledger.classes.classify import classify
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
        members = np.array(self._unions.members(root))
        received = index.paid[_rows(index.first_paid, members)]
        paying = np.unique(index.tx_of[received])
        payers = self._owners(index.spent_output[_rows(index.first_input, paying)])
        spending = np.unique(index.spender[received])
        spending = spending[spending != NONE]
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
            view = self._index.view(tx)
            mixes = classify(view).name in (*MIXES, "whirlpool_tx0")
            self._batches[tx] = not mixes and len(view.spendable) >= LEAST_PAID
        return self._batches[tx]


def _rows(first: Integers, owners: Integers) -> Integers:
    """Return the rows ``first[i]`` to ``first[i + 1]`` of each owner, one after the other."""
    begins = first[owners]
    sizes = first[owners + 1] - begins
    rows: Integers = np.repeat(begins - np.cumsum(sizes) + sizes, sizes) + np.arange(sizes.sum())
    return rows
