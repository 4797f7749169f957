# SPDX-License-Identifier: AGPL-3.0-or-later
"""Compiled sweeps and clustering give what the plain ones give, to the satoshi."""

from __future__ import annotations

import random
from types import SimpleNamespace

import numpy as np
import pytest

from ledger.following import Questions
from ledger.sweep import Limits, sweep
from ledger.taint.whole import WHOLE_METHODS, spread

OPEN = Questions(lambda _o: None, lambda _t: None, lambda _t: False)
FREE = Limits(0, 1_000_000)


def invented(seed: int, n_tx: int = 300, most: int = 2_000_000_000_000_000):
    """A chain of arrays: sums of up to 20 million bitcoin, up to five inputs and outputs."""
    draw = random.Random(seed)
    first_input, spent, first_output, values = [0], [], [0], []
    free: list[int] = []
    for tx in range(n_tx):
        n_in = 0 if tx < 5 else min(draw.randint(1, 5), len(free))
        coins = [free.pop(draw.randrange(len(free))) for _ in range(n_in)]
        total = sum(values[coin] for coin in coins) if coins else draw.randint(1, most)
        cuts = sorted(draw.randint(0, total) for _ in range(draw.randint(1, 5)))
        outputs = [b - a for a, b in zip([0, *cuts], cuts, strict=False)]
        spent += coins
        first_input.append(len(spent))
        free += range(len(values), len(values) + len(outputs))
        values += outputs
        first_output.append(len(values))
    arrays = {name: np.array(value, dtype=np.int64) for name, value in (
        ("first_input", first_input), ("spent_output", spent), ("first_output", first_output),
        ("value_sat", values))}  # fmt: skip
    tx_of = np.repeat(np.arange(n_tx), np.diff(arrays["first_output"]))
    spender = np.full(len(values), -1, dtype=np.int64)
    spender[arrays["spent_output"]] = np.repeat(np.arange(n_tx), np.diff(arrays["first_input"]))
    index = SimpleNamespace(
        **arrays, tx_of=tx_of, spender=spender, coinbase=np.diff(arrays["first_input"]) == 0
    )
    index.spent_by = lambda tx: spent[first_input[tx] : first_input[tx + 1]]
    index.outputs = lambda tx: range(first_output[tx], first_output[tx + 1])
    index.txid = str
    index.heirs = {o: draw.random() for o in range(len(values))}
    return index


@pytest.mark.parametrize("method", WHOLE_METHODS)
@pytest.mark.parametrize("seed", range(12))
def test_compiled_and_plain_taint_are_one(method: str, seed: int):
    index = invented(seed)
    first = [o for o in range(len(index.value_sat)) if index.tx_of[o] < 5][:2]
    found = spread(index, first, method)
    plain = sweep(index, first, method, OPEN, FREE)
    ends = {output: sat for output, (sat, _stop) in plain.ends.items()}
    unspent = {
        int(o): int(found.taint[o])
        for o in np.flatnonzero(found.taint)
        if index.spender[o] == -1
    }  # fmt: skip
    assert unspent == ends
    assert found.fee_sat == plain.fee_sat
    if method != "poison":
        assert sum(unspent.values()) + found.fee_sat == plain.seed_sat
