# SPDX-License-Identifier: AGPL-3.0-or-later
"""The annotated sets that ship with the project, against the figures pinned for each."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from nlp.scoring.floors import missed
from nlp.scoring.score import score_files

GOLD = Path(__file__).parent / "gold"
FLOORS = tomllib.loads((GOLD / "floors.toml").read_text("utf-8"))


def test_every_set_is_scored_and_every_scored_set_is_there():
    folders = {path.name for path in GOLD.iterdir() if path.is_dir()}
    assert folders == set(FLOORS["sets"])
    rows = [row for kind in ("floor", "ceiling", "least") for row in FLOORS.get(kind, ())]
    assert {row["set"] for row in rows} == set(FLOORS["sets"])


@pytest.mark.parametrize("name", FLOORS["sets"])
def test_the_set_reaches_its_floors(name):
    report = score_files([GOLD / name])
    assert report["texts"] > 0
    assert missed(report, FLOORS, name) == []
