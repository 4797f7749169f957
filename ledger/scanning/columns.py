# SPDX-License-Identifier: AGPL-3.0-or-later
"""Blocks as columns: where everything stands in the bytes, and the hashes over it."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ledger.scanning import walking
from ledger.scanning.choice import write_ids
from ledger.scanning.hashing import HASH_BYTES

Bytes = npt.NDArray[np.uint8]
Integers = npt.NDArray[np.int64]
_FEW = 2_000  # transactions that are not worth a second thread
_MOST_THREADS = 4


@dataclass(frozen=True, slots=True)
class Columns:
    """Blocks of one file; the columns of ``tx``, ``inputs``, ``outputs`` are in ``walking``.

    ``starts`` and ``ends`` are the bounds of the blocks in ``content``; transactions of
    block i are rows ``first_tx[i]`` to ``first_tx[i + 1]``; ``txids`` has a row of 32
    bytes for each transaction, in wire order.
    """

    content: Bytes
    starts: Integers
    ends: Integers
    first_tx: Integers
    tx: Integers
    inputs: Integers
    outputs: Integers
    txids: Bytes

    def raw_block(self, block: int) -> bytes:
        """Return the bytes of a block."""
        return self.content[self.starts[block] : self.ends[block]].tobytes()


class BrokenBlockError(ValueError):
    """Block number ``block`` of those that were scanned does not follow the wire format."""

    def __init__(self, block: int) -> None:
        self.block = block
        super().__init__(f"block {block} is broken")


def scan_columns(
    content: Bytes, starts: Integers, ends: Integers, n_threads: int | None = None
) -> Columns:
    """Return the blocks that begin at ``starts``; each has to end at or before its end.

    ``n_threads`` hash (None: as many as there are processors, at most four).

    Raises ``BrokenBlockError`` for the first that is broken.
    """
    found = np.zeros((len(starts), 2), dtype=np.int64)
    totals = np.zeros(3, dtype=np.int64)
    tx = _room(content, walking.FEWEST_TX_BYTES, walking.N_TX_COLUMNS)
    inputs = _room(content, walking.FEWEST_IN_BYTES, walking.N_IN_COLUMNS)
    outputs = _room(content, walking.FEWEST_OUT_BYTES, walking.N_OUT_COLUMNS)
    broken = walking.walk(content, starts, ends, totals, found, tx, inputs, outputs)
    if broken >= 0:
        raise BrokenBlockError(broken)
    n_tx, n_in, n_out = totals.tolist()
    tx, inputs, outputs = tx[:n_tx], inputs[:n_in], outputs[:n_out]
    first_tx = np.concatenate(([0], np.cumsum(found[:, 0])))
    txids = hashes(content, tx, whole=False, n_threads=n_threads)
    return Columns(content, starts, found[:, 1].copy(), first_tx, tx, inputs, outputs, txids)


def hashes(content: Bytes, tx: Integers, *, whole: bool, n_threads: int | None = None) -> Bytes:
    """Return a row of 32 bytes for each transaction: its txid, or its hash with witness."""
    out = np.empty((len(tx), HASH_BYTES), dtype=np.uint8)
    n_parts = n_threads or (min(_MOST_THREADS, os.cpu_count() or 1) if len(tx) > _FEW else 1)
    bounds = [len(tx) * part // n_parts for part in range(n_parts + 1)]
    spans = [slice(bounds[part], bounds[part + 1]) for part in range(n_parts)]

    def work(span: slice) -> None:
        write_ids(content, tx[span], whole, out[span])

    if n_parts == 1:
        work(spans[0])
        return out
    with ThreadPoolExecutor(n_parts) as pool:
        list(pool.map(work, spans))
    return out


def _room(content: Bytes, fewest_bytes: int, n_columns: int) -> Integers:
    """Return rows for whatever may stand in ``content``; memory is taken as they are written."""
    return np.empty((len(content) // fewest_bytes + 1, n_columns), dtype=np.int64)
