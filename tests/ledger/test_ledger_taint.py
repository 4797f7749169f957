# SPDX-License-Identifier: AGPL-3.0-or-later
"""Taint accounting: the worked example, and what holds for every transaction."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.taint import AMOUNT_METHODS, ORDERED_METHODS, Segment, tainted_sat

UNIT = 10**6
VALUES_IN, TAINT, VALUES_OUT = [4 * UNIT, 6 * UNIT], 6 * UNIT, [3 * UNIT, 5 * UNIT, 1 * UNIT]


@pytest.mark.parametrize(
    ("method", "outputs", "fee"),
    [
        ("haircut", [1.8, 3.0, 0.6], 0.6),
        ("seniority", [3, 3, 0], 0),
        ("juniority", [0, 5, 1], 0),
        ("tiho", [1, 5, 0], 0),
        ("poison", [3, 5, 1], 1),
    ],
)
def test_worked_example_by_amount(method: str, outputs: list[float], fee: float):
    spread = AMOUNT_METHODS[method](VALUES_IN, TAINT, VALUES_OUT)
    assert spread == (tuple(round(v * UNIT) for v in outputs), round(fee * UNIT))


@pytest.mark.parametrize(
    ("method", "outputs", "fee"), [("fifo", [0, 4, 1], 1), ("lifo", [3, 3, 0], 0)]
)
def test_worked_example_in_order(method: str, outputs: list[int], fee: int):
    coins = [(Segment(4 * UNIT, None),), (Segment(6 * UNIT, 0),)]
    spread = ORDERED_METHODS[method](coins, VALUES_OUT)
    assert [tainted_sat(coin) for coin in spread.outputs] == [v * UNIT for v in outputs]
    assert tainted_sat(spread.fee) == fee * UNIT


def test_fifo_keeps_the_order_inside_a_coin():
    coins = [(Segment(2, 7), Segment(3, None), Segment(1, 8))]
    spread = ORDERED_METHODS["fifo"](coins, [1, 4])
    assert spread.outputs == ((Segment(1, 7),), (Segment(1, 7), Segment(3, None)))
    assert spread.fee == (Segment(1, 8),)


def test_haircut_remainders_go_by_largest_fraction_then_index():
    assert AMOUNT_METHODS["haircut"]([10], 5, [3, 3, 3]) == ((2, 2, 1), 0)
    assert AMOUNT_METHODS["haircut"]([0], 0, [0]) == ((0,), 0)


def test_tiho_breaks_ties_by_index():
    assert AMOUNT_METHODS["tiho"]([10], 6, [5, 5]) == ((5, 1), 0)


@st.composite
def transactions(draw: st.DrawFn) -> tuple[list[int], list[int], list[int]]:
    values = draw(st.lists(st.integers(0, 10**12), min_size=1, max_size=6))
    taints = [draw(st.integers(0, value)) for value in values]
    left, outputs = sum(values), []
    for _output in range(draw(st.integers(1, 6))):
        outputs.append(draw(st.integers(0, left)))
        left -= outputs[-1]
    return values, taints, outputs


@given(transactions(), st.sampled_from(sorted(AMOUNT_METHODS)))
def test_no_satoshi_appears_or_vanishes_by_amount(transaction, method: str):
    values, taints, outputs = transaction
    spread = AMOUNT_METHODS[method](values, sum(taints), outputs)
    assert all(0 <= t <= w for t, w in zip(spread.outputs, outputs, strict=True))
    assert 0 <= spread.fee <= sum(values) - sum(outputs)
    if method != "poison":
        assert sum(spread.outputs) + spread.fee == sum(taints)
    assert spread == AMOUNT_METHODS[method](values, sum(taints), outputs)


@given(transactions(), st.sampled_from(sorted(ORDERED_METHODS)))
def test_no_satoshi_appears_or_vanishes_in_order(transaction, method: str):
    values, taints, outputs = transaction
    coins = [
        (Segment(taint, n), Segment(value - taint, None))
        for n, (value, taint) in enumerate(zip(values, taints, strict=True))
    ]
    spread = ORDERED_METHODS[method](coins, outputs)
    assert [sum(s.sat for s in coin) for coin in spread.outputs] == outputs
    arrived: dict[int | None, int] = {}
    for coin in (*spread.outputs, spread.fee):
        for segment in coin:
            arrived[segment.origin] = arrived.get(segment.origin, 0) + segment.sat
    assert all(arrived.get(n, 0) == taint for n, taint in enumerate(taints))
    assert sum(arrived.values()) == sum(values)


@pytest.mark.parametrize("method", sorted(AMOUNT_METHODS))
@pytest.mark.parametrize(
    ("values", "taint", "outputs"),
    [([5], 0, [6]), ([5], 6, [5]), ([5], -1, [5]), ([-1, 9], 1, [3])],
)
def test_impossible_transactions_are_refused_by_amount(method, values, taint, outputs):
    with pytest.raises(ValueError, match="than comes in"):
        AMOUNT_METHODS[method](values, taint, outputs)


def test_impossible_transactions_are_refused_in_order():
    with pytest.raises(ValueError, match="than comes in"):
        ORDERED_METHODS["fifo"]([(Segment(5, 1),)], [6])
