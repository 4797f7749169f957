# SPDX-License-Identifier: AGPL-3.0-or-later
"""Backward through one transaction: from which inputs the sought satoshi come.

The ordered methods are one-to-one between what goes in and what comes out (the fee
last), so that going back is the same walk with the sides exchanged.  The methods that
look at sums give the sought sum to the inputs as they would give taint to outputs.
"""

from __future__ import annotations

from collections.abc import Sequence

from ledger.taint.amounts import AMOUNT_METHODS, TaintSpread
from ledger.taint.ordered import Coin, Segment, fifo


def back_amounts(
    method: str, values_in: Sequence[int], sought: int, values_out: Sequence[int]
) -> tuple[int, ...]:
    """Return how much of ``sought`` (part of the outputs) comes from each input."""
    fee = sum(values_in) - sum(values_out)
    spread: TaintSpread = AMOUNT_METHODS[method]((*values_out, fee), sought, values_in)
    return spread.outputs


def back_ordered(
    method: str, values_in: Sequence[int], coins_out: Sequence[Coin]
) -> tuple[Coin, ...]:
    """Return the segments of each input, from those of the outputs (``fifo`` or ``lifo``)."""
    going_out = sum(segment.sat for coin in coins_out for segment in coin)
    fee = (Segment(sum(values_in) - going_out, None),)
    if method == "lifo":
        return fifo((*coins_out, fee), values_in[::-1]).outputs[::-1]
    return fifo((*coins_out, fee), values_in).outputs
