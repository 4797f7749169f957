# SPDX-License-Identifier: AGPL-3.0-or-later
"""Taint swept over a whole chain by compiled code, exact to the satoshi, without stops.

Arrays are those of ``ChainIndex``: transactions in chain order, a spender after what it
spends.  An input that is not in the store (NONE) is clean and of unknown value: its
transaction is left out, and what it pays is clean.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

FIRST_POOL = 1 << 16


@njit(cache=True, nogil=True)
def _dirty(taint: Any) -> Any:
    """Return one byte an output: small enough to stay near the processor."""
    dirty = np.zeros(len(taint), dtype=np.uint8)
    for o in range(len(taint)):
        if taint[o] > 0:
            dirty[o] = 1
    return dirty


@njit(cache=True, nogil=True, inline="always")
def _is_reached(spent: Any, first: int, last: int, dirty: Any) -> Any:
    """Return whether a transaction spends something tainted and all it spends is known."""
    reached = np.uint8(0)
    for i in range(first, last):
        if spent[i] < 0:
            return False
        reached |= dirty[spent[i]]
    return reached > 0


@njit(cache=True, nogil=True)
def poison_sweep(first_input: Any, spent: Any, first_output: Any, values: Any, taint: Any) -> int:
    """Mark every output that any tainted one reaches; return the fee of such transactions.

    ``taint`` holds the seeds' satoshi and is filled; a seed keeps what it has.
    """
    fees = 0
    dirty = _dirty(taint)
    for tx in range(len(first_input) - 1):
        if not _is_reached(spent, first_input[tx], first_input[tx + 1], dirty):
            continue
        for i in range(first_input[tx], first_input[tx + 1]):
            fees += values[spent[i]]
        for o in range(first_output[tx], first_output[tx + 1]):
            fees -= values[o]
            taint[o] = values[o]
            dirty[o] = 1
    return fees


@njit(cache=True, nogil=True)
def haircut_sweep(  # noqa: C901, PLR0912 - one compiled loop: calls would cost its speed
    first_input: Any, spent: Any, first_output: Any, values: Any, taint: Any
) -> int:
    """Give each output its share, remainders by largest fraction then index; return the fee's.

    Products need 102 bits: the quotient comes from floats, its remainder from wrapping
    integers, and the remainder corrects the quotient, so that the result is exact.
    """
    fees = 0
    rests = np.zeros(16, dtype=np.int64)
    dirty = _dirty(taint)
    for tx in range(len(first_input) - 1):
        if not _is_reached(spent, first_input[tx], first_input[tx + 1], dirty):
            continue
        total, came = 0, 0
        for i in range(first_input[tx], first_input[tx + 1]):
            came += values[spent[i]]
            total += taint[spent[i]]
        if total == 0:
            continue
        begin, end = first_output[tx], first_output[tx + 1]
        n = end - begin
        if n + 1 > len(rests):
            rests = np.zeros(2 * (n + 1), dtype=np.int64)
        fee = came
        for o in range(begin, end):
            fee -= values[o]
        left = total
        fee_share: Any = 0
        ratio = float(total) / float(came)
        for k in range(n + 1):
            value = values[begin + k] if k < n else fee
            share: Any = np.int64(float(value) * ratio)
            rest = value * total - share * came
            while rest < 0:
                share -= 1
                rest += came
            while rest >= came:
                share += 1
                rest -= came
            left -= share
            rests[k] = rest
            if k < n:
                dirty[begin + k] = 1
                if taint[begin + k] == 0:
                    taint[begin + k] = share
                else:  # a seed keeps its whole value
                    taint[begin + k] = values[begin + k]
            else:
                fee_share = share
        while left > 0:
            best = 0
            for k in range(1, n + 1):
                if rests[k] > rests[best]:
                    best = k
            rests[best] = -1
            left -= 1
            if best == n:
                fee_share += 1
            elif taint[begin + best] < values[begin + best]:
                taint[begin + best] += 1
        fees += fee_share
    return fees


@njit(cache=True, nogil=True)
def fifo_sweep(  # noqa: C901, PLR0912 - one compiled loop: calls would cost its speed
    first_input: Any, spent: Any, first_output: Any, values: Any, taint: Any, pool: Any
) -> tuple[int, int]:
    """Carry tainted intervals of satoshi in order; return the fee's taint and the pool's use.

    ``pool`` keeps rows of (begin, end, next): the tainted intervals of each output, linked;
    it grows as needed.  ``taint`` holds the seeds' satoshi (whole outputs) and is filled.
    """
    n_outputs = len(values)
    head = np.full(n_outputs, -1, dtype=np.int64)
    dirty = _dirty(taint)
    used, fees = 0, 0
    for tx in range(len(first_input) - 1):
        first, last = first_input[tx], first_input[tx + 1]
        if _is_reached(spent, first, last, dirty):
            begin, end = first_output[tx], first_output[tx + 1]
            out, out_from = begin, 0  # the output that is being filled, and where it begins
            tail, at = -1, 0
            for i in range(first, last):
                source = spent[i]
                here = head[source]
                whole = here < 0 and taint[source] > 0  # a seed: one interval, not in the pool
                while here >= 0 or whole:
                    low = at + (0 if whole else pool[here, 0])
                    high = at + (values[source] if whole else pool[here, 1])
                    here = -1 if whole else pool[here, 2]
                    whole = False
                    while low < high:
                        while out < end and low >= out_from + values[out]:
                            out_from += values[out]
                            out += 1
                            tail = -1
                        if out >= end:
                            fees += high - low
                            break
                        cut = min(high, out_from + values[out])
                        if taint[out] == values[out] and head[out] < 0 and tail < 0:
                            low = cut  # a seed is tainted whole already
                            continue
                        taint[out] += cut - low
                        dirty[out] = 1
                        if tail >= 0 and pool[tail, 1] == low - out_from:
                            pool[tail, 1] = cut - out_from
                        else:
                            if used == len(pool):
                                grown = np.empty((2 * used, 3), dtype=np.int64)
                                grown[:used] = pool
                                pool = grown
                            pool[used, 0], pool[used, 1] = low - out_from, cut - out_from
                            pool[used, 2] = -1
                            if tail >= 0:
                                pool[tail, 2] = used
                            else:
                                head[out] = used
                            tail = used
                            used += 1
                        low = cut
                at += values[source]
    return fees, used


def first_pool() -> Any:
    """Return an empty pool of intervals."""
    return np.empty((FIRST_POOL, 3), dtype=np.int64)
