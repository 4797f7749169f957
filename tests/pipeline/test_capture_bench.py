# SPDX-License-Identifier: AGPL-3.0-or-later
"""The frame of the capture benchmark, and its part c at a small count."""

import json

import pytest
from click.testing import CliRunner

from vestigo.cli.bench_capture import capture
from vestigo.errors import UsageError
from vestigo.pipeline.capture_bench.frontier_size import N_POINTS
from vestigo.pipeline.capture_bench.parts import PARTS, Figure, Measured, measure_of


@pytest.mark.timeout(120)
def test_a_small_crawl_keeps_the_limits_of_memory_and_loses_no_page():
    words = ["--only", "c", "--pages", "400", "--json"]
    done = CliRunner().invoke(capture, words, standalone_mode=False)
    document = json.loads(done.stdout)
    part = document["parts"]["c"]
    assert part["figures"]["pages_missing"]["value"] == 0
    assert part["figures"]["resident_most_mb"]["met"] is True
    assert part["figures"]["resident_growth_mb"]["met"] is True
    assert part["peak_mb"] > 0
    assert 2 <= len(part["facts"]["memory_mb_at"]) <= N_POINTS + 1
    assert document["commit"]
    assert document["machine"]["processors"] > 0


def test_a_part_that_there_is_not_is_refused():
    done = CliRunner().invoke(capture, ["--only", "c,z"], standalone_mode=False)
    assert isinstance(done.exception, UsageError)
    assert done.exception.code == "E-BEN-001"


@pytest.mark.parametrize("letter", sorted(PARTS))
def test_each_part_can_be_found(letter):
    assert callable(measure_of(letter))


@pytest.mark.parametrize(
    ("value", "limit", "more", "met"),
    [(3, 2, True, True), (2, 2, True, True), (1, 2, True, False), (3, 2, False, False),
     (2, 2, False, True), (9, None, True, True)],
)  # fmt: skip
def test_a_figure_knows_whether_it_keeps_its_limit(value, limit, more, met):
    figure = Figure(value, "s", limit, more)
    assert figure.met is met
    assert ("limit" in figure.as_document()) is (limit is not None)
    assert Measured({"one": figure}).as_document()["met"] is met
