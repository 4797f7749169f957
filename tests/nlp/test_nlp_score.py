# SPDX-License-Identifier: AGPL-3.0-or-later
"""Measuring: what counts as right, and the figures on the development set."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from click.testing import CliRunner

from nlp.scoring.score import score, score_files
from vestigo.cli.nlp import nlp as group


def gold(**values):
    empty = {"id": "1", "src": "invented_title", "substances": [], "quantities": [], "prices": []}
    return {**empty, **values}


def test_right_extra_and_missing_are_counted():
    report = score(
        [
            gold(text="1g MDMA 80 EUR", substances=["mdma"], quantities=[{"kind": "mass", "g": 1}],
                 prices=[{"amount": 80, "currency": "EUR", "per": "package"}]),
            gold(id="2", text="5g cocaine", substances=["heroin"]),
        ]
    )  # fmt: skip
    assert report["texts"] == 2
    substances = report["fields"]["substances"]
    assert (substances["right"], substances["emitted"], substances["expected"]) == (1, 2, 2)
    assert (substances["precision"], substances["recall"], substances["f1"]) == (
        "0.5000",
        "0.5000",
        "0.5000",
    )
    assert report["fields"]["prices"]["f1"] == "1.0000"
    by_field = {(e["id"], e["field"]): e for e in report["errors"]}
    assert by_field["2", "substances"]["given"] == ["cocaine"]
    assert by_field["2", "substances"]["expected"] == ["heroin"]
    assert by_field["2", "quantities"]["given"] == [{"kind": "mass", "grams": "5"}]


def test_what_is_only_implied_counts_neither_way():
    report = score([gold(text="5x 220mg Teslas pills", implied=["mdma"])])
    assert report["fields"]["substances"]["emitted"] == 0


def test_a_quantity_within_three_per_cent_is_right():
    near = score([gold(text="14g MDMA", quantities=[{"kind": "mass", "g": 14.17}])])
    far = score([gold(text="14g MDMA", quantities=[{"kind": "mass", "g": 15}])])
    assert near["fields"]["quantities"]["right"] == 1
    assert far["fields"]["quantities"]["right"] == 0


def test_gold_may_hold_the_fields_of_the_contract(tmp_path):
    path = tmp_path / "gold.jsonl"
    line = {"id": "1", "title": "1g MDMA", "substances": ["mdma"], "quantities": [], "prices": []}
    path.write_text(json.dumps(line) + "\n", "utf-8")
    assert score_files([path])["fields"]["substances"]["f1"] == "1.0000"
    result = CliRunner().invoke(group, ["score", str(path), "--errors"], standalone_mode=False)
    assert "substances" in result.stdout
    assert '"grams": "1"' in result.stdout
    printed = CliRunner().invoke(group, ["score", str(path), "--json"], standalone_mode=False)
    assert json.loads(printed.stdout)["texts"] == 1


@pytest.mark.real
def test_the_aims_on_the_development_set(real_data):
    fields = score_files([real_data / "nlp/gold-dev/gold.jsonl"])["fields"]
    assert Decimal(fields["substances"]["f1"]) >= Decimal("0.90")
    assert Decimal(fields["quantities"]["f1"]) >= Decimal("0.88")
    assert Decimal(fields["prices"]["f1"]) >= Decimal("0.90")
