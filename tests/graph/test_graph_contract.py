# SPDX-License-Identifier: AGPL-3.0-or-later
"""One query text, two engines, the same answers: the contract of the catalogue."""

from __future__ import annotations

import pytest

from graph import catalogue
from graph.canonical import canonical, lines
from graph.model import Edge
from graph.neo4j_store import Neo4jStore
from graph.projecting.collector import Collector
from graph.rebuild import project, rebuild, write

pytestmark = pytest.mark.neo4j


# What a world cannot answer, since nobody in it did so.
NO_ROWS: dict[str, set[str]] = {
    "crowded": set(),
    "large": {"candidate-links", "changed-judgements", "conflicting-clusters", "conflicting-tags",
              "contradicted-links", "gone-listings", "holding-prices", "impostors", "judgements",
              "persona-accounts", "personas", "price-changes", "rotated-keys", "routes",
              "same-names", "shared-pictures", "shared-routes", "unit-prices", "unjudged-links",
              "unpriced-listings", "unseen-addresses", "vendor-gaps"},
}  # fmt: skip


WANTED = {"crowded": 2, "large": 1}  # calls of each question


def calls_of(store, asking, wanted, names=None):
    """Calls of every question with rows in a store, and the names that have none."""
    asker = asking.Asker.of(store)
    asked = catalogue.names() if names is None else names
    found = {name: asker.calls(store, name, wanted=wanted, tries=400) for name in asked}
    return found, {name for name in found if not found[name]}


@pytest.mark.parametrize("release", ["neo4j_server", "newest_server"])
@pytest.mark.parametrize("which", ["crowded", "large"])
def test_both_engines_hold_the_same_graph_and_give_the_same_answers(
    which, release, request, embedded, asking
):
    source, server = request.getfixturevalue(which), request.getfixturevalue(release)
    served = Neo4jStore(server.uri, server.user, server.password)
    first, second = rebuild(source, embedded), rebuild(source, served)
    assert first.canonical_sha256 == second.canonical_sha256 == canonical(served)
    assert (first.n_nodes, first.n_relationships) == (second.n_nodes, second.n_relationships)
    assert list(lines(embedded)) == list(lines(served))
    calls, without = calls_of(embedded, asking, WANTED[which])
    assert without == NO_ROWS[which]
    assert asking.differing(served, [call for found in calls.values() for call in found]) == []
    served.close()


def test_the_random_world_is_hard_enough(large):
    collector, _n = project(large)
    edges = list(collector.edges())
    assert len(edges) >= 2000
    paid = [edge for edge in edges if edge.kind == "PAID"]
    pairs = [(edge.source, edge.target) for edge in paid]
    times = [edge.properties["at"] for edge in paid]
    assert len(set(pairs)) < len(pairs), "parallel relationships"
    assert any((target, source) in set(pairs) for source, target in pairs), "cycles"
    assert len(set(times)) < len(times), "ties"
    assert any("at" not in edge.properties for edge in edges), "missing properties"
    assert any(not str(node["key"]).isascii() for node in collector.nodes("VendorAccount"))


def test_one_wrong_edge_is_noticed(small, embedded, served, asking):
    """A test of the test: the comparison fails for a single relationship that differs."""
    rebuild(small, embedded)
    collector, n_records = project(small)
    report = _write_wrongly(collector, served, n_records)
    assert canonical(served) == report.canonical_sha256 != canonical(embedded)
    names = ("vendor-to-cash-out", "cash-out-points", "shared-keys")
    calls, _without = calls_of(embedded, asking, 6, names)
    asked = [call for found in calls.values() for call in found]
    differing = asking.differing(served, asked)
    assert differing == ["vendor-to-cash-out"]


def _write_wrongly(collector: Collector, store, n_records: int):
    class Wrong(Collector):
        def edges(self):
            for edge in collector.edges():
                if edge.kind == "CASHES_OUT_AT" and edge.properties["traced_sat"] == 9000:
                    changed = {**edge.properties, "traced_sat": 9001}
                    yield Edge(edge.kind, edge.source, edge.target, changed)
                else:
                    yield edge

        def nodes(self, label):
            return collector.nodes(label)

    store.begin()
    report = write(Wrong(), store, n_records, lambda _n: None)
    store.commit({"canonical_sha256": report.canonical_sha256})
    return report
