# SPDX-License-Identifier: AGPL-3.0-or-later
"""Hash tables for compiled code: which transaction has this id, which number this script.

Open addressing; a slot holds a number or -1.  Keys are the first 8 bytes of a SHA-256, which
nobody can choose so that they pile up, and what is found is always compared as a whole.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

HASH_BYTES = 32
EMPTY = -1


def room_for(n: int) -> Any:
    """Return an empty table for ``n`` entries."""
    size = 1 << max(4, (2 * n).bit_length())
    return np.full(size, EMPTY, dtype=np.int64)


@njit(cache=True, nogil=True)
def key_of(content: Any, at: int) -> Any:
    """Return the 8 bytes of ``content`` at ``at`` as a number."""
    key = np.uint64(0)
    for k in range(8):
        key |= np.uint64(content[at + k]) << np.uint64(8 * k)
    return key


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
    for i in range(len(order)):
        row = order[i]
        slot = find_hash(table, txids, txids, row * HASH_BYTES)
        if table[slot] == EMPTY:
            table[slot] = row
            chosen[n] = row
            n += 1
    return n


@njit(cache=True, nogil=True)
def number_scripts(
    keys: Any, content: Any, bounds: Any, table: Any, number: Any, first: Any
) -> int:
    """Give numbers to ``content[bounds[i, 0]:bounds[i, 1]]`` by first appearance.

    ``keys[i]`` begins with the first 8 bytes of its SHA-256.  ``number[i]`` gets its number,
    ``first`` the row where each number appeared.  Returns how many there are.
    """
    mask, n = np.uint64(table.size - 1), 0
    for i in range(len(bounds)):
        start, size = bounds[i, 0], bounds[i, 1] - bounds[i, 0]
        slot = keys[i] & mask
        while table[slot] != EMPTY:
            row = first[table[slot]]
            if (
                keys[row] == keys[i]
                and bounds[row, 1] - bounds[row, 0] == size
                and same_bytes(content, bounds[row, 0], content, start, size)
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
    ``first_output[t]`` to ``first_output[t + 1]``, ``vout`` their indexes in order.
    """
    for i in range(len(prev_vout)):
        spent[i] = EMPTY
        row = table[find_hash(table, txids, prevouts, i * HASH_BYTES)]
        if row == EMPTY:
            continue
        tx = number_of_row[row]
        low, high = first_output[tx], first_output[tx + 1]
        guess = low + prev_vout[i]
        if guess < high and vout[guess] == prev_vout[i]:
            spent[i] = guess
            continue
        for output in range(low, high):  # of a transaction of which only some outputs are known
            if vout[output] == prev_vout[i]:
                spent[i] = output


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
def copy_spans(content: Any, bounds: Any, offsets: Any, out: Any) -> None:
    """Copy each ``content[bounds[i, 0]:bounds[i, 1]]`` to ``out`` at ``offsets[i]``."""
    for i in range(len(bounds)):
        at, to = bounds[i, 0], offsets[i]
        for k in range(bounds[i, 1] - at):
            out[to + k] = content[at + k]
