# SPDX-License-Identifier: AGPL-3.0-or-later
"""Wasabi mixes: version 1 with one base denomination, version 2 (WabiSabi) with many."""

from __future__ import annotations

from collections import Counter

from ledger.classes.view import TxView, distinct_scripts
from vestigo.identifiers.bitcoin import script_kind

Features = dict[str, int]

W1_LEAST_INPUTS = 10
W1_LEAST_EQUAL = 3
LEAST_CHANGE = 2
W1_BASE_SAT = range(8_000_000, 12_000_001)
W1_DOUBLINGS = 8
W1_INPUTS_A_PEER = 7
W1_SCRIPT = "p2wpkh"  # all that its coordinator took or paid
W1_MIXED_SHARE = 3  # at least a third of the outputs are mixed
W1_CHANGE_SHARE = 4  # at least one change for four equal outputs

W2_LEAST_INPUTS = 15
W2_LEAST_SAT = 5_000
W2_LEAST_DENOMINATIONS = 3
W2_FROM_HEIGHT = 741_213
W2_SCRIPTS = ("p2wpkh", "p2tr")
W2_MANY_INPUTS = 100  # more than a payer brings for a few round sums
MOST_SAT = 21_000_000 * 100_000_000


def _standard_denominations() -> frozenset[int]:
    found: set[int] = set()
    for base, factors in ((2, (1,)), (3, (1, 2)), (10, (1, 2, 5))):
        power = 1
        while power <= MOST_SAT:
            found.update(power * factor for factor in factors)
            power *= base
    return frozenset(found)


W2_DENOMINATIONS = _standard_denominations()
W2_ROUND = frozenset(factor * 10**power for power in range(16) for factor in (1, 2, 5))


def wasabi1(view: TxView) -> Features | None:
    """Return the features of a Wasabi 1 mix, or None."""
    inputs, outputs = view.inputs or (), view.outputs
    if len(inputs) < W1_LEAST_INPUTS or distinct_scripts(outputs) != len(outputs):
        return None
    counts = Counter(coin.value_sat for coin in outputs)
    bases = [value for value, n in counts.items() if n >= W1_LEAST_EQUAL and value in W1_BASE_SAT]
    if not bases:
        return None
    base = max(bases, key=lambda value: (counts[value], value))
    n_equal, n_inputs = counts[base], distinct_scripts(inputs)
    if not n_equal <= n_inputs <= W1_INPUTS_A_PEER * n_equal:
        return None
    doublings = {base << power for power in range(1, W1_DOUBLINGS)}
    n_doubled = sum(value in doublings for value in (coin.value_sat for coin in outputs))
    if not _paid_to_peers(view, counts, n_equal, n_doubled):
        return None
    return {"base_sat": base, "equal_outputs": n_equal, "doubled_outputs": n_doubled,
            "inputs": n_inputs}  # fmt: skip


def _paid_to_peers(view: TxView, counts: Counter[int], n_equal: int, n_doubled: int) -> bool:
    """Return whether most peers got change, as they do, and few outputs are anything else.

    A payer who sends a tenth of a bitcoin to many has one change, or pays many other sums.
    """
    n_change = sum(n == 1 for n in counts.values())
    if W1_CHANGE_SHARE * n_change < n_equal or n_change < LEAST_CHANGE:
        return False
    if W1_MIXED_SHARE * (n_equal + n_doubled) < len(view.outputs):
        return False
    coins = (*(view.inputs or ()), *view.outputs)
    return all(script_kind(coin.script) == W1_SCRIPT for coin in coins)


def wasabi2(view: TxView) -> Features | None:
    """Return the features of a Wasabi 2 (WabiSabi) mix, or None."""
    inputs, values = view.inputs or (), [coin.value_sat for coin in view.outputs]
    if len(inputs) < W2_LEAST_INPUTS or not values or min(values) < W2_LEAST_SAT:
        return None
    if view.height is not None and view.height < W2_FROM_HEIGHT:
        return None
    if values != sorted(values, reverse=True):
        return None
    kinds = {script_kind(coin.script) for coin in inputs}
    repeated = [n for n in Counter(values).values() if n > 1]
    n_standard = sum(value in W2_DENOMINATIONS for value in values)
    many = len(repeated) >= W2_LEAST_DENOMINATIONS and 2 * sum(repeated) >= len(values) - 1
    if not kinds <= set(W2_SCRIPTS) or _one_payers(kinds, len(inputs), values, n_standard):
        return None
    if not (many and 2 * n_standard >= len(values)) and 5 * n_standard <= 4 * len(values):
        return None
    return {"inputs": len(inputs), "repeated_denominations": len(repeated),
            "repeated_outputs": sum(repeated), "standard_outputs": n_standard}  # fmt: skip


def _one_payers(kinds: set[str], n_inputs: int, values: list[int], n_standard: int) -> bool:
    """Return whether one payer may have sent round sums: coins of one kind, one change."""
    odd = any(value in W2_DENOMINATIONS and value not in W2_ROUND for value in values)
    one_change = n_standard == len(values) - 1
    return not odd and one_change and len(kinds) == 1 and n_inputs < W2_MANY_INPUTS
