# SPDX-License-Identifier: AGPL-3.0-or-later
"""A transaction as Esplora's ``/tx/:id`` writes it."""

from __future__ import annotations

import json

from ledger.classes import Coin, TxView


def through_esplora(view: TxView) -> str:
    """Return one line of JSON with the prevouts in place."""
    spent = [{"is_coinbase": False, "prevout": _coin(coin)} for coin in view.inputs or ()]
    paid = [_coin(coin) for coin in view.outputs]
    return json.dumps({"txid": view.txid, "vin": spent, "vout": paid, "status": {}})


def _coin(coin: Coin) -> dict[str, object]:
    return {"value": coin.value_sat, "scriptpubkey": coin.script.hex()}
