# SPDX-License-Identifier: AGPL-3.0-or-later
"""CoinJoin classes on labelled real transactions, and at the edges of each rule."""

from __future__ import annotations

import json
import lzma
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.classes import Coin, TxView, classify
from ledger.classes.peers import peers_could_pay
from ledger.classes.view import most_frequent_value
from ledger.compact import parse_line
from vestigo.errors import InputError

BTC = 100_000_000
OP_RETURN = Coin(0, b"\x6a\x04abcd")


def coins(values: list[int], first: int = 0, kind: bytes = b"\x00\x14") -> tuple[Coin, ...]:
    return tuple(
        Coin(value, kind + (first + n).to_bytes(20, "big")) for n, value in enumerate(values)
    )


def name_of(inputs: tuple[Coin, ...] | None, outputs: tuple[Coin, ...], **more) -> str:
    return classify(TxView("00" * 32, inputs, outputs, **more)).name


@pytest.fixture(scope="module")
def labelled(real_data: Path) -> Callable[[str], Counter[str]]:
    def classes(label: str) -> Counter[str]:
        path = real_data / "bitcoin" / "coinjoin" / "open" / f"{label}.jsonl.xz"
        with lzma.open(path, "rt") as handle:
            return Counter(classify(parse_line(line, label)).name for line in handle)

    return classes


@pytest.mark.real
def test_every_labelled_mix_is_found(labelled: Callable[[str], Counter[str]]):
    assert labelled("samourai_coinjoin") == {"whirlpool": 280}
    assert labelled("wasabi1_coinjoin") == {"wasabi1": 39}
    assert labelled("wasabi2_coinjoin") == {"wasabi2": 7}


@pytest.mark.real
def test_tx0_label_holds_only_tx0s_and_the_mixes_it_overlaps_with(labelled):
    assert labelled("samourai_tx0") == {"whirlpool_tx0": 128, "whirlpool": 52}


@pytest.mark.real
def test_no_look_alike_is_taken_for_a_mix(labelled: Callable[[str], Counter[str]]):
    assert labelled("not_coinjoin_false_positive") == {"none": 4}


@pytest.mark.real
@pytest.mark.parametrize("label", ["wasabi1_postmix", "wasabi2_postmix"])
def test_spends_after_a_mix_are_not_mixes(labelled: Callable[[str], Counter[str]], label: str):
    found = labelled(label)
    assert found["none"] >= sum(found.values()) - 1


@pytest.mark.real
def test_recorded_esplora_answers(real_data: Path):
    folder = real_data / "bitcoin" / "esplora" / "api-responses"
    expected = {
        "whirlpool-coinjoin": "whirlpool", "wabisabi-coinjoin": "wasabi2",
        "batch-withdrawal-143": "batch", "simple-legacy-p2pkh": "none",
        "joinmarket-coinjoin": "stonewall_candidate",
    }  # fmt: skip
    for name, wanted in expected.items():
        text = (folder / f"{name}.json").read_text()
        assert classify(parse_line(text, name)).name == wanted


POOL = 1_000_000


def whirlpool_mix(
    surplus: list[int], pool: int = POOL
) -> tuple[tuple[Coin, ...], tuple[Coin, ...]]:
    inputs = coins([pool + extra for extra in surplus])
    return inputs, coins([pool] * len(surplus), first=100)


@pytest.mark.parametrize(
    ("surplus", "pool", "is_mix"),
    [
        ([100, 0, 0, 0, 0], POOL, True),
        ([110_000, 100, 200, 300, 0], POOL, True),
        ([100] * 4 + [0] * 6, 25_000_000, True),
        ([99, 0, 0, 0, 0], POOL, False),
        ([110_001, 0, 0, 0, 0], POOL, False),
        ([0, 0, 0, 0, 0], POOL, False),
        ([100, 100, 100, 100, 100], POOL, False),
        ([100, 0, 0, 0], POOL, False),
        ([100] + [0] * 10, POOL, False),
        ([100, 0, 0, 0, 0], POOL + 1, False),
    ],
)
def test_whirlpool_edges(surplus: list[int], pool: int, is_mix: bool):
    assert (name_of(*whirlpool_mix(surplus, pool)) == "whirlpool") is is_mix


