# SPDX-License-Identifier: AGPL-3.0-or-later
"""Haircut swept over a whole chain by compiled code, exact to the satoshi.

Products need 102 bits: the quotient comes from floats, its remainder from wrapping
integers, and the remainder corrects the quotient, so that the result is exact.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from ledger.taint.reaching import ask_ahead, is_reached

ONE, TWO = 1, 2  # outputs of most transactions


@njit(cache=True, nogil=True)
def haircut_sweep(
    first_input: Any, spent: Any, first_output: Any, values: Any, taint: Any, dirty: Any
) -> int:
    """Give each output its share, remainders by largest fraction then index; return the fee's.

    ``taint`` holds the seeds' satoshi and is filled, ``dirty`` has a byte for each output
    that is tainted; a seed keeps what it has.
    """
    fees = 0
    for tx in range(len(first_input) - 1):
        first, last = first_input[tx], first_input[tx + 1]
        ask_ahead(spent, first, last, dirty, values, taint)
        if not is_reached(spent, first, last, dirty):
            continue
        came, total = 0, 0
        for i in range(first, last):
            came += values[spent[i]]
            total += taint[spent[i]]
        begin, end = first_output[tx], first_output[tx + 1]
        if total == 0:
            continue
        if end - begin == TWO:
            fees += _spread_two(total, came, begin, values, taint)
        elif end - begin == ONE:
            fees += _spread_one(total, came, begin, values, taint)
        else:
            fees += _spread_any(total, came, begin, end, values, taint)
        for o in range(begin, end):
            dirty[o] = 1
    return fees


@njit(cache=True, nogil=True, inline="always")
def _share(value: Any, total: Any, came: Any, ratio: Any) -> Any:
    """Return the floor of value * total / came, and the remainder of that division."""
    share: Any = np.int64(float(value) * ratio)
    rest = value * total - share * came
    while rest < 0:
        share -= 1
        rest += came
    while rest >= came:
        share += 1
        rest -= came
    return share, rest


@njit(cache=True, nogil=True, inline="always")
def _spread_one(total: Any, came: Any, begin: Any, values: Any, taint: Any) -> Any:
    """Spread over one output and the fee; return the fee's share."""
    share, rest = _share(values[begin], total, came, float(total) / float(came))
    share += rest > 0 and 2 * rest >= came  # the two remainders add up to one satoshi
    taint[begin] = share if taint[begin] == 0 else values[begin]  # a seed keeps its whole value
    return total - share


@njit(cache=True, nogil=True, inline="always")
def _spread_two(total: Any, came: Any, begin: Any, values: Any, taint: Any) -> Any:
    """Spread over two outputs and the fee, without a branch; return the fee's share."""
    one, two = values[begin], values[begin + 1]
    ratio = float(total) / float(came)
    share_1, rest_1 = _share(one, total, came, ratio)
    share_2, rest_2 = _share(two, total, came, ratio)
    share_3, rest_3 = _share(came - one - two, total, came, ratio)
    left = total - share_1 - share_2 - share_3
    share_1 += ((rest_2 > rest_1) + (rest_3 > rest_1)) < left
    share_2 += ((rest_1 >= rest_2) + (rest_3 > rest_2)) < left
    share_3 += ((rest_1 >= rest_3) + (rest_2 >= rest_3)) < left
    taint[begin] = share_1 if taint[begin] == 0 else one  # a seed keeps its whole value
    taint[begin + 1] = share_2 if taint[begin + 1] == 0 else two
    return share_3


@njit(cache=True, nogil=True)
def _spread_any(total: Any, came: Any, begin: Any, end: Any, values: Any, taint: Any) -> Any:
    """Spread over any number of outputs and the fee; return the fee's share."""
    n = end - begin
    ratio = float(total) / float(came)
    parts, rests = np.empty(n + 1, dtype=np.int64), np.empty(n + 1, dtype=np.int64)
    fee, left = came, total
    for k in range(n):
        parts[k], rests[k] = _share(values[begin + k], total, came, ratio)
        fee -= values[begin + k]
        left -= parts[k]
    parts[n], rests[n] = _share(fee, total, came, ratio)
    left -= parts[n]
    if left:  # a stable order: the largest fraction first, then the index
        for k in np.argsort(-rests, kind="mergesort")[:left]:
            parts[k] += 1
    for k in range(n):
        seed = taint[begin + k] > 0
        taint[begin + k] = values[begin + k] if seed else parts[k]
    return parts[n]
