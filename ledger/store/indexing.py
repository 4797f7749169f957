# SPDX-License-Identifier: AGPL-3.0-or-later
"""Filling the index from the numbered tables: columns as they are, nothing is joined."""

from __future__ import annotations

from typing import Any

import numpy as np

from ledger.index import NONE, ChainIndex, Hashes, Integers, ScriptNumbers, Scripts
from ledger.store.columns import rows_of
from ledger.store.tables import grouped


def index_of(tables: dict[str, Any], network: str) -> ChainIndex:
    """Return the index over the numbered tables of a store."""
    blocks, tx, outputs = tables["blocks"], tables["transactions"], tables["outputs"]
    scripts = Scripts(*_binary(tables["scripts"]["bytes"]))
    script_of, block = _integers(outputs["script"]), _integers(tx["block"])
    paid, first_paid = grouped(script_of, len(scripts))
    return ChainIndex(
        network=network,
        txids=Hashes(rows_of(tx["txid"])),
        block_hashes=[bytes(row) for row in rows_of(blocks["block_hash"])],
        block=block,
        seconds=_integers(blocks["seconds"])[block],
        heights=_integers(blocks["height"].fill_null(NONE))[block],
        proof=np.asarray(tx["proof"].to_numpy(), dtype=np.int64),
        coinbase=np.asarray(tx["is_coinbase"].to_numpy(), dtype=np.bool_),
        first_output=_bounds(tx["first_output"], outputs.num_rows),
        first_input=_bounds(tx["first_input"], tables["inputs"].num_rows),
        value_sat=_integers(outputs["value_sat"]),
        script_of=script_of,
        tx_of=_integers(outputs["tx"]),
        vout_of=_integers(outputs["vout"]),
        spent_output=_integers(tables["inputs"]["spent_output"]),
        spender=_integers(outputs["spender"]),
        scripts=scripts,
        script_number=ScriptNumbers(scripts, tables["scripts"]["key"].to_numpy()),
        first_paid=first_paid,
        paid=paid,
    )


def _integers(column: Any) -> Integers:
    return _kept(np.asarray(column.to_numpy(), dtype=np.int64))


def _kept(column: Integers) -> Integers:
    """Let nobody write to a column: compiled code is made once, whatever the store's size."""
    column.flags.writeable = False
    return column


def _bounds(column: Any, n: int) -> Integers:
    return _kept(np.append(_integers(column), n))


def _binary(column: Any) -> tuple[Integers, Any]:
    """Return offsets and bytes of a column of byte strings."""
    whole = column.combine_chunks()
    if not len(whole):
        return np.zeros(1, dtype=np.int64), b""
    _valid, offsets, content = whole.buffers()
    bounds = np.frombuffer(offsets, dtype=np.int64)[whole.offset : whole.offset + len(whole) + 1]
    return bounds, content
