# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo bench graph`` on a tiny size: every figure is there, with its limit."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest

from graph.model import Edge, NodeRef, check_edge, check_node
from vestigo.cli.app import run
from vestigo.errors import UsageError
from vestigo.pipeline.graph_bench.figures import shown, with_limits
from vestigo.pipeline.graph_bench.questions import questions
from vestigo.pipeline.graph_bench.reader import percentile
from vestigo.pipeline.graph_bench.running import Plan, measure, unmet
from vestigo.pipeline.graph_bench.server import OwnServer
from vestigo.pipeline.graph_bench.synthetic import SyntheticGraph

SIZE = 10_000


@pytest.fixture(scope="module")
def neo4j_jars(repository):
    """The jars of a Neo4j server; skips where they cannot be had, fails where required."""
    named = os.environ.get("VESTIGO_NEO4J")
    folder = Path(named) if named else Path.home() / ".cache" / "vestigo-test" / "neo4j-5.26"
    if not named:
        script = repository / "tests" / "neo4j_server" / "assemble.py"
        made = subprocess.run([sys.executable, script, folder], check=False, capture_output=True)
        if made.returncode and os.environ.get("VESTIGO_REQUIRE_NEO4J") == "1":
            pytest.fail(f"no Neo4j server: {made.stderr[-300:]!r}")
        if made.returncode:
            pytest.skip("no Neo4j server")
    return folder


@pytest.fixture(scope="module")
def graph():
    return SyntheticGraph(SIZE, 3)


def test_the_graph_is_of_the_model_and_of_the_size_that_was_asked(graph):
    keys = {label: set() for label, _rows in graph.node_batches()}
    for label, rows in graph.node_batches():
        for row in rows:
            check_node(label, row)
            assert row["key"] not in keys[label]
            keys[label].add(row["key"])
    n_edges, pairs = 0, Counter()
    for kind, (source, target), rows in graph.edge_batches():
        for row in rows:
            check_edge(Edge(kind, NodeRef(source, row["source"]), NodeRef(target, row["target"]),
                            row["properties"]))  # fmt: skip
            assert row["source"] in keys[source]
            assert row["target"] in keys[target]
        n_edges += len(rows)
        if kind == "LEADS_TO":
            pairs.update((row["source"], row["target"]) for row in rows)
    assert n_edges == SIZE
    assert max(pairs.values()) == 1, "one LEADS_TO for a pair"
    assert sum(map(len, keys.values())) == pytest.approx(SIZE * 0.4, rel=0.02)


def test_the_same_seed_gives_the_same_graph_and_another_seed_another(graph):
    again, other = SyntheticGraph(SIZE, 3), SyntheticGraph(SIZE, 4)
    assert graph.payees.tolist() == again.payees.tolist() != other.payees.tolist()


