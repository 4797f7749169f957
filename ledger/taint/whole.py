# SPDX-License-Identifier: AGPL-3.0-or-later
"""How far taint would spread over the whole chain if nothing stopped it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

import numpy as np

WHOLE_METHODS = ("fifo", "haircut", "poison")
FIRST_POOL = 1 << 18  # tainted intervals: more are made room for


class Spread(NamedTuple):
    """Tainted satoshi by output, and what of them went to miners."""

    taint: Any
    fee_sat: int

    @property
    def n_outputs(self) -> int:
        """How many outputs of the chain are tainted."""
        return int(np.count_nonzero(self.taint))


def spread(index: Any, seeds: Collection[int], method: str) -> Spread:
    """Return how ``method`` spreads the whole value of ``seeds``, to the last block.

    ``index`` needs the arrays of ``ChainIndex``; KeyError for another method.
    """
    from ledger.taint.haircut_kernel import haircut_sweep
    from ledger.taint.kernels import fifo_sweep, poison_sweep

    chosen, n_outputs = sorted(set(seeds)), len(index.value_sat)
    # made here and not in the compiled code: numpy's large arrays stand on large pages
    taint, dirty = np.zeros(n_outputs, dtype=np.int64), np.zeros(n_outputs, dtype=np.uint8)
    taint[chosen] = index.value_sat[chosen]
    dirty[chosen] = taint[chosen] > 0
    arrays = (index.first_input, index.spent_output, index.first_output, index.value_sat, taint)
    if method == "fifo":
        head, pool = np.empty(n_outputs, dtype=np.int64), np.empty((FIRST_POOL, 3), dtype=np.int64)
        head[chosen] = -1
        fee, _used = fifo_sweep(*arrays, dirty, head, pool)
    else:
        fee = {"haircut": haircut_sweep, "poison": poison_sweep}[method](*arrays, dirty)
    return Spread(taint, int(fee))
