# SPDX-License-Identifier: AGPL-3.0-or-later
"""An invented graph of payments as arrays: the same for the same number and seed."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

SUBSIDY_SAT = 5_000_000_000
FIRST_COINS = 1_000
MINED_EVERY = 50  # every so many transactions one spends nothing: a coinbase
NEAR = 200_000  # coins are spent among the newest so many
FEE_SAT = 1_000


class Graph(NamedTuple):
    """The arrays of ``ChainIndex`` that taint needs."""

    first_input: Any
    spent_output: Any
    first_output: Any
    value_sat: Any


def invented_graph(n_tx: int, seed: int = 7) -> Graph:
    """Return ``n_tx`` transactions: 1.5 inputs and 1.9 outputs on average."""
    return Graph(*_invent(n_tx, seed))


@njit(cache=True)
def _invent(n_tx: int, seed: int) -> Any:
    state = np.uint64(seed)
    first_input, first_output = np.zeros(n_tx + 1, np.int64), np.zeros(n_tx + 1, np.int64)
    spent, values = np.empty(n_tx * 3, np.int64), np.empty(n_tx * 3, np.int64)
    free = np.empty(n_tx * 3, np.int64)
    n_free, n_in, n_out = 0, 0, 0
    for tx in range(n_tx):
        state = state * np.uint64(6364136223846793005) + np.uint64(1442695040888963407)
        drawn: Any = np.int64(state >> np.uint64(33))
        mined = n_free < FIRST_COINS or tx % MINED_EVERY == 0
        came: Any = np.int64(SUBSIDY_SAT if mined else 0)
        wanted = 0 if mined else 1 + (drawn % 10) // 6 + (drawn % 10) // 9
        for _one in range(wanted):
            state = state * np.uint64(6364136223846793005) + np.uint64(1442695040888963407)
            place: Any = n_free - 1 - np.int64(state >> np.uint64(33)) % min(n_free, NEAR)
            spent[n_in] = free[place]
            n_free -= 1
            free[place] = free[n_free]
            came += values[spent[n_in]]
            n_in += 1
        left: Any = came - min(FEE_SAT, came // 10)
        n_paid = 1 if drawn % 100 < 10 else 2  # noqa: PLR2004 - every tenth pays one output
        for number in range(n_paid):
            value = left if number == n_paid - 1 else left * (1 + drawn % 97) // 100
            values[n_out] = value
            left -= value
            free[n_free] = n_out
            n_free += 1
            n_out += 1
        first_input[tx + 1], first_output[tx + 1] = n_in, n_out
    return first_input, spent[:n_in].copy(), first_output, values[:n_out].copy()
