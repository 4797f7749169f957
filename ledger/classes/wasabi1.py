# SPDX-License-Identifier: AGPL-3.0-or-later
"""Wasabi 1: one base denomination, its doublings, and change for nearly every peer.

``ledger.wasabi1.v3``.  A payer who sends a tenth of a bitcoin to many has one change, or
pays many other sums; his coins are not what his payees get with a fee on top.  Where the
base is a sum that somebody typed, the accounts of some peers have to be seen to hold.
"""

from __future__ import annotations

from collections import Counter

from ledger.classes.view import TxView, distinct_scripts
from vestigo.identifiers.bitcoin import script_kind

Features = dict[str, int]

LEAST_INPUTS = 10
LEAST_EQUAL = 3
BASE_SAT = range(8_000_000, 12_000_001)
DOUBLINGS = 8
INPUTS_A_PEER = 7
SCRIPT = "p2wpkh"  # all that its coordinator took or paid
LEVEL_SHARE = 1_000  # a doubling is paid less the fees, a thousandth at most
FEE_SHARE = 200  # what a peer pays of the base at most
DUST_SAT = 5_000  # change below this goes to the miners
SETTLED_SHARE = 2  # every second peer got change, or brought just what is mixed
OTHER_SHARE = (3, 2)  # change: three outputs for two mixed ones at most,
OTHER_SAT = 3  # and what the coordinator took
BELOW_PERCENT = 90  # equal sums further below the base are grades of pay
BELOW_LEAST, BELOW_SHARE = 3, 4
TYPED_SAT = 10_000
ACCOUNTS_LEAST, ACCOUNTS_SHARE = 3, 4


def wasabi1(view: TxView) -> Features | None:
    """Return the features of a Wasabi 1 mix, or None."""
    inputs, outputs = view.inputs or (), view.outputs
    if len(inputs) < LEAST_INPUTS or distinct_scripts(outputs) != len(outputs):
        return None
    counts = Counter(coin.value_sat for coin in outputs)
    bases = [value for value, n in counts.items() if n >= LEAST_EQUAL and value in BASE_SAT]
    if not bases:
        return None
    base = max(bases, key=lambda value: (counts[value], value))
    n_equal, n_inputs = counts[base], distinct_scripts(inputs)
    if not n_equal <= n_inputs <= INPUTS_A_PEER * n_equal:
        return None
    n_doubled = sum(n for value, n in counts.items() if _is_doubling(value, base))
    brought = [coin.value_sat for coin in inputs]
    if not _shaped(counts, base, n_doubled, brought) or not _one_kind(view):
        return None
    return {"base_sat": base, "equal_outputs": n_equal, "doubled_outputs": n_doubled,
            "inputs": n_inputs}  # fmt: skip


def _is_doubling(value: int, base: int) -> bool:
    return any(
        0 <= (base << power) - value <= (base << power) // LEVEL_SHARE
        for power in range(1, DOUBLINGS)
    )


def _shaped(counts: Counter[int], base: int, n_doubled: int, brought: list[int]) -> bool:
    """Return whether peers, not one payer, explain who brought and who got what."""
    n_equal = counts[base]
    change = [value for value, n in counts.items() if n == 1]
    settled = len(change) + _whole(brought, base)
    n_other = counts.total() - n_equal - n_doubled
    below = sum(n for value, n in counts.items() if n > 1 and 100 * value < BELOW_PERCENT * base)
    if SETTLED_SHARE * settled < n_equal or below >= max(BELOW_LEAST, n_equal // BELOW_SHARE):
        return False
    if OTHER_SHARE[1] * (n_other - OTHER_SAT) > OTHER_SHARE[0] * (n_equal + n_doubled):
        return False
    needed = max(ACCOUNTS_LEAST, n_equal // ACCOUNTS_SHARE)
    return base % TYPED_SAT != 0 or _accounts(change, brought, base) >= needed


def _whole(brought: list[int], base: int) -> int:
    """Return how many inputs are the base and a fee: their peers get no change."""
    return sum(0 < value - base <= base // FEE_SHARE + DUST_SAT for value in brought)


def _accounts(change: list[int], brought: list[int], base: int) -> int:
    """Return how many peers with one input are seen to get all of it back, less a fee."""
    mixed = [base * ((1 << power) - 1) for power in range(1, DOUBLINGS)]
    return _whole(brought, base) + sum(
        any(0 < value - left - sums <= base // FEE_SHARE for value in brought for sums in mixed)
        for left in change
    )


def _one_kind(view: TxView) -> bool:
    coins = (*(view.inputs or ()), *view.outputs)
    return all(script_kind(coin.script) == SCRIPT for coin in coins)
