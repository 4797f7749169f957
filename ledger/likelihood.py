# SPDX-License-Identifier: AGPL-3.0-or-later
"""How likely a statement holds: trails, cash-outs and clusters as rows of features.

The weights stand in ``config/ledger/odds.toml``; what a row looks at stands here.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import cached_property

import numpy as np

from ledger.change import FactsReader, OwnOutputs
from ledger.clustering import Clustering
from ledger.following import Trail
from ledger.hubs import Hubs
from ledger.index import ChainIndex
from ledger.join_risks import TWO, JoinRisks
from ledger.odds import Odds

TRAIL_MODEL, CASH_OUT_MODEL, CLUSTER_MODEL = "trail", "cash_out", "cluster"
AT_SERVICE = ("tagged_service", "deposit_candidate")
UNKNOWN = Decimal("0.5")
OWN_STEPS = tuple((f"own_below_{n:02}", Decimal(n) / 100) for n in (5, 30, 60, 90, 98))
LONG = 4
MOST_SAMPLED = 20_000
JOINT_LEVELS = (0.0, 0.08)
Features = dict[str, int]


class Likelihood:
    """Rows of features, and the probabilities that the models give them."""

    def __init__(
        self,
        index: ChainIndex,
        clustering: Clustering,
        reader: FactsReader,
        odds: Odds,
    ) -> None:
        self._index = index
        self._unions = clustering.unions
        self.reader = reader
        self.odds = odds
        self.hubs = Hubs(index, clustering)
        self._risks = JoinRisks(index)
        self._joins: dict[int, Features] = {}
        self._trails: dict[tuple[Trail, str], Features] = {}
        self.own = OwnOutputs(index, clustering, self.hubs, reader, odds)

    def own_output(self, output: int) -> Decimal:
        """Return how likely an output is still held by who paid it (0.5 where unknown)."""
        tx = int(self._index.tx_of[output])
        found = self.own.of(tx)
        return found[self._index.vout(output)].probability if found else UNKNOWN

    def trail_row(self, trail: Trail, tier: str) -> Features:
        """Return the features of: whoever held the start still held the trail's last coin.

        For a trail that ends at a service that coin is the one which was paid in.
        """
        key = trail, tier
        if key not in self._trails:
            self._trails[key] = self._trail_row(trail, tier)
        return dict(self._trails[key])

    def _trail_row(self, trail: Trail, tier: str) -> Features:
        outputs = [output for output, _sat in trail.hops]
        at_service = trail.stop.reason in AT_SERVICE
        held = outputs[:-1] if at_service else outputs
        row = self._path(trail.source, held)
        row[f"tier_{tier}"] = 1
        row["at_service"] = int(at_service)
        row["behind_start"] = int(not held)
        if tier == "wallet":
            row.update(self.join_row(int(self._index.script_of[trail.source])))
        return {name: value for name, value in row.items() if value}

    def cash_out_row(self, trail: Trail, tier: str, basis: str) -> Features:
        """Return the features of: whoever held the start cashed out here."""
        return self.trail_row(trail, tier) | {f"basis_{basis}": 1}

    def join_row(self, script: int) -> Features:
        """Return the features of: the cluster of a script has one owner."""
        root = self._unions.find(script)
        if root not in self._joins:
            self._joins[root] = self._join_row(root)
        return dict(self._joins[root])

    def _join_row(self, root: int) -> Features:
        risks = self._risks.of(self._unions.transactions(root))
        row: Features = {
            "join_unsafe": int(risks.unsafe.any()),
            "join_kinds": int(risks.kinds.any()),
            "join_two_outputs": int(risks.two_outputs.any()),
            "join_unsafe_kinds": int((risks.unsafe & risks.kinds).any()),
        }
        if (risks.two_outputs & ~risks.kinds).any():
            unsafe = "unsafe" if row["join_unsafe"] else "needed"
            row[f"joint_chain_{self.joint_level}_{unsafe}"] = 1
        return row

    @cached_property
    def joint_level(self) -> int:
        """How usual joint payments are on this chain: 0 (none seen) to 2.

        Measured by the share of payments with two outputs whose inputs are of unlike
        kinds: hardly any wallet makes those, PayJoin does (among the first 20,000).
        """
        index = self._index
        n_in, n_out = np.diff(index.first_input), np.diff(index.first_output)
        chosen = np.flatnonzero((n_in > 1) & (n_out == TWO)).tolist()[:MOST_SAMPLED]
        mixed = sum(self._risks.of_unlike_kinds(tx) for tx in chosen)
        share = mixed / max(len(chosen), 1)
        return sum(share > level for level in JOINT_LEVELS)

    def cluster_row(self, script: int) -> Features:
        """Return ``join_row`` with the size of the cluster."""
        row = self.join_row(script)
        row["large"] = int(self._unions.size(script) > LONG)
        return {name: value for name, value in row.items() if value}

    def _path(self, source: int, held: Sequence[int]) -> Features:
        row: Features = {"long": int(len(held) > LONG)}
        if not held:
            return row
        chances = [self.own_output(output) for output in held]
        least = min(chances)
        name = next((name for name, below in OWN_STEPS if least < below), "")
        if name:
            row[name] = 1
        scripts = [int(self._index.script_of[output]) for output in (source, *held)]
        hubs = [self.hubs.of(script) for script in scripts[1:]]
        row["through_hub"] = int(any(hub.is_service_like for hub in hubs))
        row["through_batch_payer"] = int(any(hub.pays_batches for hub in hubs))
        row["all_one_cluster"] = int(len({self._unions.find(script) for script in scripts}) == 1)
        row["doubts"] = sum(chance < UNKNOWN for chance in chances)
        return row
