# SPDX-License-Identifier: AGPL-3.0-or-later
"""Stated probabilities: exact arithmetic, weights as data, measured bins."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.classes import NOT_ONE_OWNER
from ledger.classes.chances import class_chances
from ledger.odds import Model, from_log_odds, shipped_odds

MODELS = ("own_output", "trail", "cash_out", "cluster", "match")


def test_even_odds_are_one_half():
    assert from_log_odds(Decimal(0)) == Decimal("0.5000")


@given(st.decimals(-500, 500, allow_nan=False, places=3))
def test_a_probability_has_four_places_and_is_never_certain(x: Decimal):
    p = from_log_odds(x)
    assert Decimal(0) < p < Decimal(1)
    assert p.as_tuple().exponent == -4
    assert abs(p + from_log_odds(-x) - 1) <= Decimal("0.0001")


@pytest.mark.parametrize("name", MODELS)
def test_each_model_has_measured_bins_whose_interval_holds_its_share(name: str):
    model = shipped_odds()[name]
    assert model.weights
    assert model.bins
    for one in model.bins:
        share = Decimal(one.right) / one.n
        assert one.low - Decimal("0.0001") <= share <= one.high + Decimal("0.0001")


@pytest.mark.parametrize("name", MODELS)
def test_what_is_stated_names_how_often_it_was_right(name: str):
    model = shipped_odds()[name]
    top = model.bins[-1]
    measured = model.measured(Decimal("0.9999"))
    assert measured is not None
    assert (measured.n, measured.low, measured.high) == (top.n, top.low, top.high)
    assert "seeds" in measured.data_set


def test_a_feature_without_a_weight_changes_nothing():
    model = shipped_odds()["trail"]
    assert model.probability({"never_seen": 1}) == model.probability({})


def test_a_weight_of_two_names_counts_where_both_hold():
    weights = {"a": Decimal(1), "b": Decimal(2), "a & b": Decimal(-7)}
    model = Model("x", "ledger.x.v1", Decimal("0.5"), weights, (), "")
    assert model.log_odds({"a": 1}) == Decimal("1.5")
    assert model.log_odds({"b": 1, "a": 0}) == Decimal("2.5")
    assert model.log_odds({"b": 1, "a": 1}) == Decimal("-3.5")


def test_what_holds_together_says_something_else_than_each_by_itself():
    model = shipped_odds()["own_output"]
    assert model.probability({"one_output": 1}) < Decimal("0.05")
    many_paid = {"one_output": 1, "payee_many_payers": 1, "spent_with_others": 1}
    assert model.probability(many_paid) > Decimal("0.75")


def test_mixes_are_likely_mixes_and_an_uncounted_class_stands_at_one_half():
    chances = class_chances()
    assert chances["whirlpool"] > Decimal("0.9") > Decimal("0.2") > chances["none"]
    assert chances["a class of tomorrow"] == Decimal("0.5")
    assert {"whirlpool", "wasabi1"} <= set(chances) & set(NOT_ONE_OWNER)
