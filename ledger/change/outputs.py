# SPDX-License-Identifier: AGPL-3.0-or-later
"""How likely an output is still held by who paid it (model ``own_output``).

Votes of the change rules and what the clusters say are features of one logistic model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from ledger.change.facts import Facts, FactsReader
from ledger.change.votes import is_uih2, votes_on
from ledger.classes import MIXES, NOT_ONE_OWNER
from ledger.clustering import Clustering
from ledger.hubs import Hubs
from ledger.index import NONE, ChainIndex
from ledger.odds import Odds

OWN_MODEL = "own_output"
FEW_OUTPUTS = 2
MANY_OUTPUTS = 5
JOINED_INPUTS = 3
Features = dict[str, int]


@dataclass(frozen=True, slots=True)
class OwnOutput:
    """One output: the votes on it, the features of the model, and the probability."""

    votes: Mapping[str, int]
    features: Mapping[str, int]
    probability: Decimal


class OwnOutputs:
    """Answers, for each output of a transaction, how likely its payer still holds it."""

    def __init__(
        self,
        index: ChainIndex,
        clustering: Clustering,
        hubs: Hubs,
        reader: FactsReader,
        odds: Odds | None,
    ) -> None:
        self._index = index
        self._unions = clustering.unions
        self._hubs = hubs
        self._reader = reader
        self._odds = odds
        self._known: dict[int, tuple[OwnOutput, ...]] = {}

    def of(self, tx: int) -> tuple[OwnOutput, ...]:
        """Return one entry an output; empty for a coinbase or where an input is not known."""
        if tx not in self._known:
            facts = self._reader.of(tx)
            self._known[tx] = self._judge(tx, facts) if facts is not None else ()
        return self._known[tx]

    def _judge(self, tx: int, facts: Facts) -> tuple[OwnOutput, ...]:
        votes = votes_on(facts)
        structure = self._structures(tx, facts)
        found = []
        for n, output in enumerate(self._index.outputs(tx)):
            own = {name: verdicts[n] for name, verdicts in votes.items() if verdicts[n]}
            features = _own_features(own, structure(output))
            chance = self._odds[OWN_MODEL].probability(features) if self._odds else Decimal(0)
            found.append(OwnOutput(own, features, chance))
        return tuple(found)

    def _structures(self, tx: int, facts: Facts) -> Callable[[int], Features]:
        """Return what says, of an output, what stands beside the votes on it.

        Numbers, clusters, hubs and the class; what all outputs share is looked at once.
        """
        index, find = self._index, self._unions.find
        payer = find(int(index.script_of[index.spent_by(tx)[0]]))
        shared, smallest = self._shared(tx, facts), min(facts.values_out)
        several = sum(facts.spendable) > 1

        def structure(output: int) -> Features:
            payee = int(index.script_of[output])
            hub, spender = self._hubs.of(payee), int(index.spender[output])
            return shared | {
                "same_cluster": int(payer == find(payee)),
                "payee_is_hub": int(hub.is_service_like),
                "payee_many_payers": int(hub.n_payers > FEW_OUTPUTS),
                "unspent": int(spender == NONE),
                "smallest": int(several and index.value_sat[output] == smallest),
                "spent_with_others": int(spender != NONE and self._joins(spender)),
            }

        return structure

    def _joins(self, tx: int) -> bool:
        first = self._index.first_input
        return bool(first[tx + 1] - first[tx] > 1)

    def _shared(self, tx: int, facts: Facts) -> Features:
        payer = int(self._index.script_of[self._index.spent_by(tx)[0]])
        name = self._index.class_of(tx)
        n_out = sum(facts.spendable)
        return {
            "one_output": int(n_out == 1),
            "one_output_joined": int(n_out == 1 and len(facts.values_in) >= JOINED_INPUTS),
            "three_outputs": int(FEW_OUTPUTS < n_out < MANY_OUTPUTS),
            "many_outputs": int(n_out >= MANY_OUTPUTS),
            "payer_is_hub": int(self._hubs.of(payer).is_service_like),
            "two_party": int(name in NOT_ONE_OWNER and name not in MIXES),
            "mix": int(name in MIXES),
            "unsafe_inputs": int(is_uih2(facts)),
        }


def _own_features(votes: Mapping[str, int], structure: Features) -> Features:
    """Return the features of one output: each vote by its sign, and the structure."""
    features = {f"{name}:{'yes' if vote > 0 else 'no'}": 1 for name, vote in votes.items()}
    return features | {name: value for name, value in structure.items() if value}
