# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every question over a seeded graph of 50,000 relationships: three servers, one answer."""

from __future__ import annotations

from itertools import groupby, islice

import pytest

from graph import catalogue
from graph.canonical import canonical
from graph.kglite_store import KgliteStore
from graph.model import NODES
from graph.neo4j_store import Neo4jStore

BATCH = 4000


def load(seeded, store) -> None:
    """Write the seeded graph through the writing path of a store, whole."""
    load_open(seeded, store)
    store.commit({})


def load_open(seeded, store) -> None:
    """Write the seeded graph and leave the store open for more."""
    store.begin()
    for label in sorted(NODES):
        for nodes in _batches(seeded.nodes(label)):
            store.write_nodes(label, nodes)
    kinds = groupby(seeded.edges(), key=lambda e: (e.kind, e.source.label, e.target.label))
    for (kind, source, target), edges in kinds:
        for batch in _batches(edges):
            rows = [{"source": edge.source.key, "target": edge.target.key,
                     "properties": edge.properties} for edge in batch]  # fmt: skip
            store.write_edges(kind, (source, target), rows)


def _batches(items):
    iterator = iter(items)
    while batch := list(islice(iterator, BATCH)):
        yield batch


@pytest.fixture(scope="module")
def seeded(seeded_world):
    return seeded_world.Seeded(seed=4)


@pytest.fixture(scope="module")
def embedded_seeded(seeded, tmp_path_factory):
    store = KgliteStore(tmp_path_factory.mktemp("seeded") / "graph")
    load(seeded, store)
    yield store
    store.close()


@pytest.fixture(scope="module")
def calls(seeded, embedded_seeded, asking):
    """Some calls of every question that have rows, found by seed on the embedded engine."""
    asker = asking.Asker({label: seeded.keys(label) for label in seeded.labels()}, seeded.edges())
    return {name: asker.calls(embedded_seeded, name, wanted=2) for name in catalogue.names()}


@pytest.fixture(scope="module", params=["5.26", "2026"])
def served_seeded(request, seeded):
    fixture = {"5.26": "neo4j_server", "2026": "newest_server"}[request.param]
    server = request.getfixturevalue(fixture)
    store = Neo4jStore(server.uri, server.user, server.password)
    load(seeded, store)
    yield store
    store.close()


def test_the_seeded_graph_is_hard_enough(seeded):
    edges = list(seeded.edges())
    assert len(edges) >= 50_000
    paid = [edge for edge in edges if edge.kind == "PAID"]
    pairs = [(edge.source, edge.target) for edge in paid]
    assert len(set(pairs)) < len(pairs), "parallel relationships"
    assert {(b, a) for a, b in pairs} & set(pairs), "cycles"
    times = [edge.properties["at"] for edge in paid if "at" in edge.properties]
    assert len(set(times)) * 5 < len(times), "ties"
    assert any("at" not in edge.properties for edge in edges), "missing properties"
    names = "".join(str(node["key"]) for node in seeded.nodes("VendorAccount"))
    for sign in ("\u0301", "\u202e", "😀", '"', "\\", "'", "\n", "ע", "ﬁ"):
        assert sign in names
    assert max(len(str(n.get("text", ""))) for n in seeded.nodes("VendorAccount")) > 20_000


def test_the_same_seed_gives_the_same_graph_and_another_seed_another(seeded, seeded_world):
    again, other = seeded_world.Seeded(seed=4), seeded_world.Seeded(seed=5)
    assert list(map(str, again.edges())) == list(map(str, seeded.edges()))
    assert list(map(str, other.edges())) != list(map(str, seeded.edges()))


@pytest.mark.parametrize("name", catalogue.names())
def test_every_question_has_rows_in_a_total_order(name, calls, embedded_seeded):
    assert len(calls[name]) >= 2, f"{name} has answers to {len(calls[name])} calls only"
    for call in calls[name]:
        assert len(call.rows) <= call.given.get("limit", 500)
        if "limit" not in call.given:
            first = catalogue.run(embedded_seeded, name, **call.given, limit=2)
            assert first == call.rows[:2], "a smaller limit gives the beginning"


@pytest.mark.neo4j
def test_a_server_holds_the_same_graph_and_gives_the_same_answers(
    served_seeded, embedded_seeded, calls, asking
):
    assert canonical(served_seeded) == canonical(embedded_seeded)
    asked = [call for found in calls.values() for call in found]
    assert asking.differing(served_seeded, asked) == []
