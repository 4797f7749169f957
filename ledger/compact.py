# SPDX-License-Identifier: AGPL-3.0-or-later
"""Transactions as JSON lines: our compact form, or Esplora's ``/tx/:id`` answers.

Compact: ``{"txid","time","vin":[[txid,vout,value_sat,script_hex]…],
"vout":[[value_sat,script_hex]…]}``.  A coinbase has no ``vin``, or the one that stands
there in a block: a txid of zeros and the output 4294967295.
"""

from __future__ import annotations

import json
from typing import Any

from ledger.classes import Coin, TxView
from vestigo.errors import InputError
from vestigo.i18n import _

NOTHING = ("00" * 32, 0xFFFFFFFF)


def parse_line(line: str, where: str) -> TxView:
    """Return the transaction that one JSON line describes.

    Raises ``InputError`` E-LED-020 naming the line.
    """
    try:
        row = json.loads(line)
        view = _compact(row) if _is_compact(row) else _esplora(row)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise InputError(
            "E-LED-020",
            _("This line is neither a compact transaction nor one of Esplora."),
            where=where,
            remedy=_("See docs/guide/ledger.md for both forms."),
        ) from error
    return view


def _is_compact(row: dict[str, Any]) -> bool:
    return all(isinstance(item, list) for item in (*row["vin"], *row["vout"]))


def _compact(row: dict[str, Any]) -> TxView:
    spent = [item for item in row["vin"] if tuple(item[:2]) != NOTHING]
    inputs = tuple(_coin(item[2], item[3]) for item in spent)
    outputs = tuple(_coin(item[0], item[1]) for item in row["vout"])
    return TxView(str(row["txid"]), inputs, outputs, is_coinbase=not inputs)


def _esplora(row: dict[str, Any]) -> TxView:
    coinbase = any(item.get("is_coinbase") for item in row["vin"])
    spent = [item.get("prevout") for item in row["vin"]]
    inputs = None
    if all(spent):
        inputs = tuple(_coin(item["value"], item["scriptpubkey"]) for item in spent)
    outputs = tuple(_coin(item["value"], item["scriptpubkey"]) for item in row["vout"])
    height = row.get("status", {}).get("block_height")
    return TxView(str(row["txid"]), inputs, outputs, coinbase, height)


def _coin(value: Any, script: Any) -> Coin:
    if not isinstance(value, int) or value < 0:
        raise ValueError("a value is not a number of satoshi")
    return Coin(value, bytes.fromhex(script))
