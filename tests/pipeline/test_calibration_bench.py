# SPDX-License-Identifier: AGPL-3.0-or-later
"""Calibration measured on a world that was not used for fitting; the figures themselves."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal

import pytest

from vestigo.pipeline.calibration_bench import benchmark
from vestigo.pipeline.calibration_bench.drawn import drawn_behaviour
from vestigo.pipeline.calibration_bench.fitting import logistic, with_pairs
from vestigo.pipeline.calibration_bench.labelled import measure_labelled, says_mix
from vestigo.pipeline.calibration_bench.measuring import calibration, wilson
from vestigo.pipeline.calibration_bench.rules import RuleTruth
from vestigo.pipeline.calibration_bench.statements import Statement
from vestigo.pipeline.calibration_bench.wallets import adjusted_rand_index
from vestigo.pipeline.calibration_bench.worlds import FIT_WORLDS, TEST_WORLDS, behaviour_named


def test_probabilities_hold_on_an_unseen_world():
    measured = benchmark(["habits-c"], [211])
    figures = measured["statements"]["all"]
    assert figures["n"] > 1_000
    assert figures["ece"] <= 0.03
    assert figures["brier_skill"] >= 0.3
    assert sum(one["n"] for one in figures["bins"]) == figures["n"]
    matching = measured["matching"]
    assert matching["precision"] >= 0.9
    assert matching["found"] >= 0.3
    assert measured["wallets"]["false_joins_through_mixes"] == 0
    assert measured["wallets"]["adjusted_rand_index"] > 0
    rules = measured["change_rules"]
    assert rules["script_type"]["change"]["precision"] >= 0.95
    assert rules["rbf_pair"]["change"]["n"] > 0
    assert not set(FIT_WORLDS) & set(TEST_WORLDS)
    assert not any(name.startswith("unseen") for name, _seed in FIT_WORLDS)


def test_votes_are_counted_where_the_holder_is_known():
    rules = RuleTruth()
    rules.add({"one": (1, -1), "silent": (0, 0)}, [True, None])
    rules.add({"one": (1, -1), "silent": (0, 0)}, [False, True])
    figures = rules.figures()
    assert figures["one"]["change"] == {"n": 2, "precision": 0.5, "low": 0.0945, "high": 0.9055}
    assert figures["one"]["not_change"]["precision"] == 0.0
    assert figures["one"]["recall"] == 0.5
    assert figures["silent"]["change"]["precision"] is None
    assert figures["silent"]["recall"] == 0.0


def test_a_drawn_behaviour_is_the_same_each_time_and_a_file_is_none():
    assert drawn_behaviour("drawn-31") == drawn_behaviour("drawn-31")
    assert drawn_behaviour("drawn-31") != drawn_behaviour("drawn-32")
    assert drawn_behaviour("drawn-31.toml") is None
    assert behaviour_named("drawn-31") == drawn_behaviour("drawn-31")
    assert behaviour_named("habits-a").ledger.payjoins == 14


def test_the_figures_of_a_known_sample():
    half = [(Decimal("0.5"), True), (Decimal("0.5"), False)]
    assert calibration(half)["ece"] == 0
    assert calibration(half)["brier_skill"] == 0
    sure = calibration([(Decimal("0.9999"), False)] * 4)
    assert sure["ece"] == pytest.approx(0.9999)
    assert sure["brier_skill"] is None
    assert calibration([])["n"] == 0
    assert wilson(0, 10) == (0.0, 0.2775)


def test_the_adjusted_rand_index_of_known_partitions():
    same = Counter({("a", "x"): 5, ("b", "y"): 5})
    assert adjusted_rand_index(same) == 1
    crossed = Counter({("a", "x"): 1, ("a", "y"): 1, ("b", "x"): 1, ("b", "y"): 1})
    assert adjusted_rand_index(crossed) == -0.5
    assert adjusted_rand_index(Counter({("a", "x"): 1})) is None


def test_a_fit_finds_the_odds_that_made_the_sample():
    rows = [Statement("m", {"a": 1}, n % 10 != 0) for n in range(5000)]
    rows += [Statement("m", {}, n % 2 == 0) for n in range(5000)]
    names, weights, errors = logistic(rows)
    assert names == ["a"]
    assert weights[0] == pytest.approx(2.197, abs=0.02)  # odds of nine to one
    assert weights[-1] == pytest.approx(0, abs=0.01)
    assert all(0 < error < 0.1 for error in errors)


def test_structure_is_paired_where_it_is_seen_together_often_and_not_always():
    rows = [Statement("own_output", {"a": 1, "b": 1, "v:yes": 1}, holds=True)] * 60
    rows += [Statement("own_output", {"a": 1, "c": 1}, holds=False)] * 60
    rows += [Statement("own_output", {"b": 1, "d": 1, "a": 0}, holds=False)] * 49
    rows += [Statement("own_output", {"d": 1}, holds=False)] * 9
    names = {name for row in with_pairs(rows) for name in row.features}
    assert {name for name in names if "&" in name} == {"a & b"}  # c never stands without a


def test_labelled_lines_are_counted_by_transaction(tmp_path):
    coins = [["00" * 32, n, 1_000_000 + (500 if n == 0 else 0), f"0014{n:040x}"] for n in range(5)]
    mix = {"txid": "1" * 64, "time": 1, "vin": coins,
           "vout": [[1_000_000, f"0014{n + 9:040x}"] for n in range(5)]}  # fmt: skip
    path = tmp_path / "lines.jsonl"
    rows = [{**mix, "label": "samourai_postmix"}, {**mix, "label": "samourai_coinjoin"}]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    measured = measure_labelled([path])
    assert measured is not None
    assert measured["held_out"]["n"] == 1
    assert measured["held_out"]["base_rate"] == 1
    assert measure_labelled([]) is None


@pytest.mark.parametrize(
    ("label", "is_mix"),
    [
        ("samourai_coinjoin", True), ("Whirlpool", True), ("wasabi-2", True), ("mix", True),
        ("joinmarket_like", True), ("samourai_postmix", False), ("samourai_tx0", False),
        ("not_coinjoin_false_positive", False), ("non-mix", False), ("none", False),
        ("batch", False), ("", False),
    ],
)  # fmt: skip
def test_which_labels_call_a_transaction_a_mix(label: str, is_mix: bool):
    assert says_mix(label) is is_mix
