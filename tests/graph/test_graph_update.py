# SPDX-License-Identifier: AGPL-3.0-or-later
"""Incremental update: any history of a ledger ends in the graph that a rebuild gives."""

from __future__ import annotations

import importlib.util
import random
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.canonical import canonical, edge_line, lines, node_line
from graph.kglite_store import KgliteStore
from graph.model import NODES
from graph.neo4j_store import Neo4jStore
from graph.rebuild import project, rebuild, update

HERE = Path(__file__).resolve().parent


def load(name):
    """Import a module of this folder by its file (it is no package)."""
    spec = importlib.util.spec_from_file_location(f"vestigo_test_{name}", HERE / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def histories():
    return load("histories")


# where a sync costs nothing: these schedules are about what is written, not about disks
FAST = "/dev/shm" if Path("/dev/shm").is_dir() else None

# (kind of step, choice); a None between them is an update
STEPS = st.lists(
    st.one_of(st.none(), st.tuples(st.integers(0, 13), st.integers(0, 209))),
    min_size=2, max_size=24,
)  # fmt: skip
MANY = settings(
    max_examples=500, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)


def follow_steps(histories, world, steps, store, state, *, check=None):
    """Play the steps with an update at each None and at the end; return the last report."""
    history = histories.History(world)
    history.begin()
    for step in [*steps, None]:
        if step is not None:
            history.step(*step)
            continue
        report = update(history.ledger, store, state_path=state)
        if check is not None:
            check(history, report)
    return history, report


@MANY
@given(steps=STEPS)
def test_any_history_ends_in_what_a_rebuild_gives(histories, world, steps):
    with tempfile.TemporaryDirectory(dir=FAST) as folder:
        store = KgliteStore(Path(folder) / "graph")
        history, report = follow_steps(histories, world, steps, store, None)
        drawn, n_records = project(history.ledger)
        expected = set(lines_of(drawn))
        assert set(lines(store)) == expected, differences(store, expected)
        assert report.canonical_sha256 == canonical(store)
        n_nodes = sum(line.startswith(b'["node"') for line in expected)
        counted = (report.n_records, report.n_nodes, report.n_relationships)
        assert counted == (n_records, n_nodes, len(expected) - n_nodes)
        store.close()


def lines_of(drawn):
    for label in NODES:
        yield from (node_line(label, node) for node in drawn.nodes(label))
    yield from map(edge_line, drawn.edges())


def differences(store, expected):
    return [line.decode() for line in sorted(set(lines(store)) ^ expected)][:6]


@pytest.mark.neo4j
def test_some_histories_end_alike_on_a_server(histories, world, neo4j_server, wipe, tmp_path):
    """The same schedules as above, drawn from seeds, on a real server."""
    for seed in range(6):
        wipe()
        dice = random.Random(seed)
        steps = [(dice.randrange(14), dice.randrange(210)) for _n in range(30)]
        steps[10], steps[20] = None, None
        store = Neo4jStore(neo4j_server.uri, neo4j_server.user, neo4j_server.password)
        try:
            history, report = follow_steps(histories, world, steps, store, tmp_path / f"{seed}")
            other = KgliteStore(tmp_path / f"other{seed}")
            expected = rebuild(history.ledger, other).canonical_sha256
            assert canonical(store) == report.canonical_sha256 == expected
            assert not report.whole
        finally:
            store.close()
