# SPDX-License-Identifier: AGPL-3.0-or-later
"""Merkle branches by compiled code; ``ledger.parsing.merkle`` is the plain way."""

from __future__ import annotations

import numpy as np

from ledger.scanning.choice import write_ids
from ledger.scanning.columns import Bytes
from ledger.scanning.hashing import BLOCK_BYTES, HASH_BYTES
from ledger.scanning.walking import END, N_TX_COLUMNS, START


def compiled_branch(leaves: Bytes, position: int) -> tuple[bytes, ...]:
    """Return the sibling hashes of leaf ``position`` (rows of 32 bytes), from the leaf up."""
    level, branch = leaves.copy(), []
    while len(level) > 1:
        if len(level) % 2:
            level = np.concatenate((level, level[-1:]))
        branch.append(level[position ^ 1].tobytes())
        level, position = _above(level), position // 2
    return tuple(branch)


def _above(level: Bytes) -> Bytes:
    pairs = np.zeros((len(level) // 2, N_TX_COLUMNS), dtype=np.int64)
    pairs[:, START] = np.arange(len(pairs)) * BLOCK_BYTES
    pairs[:, END] = pairs[:, START] + BLOCK_BYTES
    above = np.empty((len(pairs), HASH_BYTES), dtype=np.uint8)
    write_ids(level.reshape(-1), pairs, True, above)
    return above
