# SPDX-License-Identifier: AGPL-3.0-or-later
"""The columns of the chain store (docs/formats/chain-store.md); hashes in wire order."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

HASH = pa.binary(32)
HEADER = pa.binary(80)

# what is proven of a transaction
WHOLE_BLOCK, BRANCH, RAW, STATED, STUB = range(5)
PROOFS = ("block", "branch", "raw", "stated", "stub")

PART_BLOCKS = pa.schema(
    [
        ("block_hash", HASH),
        ("previous", HASH),
        ("height", pa.int32()),
        ("seconds", pa.int64()),
        ("header", HEADER),
        ("n_transactions", pa.int32()),
        ("raw_start", pa.int64()),
        ("raw_size", pa.int64()),
        ("raw_sha256", HASH),
        ("source_name", pa.string()),
    ]
)
BLOCKS = pa.schema([*PART_BLOCKS, ("part", pa.string()), ("first_tx", pa.int64())])
TRANSACTIONS = pa.schema(
    [
        ("txid", HASH),
        ("block", pa.int32()),
        ("position", pa.int32()),
        ("start", pa.int64()),
        ("end", pa.int64()),
        ("weight", pa.int32()),
        ("version", pa.int64()),
        ("locktime", pa.int64()),
        ("is_coinbase", pa.bool_()),
        ("proof", pa.int8()),
        ("first_input", pa.int64()),
        ("first_output", pa.int64()),
    ]
)
INPUTS = pa.schema(
    [("tx", pa.int64()), ("spent_output", pa.int64()), ("prev_vout", pa.int64()),
     ("sequence", pa.int64())]
)  # fmt: skip
OUTPUTS = pa.schema(
    [("tx", pa.int64()), ("vout", pa.int32()), ("value_sat", pa.int64()), ("script", pa.int64()),
     ("spender", pa.int64())]
)  # fmt: skip
SCRIPTS = pa.schema([("bytes", pa.large_binary()), ("key", pa.uint64())])
MISSING = pa.schema([("input", pa.int64()), ("prev_txid", HASH)])
TABLES = {
    "blocks": BLOCKS,
    "transactions": TRANSACTIONS,
    "inputs": INPUTS,
    "outputs": OUTPUTS,
    "scripts": SCRIPTS,
    "missing": MISSING,
}


def fixed_binary(rows: npt.NDArray[np.uint8]) -> Any:
    """Return an Arrow column of rows of bytes, without copying them."""
    content = np.ascontiguousarray(rows)
    kind = pa.binary(content.shape[1])
    return pa.FixedSizeBinaryArray.from_buffers(kind, len(content), [None, pa.py_buffer(content)])


def rows_of(column: Any) -> npt.NDArray[np.uint8]:
    """Return the rows of bytes of an Arrow column of fixed size."""
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    width = whole.type.byte_width
    if not len(whole):
        return np.zeros((0, width), dtype=np.uint8)
    flat = np.frombuffer(whole.buffers()[1], dtype=np.uint8)
    return flat[whole.offset * width : (whole.offset + len(whole)) * width].reshape(-1, width)
