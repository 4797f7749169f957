# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whirlpool mixes and the transactions (Tx0) that prepare coins for them."""

from __future__ import annotations

from collections import Counter

from ledger.classes.view import TxView, distinct_scripts
from vestigo.identifiers.bitcoin import script_kind

Features = dict[str, int]

POOL_FEES = {
    100_000: 5_000,
    1_000_000: 50_000,
    2_500_000: 125_000,
    5_000_000: 175_000,
    25_000_000: 1_250_000,
    50_000_000: 1_750_000,
}
PARTICIPANTS = range(5, 11)
SURPLUS_SAT = range(100, 110_001)
ENTRANTS = range(1, 5)
MOST_PREMIX = 70


def whirlpool(view: TxView) -> Features | None:
    """Return the features of a Whirlpool mix, or None."""
    inputs, outputs = view.inputs or (), view.outputs
    if len(inputs) != len(outputs) or len(inputs) not in PARTICIPANTS:
        return None
    pool = outputs[0].value_sat
    if pool not in POOL_FEES or any(coin.value_sat != pool for coin in outputs):
        return None
    surplus = [coin.value_sat - pool for coin in inputs if coin.value_sat != pool]
    if len(surplus) not in ENTRANTS or any(extra not in SURPLUS_SAT for extra in surplus):
        return None
    if distinct_scripts((*inputs, *outputs)) != 2 * len(inputs):
        return None
    return {"pool_sat": pool, "participants": len(inputs), "entrants": len(surplus)}


def tx0(view: TxView) -> Features | None:
    """Return the features of a Whirlpool Tx0, or None."""
    spendable = view.spendable
    n_returns = sum(script_kind(coin.script) == "op_return" for coin in view.outputs)
    if n_returns != 1 or len(spendable) < 2:  # noqa: PLR2004 - a fee and a pre-mix output
        return None
    counts = Counter(coin.value_sat for coin in spendable)
    for pool, fee in sorted(POOL_FEES.items()):
        fees = [v for v in counts if fee <= 2 * v and v <= 3 * fee]
        for value, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
            premix = value - pool in SURPLUS_SAT and count <= MOST_PREMIX
            if premix and count >= len(spendable) - 2 and fees:
                return {"pool_sat": pool, "premix_sat": value, "premix_outputs": count,
                        "fee_sat": min(fees)}  # fmt: skip
    return None
