# SPDX-License-Identifier: AGPL-3.0-or-later
"""Invented mixes are found, and what one payer makes is not taken for one."""

from __future__ import annotations

import json

import pytest

from ledger.compact import parse_line
from vestigo.errors import InputError
from vestigo.pipeline.class_bench import measure_classes
from vestigo.pipeline.class_bench.drawing import Draw
from vestigo.pipeline.class_bench.esplora import through_esplora
from vestigo.pipeline.class_bench.mixes import MIXES
from vestigo.pipeline.class_bench.ordinary import LOOK_ALIKES, ORDINARY


@pytest.fixture(scope="module")
def measured():
    return measure_classes(100, 12)


@pytest.mark.parametrize("name", ["whirlpool", "whirlpool_tx0", "wasabi1", "wasabi2"])
def test_mixes_are_found(measured, name: str):
    assert measured["mixes"][name]["recall"] >= 0.99


@pytest.mark.parametrize("name", ["whirlpool", "wasabi1", "wasabi2", "joinmarket_candidate"])
def test_no_mix_joins_its_inputs(measured, name: str):
    assert measured["mixes"][name]["not_joined"] == 100


def test_what_one_payer_makes_is_no_mix(measured):
    assert measured["false_positives"] == {"n": 600, "mixes": 0, "with_candidates": 0}
    assert measured["false_positives_of_look_alikes"]["mixes"] == 0
    assert measured["false_positives_of_look_alikes"]["with_candidates"] <= 12


@pytest.mark.parametrize("make", [*MIXES.values(), *ORDINARY.values(), *LOOK_ALIKES.values()])
def test_no_transaction_pays_more_than_it_spends_and_the_seed_alone_decides(make):
    for number in range(20):
        view = make(Draw(f"sum/{number}"))
        spent = sum(coin.value_sat for coin in view.inputs or ())
        assert spent >= sum(coin.value_sat for coin in view.outputs) > 0
        assert make(Draw(f"sum/{number}")) == view
        assert parse_line(through_esplora(view), "x") == view


def test_labelled_lines_are_counted_by_label_or_file(tmp_path):
    line = {"txid": "1" * 64, "time": 1, "vin": [["0" * 64, 0, 9, "51"]], "vout": [[8, "51"]]}
    path = tmp_path / "lines.jsonl"
    path.write_text(json.dumps({**line, "label": "a"}) + "\n" + json.dumps(line) + "\n")
    assert measure_classes(10, 1, [path])["labelled"] == {"a": {"none": 1}, path.name: {"none": 1}}
    path.write_text("{}\n")
    with pytest.raises(InputError) as caught:
        measure_classes(10, 1, [path])
    assert caught.value.code == "E-LED-020"
