# SPDX-License-Identifier: AGPL-3.0-or-later
"""Filling the index from the chain store: the joins are DuckDB's work."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from ledger.index import NONE, ChainIndex, Integers
from ledger.store import ChainStore

_TRANSACTIONS = """
CREATE TEMP TABLE tx AS
SELECT row_number() OVER (ORDER BY rank, position) - 1 AS tx, txid, seconds, height, is_coinbase
FROM (
    SELECT DISTINCT ON (t.txid) t.txid, o.rank, t.position, b.seconds, b.height, t.is_coinbase
    FROM transactions t JOIN blocks b USING (block_hash) JOIN block_order o USING (block_hash)
    ORDER BY t.txid, o.rank, t.position
)
"""
_OUTPUTS = """
CREATE TEMP TABLE txo AS
SELECT row_number() OVER (ORDER BY tx, n) - 1 AS o, tx, n, value_sat, txid,
       dense_rank() OVER (ORDER BY script) - 1 AS script_number, script
FROM (SELECT DISTINCT txid, n, value_sat, script FROM outputs) JOIN tx USING (txid)
"""
_INPUTS = """
CREATE TEMP TABLE txi AS
SELECT tx.tx, i.n, coalesce(txo.o, -1) AS spent
FROM (SELECT DISTINCT txid, n, prev_txid, prev_vout FROM inputs) i JOIN tx USING (txid)
LEFT JOIN txo ON txo.txid = i.prev_txid AND txo.n = i.prev_vout
"""


def load_index(store: ChainStore) -> ChainIndex:
    """Return the index over everything in the store."""
    store.register("block_order", _block_order(store))
    for statement in (_TRANSACTIONS, _OUTPUTS, _INPUTS):
        store.query(statement)
    tx = store.arrow("SELECT * FROM tx ORDER BY tx")
    out = store.arrow("SELECT tx, value_sat, script_number FROM txo ORDER BY o")
    spent = store.arrow("SELECT tx, spent FROM txi ORDER BY tx, n")
    scripts = store.arrow("SELECT DISTINCT script_number, script FROM txo ORDER BY script_number")
    n_tx = tx.num_rows
    script_list = scripts["script"].to_pylist()
    script_of, spent_output = _integers(out["script_number"]), _integers(spent["spent"])
    return ChainIndex(
        network=store.network,
        txids=tx["txid"].to_pylist(),
        seconds=_integers(tx["seconds"]),
        heights=_integers(tx["height"].fill_null(NONE)),
        coinbase=np.asarray(tx["is_coinbase"].to_numpy(), dtype=np.bool_),
        first_output=_firsts(_integers(out["tx"]), n_tx),
        first_input=_firsts(_integers(spent["tx"]), n_tx),
        value_sat=_integers(out["value_sat"]),
        script_of=script_of,
        tx_of=_integers(out["tx"]),
        spent_output=spent_output,
        spender=_spenders(spent_output, _integers(spent["tx"]), out.num_rows),
        scripts=script_list,
        script_number={script: number for number, script in enumerate(script_list)},
        outputs_of_script=_grouped(script_of, len(script_list)),
    )


def _block_order(store: ChainStore) -> Any:
    """Return the rank of each block: by time, but never before its parent."""
    rows = store.query("SELECT block_hash, previous, seconds FROM blocks")
    parents = {row[0]: row[1] for row in rows}
    seconds = {row[0]: row[2] for row in rows}
    keys: dict[bytes, tuple[int, int, bytes]] = {}
    for block_hash in sorted(parents):
        chain = [block_hash]
        while chain[-1] not in keys and parents[chain[-1]] in parents:
            chain.append(parents[chain[-1]])
        for link in reversed(chain):
            if link not in keys:
                above = keys.get(parents[link], (0, -1, b""))
                keys[link] = (max(seconds[link], above[0]), above[1] + 1, link)
    ranked = sorted(keys, key=lambda block_hash: keys[block_hash])
    return pa.table(
        {
            "block_hash": pa.array(ranked, type=pa.binary()),
            "rank": pa.array(range(len(ranked)), type=pa.int64()),
        }
    )


def _integers(column: Any) -> Integers:
    return np.asarray(column.to_numpy(), dtype=np.int64)


def _firsts(owner: Integers, n: int) -> Integers:
    return np.searchsorted(owner, np.arange(n + 1), side="left").astype(np.int64)


def _spenders(spent: Integers, tx: Integers, n_outputs: int) -> Integers:
    spender = np.full(n_outputs, NONE, dtype=np.int64)
    known = spent != NONE
    spender[spent[known][::-1]] = tx[known][::-1]
    return spender


def _grouped(script_of: Integers, n_scripts: int) -> list[list[int]]:
    order = np.argsort(script_of, kind="stable")
    bounds = np.searchsorted(script_of[order], np.arange(1, n_scripts), side="left")
    return [group.tolist() for group in np.split(order, bounds)] if n_scripts else []
