# SPDX-License-Identifier: AGPL-3.0-or-later
"""Transactions a second for each method of taint."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from ledger.taint.whole import WHOLE_METHODS, spread
from vestigo.pipeline.taint_bench.invented_graph import invented_graph
from vestigo.pipeline.taint_bench.timing import Timing, timed

N_SEEDS = 2_000
ROUNDS = 7
WARM = 2_000


def measure_taint(n_tx: int) -> dict[str, Any]:
    """Sweep a graph of ``n_tx`` transactions from 2,000 seeds; the sums are checked."""
    small, graph = invented_graph(WARM), invented_graph(n_tx)
    seeds = _mined_outputs(graph)
    seeded = int(graph.value_sat[seeds].sum())
    unspent = np.ones(len(graph.value_sat), dtype=np.bool_)
    unspent[graph.spent_output] = False
    rows: dict[str, Any] = {}
    for method in WHOLE_METHODS:
        spread(small, [WARM // 2], method)  # compiled before it is timed
        wall, processor, found = _best(partial(spread, graph, seeds, method))
        ends = int(found.taint[unspent].sum()) + found.fee_sat
        rows[method] = {
            "seconds": round(wall, 3),
            "processor_seconds": round(processor, 3),
            "tx_s": round(n_tx / wall),
            "tx_s_processor": round(n_tx / processor),
            "tainted_outputs": found.n_outputs,
            "conserved": method == "poison" or ends == seeded,
        }
    return {"transactions": n_tx, "seeds": len(seeds), "methods": rows}


def _mined_outputs(graph: Any) -> list[int]:
    """Return 2,000 outputs of coinbases from a quarter of the chain on: no seed reaches another."""
    mined = np.flatnonzero(np.diff(graph.first_input) == 0)
    outputs = graph.first_output[mined[len(mined) // 4 :]]
    return [int(output) for output in outputs[:N_SEEDS]]


def _best(take: Callable[[], Any]) -> Timing:
    best = Timing()
    for _round in range(ROUNDS):
        best = timed(take, best)
    return best
