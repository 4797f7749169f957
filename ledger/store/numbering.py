# SPDX-License-Identifier: AGPL-3.0-or-later
"""From the blocks of all parts to one chain in integers: the numbered tables.

Transactions are numbered in chain order, outputs in the order of their transactions,
scripts by first appearance.  The same blocks give the same numbers in whatever order,
and in whatever files, they came.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ledger.scanning.choice import write_keys
from ledger.scanning.columns import Bytes, Integers
from ledger.scanning.extracting import Extract
from ledger.store import tables

NONE = -1
_THREADS = 2
Keys = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Numbered:
    """The chain in integers; ``rows`` are the rows of the extract that were taken, in order.

    ``first_input`` and ``first_output`` have one entry more than transactions.
    """

    rows: Integers
    output_rows: Integers
    input_rows: Integers
    first_input: Integers
    first_output: Integers
    spent_output: Integers
    spender: Integers
    tx_of_input: Integers
    tx_of_output: Integers
    script_of: Integers
    script_bounds: Integers
    script_keys: Keys
    missing: Integers


def number_chain(found: Extract, order: Sequence[int]) -> Numbered:
    """Give numbers to the transactions of the blocks in ``order`` (numbers of the extract)."""
    rows, table = _transactions(found, np.array(order, dtype=np.int64))
    output_rows, first_output = _spread(found.first_output, rows)
    input_rows, first_input = _spread(found.first_input, rows)
    with ThreadPoolExecutor(1) as pool:  # two joins that have nothing to do with each other
        scripts = pool.submit(_scripts, found, output_rows)
        spent = _spent(found, rows, table, input_rows, output_rows, first_output)
        tx_of_input, tx_of_output = _owners(first_input), _owners(first_output)
        script_of, script_rows, keys = scripts.result()
    coinbase = found.is_coinbase[rows][tx_of_input]
    return Numbered(
        rows=rows,
        output_rows=output_rows,
        input_rows=input_rows,
        first_input=first_input,
        first_output=first_output,
        spent_output=spent,
        spender=_spenders(spent, tx_of_input, len(output_rows)),
        tx_of_input=tx_of_input,
        tx_of_output=tx_of_output,
        script_of=script_of,
        script_bounds=_pairs(found.bounds, output_rows[script_rows]),
        script_keys=keys[script_rows],
        missing=np.flatnonzero((spent == NONE) & ~coinbase),
    )


def chain_order(
    blocks: Mapping[bytes, tuple[bytes, int]],
) -> dict[bytes, tuple[int, int, bytes]]:
    """Return what to sort block hashes by: by time, but no block before its parent.

    ``blocks`` gives parent and seconds of each.
    """
    keys: dict[bytes, tuple[int, int, bytes]] = {}
    for block_hash in sorted(blocks):
        chain = [block_hash]
        while chain[-1] not in keys and blocks[chain[-1]][0] in blocks:
            chain.append(blocks[chain[-1]][0])
        for link in reversed(chain):
            if link not in keys:
                parent, seconds = blocks[link]
                above = keys.get(parent, (0, -1, b""))
                keys[link] = (max(seconds, above[0]), above[1] + 1, link)
    return keys


def _transactions(found: Extract, order: Integers) -> tuple[Integers, Any]:
    candidates, _firsts = _spread(found.first_tx, order)
    table, chosen = tables.room_for(len(candidates)), np.empty(len(candidates), dtype=np.int64)
    n = tables.number_transactions(candidates, found.txids.reshape(-1), table, chosen)
    return chosen[:n], table


def _spread(first: Integers, rows: Integers) -> tuple[Integers, Integers]:
    sizes = int((first[rows + 1] - first[rows]).sum())
    out, firsts = np.empty(sizes, dtype=np.int64), np.empty(len(rows) + 1, dtype=np.int64)
    tables.spread(first, rows, out, firsts)
    return out, firsts


def _spent(
    found: Extract, rows: Integers, table: Any, input_rows: Integers, output_rows: Integers,
    first_output: Integers,
) -> Integers:  # fmt: skip
    number_of_row = np.full(len(found.txids), NONE, dtype=np.int64)
    number_of_row[rows] = np.arange(len(rows))
    spent = np.empty(len(input_rows), dtype=np.int64)
    prevouts = (
        found.prevouts if _is_whole(input_rows, found.prevouts) else found.prevouts[input_rows]
    )
    tables.resolve(
        prevouts.reshape(-1), found.prev_vout[input_rows].astype(np.int64),
        found.txids.reshape(-1), table, number_of_row, first_output,
        found.vout[output_rows].astype(np.int64), spent,
    )  # fmt: skip
    return spent


def _scripts(found: Extract, output_rows: Integers) -> tuple[Integers, Integers, Keys]:
    """Return the script number of each output, the output where each first appeared, the keys."""
    bounds = _pairs(found.bounds, output_rows)
    keys = script_keys(found.scripts, bounds)
    number, first = np.empty(len(bounds), dtype=np.int64), np.empty(len(bounds), dtype=np.int64)
    table = tables.room_for(len(bounds))
    n = tables.number_scripts(keys, found.scripts, bounds, table, number, first)
    return number, first[:n], keys


def script_keys(content: Bytes, bounds: Integers) -> Keys:
    """Return the first 8 bytes of SHA-256 of each script, as numbers."""
    keys = np.empty(len(bounds), dtype=np.uint64)
    cuts = [len(bounds) * part // _THREADS for part in range(_THREADS + 1)]
    with ThreadPoolExecutor(_THREADS) as pool:
        spans = [slice(cuts[part], cuts[part + 1]) for part in range(_THREADS)]
        list(pool.map(lambda span: write_keys(content, bounds[span], keys[span]), spans))
    return keys


def _pairs(bounds: Integers, rows: Integers) -> Integers:
    return np.stack((bounds[rows], bounds[rows + 1]), axis=1)


def _owners(firsts: Integers) -> Integers:
    return np.repeat(np.arange(len(firsts) - 1), np.diff(firsts))


def _spenders(spent: Integers, tx: Integers, n_outputs: int) -> Integers:
    """Return the transaction that spends each output first, or NONE."""
    spender = np.full(n_outputs, NONE, dtype=np.int64)
    known = spent != NONE
    spender[spent[known][::-1]] = tx[known][::-1]
    return spender


def _is_whole(rows: Integers, column: Any) -> bool:
    """Whether ``rows`` are all rows of ``column`` in their order (nothing is to be copied)."""
    return len(rows) == len(column) and bool((rows == np.arange(len(rows))).all())
