# SPDX-License-Identifier: AGPL-3.0-or-later
"""Exports: the same bytes for the same graph, and hostile text stays text."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from graph.drawing.scene import Caption
from graph.exporting import formats
from graph.exporting.formats import FORMATS
from graph.exporting.graphml import graphml as graphml_of
from graph.exporting.selection import whole
from graph.model import Edge, NodeRef
from graph.rebuild import rebuild

SPACE = "{http://graphml.graphdrawing.org/xmlns}"


class Held:
    """A graph in memory with the methods that exports need."""

    def __init__(self, nodes, edges=()):
        self._nodes, self._edges = nodes, edges

    def nodes(self, label):
        return iter([dict(node) for name, node in self._nodes if name == label])

    def edges(self, kind):
        return iter([edge for edge in self._edges if edge.kind == kind])


CAPTION = Caption("Case <1>", "after 3 entries")


def export(store, form):
    return formats.export(whole(store), form, CAPTION)


def graphml(store):
    return graphml_of(whole(store))


def parsed(content: bytes):
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    return etree.fromstring(content, parser)


def values_of(element) -> dict[str, str]:
    return {data.get("key"): data.text or "" for data in element.iter(f"{SPACE}data")}


@pytest.fixture
def store(small, embedded):
    rebuild(small, embedded)
    return embedded


def test_graphml_holds_every_node_and_relationship(store):
    tree = parsed(graphml(store))
    nodes = {node.get("id"): values_of(node) for node in tree.iter(f"{SPACE}node")}
    edges = list(tree.iter(f"{SPACE}edge"))
    summary = store.summary()
    assert (len(nodes), len(edges)) == (summary["n_nodes"], summary["n_relationships"])
    assert all(edge.get("source") in nodes and edge.get("target") in nodes for edge in edges)
    declared = {key.get("id") for key in tree.iter(f"{SPACE}key")}
    used = {data.get("key") for data in tree.iter(f"{SPACE}data")}
    assert declared == used
    sells = next(e for e in edges if values_of(e)["edge.relationship"] == "SELLS")
    assert nodes[sells.get("source")]["node.label"] == "VendorAccount"
    assert nodes[sells.get("target")]["node.label"] == "Listing"


def test_hostile_text_is_text_in_graphml(store, world):
    tree = parsed(graphml(store))
    vendor = next(v for v in map(values_of, tree.iter(f"{SPACE}node"))
                  if v["node.label"] == "VendorAccount" and "cmd" in v["node.name"])  # fmt: skip
    expected = world.HOSTILE.replace("\x07", "\ufffd").replace("\x1b", "\ufffd")
    assert vendor["node.name"] == expected
    assert len(list(tree)) == len({child.get("id") or child.tag for child in tree})


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_graph_gives_the_same_bytes_in_whatever_order_it_comes(
    store, small, tmp_path, form
):
    from graph.kglite_store import KgliteStore

    class Reversed:
        def nodes(self, label):
            return iter(list(store.nodes(label))[::-1])

        def edges(self, kind):
            return iter(list(store.edges(kind))[::-1])

    again = KgliteStore(tmp_path / "again")
    rebuild(small, again)
    assert export(store, form) == export(again, form) == export(Reversed(), form)
    again.close()


@pytest.mark.neo4j
@pytest.mark.parametrize("form", FORMATS)
def test_the_bytes_do_not_depend_on_the_engine(store, small, served, form):
    rebuild(small, served)
    assert export(store, form) == export(served, form)


def test_json_keeps_the_exact_text(store, world):
    document = json.loads(export(store, "json"))
    names = {n["properties"].get("name") for n in document["nodes"]}
    assert world.HOSTILE in names
    assert len(document["relationships"]) == store.summary()["n_relationships"]


@pytest.mark.parametrize("cell", ["=cmd|' /C calc'!A0", "+1", "-1", "@x", "\t=1", "\r=1"])
def test_a_formula_cell_is_defused_in_csv(cell):
    held = Held([("Market", {"key": cell, "name": "plain"})])
    rows = list(csv.DictReader(io.StringIO(export(held, "csv").decode("utf-8"), newline="")))
    assert rows[0]["key"] == f"'{cell}"
    assert rows[0]["name"] == "plain"


def test_a_formula_behind_a_semicolon_is_defused_in_csv():
    held = Held([("Market", {"key": "x;=1+1", "name": "5 g; 10 g"})])
    rows = list(csv.DictReader(io.StringIO(export(held, "csv").decode("utf-8"), newline="")))
    assert (rows[0]["key"], rows[0]["name"]) == ("x;'=1+1", "5 g; 10 g")


def test_csv_has_a_row_for_each_element(store):
    text = export(store, "csv").decode("utf-8")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    summary = store.summary()
    kinds = [row["element"] for row in rows]
    assert kinds.count("node") == summary["n_nodes"]
    assert kinds.count("relationship") == summary["n_relationships"]
    payment = next(row for row in rows if row["relationship"] == "PAID")
    assert payment["value_sat"].isdigit()
    assert payment["source_label"] == "Address"


@settings(max_examples=150, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40))
def test_any_text_makes_valid_graphml_and_comes_back(text):
    edge = Edge("LISTED_ON", NodeRef("Listing", "l"), NodeRef("Market", text),
                {"record_id": text, "via": [text]})  # fmt: skip
    held = Held([("Market", {"key": text, "name": text}), ("Listing", {"key": "l"})], [edge])
    tree = parsed(graphml(held))
    market = next(v for v in map(values_of, tree.iter(f"{SPACE}node"))
                  if v["node.label"] == "Market")  # fmt: skip
    kept = [a for a, b in zip(market["node.key"], text, strict=True) if a != b]
    assert set(kept) <= {"\ufffd"}
    assert json.loads(export(held, "json"))["nodes"][1]["properties"]["key"] == text


def test_an_empty_graph_is_a_valid_document():
    tree = parsed(graphml(Held([])))
    assert [child.tag for child in tree] == [f"{SPACE}graph"]
