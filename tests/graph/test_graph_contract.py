# SPDX-License-Identifier: AGPL-3.0-or-later
"""One query text, two engines, the same answers: the contract of the catalogue."""

from __future__ import annotations

import pytest

from graph import catalogue
from graph.canonical import canonical, lines
from graph.model import Edge
from graph.projecting.collector import Collector
from graph.rebuild import project, rebuild, write
from vestigo.records import CashOutPoint, Mention, Selector, Trace, canonical_json

pytestmark = pytest.mark.neo4j


def arguments(source) -> dict[str, list[dict[str, object]]]:
    """Several calls of each query, over every vendor, cluster and record of a world."""
    selectors = list(source.of_kind(Selector))
    points = list(source.of_kind(CashOutPoint))
    traces = list(source.of_kind(Trace))
    mentions = list(source.of_kind(Mention))
    collector, _n = project(source)
    vendors = [str(node["key"]) for node in collector.nodes("VendorAccount")]
    addresses = [str(node["key"]) for node in collector.nodes("Address")]
    records = [selectors[0], points[0], traces[0], mentions[0]]
    calls: dict[str, list[dict[str, object]]] = {name: [{}] for name in catalogue.names()}
    for name in ("vendor-to-cash-out", "flows", "vendor-timeline"):
        calls[name] = [{"vendor": vendor, "limit": 5000} for vendor in vendors]
        calls[name].append({"vendor": vendors[0], "limit": 1})
    calls["shared-keys"] += [{"vendor": vendors[0]}, {"limit": 3}]
    calls["cluster-members"] = [{"address": address} for address in addresses]
    calls["neighbourhood"] = [
        {"label": label, "key": str(node["key"]), "limit": limit}
        for label in ("Address", "VendorAccount", "Listing", "Exhibit", "Service", "Contact")
        for node in collector.nodes(label)[:8]
        for limit in (7, 5000)
    ]
    calls["provenance"] = [{"record_id": record.record_id} for record in records]
    substances = sorted({mention.substance_id for mention in mentions})
    calls["substance-vendors"] = [{"substance": substance} for substance in substances]
    return calls


def answers(store, calls) -> dict[str, list[bytes]]:
    """The canonical answers: rows in the order in which the query gives them."""
    return {
        name: [canonical_json(catalogue.run(store, name, **given)) for given in calls[name]]
        for name in calls
    }


@pytest.mark.parametrize("which", ["small", "large"])
def test_both_engines_hold_the_same_graph_and_give_the_same_answers(
    which, request, embedded, served
):
    source = request.getfixturevalue(which)
    first, second = rebuild(source, embedded), rebuild(source, served)
    assert first.canonical_sha256 == second.canonical_sha256 == canonical(served)
    assert (first.n_nodes, first.n_relationships) == (second.n_nodes, second.n_relationships)
    assert list(lines(embedded)) == list(lines(served))
    calls = arguments(source)
    here, there = answers(embedded, calls), answers(served, calls)
    for name in calls:
        assert here[name] == there[name], name
        assert any(answer != b"[]" for answer in here[name]), f"{name} returns no rows"


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


def test_one_wrong_edge_is_noticed(small, embedded, served):
    """A test of the test: the comparison fails for a single relationship that differs."""
    rebuild(small, embedded)
    collector, n_records = project(small)
    report = _write_wrongly(collector, served, n_records)
    assert canonical(served) == report.canonical_sha256 != canonical(embedded)
    calls = arguments(small)
    here, there = answers(embedded, calls), answers(served, calls)
    assert here != there
    assert here["vendor-to-cash-out"] != there["vendor-to-cash-out"]
    assert here["shared-keys"] == there["shared-keys"]


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
