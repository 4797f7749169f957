# SPDX-License-Identifier: AGPL-3.0-or-later
"""Wallet clusters that behave as a service, whether a tag names them or not (``ledger.hub.v1``).

Signs: one of its transactions pays five and more outputs (no mix), or many different
clusters pay into it.  Who follows money through such a cluster reaches strangers.
"""

from __future__ import annotations

from dataclasses import dataclass

from ledger.classes import MIXES
from ledger.classes.classify import classify
from ledger.clustering import Clustering
from ledger.index import NONE, ChainIndex

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
        index, find = self._index, self._unions.find
        payers: set[int] = set()
        payees: set[int] = set()
        batches = 0
        spending: set[int] = set()
        for script in self._unions.members(root):
            for output in index.outputs_to(script):
                paying = int(index.tx_of[output])
                payers |= {find(int(index.script_of[o])) for o in index.spent_by(paying)
                           if o != NONE}  # fmt: skip
                spending.add(int(index.spender[output]))
        for tx in sorted(spending - {NONE}):
            outputs = index.outputs(tx)
            payees |= {find(int(index.script_of[o])) for o in outputs}
            if len(outputs) >= LEAST_PAID and self._is_batch(tx):
                batches += 1
        return Hub(batches, len(payers - {root}), len(payees - {root}))

    def _is_batch(self, tx: int) -> bool:
        if tx not in self._batches:
            view = self._index.view(tx)
            mixes = classify(view).name in (*MIXES, "whirlpool_tx0")
            self._batches[tx] = not mixes and len(view.spendable) >= LEAST_PAID
        return self._batches[tx]
