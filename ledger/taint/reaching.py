# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a sweep asks first: whether a transaction spends anything tainted."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from ledger.prefetching import prefetch

AHEAD = 32  # inputs


@njit(cache=True, nogil=True, inline="always")
def is_reached(spent: Any, first: int, last: int, dirty: Any) -> Any:
    """Return whether a transaction spends something tainted and all it spends is known."""
    reached, least = np.uint8(0), np.int64(0)
    for i in range(first, last):
        reached |= dirty[spent[i]]
        least = min(least, spent[i])
    return reached > 0 and least == 0


@njit(cache=True, nogil=True, inline="always")
def ask_ahead(spent: Any, first: int, last: int, dirty: Any, values: Any, taint: Any) -> None:
    """Ask for value and taint of the tainted coins some inputs ahead of a transaction's."""
    for i in range(first + AHEAD, min(last + AHEAD, len(spent))):
        if spent[i] >= 0 and dirty[spent[i]]:
            prefetch(values, spent[i])
            prefetch(taint, spent[i])
