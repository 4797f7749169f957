# SPDX-License-Identifier: AGPL-3.0-or-later
"""Merkle branches by compiled code; ``ledger.parsing.merkle`` is the plain way."""

from __future__ import annotations

import numpy as np

from ledger.scanning.choice import write_ids
from ledger.scanning.columns import Bytes
from ledger.scanning.hashing import BLOCK_BYTES, HASH_BYTES
from ledger.scanning.walking import END, N_TX_COLUMNS, START

HEX_DIGITS = 2 * HASH_BYTES


def compiled_levels(leaves: Bytes) -> tuple[Bytes, ...]:
    """Return the levels of the tree over ``leaves`` (rows of 32 bytes) below its root.

    Each has an even number of rows: the last is doubled where it is alone.
    """
    level, levels = leaves, []
    while len(level) > 1:
        if len(level) % 2:
            level = np.concatenate((level, level[-1:]))
        levels.append(level)
        level = _above(level)
    return tuple(levels)


class ShownTree:
    """A merkle tree as people read it: the hashes of a level in one text."""

    def __init__(self, leaves: Bytes) -> None:
        self._levels = tuple(level[:, ::-1].tobytes().hex() for level in compiled_levels(leaves))

    def branch(self, position: int) -> tuple[str, ...]:
        """Return the sibling hashes of leaf ``position``, displayed, from the leaf up."""
        found = []
        for level in self._levels:
            at = (position ^ 1) * HEX_DIGITS
            found.append(level[at : at + HEX_DIGITS])
            position >>= 1
        return tuple(found)


def _above(level: Bytes) -> Bytes:
    pairs = np.zeros((len(level) // 2, N_TX_COLUMNS), dtype=np.int64)
    pairs[:, START] = np.arange(len(pairs)) * BLOCK_BYTES
    pairs[:, END] = pairs[:, START] + BLOCK_BYTES
    above = np.empty((len(pairs), HASH_BYTES), dtype=np.uint8)
    write_ids(level.reshape(-1), pairs, True, above)
    return above
