# SPDX-License-Identifier: AGPL-3.0-or-later
"""Do blocks in columns prove themselves?  The same proofs as ``ledger.parsing.validity``.

Here it is only found out whether; a block that fails is read again by that module, which
says what is wrong with it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from ledger.parsing.digest import double_sha256
from ledger.parsing.transaction import COINBASE_PREVOUT, scan_transaction
from ledger.parsing.validity import MOST_SAT, committed_root
from ledger.scanning import walking
from ledger.scanning.choice import write_roots
from ledger.scanning.columns import Columns, hashes
from ledger.scanning.hashing import HASH_BYTES

Flags = npt.NDArray[np.bool_]
_ROOT = slice(36, 68)  # of the merkle root in a header


def unproven(columns: Columns) -> Flags:
    """Return, a block, whether a proof fails: coinbase, amounts, merkle root or commitment.

    The proof of work depends on the network and is left to the caller.
    """
    n_blocks = len(columns.starts)
    bad = np.zeros(n_blocks, dtype=np.bool_)
    _wrong_sums(columns, bad)
    root, bad_root = np.empty((n_blocks, HASH_BYTES), dtype=np.uint8), np.zeros_like(bad)
    write_roots(columns.txids, columns.first_tx, root, bad_root)
    header = columns.content[columns.starts[:, None] + np.arange(_ROOT.start, _ROOT.stop)]
    bad |= bad_root | (root != header).any(axis=1)
    return bad | _without_commitment(columns)


def _wrong_sums(columns: Columns, bad: Flags) -> None:
    """Mark blocks with a coinbase missing or misplaced, or an output above all coins."""
    value = columns.outputs[:, walking.VALUE]
    too_much = columns.outputs[(value < 0) | (value > MOST_SAT), walking.OUT_TX]
    bad[columns.tx[too_much, walking.BLOCK]] = True
    first = np.zeros(len(columns.tx), dtype=np.bool_)
    first[columns.first_tx[:-1]] = True
    wrong = is_coinbase(columns) != first
    bad[columns.tx[wrong, walking.BLOCK]] = True


def is_coinbase(columns: Columns) -> Flags:
    """Return, a transaction, whether it has one input that spends nothing."""
    found = np.zeros(len(columns.tx), dtype=np.bool_)
    _mark_coinbase(columns.content, columns.inputs, columns.tx, found)
    return found


@njit(cache=True, nogil=True)
def _mark_coinbase(content: Any, inputs: Any, tx: Any, found: Any) -> None:
    for i in range(len(tx)):
        first = tx[i, walking.FIRST_INPUT]
        last = tx[i + 1, walking.FIRST_INPUT] if i + 1 < len(tx) else len(inputs)
        if last - first != 1:
            continue
        at, zero = inputs[first, walking.OUTPOINT], True
        for k in range(HASH_BYTES):
            if content[at + k] != 0:
                zero = False
                break
        found[i] = zero


def _without_commitment(columns: Columns) -> Flags:
    """Return, a block, whether it has witnesses that its coinbase does not commit to."""
    n_blocks = len(columns.starts)
    bad = np.zeros(n_blocks, dtype=np.bool_)
    with_witness = np.unique(columns.tx[columns.tx[:, walking.HAS_WITNESS] == 1, walking.BLOCK])
    if not len(with_witness):
        return bad
    leaves = hashes(columns.content, columns.tx, whole=True)
    leaves[columns.first_tx[:-1]] = np.frombuffer(COINBASE_PREVOUT, dtype=np.uint8)
    root, ignored = np.empty((n_blocks, HASH_BYTES), dtype=np.uint8), np.zeros_like(bad)
    write_roots(leaves, columns.first_tx, root, ignored)
    for block in with_witness.tolist():
        row = columns.tx[columns.first_tx[block]]
        raw = columns.content[row[walking.START] : row[walking.END]].tobytes()
        committed, reserved = committed_root(scan_transaction(raw, 0))
        bad[block] = double_sha256(root[block].tobytes() + reserved) != committed
    return bad
