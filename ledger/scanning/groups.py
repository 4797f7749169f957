# SPDX-License-Identifier: AGPL-3.0-or-later
"""Blocks of a file read some at a time on all processors: scanned, proven, extracted.

The rows that a scan writes are larger than the blocks themselves; a few megabytes of blocks
at once keep them small, whatever the size of the file.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from ledger.parsing import TxScan
from ledger.parsing.transaction import scan_transaction
from ledger.scanning.columns import BrokenBlockError, Bytes, Columns, Integers, scan_columns
from ledger.scanning.extracting import Extract, extract
from ledger.scanning.proving import unproven
from ledger.scanning.walking import END, START

_GROUP_BYTES = 8 << 20
_MOST_THREADS = 4


class ReadBlock(NamedTuple):
    """What is known of a block once it was scanned.

    ``is_proven``: as far as the network does not matter; ``end`` is where it really ends.
    """

    n_transactions: int
    end: int
    is_proven: bool
    coinbase: TxScan
    sha256: bytes


class Group(NamedTuple):
    """Some blocks in a row, and what the store keeps of them."""

    blocks: list[ReadBlock]
    extract: Extract


def read_groups(content: Bytes, starts: Integers, ends: Integers) -> Iterator[Group]:
    """Yield the blocks ``[starts[i], ends[i])`` of ``content`` in their order.

    Raises ``BrokenBlockError`` for the first that is broken.
    """

    def read(span: tuple[int, int]) -> Group:
        try:
            return _group(scan_columns(content, starts[slice(*span)], ends[slice(*span)], 1))
        except BrokenBlockError as error:
            raise BrokenBlockError(span[0] + error.block) from error

    with ThreadPoolExecutor(min(_MOST_THREADS, os.cpu_count() or 1)) as pool:
        yield from pool.map(read, _spans(starts, ends))


def read_extracts(content: Bytes, starts: Integers, ends: Integers) -> list[Extract]:
    """Return the extracts alone of blocks that were proven when they were taken in."""
    spans = _spans(starts, ends)

    def read(span: tuple[int, int]) -> Extract:
        return extract(scan_columns(content, starts[slice(*span)], ends[slice(*span)], 1))

    with ThreadPoolExecutor(min(_MOST_THREADS, os.cpu_count() or 1)) as pool:
        return list(pool.map(read, spans))


def _spans(starts: Integers, ends: Integers) -> Sequence[tuple[int, int]]:
    groups = (np.cumsum(ends - starts) - 1) // _GROUP_BYTES
    firsts = np.flatnonzero(np.diff(groups, prepend=-1)).tolist()
    return list(pairwise([*firsts, len(starts)]))


def _group(columns: Columns) -> Group:
    bad = unproven(columns)
    blocks = []
    for number in range(len(columns.starts)):
        row = columns.tx[columns.first_tx[number]]
        start, end = int(columns.starts[number]), int(columns.ends[number])
        blocks.append(
            ReadBlock(
                n_transactions=int(columns.first_tx[number + 1] - columns.first_tx[number]),
                end=end,
                is_proven=not bad[number],
                coinbase=scan_transaction(columns.content[row[START] : row[END]].tobytes(), 0),
                sha256=hashlib.sha256(columns.content[start:end].data).digest(),
            )
        )
    return Group(blocks, extract(columns))
