# SPDX-License-Identifier: AGPL-3.0-or-later
"""Each percentage of a cash-out sheet says what it is the probability of, and on what it rests."""

import json
from decimal import Decimal

import pytest

from ledger.grounding import OWN_RULE, PAID_RULE
from ledger.odds import read_odds
from vestigo.i18n import DOCUMENT_LANGUAGES, speaking
from vestigo.pipeline.chance_words import (
    arrival_words,
    data_set_words,
    ground_words,
    kept_words,
)
from vestigo.places import config_root
from vestigo.records import HopGround, Measured

RANGE = "practice range: full, unseen-a; seeds 101 to 103"
MEASURED = Measured(data_set=RANGE, n=1052, precision=Decimal("0.9943"), low=Decimal("0.9876"),
                    high=Decimal("0.9974"))  # fmt: skip
SAYS = {"en": "probability", "es": "probabilidad", "pt": "probabilidade", "fr": "probabilité"}


def ground(rule, tier="heuristic", own="0.0001"):
    return HopGround(tier=tier, rule=rule, inputs=(), votes=(), alternatives=(),
                     own_probability=Decimal(own), measured=None)  # fmt: skip


@pytest.mark.parametrize("language", DOCUMENT_LANGUAGES)
def test_the_probability_of_an_arrival_names_its_event_and_its_basis(language):
    with speaking(language):
        said, basis = arrival_words(Decimal("0.9977"), [60], MEASURED)
    mark = "," if language in ("pt", "fr") else "."
    assert said.startswith(f"99{mark}77 %")
    assert SAYS[language] in said
    assert f"99{mark}43 %" in basis
    assert "101" in basis
    assert "practice range" not in basis


def test_a_weak_tag_and_a_missing_measurement_are_said():
    said, basis = arrival_words(Decimal("0.2"), [5, 20], None)
    assert "level 20 of 100" in said
    assert "not measured" in basis
    assert "level" not in arrival_words(Decimal("0.2"), [], None)[0]


def test_a_payment_to_a_service_is_not_told_as_coins_held_still():
    assert kept_words(ground(OWN_RULE, own="0.987")) == ("kept by the payer: 98.7 %",)
    paid, instead = kept_words(ground(PAID_RULE, "attribution"))
    assert paid == "paid to the service, as its tag says"
    assert instead == "kept by the payer instead: 0.01 %"
    assert "sweeps" in kept_words(ground(PAID_RULE))[0]


def test_a_data_set_of_another_kind_keeps_its_name():
    assert data_set_words("field study 7") == "field study 7"
    assert "not real cases" in data_set_words(RANGE)


def test_everything_that_the_model_weighs_has_words():
    models = [
        path
        for path in (config_root() / "ledger").rglob("*.toml")
        if "tested_on" in path.read_text("utf-8")
    ]
    assert models
    weighed = {
        name for path in models for model, one in read_odds(path).models.items()
        if model == "cash_out" for both in one.weights for name in both.split(" & ")
    }  # fmt: skip
    assert weighed
    told = {name: ground_words([f"{name}=2"])[0] for name in weighed}
    assert not [name for name, words in told.items() if "=" in words], json.dumps(told)
