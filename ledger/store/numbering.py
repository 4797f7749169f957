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
from itertools import pairwise, starmap
from typing import Any

import numpy as np
import numpy.typing as npt

from ledger.scanning.columns import Integers
from ledger.scanning.extracting import Extract
from ledger.store import tables

NONE = -1
_THREADS = 2
Keys = npt.NDArray[np.uint64]
Numbers = npt.NDArray[Any]  # integers as narrow as their count allows


@dataclass(frozen=True, slots=True)
class Chosen:
    """Rows of an extract in chain order; ``is_whole``: all of them, as they stand there."""

    rows: Numbers
    is_whole: bool

    def of(self, column: Any) -> Any:
        """Return a column in chain order."""
        return column if self.is_whole else column[self.rows]


@dataclass(frozen=True, slots=True)
class Chain:
    """The transactions of a chain in their order, with the rows of their inputs and outputs.

    ``first_input`` and ``first_output`` have one entry more than transactions; ``table`` finds
    the row of an id.
    """

    transactions: Chosen
    inputs: Chosen
    outputs: Chosen
    first_input: Numbers
    first_output: Numbers
    table: Any


@dataclass(frozen=True, slots=True)
class ScriptNumbers:
    """The script of each output, and where each script stands in the bytes of the extract.

    ``bounds`` has one entry more than scripts: where each stands when they are put together.
    """

    number: Numbers
    starts: Integers
    bounds: Integers
    keys: Keys


def number_chain(found: Extract, order: Sequence[int]) -> Chain:
    """Give numbers to the transactions of the blocks in ``order`` (numbers of the extract)."""
    candidates, _firsts = _spread(found.first_tx, np.array(order, dtype=np.int64))
    table, rows = tables.room_for(len(candidates)), np.empty_like(candidates)
    n = tables.number_transactions(candidates, found.txids.reshape(-1), table, rows)
    chosen = _chosen(rows[:n], len(found.txids))
    inputs, first_input = _spread(found.first_input, chosen.rows)
    outputs, first_output = _spread(found.first_output, chosen.rows)
    return Chain(
        transactions=chosen,
        inputs=_chosen(inputs, len(found.prevouts)),
        outputs=_chosen(outputs, len(found.vout)),
        first_input=first_input,
        first_output=first_output,
        table=table,
    )


def spent_outputs(found: Extract, chain: Chain) -> Numbers:
    """Return the number of the output that each input spends, or NONE."""
    rows, n_outputs = chain.transactions.rows, len(chain.outputs.rows)
    number_of_row = np.full(len(found.txids), NONE, dtype=tables.narrow(len(found.txids)))
    number_of_row[rows] = np.arange(len(rows), dtype=number_of_row.dtype)
    spent = np.empty(len(chain.inputs.rows), dtype=tables.narrow(n_outputs))
    prevouts, vout = chain.inputs.of(found.prevouts), chain.outputs.of(found.vout)
    prev_vout = chain.inputs.of(found.prev_vout)

    def resolve(part: slice) -> None:
        tables.resolve(
            prevouts[part].reshape(-1), prev_vout[part], found.txids.reshape(-1), chain.table,
            number_of_row, chain.first_output, vout, spent[part],
        )  # fmt: skip

    cuts = [len(spent) * part // _THREADS for part in range(_THREADS + 1)]
    with ThreadPoolExecutor(_THREADS) as pool:
        list(pool.map(resolve, starmap(slice, pairwise(cuts))))
    return spent


def first_spenders(chain: Chain, spent: Numbers) -> Numbers:
    """Return the transaction that spends each output first, or NONE."""
    spender = np.empty(len(chain.outputs.rows), dtype=tables.narrow(len(chain.transactions.rows)))
    tables.first_spenders(spent, chain.first_input, spender)
    return spender


def number_scripts(found: Extract, chain: Chain) -> ScriptNumbers:
    """Give numbers to the scripts of all outputs, by first appearance."""
    keys, starts = chain.outputs.of(found.script_keys), chain.outputs.of(found.bounds[:-1])
    ends = chain.outputs.of(found.bounds[1:])
    number = np.empty(len(keys), dtype=tables.narrow(len(keys)))
    first, table = np.empty_like(number), tables.room_for(len(keys))
    n = tables.number_scripts(keys, found.scripts, starts, ends, table, number, first)
    rows = first[:n]
    bounds = np.zeros(n + 1, dtype=np.int64)
    np.cumsum(ends[rows] - starts[rows], out=bounds[1:])
    return ScriptNumbers(number, starts[rows], bounds, keys[rows])


def owners(firsts: Numbers) -> Numbers:
    """Return of each row the number of its owner, whose rows begin at ``firsts``."""
    n = len(firsts) - 1
    return np.repeat(np.arange(n, dtype=tables.narrow(n)), np.diff(firsts))


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


def _spread(first: Integers, rows: Numbers) -> tuple[Numbers, Numbers]:
    size = int((first[rows + 1] - first[rows]).sum())
    out = np.empty(size, dtype=tables.narrow(int(first[-1])))
    firsts = np.empty(len(rows) + 1, dtype=tables.narrow(size))
    tables.spread(first, rows, out, firsts)
    return out, firsts


def _chosen(rows: Numbers, n: int) -> Chosen:
    return Chosen(rows, len(rows) == n and bool((rows[1:] > rows[:-1]).all()))
