# SPDX-License-Identifier: AGPL-3.0-or-later
"""Equal outputs without a coordinator's mark: JoinMarket-like and two-party candidates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ledger.classes.peers import peers_could_pay
from ledger.classes.view import Coin, TxView, distinct_scripts, most_frequent_value
from vestigo.identifiers.bitcoin import script_kind

Features = dict[str, int]

LEAST_SAT = 5_000  # less is no sum that anybody mixes
JM_LEAST_EQUAL = 3
JM_MOST_SIDE = 100
JM_MOST_RATIO = 4
JM_MOST_DENOMINATIONS = 2
JM_SPENT_WHOLE = 4  # of so many peers one may have brought the very sum, and the taker
JM_EARNED_SHARE = 200  # a maker earns at most 1/200 of the mixed value and so much,
JM_EARNED_SAT = 5_000
JM_PAID_SAT = 5_000  # and gives at most that to the miner
STONEWALL_OUTPUTS = (3, 4)


def joinmarket(view: TxView) -> Features | None:
    """Return the features of a JoinMarket-like candidate, or None."""
    inputs, outputs = view.inputs or (), view.outputs
    value, n_equal = most_frequent_value(outputs)
    n_inputs = distinct_scripts(inputs)
    if value < LEAST_SAT or 2 * n_equal < len(outputs):
        return None
    if not JM_LEAST_EQUAL <= n_equal <= n_inputs:
        return None
    if not _peers_got_change(outputs, n_equal) or _vetoed(view):
        return None
    if not _fundable(view, value, n_equal):
        return None
    return {"equal_sat": value, "equal_outputs": n_equal, "inputs": n_inputs,
            "outputs": len(outputs)}  # fmt: skip


def stonewall(view: TxView) -> Features | None:
    """Return the features of a two-party (Stonewall-like) candidate, or None."""
    inputs, outputs = view.inputs or (), view.outputs
    if len(outputs) not in STONEWALL_OUTPUTS or distinct_scripts(inputs) < 2:  # noqa: PLR2004 - two parties
        return None
    if len(view.spendable) != len(outputs):
        return None
    counts = Counter(coin.value_sat for coin in outputs)
    equal = [value for value, n in counts.items() if n > 1]
    if len(equal) != 1 or counts[equal[0]] != 2 or equal[0] < LEAST_SAT:  # noqa: PLR2004 - two parties
        return None
    return {"equal_sat": equal[0], "outputs": len(outputs), "inputs": distinct_scripts(inputs)}


def _peers_got_change(outputs: Sequence[Coin], n_equal: int) -> bool:
    """Return whether nearly every peer got change; one payer who pays equal sums gets one."""
    n_change = sum(n == 1 for n in Counter(coin.value_sat for coin in outputs).values())
    return n_change >= max(n_equal - 1 - n_equal // JM_SPENT_WHOLE, 1)


def _vetoed(view: TxView) -> bool:
    inputs, outputs = view.inputs or (), view.outputs
    n_in, n_out = len(inputs), len(outputs)
    if any(script_kind(coin.script) == "op_return" for coin in outputs):
        return True
    if max(n_in, n_out) > JM_MOST_SIDE or n_in >= JM_MOST_RATIO * n_out:
        return True
    n_coins = n_in + n_out
    n_reused = n_coins - distinct_scripts((*inputs, *outputs))
    denominations = sum(n > 1 for n in Counter(coin.value_sat for coin in outputs).values())
    return 3 * n_reused > n_coins or denominations > JM_MOST_DENOMINATIONS


def _fundable(view: TxView, value: int, n_equal: int) -> bool:
    """Return whether peers could have paid this: inputs of their own for each change + value.

    A payer's batch that looks like a mix fails: his coins have nothing to do with its sums.
    """
    change = [coin.value_sat for coin in view.outputs if coin.value_sat != value]
    change += [0] * (n_equal - len(change))
    earned = value // JM_EARNED_SHARE + JM_EARNED_SAT
    brought = [coin.value_sat for coin in view.inputs or ()]
    return peers_could_pay(brought, [value + left for left in change], earned, JM_PAID_SAT)
