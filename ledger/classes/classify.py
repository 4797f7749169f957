# SPDX-License-Identifier: AGPL-3.0-or-later
"""The one place that decides the class of a transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ledger.classes.batch import batch
from ledger.classes.equal_outputs import joinmarket, stonewall
from ledger.classes.view import TxView
from ledger.classes.wasabi1 import wasabi1
from ledger.classes.wasabi2 import wasabi2
from ledger.classes.whirlpool import tx0, whirlpool

Rule = Callable[[TxView], dict[str, int] | None]

_RULES: tuple[tuple[str, str, Rule], ...] = (
    ("whirlpool", "ledger.whirlpool.v1", whirlpool),
    ("whirlpool_tx0", "ledger.whirlpool_tx0.v1", tx0),
    # before Wasabi 1: three of its many denominations may lie near 0.1 bitcoin
    ("wasabi2", "ledger.wasabi2.v3", wasabi2),
    ("wasabi1", "ledger.wasabi1.v3", wasabi1),
    ("joinmarket_candidate", "ledger.joinmarket.v3", joinmarket),
    ("stonewall_candidate", "ledger.stonewall.v1", stonewall),
    ("batch", "ledger.batch.v1", batch),
)
NO_RULE = "ledger.no_class.v1"
MIXES = ("whirlpool", "wasabi1", "wasabi2", "joinmarket_candidate")
LEAST_OUTPUTS = 3  # no rule answers for fewer
NOT_ONE_OWNER = (*MIXES, "stonewall_candidate")


@dataclass(frozen=True, slots=True)
class Verdict:
    """The class of a transaction, the rule that gave it, and what it saw."""

    name: str
    rule: str
    features: dict[str, int]


def classify(view: TxView) -> Verdict:
    """Return the first class whose rule holds: mixes before batches, else ``none``."""
    if not view.is_coinbase:
        for name, rule, test in _RULES:
            features = test(view)
            if features is not None:
                return Verdict(name, rule, features)
    return Verdict("none", NO_RULE, {})