def test_whirlpool_needs_distinct_addresses():
    inputs, outputs = whirlpool_mix([100, 0, 0, 0, 0])
    reused = (*outputs[:-1], Coin(POOL, outputs[0].script))
    assert name_of(inputs, reused) != "whirlpool"
    assert name_of(inputs, (*outputs[:-1], Coin(POOL, inputs[0].script))) != "whirlpool"


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ([POOL + 5000] * 4 + [50_000, 777_777], "whirlpool_tx0"),
        ([POOL + 5000] * 4 + [50_000], "whirlpool_tx0"),
        ([POOL + 99] * 4 + [50_000], "none"),
        ([POOL + 5000] * 4 + [150_001, 777_777], "none"),
        ([POOL + 5000] * 4 + [50_000, 1, 2], "none"),
        ([POOL + 5000] * 71 + [50_000], "none"),
    ],
)
def test_tx0_edges(values: list[int], wanted: str):
    found = name_of(coins([10 * BTC]), (OP_RETURN, *coins(values, first=50)))
    assert (found == "whirlpool_tx0") is (wanted == "whirlpool_tx0")


def test_tx0_needs_exactly_one_op_return():
    values = coins([POOL + 5000] * 4 + [50_000], first=50)
    assert name_of(coins([BTC]), values) != "whirlpool_tx0"
    assert name_of(coins([BTC]), (OP_RETURN, OP_RETURN, *values)) != "whirlpool_tx0"


def test_wasabi1_edges():
    base = 10_500_123
    outputs = coins([base] * 5 + [2 * base, 123, 456], first=100)
    assert name_of(coins([base] * 12), outputs) == "wasabi1"
    assert name_of(coins([base] * 9), outputs) != "wasabi1"
    assert name_of(coins([base] * 36), outputs) != "wasabi1"
    far = coins([12_000_001] * 5 + [123], first=100)
    assert name_of(coins([base] * 12), far) != "wasabi1"
    same = (*outputs[:-1], Coin(9, outputs[0].script))
    assert name_of(coins([base] * 12), same) != "wasabi1"


def test_a_wasabi2_mix_with_three_outputs_of_a_tenth_is_no_wasabi1():
    """0.1 bitcoin is one of its denominations, too: found on seed 3 of the practice range."""
    sums = [31_000_000 + n for n in range(8)]
    inputs = (*coins(sums), *coins(sums, first=50, kind=b"\x51\x20" + bytes(12)))
    values = [20_000_000] * 4 + [10_000_000] * 8 + [5_000_000] * 6 + [2_000_000] * 2 + [123_456]
    assert name_of(inputs, coins(values, first=100)) == "wasabi2"
    assert name_of(inputs[:8] * 2, coins(values, first=100)) == "none"  # coins of one kind


def test_a_payer_of_tenths_is_no_wasabi1():
    """One change, or sums of all sorts beside: found by `vestigo bench classes`."""
    base = 10_000_000
    inputs = coins([base + 20_000 + 1_000 * n for n in range(30)])
    peers = [base] * 12 + [1_000 + n for n in range(9)]
    assert name_of(inputs, coins(peers, first=100)) == "wasabi1"
    assert name_of(inputs, coins([*peers, *range(5_000, 5_020)], first=100)) != "wasabi1"
    assert name_of(inputs, coins(peers, first=100, kind=b"\x76\xa9")) != "wasabi1"
    payer = coins([7_000_000 + 1_234_567 * n for n in range(30)])
    assert name_of(payer, coins(peers, first=100)) != "wasabi1"  # nobody's account holds
    assert name_of(payer, coins([base] * 12 + [777], first=100)) != "wasabi1"


