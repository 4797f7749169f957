# SPDX-License-Identifier: AGPL-3.0-or-later
"""Identical refusals are told with their number: no flood, and none is lost."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from vestigo.authority import Intent, Refusal, RefusalTally

NOW = datetime(2026, 1, 31, tzinfo=UTC)


def refusal(host, code="E-AUT-007"):
    intent = Intent(host=host, port=1, act="socket.connect", account="", data_class="", what="")
    return Refusal(intent, "why", code, NOW)


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(["E-AUT-003", "E-AUT-007"]))))
def test_the_last_number_that_is_told_is_the_true_one(happened):
    told, n_told = {}, 0

    def tell(one, n):
        nonlocal n_told
        n_told += 1
        told[one.intent.host, one.code] = n

    tally = RefusalTally(tell)
    for host, code in happened:
        tally(refusal(host, code))
    tally.close()
    assert told == {pair: happened.count(pair) for pair in set(happened)}
    tally.close()
    assert n_told <= sum(n.bit_length() + 1 for n in told.values())


def test_a_loop_floods_nothing():
    told = []
    tally = RefusalTally(lambda _one, n: told.append(n))
    one = refusal("a")
    for _ in range(65_536):
        tally(one)
    assert len(told) == 17
    tally.close()
    assert told[-1] == 65_536
