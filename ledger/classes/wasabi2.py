# SPDX-License-Identifier: AGPL-3.0-or-later
"""Wasabi 2 (WabiSabi): wallets cut their coins into many standard denominations.

``ledger.wasabi2.v3``.  Denominations are powers of two and three as well as round sums: a
wallet that cuts a coin uses all of them, a payer of round sums, or one that makes equal
coins for itself, does not.
"""

from __future__ import annotations

from collections import Counter

from ledger.classes.view import TxView
from vestigo.identifiers.bitcoin import script_kind

Features = dict[str, int]

LEAST_INPUTS = 15
LEAST_SAT = 5_000
LEAST_DENOMINATIONS = 3
FROM_HEIGHT = 741_213
SCRIPTS = frozenset(("p2wpkh", "p2tr"))
LEAST_FAMILIES = 2
LEAST_CHANGE = 3  # so many different sums beside round ones are change of several
MANY_INPUTS, MANY_OUTPUTS = 100, 10  # more than a payer brings for a few round sums
MOST_SAT = 21_000_000 * 100_000_000


def _powers(base: int, *factors: int) -> frozenset[int]:
    found, power = set[int](), 1
    while power <= MOST_SAT:
        found.update(power * factor for factor in factors)
        power *= base
    return frozenset(found)


FAMILIES = (_powers(2, 1), _powers(3, 1, 2), _powers(10, 1, 2, 5))
DENOMINATIONS = frozenset[int]().union(*FAMILIES)


def wasabi2(view: TxView) -> Features | None:
    """Return the features of a Wasabi 2 (WabiSabi) mix, or None."""
    inputs, values = view.inputs or (), [coin.value_sat for coin in view.outputs]
    if len(inputs) < LEAST_INPUTS or not values or min(values) < LEAST_SAT:
        return None
    if view.height is not None and view.height < FROM_HEIGHT:
        return None
    if values != sorted(values, reverse=True):
        return None
    kinds = {script_kind(coin.script) for coin in inputs}
    counts = Counter(values)
    repeated = [n for n in counts.values() if n > 1]
    n_standard = sum(value in DENOMINATIONS for value in values)
    many = len(repeated) >= LEAST_DENOMINATIONS and 2 * sum(repeated) >= len(values) - 1
    if not kinds <= SCRIPTS or _one_payers(kinds, len(inputs), counts):
        return None
    if not (many and 2 * n_standard >= len(values)) and 5 * n_standard <= 4 * len(values):
        return None
    return {"inputs": len(inputs), "repeated_denominations": len(repeated),
            "repeated_outputs": sum(repeated), "standard_outputs": n_standard}  # fmt: skip


def _one_payers(kinds: set[str], n_inputs: int, counts: Counter[int]) -> bool:
    """Return whether one payer may have made this: equal coins, or round sums, and a change."""
    used = DENOMINATIONS & counts.keys()
    n_change = sum(n == 1 for value, n in counts.items() if value not in used)
    if len(kinds) > 1 and n_change >= LEAST_CHANGE:
        return False
    if len(used) >= LEAST_DENOMINATIONS:
        n_families = sum(bool(family & used) for family in FAMILIES)
        if n_families >= LEAST_FAMILIES or len(kinds) > 1 or n_change >= LEAST_CHANGE:
            return False
    return n_inputs < MANY_INPUTS or counts.total() < MANY_OUTPUTS
