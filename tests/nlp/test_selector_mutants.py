# SPDX-License-Identifier: AGPL-3.0-or-later
"""A small count of ``vestigo bench selectors``: mutations pass no more often than by chance."""

from __future__ import annotations

import json

import pytest

from vestigo.cli.app import run
from vestigo.pipeline.selector_bench import FAMILIES, measure, most_by_chance, real_keys


@pytest.mark.parametrize("family", [one.name for one in FAMILIES])
def test_mutations_are_refused_and_originals_read(family):
    found = measure(mutations=2_000, seed=7, only=[family], on_thousand=lambda: None)
    row = found["families"][family]
    assert (row["held"], row["originals_read"], row["mutations"]) == (True, 2, 2_000)


def test_the_limit_is_what_chance_explains():
    assert [most_by_chance(n) for n in (0.0, 0.0005, 1.0, 15.26, 247.0)] == [0, 0, 5, 29, 297]


def test_a_reader_that_accepts_everything_is_noticed(monkeypatch):
    from vestigo.pipeline import selector_bench

    monkeypatch.setattr(selector_bench, "_checked", lambda text: {text})
    found = measure(mutations=100, seed=7, only=["base58check"], on_thousand=lambda: None)
    assert found["held"] is False


def test_the_command(capsys):
    assert run(["bench", "selectors", "--mutations", "50", "--only", "tox", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["families"]["tox"]["mutations"] == 50
    assert run(["bench", "selectors", "--mutations", "50", "--only", "bech32"]) == 0
    assert "bech32: 0 of 50" in capsys.readouterr().out


@pytest.mark.real
def test_every_real_key_is_read(real_data):
    found = real_keys(real_data)
    assert found["held"]
    assert sum(row["keys"] for row in found["files"].values()) == 344
    assert sum(row["blocks"] for row in found["files"].values()) == 345
