# SPDX-License-Identifier: AGPL-3.0-or-later
"""How far taint would spread over the whole chain if nothing stopped it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

import numpy as np

WHOLE_METHODS = ("fifo", "haircut", "poison")


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
    from ledger.taint.kernels import fifo_sweep, first_pool, haircut_sweep, poison_sweep

    chosen = sorted(set(seeds))
    taint = np.zeros(len(index.value_sat), dtype=np.int64)
    taint[chosen] = index.value_sat[chosen]
    arrays = (index.first_input, index.spent_output, index.first_output, index.value_sat, taint)
    sweeps = {"haircut": haircut_sweep, "poison": poison_sweep}
    if method == "fifo":
        fee, _used = fifo_sweep(*arrays, first_pool())
    else:
        fee = sweeps[method](*arrays)
    return Spread(taint, int(fee))
