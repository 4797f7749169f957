# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is kept of scanned blocks: plain arrays that need the raw bytes no more."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

from ledger.scanning import walking
from ledger.scanning.choice import write_keys
from ledger.scanning.columns import Bytes, Columns, Integers
from ledger.scanning.hashing import HASH_BYTES
from ledger.scanning.proving import is_coinbase

_THREADS = 2
Small = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Extract:
    """Transactions of some blocks; block numbers count within the extract.

    ``first_input`` and ``first_output`` have one entry more than transactions;
    ``prevouts`` a row of 32 bytes an input; script i is ``scripts[bounds[i]:bounds[i + 1]]``,
    ``script_keys[i]`` the first 8 bytes of its SHA-256, first byte lowest.
    ``start`` and ``end`` count from the beginning of the block.
    """

    first_tx: Integers
    txids: Bytes
    block: Small
    position: Small
    start: Small
    end: Small
    weight: Small
    version: npt.NDArray[np.uint32]
    locktime: npt.NDArray[np.uint32]
    is_coinbase: Flags
    first_input: Integers
    first_output: Integers
    prevouts: Bytes
    prev_vout: npt.NDArray[np.uint32]
    sequence: npt.NDArray[np.uint32]
    value_sat: Integers
    vout: Small
    scripts: Bytes
    bounds: Integers
    script_keys: npt.NDArray[np.uint64]


def extract(columns: Columns) -> Extract:
    """Return what the chain store keeps of the blocks."""
    tx, inputs, outputs = columns.tx, columns.inputs, columns.outputs
    begin = columns.starts[tx[:, walking.BLOCK]]
    prevouts = np.empty((len(inputs), HASH_BYTES), dtype=np.uint8)
    _gather(columns.content, inputs, prevouts)
    sizes = outputs[:, walking.SCRIPT_END] - outputs[:, walking.SCRIPT_START]
    bounds = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(sizes)))
    scripts = np.empty(int(bounds[-1]), dtype=np.uint8)
    _gather_scripts(columns.content, outputs, bounds, scripts)
    return Extract(
        first_tx=columns.first_tx,
        txids=columns.txids,
        block=_small(tx[:, walking.BLOCK]),
        position=_small(tx[:, walking.POSITION]),
        start=_small(tx[:, walking.START] - begin),
        end=_small(tx[:, walking.END] - begin),
        weight=_small(tx[:, walking.WEIGHT]),
        version=tx[:, walking.VERSION].astype(np.uint32),
        locktime=tx[:, walking.LOCKTIME].astype(np.uint32),
        is_coinbase=is_coinbase(columns),
        first_input=np.append(tx[:, walking.FIRST_INPUT], len(inputs)),
        first_output=np.append(tx[:, walking.FIRST_OUTPUT], len(outputs)),
        prevouts=prevouts,
        prev_vout=inputs[:, walking.PREV_VOUT].astype(np.uint32),
        sequence=inputs[:, walking.SEQUENCE].astype(np.uint32),
        value_sat=outputs[:, walking.VALUE].copy(),
        vout=_small(outputs[:, walking.OUT_N]),
        scripts=scripts,
        bounds=bounds,
        script_keys=_keys(scripts, bounds),
    )


def joined(extracts: list[Extract]) -> Extract:
    """Return several extracts as one: blocks, transactions and outputs one after the other.

    Several are taken out of the list.
    """
    if len(extracts) == 1:
        return extracts[0]
    n_blocks = np.cumsum([0] + [len(one.first_tx) - 1 for one in extracts])
    columns = {name: [getattr(one, name) for one in extracts] for name in Extract.__slots__}
    extracts.clear()  # so that a column is there twice only while it is joined
    columns["block"] = [
        column + np.int32(n) for column, n in zip(columns["block"], n_blocks, strict=False)
    ]

    def join(name: str) -> Any:
        bounds = name in ("first_tx", "first_input", "first_output", "bounds")
        return (_bounds_joined if bounds else np.concatenate)(columns.pop(name))

    with ThreadPoolExecutor(_THREADS) as pool:
        whole = dict(zip(Extract.__slots__, pool.map(join, Extract.__slots__), strict=True))
    return Extract(**whole)


def _bounds_joined(columns: list[Integers]) -> Integers:
    """Return bounds that count on: each column begins with 0 and ends with its total."""
    totals = np.cumsum([0] + [int(column[-1]) for column in columns])
    parts = [column[:-1] + n for column, n in zip(columns, totals, strict=False)]
    return np.concatenate([*parts, totals[-1:]]).astype(np.int64)


def _keys(scripts: Bytes, bounds: Integers) -> npt.NDArray[np.uint64]:
    keys = np.empty(len(bounds) - 1, dtype=np.uint64)
    write_keys(scripts, np.stack((bounds[:-1], bounds[1:]), axis=1), keys)
    return keys


def _small(column: Integers) -> Small:
    return column.astype(np.int32)


@njit(cache=True, nogil=True)
def _gather(content: Any, inputs: Any, out: Any) -> None:
    for i in range(len(inputs)):
        at = inputs[i, walking.OUTPOINT]
        for k in range(HASH_BYTES):
            out[i, k] = content[at + k]


@njit(cache=True, nogil=True)
def _gather_scripts(content: Any, outputs: Any, bounds: Any, out: Any) -> None:
    for i in range(len(outputs)):
        at, to = outputs[i, walking.SCRIPT_START], bounds[i]
        for k in range(bounds[i + 1] - to):
            out[to + k] = content[at + k]
