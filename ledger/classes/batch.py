# SPDX-License-Identifier: AGPL-3.0-or-later
"""Batches: one payer, many payees."""

from __future__ import annotations

from ledger.classes.view import TxView
from vestigo.identifiers.bitcoin import script_kind

Features = dict[str, int]

FEW_INPUTS = (1, 2)
LEAST_OUTPUTS = 5
EXCHANGE_OUTPUTS = 10
EXCHANGE_KINDS = 3
EXCHANGE_SPREAD = 100
SIGNS_NEEDED = 2


def batch(view: TxView) -> Features | None:
    """Return the features of a batch payment (any, or one as exchanges make it), or None."""
    n_out = len(view.spendable)
    signs = _exchange_signs(view)
    few = view.inputs is not None and len(view.inputs) in FEW_INPUTS
    plain = few and n_out >= LEAST_OUTPUTS
    exchange = n_out >= EXCHANGE_OUTPUTS and signs >= SIGNS_NEEDED
    if not plain and not exchange:
        return None
    return {"outputs": n_out, "exchange_signs": signs}


def _exchange_signs(view: TxView) -> int:
    coins = view.spendable
    if not coins:
        return 0
    values = [coin.value_sat for coin in coins]
    kinds = {script_kind(coin.script) for coin in coins}
    wide = max(values) > EXCHANGE_SPREAD * max(1, min(values))
    unique = 5 * len(set(values)) >= 4 * len(values)
    return (len(kinds) >= EXCHANGE_KINDS) + unique + wide