def test_few_addresses_have_most_payments(graph):
    counts = sorted(Counter(graph.payers.tolist()).values(), reverse=True)
    assert counts[0] > 100
    assert counts[len(counts) // 2] <= 3


def test_pairs_are_joined_by_a_walk_and_are_no_service(graph):
    asked = questions(graph, 20)
    assert len(asked["pairs"]) == len(asked["addresses"]) == 20
    assert all(a != b for a, b in asked["pairs"])


def test_every_figure_has_its_limit_on_the_embedded_engine(tmp_path):
    result = measure(Plan(tmp_path, (SIZE,), n_questions=10), _said, _nobody)
    (run_,) = result["runs"]
    limits = {name: figure.get("limit") for name, figure in run_["figures"].items()}
    assert (limits["load_s"], limits["open_s"], limits["resident_mb"]) == ("120", "5", "1500")
    assert (limits["one_hop_p99"], limits["three_hops_p99"], limits["path_p99"]) == (
        "5",
        "10",
        "50",
    )
    assert limits["upserted_nodes_per_s"] == "20000"
    assert limits["upserted_relationships_per_s"] == "8000"
    assert float(run_["figures"]["path_rows"]["value"]) == 1, "every pair has a way"
    assert result["engines"] == ["kglite"]
    assert {"processors", "memory_mb", "load_average"} <= set(result["machine"])
    assert result["met"] == (not unmet(result))
    assert [path.name for path in tmp_path.iterdir()] == [f"kglite-{SIZE}-1.json"]
    assert measure(Plan(tmp_path, (SIZE,), resume=True), _said, _nobody)["runs"] == [run_]


def test_the_command_prints_one_document_or_lines(tmp_path, capsys):
    words = ["bench", "graph", "--relationships", str(SIZE), "--questions", "10",
             "--work", str(tmp_path)]  # fmt: skip
    assert run([*words, "--json"]) in (0, 4)
    assert json.loads(capsys.readouterr().out)["runs"][0]["relationships"] == SIZE
    assert run([*words, "--resume"]) in (0, 4)
    printed = capsys.readouterr().out
    assert printed.startswith("Without a server only the embedded engine is measured.")
    assert "open_s: " in printed


@pytest.mark.neo4j
def test_a_server_of_ones_own_is_filled_measured_and_stopped(tmp_path, neo4j_jars):
    result = measure(Plan(tmp_path, (SIZE,), n_questions=10, home=neo4j_jars), _said, _nobody)
    kglite, neo4j = result["runs"]
    assert neo4j["loaded_by"].startswith("neo4j-admin database import full")
    for name in ("one_hop_rows", "three_hops_rows", "path_rows"):
        assert kglite["figures"][name]["value"] == neo4j["figures"][name]["value"], name
    assert neo4j["figures"]["path_p99"]["limit"] == "500"
    assert neo4j["versions"]["neo4j"].startswith("5.26")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f"kglite-{SIZE}-1.json", f"neo4j-{SIZE}-1.json",
    ]  # fmt: skip


def test_an_update_is_measured_against_making_the_graph_again(tmp_path):
    result = measure(Plan(tmp_path, (SIZE,), n_questions=10, n_pages=120), _said, _nobody)
    found = result["update"]
    assert found["same"], "the update ends in the graph of a rebuild"
    assert found["new_records"] == 5
    assert not found["whole"]
    assert float(found["update_s"]) > 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f"kglite-{SIZE}-1.json", "update-120-1.json",
    ]  # fmt: skip
    again = Plan(tmp_path, (SIZE,), resume=True, n_pages=120)
    assert measure(again, _said, _nobody)["update"] == found


@pytest.mark.parametrize("size", [9_999, 50_000_001])
def test_a_size_that_makes_no_sense_is_refused(tmp_path, size):
    with pytest.raises(UsageError) as caught:
        Plan(tmp_path, (size,))
    assert caught.value.code == "E-BEN-012"


def test_a_disk_that_is_too_small_is_noticed_before_anything_is_written(tmp_path, monkeypatch):
    nearly_full = SimpleNamespace(free=5)
    monkeypatch.setattr("shutil.disk_usage", lambda _path: nearly_full)
    with pytest.raises(UsageError) as caught:
        Plan(tmp_path, (SIZE,))
    assert caught.value.code == "E-BEN-013"


def test_a_folder_without_a_server_is_refused(tmp_path):
    with pytest.raises(Exception, match="E-BEN-010"):
        OwnServer(tmp_path, tmp_path / "server").lay_out()


def test_a_server_needs_a_password_file(tmp_path):
    words = ["bench", "graph", "--work", str(tmp_path), "--server", "bolt://127.0.0.1:1"]
    assert run(words) == 2


def test_percentiles_are_of_the_nearest_rank():
    ordered = [float(n) for n in range(1, 101)]
    assert (percentile(ordered, 50), percentile(ordered, 99)) == (50, 99)
    assert percentile([7.0], 99) == 7


def test_more_or_less_is_better_as_the_figure_says():
    figures = with_limits("kglite", {"open_s": 6.0, "upserted_nodes_per_s": 21_000.0})
    assert (figures["open_s"]["met"], figures["upserted_nodes_per_s"]["met"]) == (False, True)
    assert [shown(value) for value in (0.0123, 12.34, 12345.6)] == ["0.012", "12.3", "12346"]


def _said(_engine: str, _size: int) -> None:
    """Nobody is told."""


def _nobody(_n: int) -> None:
    """Nobody watches."""
