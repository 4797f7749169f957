# SPDX-License-Identifier: AGPL-3.0-or-later
"""The walk over raw blocks that finds every transaction, input and output, compiled.

It takes and refuses exactly what ``ledger.parsing`` does (a test compares them on broken
blocks); which rule is broken, and where, is said by that.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from ledger.scanning.memory import two_words_at, word_at

HEADER_BYTES = 80
BROKEN = -1

# columns of the rows that the walk writes
BLOCK, POSITION, START, END, BODY_START, BODY_END, HAS_WITNESS = range(7)
VERSION, LOCKTIME, FIRST_INPUT, FIRST_OUTPUT, WEIGHT = range(7, 12)
N_TX_COLUMNS = 12
IN_TX, IN_N, OUTPOINT, PREV_VOUT, SEQUENCE = range(5)
N_IN_COLUMNS = 5
OUT_TX, OUT_N, VALUE, SCRIPT_START, SCRIPT_END = range(5)
N_OUT_COLUMNS = 5
# no fewer bytes does any take on the wire: so much room is enough
FEWEST_TX_BYTES, FEWEST_IN_BYTES, FEWEST_OUT_BYTES = 51, 41, 9
_OUTPOINT_BYTES, _VALUE_BYTES, _WORD_BYTES = 36, 8, 4
_TWO_BYTES, _FOUR_BYTES = 0xFD, 0xFE  # what a count of so many bytes begins with


@njit(cache=True, nogil=True)
def _word(content: Any, at: int) -> Any:
    return word_at(np.uint64(content.ctypes.data) + np.uint64(at))


@njit(cache=True, nogil=True)
def _two_words(content: Any, at: int) -> Any:
    return two_words_at(np.uint64(content.ctypes.data) + np.uint64(at))


@njit(cache=True, nogil=True)
def _count(content: Any, at: int, end: int) -> Any:
    """Return a compact size and where it ends; BROKEN where it is too long or runs over."""
    if at >= end:
        return BROKEN, at
    first = np.int64(content[at])
    if first < _TWO_BYTES:
        return first, at + 1
    n = 2 << (first - _TWO_BYTES)
    if at + 1 + n > end:
        return BROKEN, at
    if first == _TWO_BYTES:
        value, low = np.int64(content[at + 1]) | np.int64(content[at + 2]) << 8, _TWO_BYTES
    elif first == _FOUR_BYTES:
        value, low = _word(content, at + 1), 1 << 16
    else:
        value, low = _two_words(content, at + 1), 1 << 32
    if value < low or value > end:
        return BROKEN, at
    return value, at + 1 + n


@njit(cache=True, nogil=True)
def _witness(content: Any, at: int, end: int, n_inputs: int) -> int:
    """Return where the witness of a transaction ends, or BROKEN."""
    n_items = 0
    for _input in range(n_inputs):
        count, at = _count(content, at, end)
        if count == BROKEN:
            return BROKEN
        n_items += count
        for _item in range(count):
            length, at = _count(content, at, end)
            if length == BROKEN or at + length > end:
                return BROKEN
            at += length
    return at if n_items else BROKEN


@njit(cache=True, nogil=True)
def _inputs(content: Any, at: int, end: int, tx: int, row: int, inputs: Any) -> Any:
    """Write the inputs that begin at ``at`` from ``row`` on; return where they end, how many."""
    count, at = _count(content, at, end)
    if count == BROKEN:
        return BROKEN, 0
    for n in range(count):
        outpoint = at
        length, at = _count(content, at + _OUTPOINT_BYTES, end)
        if length == BROKEN or at + length + _WORD_BYTES > end:
            return BROKEN, 0
        here = inputs[row + n]
        here[IN_TX], here[IN_N], here[OUTPOINT] = tx, n, outpoint
        here[PREV_VOUT] = _word(content, outpoint + 32)
        here[SEQUENCE] = _word(content, at + length)
        at += length + _WORD_BYTES
    return at, count


@njit(cache=True, nogil=True)
def _outputs(content: Any, at: int, end: int, tx: int, row: int, outputs: Any) -> Any:
    """Write the outputs that begin at ``at`` from ``row`` on; return where they end, how many."""
    count, at = _count(content, at, end)
    if count == BROKEN:
        return BROKEN, 0
    for n in range(count):
        value_at = at
        length, at = _count(content, at + _VALUE_BYTES, end)
        if length == BROKEN or at + length > end:
            return BROKEN, 0
        here = outputs[row + n]
        here[OUT_TX], here[OUT_N], here[VALUE] = tx, n, _two_words(content, value_at)
        here[SCRIPT_START], here[SCRIPT_END] = at, at + length
        at += length
    return at, count


@njit(cache=True, nogil=True)
def _transaction(
    content: Any, start: int, end: int, sums: Any, row: Any, inputs: Any, outputs: Any
) -> Any:
    """Write the transaction that begins at ``start``; return where it ends, or BROKEN."""
    if start + _WORD_BYTES + 2 > end:
        return BROKEN
    at = start + _WORD_BYTES
    has_witness = content[at] == 0
    if has_witness:
        if content[at + 1] != 1:
            return BROKEN
        at += 2
    row[START], row[BODY_START], row[HAS_WITNESS] = start, at, has_witness
    row[FIRST_INPUT], row[FIRST_OUTPUT] = sums[1], sums[2]
    at, n_in = _inputs(content, at, end, sums[0], sums[1], inputs)
    if at == BROKEN:
        return BROKEN
    at, n_out = _outputs(content, at, end, sums[0], sums[2], outputs)
    if at == BROKEN:
        return BROKEN
    row[BODY_END] = at
    if has_witness:
        at = _witness(content, at, end, n_in)
    if at == BROKEN or at + _WORD_BYTES > end:
        return BROKEN
    row[VERSION], row[LOCKTIME] = _word(content, start), _word(content, at)
    row[END] = at + _WORD_BYTES
    base = 2 * _WORD_BYTES + row[BODY_END] - row[BODY_START]
    row[WEIGHT] = 3 * base + row[END] - start
    sums[0], sums[1], sums[2] = sums[0] + 1, sums[1] + n_in, sums[2] + n_out
    return row[END]


@njit(cache=True, nogil=True)
def walk(
    content: Any, starts: Any, ends: Any, sums: Any, found: Any, tx: Any, inputs: Any, outputs: Any
) -> int:
    """Walk over the blocks ``[starts[i], ends[i])`` of ``content``.

    ``found[i]`` gets the number of transactions and the end of block i; ``sums`` the
    number of transactions, inputs and outputs, which are the rows written of ``tx``,
    ``inputs`` and ``outputs``.  Returns the number of the first block that is broken, or -1.
    """
    for block in range(len(starts)):
        count, at = _count(content, starts[block] + HEADER_BYTES, ends[block])
        if count <= 0:
            return block
        for position in range(count):
            row = tx[sums[0]]
            at = _transaction(content, at, ends[block], sums, row, inputs, outputs)
            if at == BROKEN:
                return block
            row[BLOCK], row[POSITION] = block, position
        found[block, 0], found[block, 1] = count, at
    return -1
