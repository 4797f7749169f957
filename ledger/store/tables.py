# SPDX-License-Identifier: AGPL-3.0-or-later
"""Hash tables for compiled code: which transaction has this id, which number this script.

Open addressing; a slot holds a number or -1.  Keys are the first 8 bytes of a SHA-256, which
nobody can choose so that they pile up, and what is found is always compared as a whole.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from ledger.scanning.memory import prefetch, two_words_at

HASH_BYTES = 32
EMPTY = -1
AHEAD, AT_ONCE = 16, 64  # how much is asked for before it is read


def narrow(n: int) -> Any:
    """Return the smallest kind of integer that counts to ``n``: memory is what limits a case."""
    return np.int32 if n <= np.iinfo(np.int32).max else np.int64


def room_for(n: int) -> Any:
    """Return an empty table for ``n`` entries."""
    size = 1 << max(4, (2 * n).bit_length())
    return np.full(size, EMPTY, dtype=narrow(size))


@njit(cache=True, nogil=True)
def key_of(content: Any, at: int) -> Any:
    """Return the 8 bytes of ``content`` at ``at`` as a number."""
    return np.uint64(two_words_at(np.uint64(content.ctypes.data) + np.uint64(at)))


@njit(cache=True, nogil=True)
def same_bytes(a: Any, at_a: int, b: Any, at_b: int, n: int) -> bool:
    """Return whether ``n`` bytes of ``a`` and of ``b`` are the same."""
    for k in range(n):  # noqa: SIM110 - compiled
        if a[at_a + k] != b[at_b + k]:
            return False
    return True


@njit(cache=True, nogil=True)
def find_hash(table: Any, rows: Any, content: Any, at: int) -> Any:
    """Return the slot of ``table`` that holds the row with the 32 bytes at ``at``, or is free."""
    mask = np.uint64(table.size - 1)
    slot = key_of(content, at) & mask
    while table[slot] != EMPTY:
        if same_bytes(rows, table[slot] * HASH_BYTES, content, at, HASH_BYTES):
            break
        slot = (slot + np.uint64(1)) & mask
    return np.int64(slot)


@njit(cache=True, nogil=True)
def number_transactions(order: Any, txids: Any, table: Any, chosen: Any) -> int:
    """Give numbers to the rows of ``txids`` (flat, 32 bytes each) in ``order``; each id once.

    ``chosen[i]`` is the row that got number i; ``table`` gets the rows.  Returns how many.
    """
    n = 0
    mask = np.uint64(table.size - 1)
    for i in range(len(order)):
        if i + AHEAD < len(order):
            prefetch(table, np.int64(key_of(txids, order[i + AHEAD] * HASH_BYTES) & mask))
        row = order[i]
        slot = find_hash(table, txids, txids, row * HASH_BYTES)
        if table[slot] == EMPTY:
            table[slot] = row
            chosen[n] = row
            n += 1
    return n


@njit(cache=True, nogil=True)
def number_scripts(
    keys: Any, content: Any, starts: Any, ends: Any, table: Any, number: Any, first: Any
) -> int:
    """Give numbers to ``content[starts[i]:ends[i]]`` by first appearance.

    ``keys[i]`` begins with the first 8 bytes of its SHA-256.  ``number[i]`` gets its number,
    ``first`` the row where each number appeared.  Returns how many there are.
    """
    mask, n = np.uint64(table.size - 1), 0
    for i in range(len(keys)):
        if i + AHEAD < len(keys):
            prefetch(table, np.int64(keys[i + AHEAD] & mask))
        start, size = starts[i], ends[i] - starts[i]
        slot = keys[i] & mask
        while table[slot] != EMPTY:
            row = first[table[slot]]
            if (
                keys[row] == keys[i]
                and ends[row] - starts[row] == size
                and same_bytes(content, starts[row], content, start, size)
            ):
                break
            slot = (slot + np.uint64(1)) & mask
        if table[slot] == EMPTY:
            table[slot] = n
            first[n] = i
            n += 1
        number[i] = table[slot]
    return n


@njit(cache=True, nogil=True)
def resolve(
    prevouts: Any, prev_vout: Any, txids: Any, table: Any, number_of_row: Any, first_output: Any,
    vout: Any, spent: Any,
) -> None:  # fmt: skip
    """Write to ``spent`` the number of the output that each input spends, or -1.

    ``prevouts`` (flat) has the 32 bytes of each input; outputs of transaction t are
    ``first_output[t]`` to ``first_output[t + 1]``, ``vout`` their indexes in order.  Each step
    asks for the memory of the next for some inputs at once, since all of it lies far apart.
    """
    mask = np.uint64(table.size - 1)
    for begin in range(0, len(prev_vout), AT_ONCE):
        inputs = range(begin, min(begin + AT_ONCE, len(prev_vout)))
        for i in inputs:
            prefetch(table, np.int64(key_of(prevouts, i * HASH_BYTES) & mask))
        for i in inputs:
            row = table[np.int64(key_of(prevouts, i * HASH_BYTES) & mask)]
            prefetch(txids, np.int64(max(row, 0)) * HASH_BYTES)
        for i in inputs:
            spent[i] = table[find_hash(table, txids, prevouts, i * HASH_BYTES)]
            if spent[i] != EMPTY:
                prefetch(number_of_row, np.int64(spent[i]))
        known = [i for i in inputs if spent[i] != EMPTY]
        for i in known:
            spent[i] = number_of_row[spent[i]]
            prefetch(first_output, np.int64(spent[i]))
        for i in known:
            prefetch(vout, np.int64(first_output[spent[i]]) + np.int64(prev_vout[i]))
        for i in known:
            spent[i] = _output_of(spent[i], prev_vout[i], first_output, vout)


@njit(cache=True, nogil=True)
def _output_of(tx: int, index: int, first_output: Any, vout: Any) -> Any:
    """Return the number of the output with this index of a transaction, or -1."""
    low, high = np.int64(first_output[tx]), np.int64(first_output[tx + 1])
    guess = low + np.int64(index)
    if guess < high and vout[guess] == index:
        return guess
    for output in range(low, high):  # of a transaction of which only some outputs are known
        if vout[output] == index:
            return output
    return np.int64(EMPTY)


@njit(cache=True, nogil=True)
def spread(first: Any, chosen: Any, out: Any, firsts: Any) -> None:
    """Write the rows that belong to the ``chosen`` owners, one after the other, to ``out``.

    The rows of owner o are ``first[o]`` to ``first[o + 1]``; ``firsts`` gets the bounds.
    """
    n = 0
    for i in range(len(chosen)):
        firsts[i] = n
        for row in range(first[chosen[i]], first[chosen[i] + 1]):
            out[n] = row
            n += 1
    firsts[len(chosen)] = n


@njit(cache=True, nogil=True)
def first_spenders(spent: Any, first_input: Any, spender: Any) -> None:
    """Write to ``spender`` the first transaction that spends each output, or -1.

    Inputs of transaction t are ``first_input[t]`` to ``first_input[t + 1]``; ``spent`` gives the
    output of each, or -1.
    """
    spender[:] = EMPTY
    for tx in range(len(first_input) - 2, -1, -1):
        for i in range(first_input[tx], first_input[tx + 1]):
            if spent[i] != EMPTY:
                spender[spent[i]] = tx


@njit(cache=True, nogil=True)
def copy_spans(content: Any, starts: Any, offsets: Any, out: Any) -> None:
    """Copy the bytes of ``content`` that begin at ``starts[i]`` to ``out``.

    They stand there from ``offsets[i]`` to ``offsets[i + 1]``.
    """
    for i in range(len(starts)):
        at, to = starts[i], offsets[i]
        for k in range(offsets[i + 1] - to):
            out[to + k] = content[at + k]


@njit(cache=True, nogil=True)
def grouped(owner: Any, n_owners: int) -> Any:
    """Return the rows of each owner one after the other, in order, and where each begins."""
    first = np.zeros(n_owners + 1, dtype=np.int64)
    for row in range(len(owner)):
        first[owner[row] + 1] += 1
    for k in range(n_owners):
        first[k + 1] += first[k]
    at, rows = first.copy(), np.empty(len(owner), dtype=np.int64)
    for row in range(len(owner)):
        rows[at[owner[row]]] = row
        at[owner[row]] += 1
    return rows, first