def test_a_wasabi1_round_of_coins_that_were_mixed_before():
    """They bring the base and a fee, so nobody but two gets change."""
    base = 10_000_321
    again = [base + 9_000 + n for n in range(20)]
    inputs = coins([*again, 3 * base, 4 * base])
    outputs = coins([base] * 22 + [base - 8_000, 2 * base - 9_000], first=100)
    assert name_of(inputs, outputs) == "wasabi1"
    payer = coins([base // 3 + 5_000 * n for n in range(75)])
    assert name_of(payer, outputs) != "wasabi1"


def test_grades_of_pay_below_a_tenth_are_no_wasabi1():
    grade = 9_564_848
    values = [grade] * 4 + [grade // 2] * 5 + [grade // 4] * 2 + [11_382, 20_000, 30_000]
    inputs = coins([3_000_000 + 777_777 * n for n in range(19)])
    assert name_of(inputs, coins(values, first=100)) != "wasabi1"


def test_doublings_of_wasabi1_are_paid_less_the_fees():
    """As in real rounds: 1.9998 times the base."""
    base = 10_989_580
    values = [base] * 6 + [2 * base - 3_735] * 3 + [4 * base - 7_300] * 2 + [4_321, 54_321, 654_321]
    found = classify(TxView("00" * 32, coins([6 * base] * 12), coins(values, first=100)))
    assert (found.name, found.features["doubled_outputs"]) == ("wasabi1", 5)


def test_a_payer_of_grades_is_no_wasabi2():
    inputs = coins([2 * BTC] * 16)
    grades = sorted([31_000_000] * 4 + [22_000_000] * 3 + [13_100_000] * 3, reverse=True)
    assert name_of(inputs, coins([*grades, 7_777], first=100)) != "wasabi2"


@pytest.mark.parametrize(
    "values",
    [
        [BTC],  # coins swept into a sum that somebody typed
        [BTC, 50_000_000],
        [2**23] * 11,  # a wallet that makes equal coins
        [2**23] * 11 + [800_622],
        [50_000] * 9 + [20_000] * 9 + [10_000] * 9 + [5_010],  # a faucet
        [50_000] * 9 + [20_000] * 9 + [10_000] * 9,
        [BTC] * 6 + [61_000_000] * 4 + [10_000_000] * 5 + [12_345],  # grades, some of them round
    ],
)
def test_what_one_payer_makes_of_many_coins_is_no_wasabi2(values: list[int]):
    inputs = coins([70_000_000 + 7_919 * n for n in range(40)])
    outputs = coins(sorted(values, reverse=True), first=100)
    assert name_of(inputs, outputs) not in ("wasabi2", "joinmarket_candidate")


def test_many_coins_of_several_people_cut_alike_are_wasabi2():
    """A real round (2024-05-31): 128 coins into 21 of 0.02 bitcoin and a rest."""
    outputs = coins([2_000_000] * 21 + [51_500], first=900)
    assert name_of(coins([350_000 + n for n in range(128)]), outputs) == "wasabi2"
    assert name_of(coins([350_000 + n for n in range(99)]), outputs) != "wasabi2"


def test_a_payer_of_equal_sums_is_no_joinmarket():
    inputs = coins([BTC] * 14)
    assert name_of(inputs, coins([BTC] * 8 + [500], first=100)) != "joinmarket_candidate"
    changes = [500 + n for n in range(6)]
    assert name_of(inputs, coins([BTC] * 8 + changes, first=100)) == "joinmarket_candidate"


def test_wasabi2_edges():
    values = sorted([2**20, 2**20, 3**12, 3**12, 10**6, 10**6, 7_777_777], reverse=True)
    inputs = coins([2 * BTC] * 16)
    assert name_of(inputs, coins(values, first=100)) == "wasabi2"
    assert name_of(inputs[:14], coins(values, first=100)) != "wasabi2"
    assert name_of(inputs, coins(values[::-1], first=100)) != "wasabi2"
    assert name_of(inputs, coins([*values, 4_999], first=100)) != "wasabi2"
    legacy = coins([2 * BTC] * 16, kind=b"\xa9\x14")
    assert (
        name_of(tuple(Coin(c.value_sat, c.script + b"\x87") for c in legacy), coins(values, 100))
        != "wasabi2"
    )
    assert name_of(inputs, coins(values, first=100), height=741_212) != "wasabi2"
    assert name_of(inputs, coins(values, first=100), height=741_213) == "wasabi2"


def test_joinmarket_edges():
    inputs = coins([BTC + 5, BTC + 70_000_000, BTC + 30_000_000])
    outputs = coins([BTC, BTC, BTC, 70_000_000, 29_999_000], first=100)
    assert name_of(inputs, outputs) == "joinmarket_candidate"
    assert name_of(inputs, (*outputs, OP_RETURN)) != "joinmarket_candidate"
    assert name_of(inputs[:2], outputs) != "joinmarket_candidate"
    assert name_of(inputs, coins([BTC] * 3, first=100)) != "joinmarket_candidate"
    one_payer = coins([3 * BTC, 50_000_000, 50_000_000])
    assert name_of(one_payer, outputs) != "joinmarket_candidate"
    reused = tuple(Coin(c.value_sat, inputs[0].script) for c in outputs)
    assert name_of(inputs, reused) != "joinmarket_candidate"


def test_joinmarket_needs_inputs_of_each_makers_own():
    value = 3_910_557
    makers = coins([value + 1_000_000, value + 2_000_000, value + 255_712, 9 * value])
    change = [1_000_900, 2_000_450, 255_999, 7 * value]
    joint = coins([value] * 4 + change, first=100)
    assert name_of(makers, joint) == "joinmarket_candidate"
    payer = coins([368_598, 1_099_396, 1_578_473, 5_761_571, 6_131_127, 923_687, 40_000_000])
    assert name_of(payer, joint) != "joinmarket_candidate"
    dust = coins([4_999] * 4 + change, first=100)
    assert name_of(coins([c + 4_999 for c in change]), dust) != "joinmarket_candidate"


def test_groups_of_a_peer_do_not_share_inputs():
    assert peers_could_pay([50, 60, 70], [50, 60, 70], 0, 0)
    assert peers_could_pay([20, 30, 60, 70], [50, 60, 70], 0, 0)
    assert peers_could_pay([50, 60, 1], [50, 60, 70], 0, 0)  # one pays the fees and is not asked
    assert not peers_could_pay([50, 50], [50, 100, 70], 0, 0)
    assert not peers_could_pay([50, 60], [50, 60, 70], 0, 0)  # nothing is left for the third
    assert not peers_could_pay([49, 61, 71], [50, 60, 70], 0, 0)
    assert peers_could_pay([49, 61, 71], [50, 60, 70], 1, 1)
    assert not peers_could_pay([49, 61, 71], [50, 60, 70], 1, 0)


def test_two_party_edges():
    inputs = coins([2 * BTC, 3 * BTC])
    assert name_of(inputs, coins([BTC, BTC, 5, 6], first=9)) == "stonewall_candidate"
    assert name_of(inputs, coins([BTC, BTC, 5], first=9)) == "stonewall_candidate"
    assert name_of(inputs, coins([BTC, BTC], first=9)) == "none"
    assert name_of(inputs, coins([4_999, 4_999, 5], first=9)) == "none"
    assert name_of(inputs[:1], coins([BTC, BTC, 5], first=9)) == "none"
    assert name_of(inputs, coins([BTC, BTC, 5, 5], first=9)) == "none"
    assert name_of(inputs, (*coins([BTC, BTC, 5], first=9), OP_RETURN)) == "none"


def test_batches_come_after_mixes():
    assert name_of(coins([BTC]), coins([1, 2, 3, 4, 5], first=9)) == "batch"
    assert name_of(coins([BTC]), coins([1, 2, 3, 4], first=9)) == "none"
    assert name_of(coins([BTC] * 5), coins(list(range(1, 1200, 100)), first=9)) == "batch"
    assert name_of(coins([BTC] * 5), coins([7] * 12, first=9)) != "batch"


def test_without_the_spent_outputs_no_mix_is_claimed():
    _inputs, outputs = whirlpool_mix([100, 0, 0, 0, 0])
    assert name_of(None, outputs) == "none"
    assert name_of((), outputs, is_coinbase=True) == "none"
    assert most_frequent_value(()) == (0, 0)


@pytest.mark.parametrize(
    "line",
    ["", "[]", "{", '{"txid": 1}', "null", '{"txid":"a","vin":[[1]],"vout":[[1,"00"]]}',
     '{"txid":"a","vin":[],"vout":[["1","00"]]}', '{"txid":"a","vin":[],"vout":[[-1,"00"]]}',
     '{"txid":"a","vin":[],"vout":[[1,"zz"]]}', "[" * 5000],
)  # fmt: skip
def test_lines_that_are_no_transaction(line: str):
    with pytest.raises(InputError) as caught:
        parse_line(line, "stdin:7")
    assert (caught.value.code, caught.value.where) == ("E-LED-020", "stdin:7")


def test_esplora_coinbase_and_unknown_prevouts():
    row = {
        "txid": "a",
        "vin": [{"is_coinbase": True, "prevout": None}],
        "vout": [{"value": 5, "scriptpubkey": "51"}],
    }
    view = parse_line(json.dumps(row), "x")
    assert view.is_coinbase
    assert view.inputs is None
    row["status"] = {"block_height": 9}
    assert parse_line(json.dumps(row), "x").height == 9
