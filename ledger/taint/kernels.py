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

from ledger.taint.reaching import ask_ahead, is_reached


@njit(cache=True, nogil=True)
def poison_sweep(
    first_input: Any, spent: Any, first_output: Any, values: Any, taint: Any, dirty: Any
) -> int:
    """Mark every output that any tainted one reaches; return the fee of such transactions.

    ``taint`` holds the seeds' satoshi and is filled, ``dirty`` has a byte for each output
    that is tainted; a seed keeps what it has.
    """
    fees = 0
    for tx in range(len(first_input) - 1):
        ask_ahead(spent, first_input[tx], first_input[tx + 1], dirty, values, taint)
        if not is_reached(spent, first_input[tx], first_input[tx + 1], dirty):
            continue
        for i in range(first_input[tx], first_input[tx + 1]):
            fees += values[spent[i]]
        for o in range(first_output[tx], first_output[tx + 1]):
            fees -= values[o]
            taint[o] = values[o]
            dirty[o] = 1
    return fees


@njit(cache=True, nogil=True)
def fifo_sweep(  # noqa: C901, PLR0912 - one compiled loop: calls would cost its speed
    first_input: Any,
    spent: Any,
    first_output: Any,
    values: Any,
    taint: Any,
    dirty: Any,
    head: Any,
    pool: Any,
) -> tuple[int, int]:
    """Carry tainted intervals of satoshi in order; return the fee's taint and the pool's use.

    ``pool`` keeps rows of (begin, end, next): the tainted intervals of each output, linked;
    it grows as needed.  ``head`` says where those of an output begin: -1 for a seed, and
    where ``dirty`` is 0 it may hold anything.
    """
    used, fees = 0, 0
    for tx in range(len(first_input) - 1):
        first, last = first_input[tx], first_input[tx + 1]
        if is_reached(spent, first, last, dirty):
            begin, end = first_output[tx], first_output[tx + 1]
            out, out_from = begin, 0  # the output that is being filled, and where it begins
            tail, at = -1, 0
            for i in range(first, last):
                source = spent[i]
                here = head[source] if dirty[source] else -1
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
                        if tail < 0 and dirty[out]:
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
