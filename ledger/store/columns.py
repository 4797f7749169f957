# SPDX-License-Identifier: AGPL-3.0-or-later
"""The columns of the chain store (docs/formats/chain-store.md); hashes in wire order."""

from __future__ import annotations

import pyarrow as pa

HASH = pa.binary(32)

BLOCKS = pa.schema(
    [
        ("block_hash", HASH),
        ("previous", HASH),
        ("height", pa.int32()),
        ("seconds", pa.int64()),
        ("header", pa.binary(80)),
        ("n_transactions", pa.int32()),
        ("raw_sha256", HASH),
        ("source_name", pa.string()),
    ]
)
TRANSACTIONS = pa.schema(
    [
        ("txid", HASH),
        ("block_hash", HASH),
        ("position", pa.int32()),
        ("start", pa.int32()),
        ("end", pa.int32()),
        ("weight", pa.int32()),
        ("version", pa.int64()),
        ("locktime", pa.int64()),
        ("is_coinbase", pa.bool_()),
    ]
)
INPUTS = pa.schema(
    [
        ("txid", HASH),
        ("n", pa.int32()),
        ("prev_txid", HASH),
        ("prev_vout", pa.int64()),
        ("sequence", pa.int64()),
    ]
)
OUTPUTS = pa.schema(
    [("txid", HASH), ("n", pa.int32()), ("value_sat", pa.int64()), ("script", pa.binary())]
)
TABLES = {
    "blocks": BLOCKS,
    "transactions": TRANSACTIONS,
    "inputs": INPUTS,
    "outputs": OUTPUTS,
}
