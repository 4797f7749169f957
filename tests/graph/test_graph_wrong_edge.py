# SPDX-License-Identifier: AGPL-3.0-or-later
"""A test of the contract: one wrong relationship in one engine, and the answers differ.

For every question one relationship of the seeded graph is falsified (another one like
it is added, or it is left out) in the graph that is asked, not in the one that the
answers come from.  ``ON_NODES`` lists the questions that read nodes alone: there one
property of one node is falsified.
"""

from __future__ import annotations

import re
from contextlib import contextmanager

import pytest

from graph import catalogue
from graph.kglite_store import KgliteStore
from graph.model import EDGES, Edge, NodeRef

ON_NODES = {"changed-judgements", "judgements", "node-counts", "same-names", "search"}
TRIES = 60
NEAREST = 12


@pytest.fixture(scope="module")
def loading(load_module):
    return load_module("test_graph_contract_seeded")


@pytest.fixture(scope="module")
def seeded(seeded_world):
    return seeded_world.Seeded(seed=4)


@pytest.fixture(scope="module")
def open_store(seeded, loading, tmp_path_factory):
    """An embedded graph that is still being built: it can be read and falsified."""
    store = KgliteStore(tmp_path_factory.mktemp("wrong") / "graph")
    loading.load_open(seeded, store)
    yield store
    store.close()


@pytest.fixture(scope="module")
def asker(seeded, asking):
    return asking.Asker({label: seeded.keys(label) for label in seeded.labels()}, seeded.edges())


def kinds_of(text: str) -> list[str]:
    """Return the relationship types that a query text names; all where one has no name."""
    if re.search(r"\[\w*(?: \{[^}]*\})?\]|\)--", text):
        return sorted(EDGES)
    groups = re.findall(r"\[\w*:([A-Z_|\s]+)", text)
    return sorted({kind for group in groups for kind in re.split(r"[|\s]+", group.strip())})


def said(rows) -> set[object]:
    """Return every value that stands in some rows."""
    values: set[object] = set()
    for row in rows:
        for value in row.values():
            values.update(value if isinstance(value, list) else [value])
    return values


@contextmanager
def falsified(store, edge, how):
    """Add a wrong twin of a relationship to the graph, or leave the relationship out."""
    ends = f"MATCH (a:{edge.source.label} {{key: $a}}) MATCH (b:{edge.target.label} {{key: $b}}) "
    given = {"a": edge.source.key, "b": edge.target.key, "properties": edge.properties}
    add = f"{ends} CREATE (a)-[r:{edge.kind}]->(b) SET r += $properties"
    take = f"{ends} MATCH (a)-[r:{edge.kind}]->(b) WHERE r.record_id = $record_id DELETE r"
    graph = store._building
    if how == "left out":
        found = graph.cypher(f"{ends} MATCH (a)-[r:{edge.kind}]->(b) "
                             "RETURN properties(r) AS properties",
                             params=given)  # fmt: skip
        before = [dict(row)["properties"] for row in found]
        graph.cypher(f"{ends} MATCH (a)-[r:{edge.kind}]->(b) DELETE r", params=given)
        yield
        for properties in before:
            kept = {name: v for name, v in properties.items() if name != "type" and v is not None}
            graph.cypher(add, params={**given, "properties": kept})
        return
    wrong = {**edge.properties, "record_id": "f" * 64}
    graph.cypher(add, params={**given, "properties": wrong})
    yield
    graph.cypher(take, params={**given, "record_id": "f" * 64})


def twins(asker, call):
    """Yield relationships to falsify: of each type those that the answer speaks of most."""
    values = said(call.rows) | set(call.given.values())
    keys = sorted(value for value in map(str, values) if value)[:TRIES]
    near = []
    for kind in kinds_of(catalogue.query(call.name).text):
        edges = [edge for edge in asker.edges if edge.kind == kind]
        near += sorted(edges, key=lambda edge: -_nearness(edge, values))[:NEAREST]
    near.sort(key=lambda edge: -_nearness(edge, values))
    yield from ((edge, "left out") for edge in near)
    for edge in near:
        for key in keys:
            if key != edge.target.key:
                end = NodeRef(edge.target.label, key)
                yield Edge(edge.kind, edge.source, end, edge.properties), "added"


def _nearness(edge, values) -> int:
    ends = (edge.source.key in values) + (edge.target.key in values)
    return 3 * (edge.properties["record_id"] in values) + 2 * (ends == 2) + ends


@pytest.mark.parametrize("name", sorted(set(catalogue.names()) - ON_NODES))
def test_one_wrong_relationship_is_noticed(name, open_store, asker, asking):
    calls = asker.calls(open_store, name, wanted=1)
    noticed = []
    for edge, how in twins(asker, calls[0]):
        with falsified(open_store, edge, how):
            noticed = asking.differing(open_store, calls)
        if noticed:
            break
    assert noticed == [name]
    assert asking.differing(open_store, calls) == [], "healed"


@pytest.mark.parametrize("name", sorted(ON_NODES))
def test_one_wrong_node_is_noticed_by_what_reads_nodes_alone(name, open_store, asker, asking):
    text = {
        "changed-judgements": "MATCH (n:Judgement) WHERE n.verdict = $old SET n.verdict = $new",
        "judgements": "MATCH (n:Judgement) WHERE n.verdict = $old SET n.verdict = $new",
        "node-counts": "MATCH (n:Market) WHERE n.name = $old SET n.name = null",
        "same-names": "MATCH (n:VendorAccount) WHERE n.handle = $old SET n.handle = $new",
        "search": "MATCH (n:Listing) WHERE n.folded CONTAINS $old SET n.folded = $new",
    }[name]
    calls = asker.calls(open_store, name, wanted=2)
    old = {"changed-judgements": "same", "judgements": "same", "node-counts": "bazar", "same-names": "ñandú0",
           "search": " hachis "}[name]  # fmt: skip
    assert asking.differing(open_store, calls) == []
    open_store._building.cypher(text, params={"old": old, "new": " wrong "})
    assert asking.differing(open_store, calls) == [name]
    open_store._building.cypher(text, params={"old": " wrong ", "new": old})
