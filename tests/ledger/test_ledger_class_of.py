# SPDX-License-Identifier: AGPL-3.0-or-later
"""The index does not ask the class rules about transactions that none of them answers for."""

from hypothesis import given
from hypothesis import strategies as st

from ledger.classes import LEAST_OUTPUTS, Coin, TxView, classify
from ledger.classes.whirlpool import POOL_FEES

POOLS = sorted(POOL_FEES)
values = (
    st.integers(0, 10**9) | st.sampled_from(POOLS) | st.sampled_from(sorted(POOL_FEES.values()))
    | st.builds(int.__add__, st.sampled_from(POOLS), st.integers(100, 110_000))
)  # fmt: skip
scripts = st.sampled_from([b"\x00\x14" + bytes([n]) * 20 for n in range(8)])
coins = st.builds(Coin, values, scripts)
data = st.just(Coin(0, b"\x6a\x04abcd"))


@given(
    st.none() | st.lists(coins, max_size=100), st.lists(coins | data, max_size=LEAST_OUTPUTS - 1)
)
def test_no_rule_answers_for_few_outputs(inputs, outputs):
    spent = None if inputs is None else tuple(inputs)
    assert classify(TxView("00" * 32, spent, tuple(outputs))).name == "none"


def test_a_rule_may_answer_for_more():
    premix = Coin(POOLS[1] + 200, b"\x00\x14" + b"a" * 20)
    fee = Coin(POOL_FEES[POOLS[1]], b"\x00\x14" + b"b" * 20)
    view = TxView("00" * 32, None, (premix, fee, Coin(0, b"\x6a\x04abcd")))
    assert len(view.outputs) == LEAST_OUTPUTS
    assert classify(view).name == "whirlpool_tx0"
