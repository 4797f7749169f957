# SPDX-License-Identifier: AGPL-3.0-or-later
"""Nothing gets into the graph that the model does not know."""

from __future__ import annotations

import pytest

from graph.canonical import Digest, edge_line, node_line
from graph.model import EDGES, NODES, PROVENANCE, Edge, NodeRef, check_edge, check_node
from graph.store import plain, statement

GOOD = {"record_id": "r", "rule": "x.v1", "tier": "structural", "confidence": "1.0000",
        "n_records": 1}  # fmt: skip
A, B = NodeRef("Address", "a"), NodeRef("Address", "b")


def test_what_fits_passes():
    check_node("Address", {"key": "a", "name": "a", "network": "regtest"})
    check_edge(Edge("LEADS_TO", A, B, dict(GOOD)))


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({"key": ""}, "without a key"),
        ({"name": "x"}, "without a key"),
        ({"key": "a", "colour": "red"}, "no property 'colour'"),
        ({"key": "a", "network": 5}, "is int, not str"),
        ({"key": "a", "network": None}, "is NoneType"),
    ],
)
def test_a_node_that_does_not_fit_is_refused(properties, reason):
    with pytest.raises(ValueError, match=reason):
        check_node("Address", properties)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"tier": "certain"}, "is no tier"),
        ({"record_id": None}, "record_id is NoneType"),
        ({"txid": "t"}, "no property 'txid'"),
        ({"at": 1.5}, "is float"),
        ({"n_records": True}, "is bool, not int"),
        ({"confidence": 0.5}, "is float, not str"),
    ],
)
def test_a_relationship_that_does_not_fit_is_refused(changes, reason):
    with pytest.raises(ValueError, match=reason):
        check_edge(Edge("LEADS_TO", A, B, {**GOOD, **changes}))


def test_a_relationship_without_its_record_is_refused():
    properties = {name: value for name, value in GOOD.items() if name != "record_id"}
    with pytest.raises(ValueError, match="lacks record_id"):
        check_edge(Edge("LEADS_TO", A, B, properties))


def test_a_relationship_between_the_wrong_labels_is_refused():
    with pytest.raises(ValueError, match="does not join"):
        check_edge(Edge("PAID", A, NodeRef("Service", "s"), dict(GOOD)))


def test_no_property_has_a_name_that_an_engine_owns():
    taken = {"id", "title", "type", "labels", "label", "relationship"}
    for own in NODES.values():
        assert not taken & set(own)
    for _pairs, own in EDGES.values():
        assert not taken & set(own)
        assert not set(own) & set(PROVENANCE)


def test_a_name_has_one_type_in_each_domain_so_that_graphml_can_declare_it():
    for domain in (NODES.values(), [own for _pairs, own in EDGES.values()]):
        seen: dict[str, type] = {}
        for own in domain:
            for name, kind in own.items():
                written = str if kind is list else kind
                assert seen.setdefault(name, written) is written, name


@pytest.mark.parametrize("bad", ["A) DETACH DELETE n //", "a b", "", "é", "x`y"])
def test_a_statement_takes_names_of_the_model_only(bad):
    with pytest.raises(ValueError):
        statement("create_nodes", label=bad)


def test_the_digest_sees_every_change_and_counts_parallels():
    def of(*edges):
        digest = Digest()
        digest.add_edges(edges)
        return digest.hexdigest()

    edge = Edge("LEADS_TO", A, B, dict(GOOD))
    back = Edge("LEADS_TO", B, A, dict(GOOD))
    other = Edge("LEADS_TO", A, B, {**GOOD, "record_id": "s"})
    digests = {of(edge), of(back), of(other), of(edge, edge), of(), of(edge, back)}
    assert len(digests) == 6
    assert of(edge, other) == of(other, edge)


def test_a_node_and_a_relationship_never_share_a_line():
    assert node_line("Address", {"key": "a"}) == b'["node","Address",{"key":"a"}]'
    assert edge_line(Edge("PAID", A, B, {})).startswith(b'["edge","PAID",["Address","a"]')


def test_the_lines_are_canonical_json(large):
    from graph.rebuild import project
    from vestigo.records import canonical_json

    collector, _n = project(large)
    for edge in collector.edges():
        ends = [[edge.source.label, edge.source.key], [edge.target.label, edge.target.key]]
        assert edge_line(edge) == canonical_json(["edge", edge.kind, *ends, edge.properties])
    for label in NODES:
        for node in collector.nodes(label):
            assert node_line(label, node) == canonical_json(["node", label, node])


def test_absent_is_no_property():
    assert plain({"b": None, "a": "", "id": 3, "c": 0}, ("id",)) == {"a": "", "c": 0}
