# SPDX-License-Identifier: AGPL-3.0-or-later
"""What no query text may hold: patterns that the engines answer differently, or without end.

Every rule stands in decision record 0003 or 0012 with the answer that gave it away.
"""

from __future__ import annotations

import re

import pytest

from graph import catalogue
from graph.model import EDGES, NODES, PROVENANCE

TEXTS = {name: catalogue.query(name).text for name in catalogue.names()}
TYPES = re.compile(r"\[\w*:([A-Z_|\s]+)")
LABELS = re.compile(r"\(\w*:([A-Za-z|\s]+?)[\s){]")
ENGINE_NAMES = ("id", "title", "type")


def forbidden(text: str) -> list[str]:
    """Return what is wrong with a query text."""
    found = {
        "a map that reads a bound variable": re.search(r"\{\s*\w+:\s*\w+\.\w+", text),
        "a condition inside a path search": re.search(r"hortestPaths?\([^\n]*\{", text),
        "a way without an upper bound": re.search(r"\*(\.\.)?\]|\*\d+\.\.\]|\*\]", text),
        "a long way": re.search(r"\*\.\.(?!(?:[1-8]|61)\])\d*", text),
        "an undirected way that is no path search": re.search(
            r"^(?!.*hortestPath).*-\[[^\]]*\*[^\]]*\]-\(", text, re.MULTILINE
        ),
        "an extension": re.search(r"\bapoc\.|\bgds\.|\bdb\.", text),
        "what only one engine knows": re.search(
            r"SHORTEST|datetime\(|elementId|\bid\(|allReduce|\bFILTER\b|\bLET\b", text
        ),
        "an order by a computed small-letter text": re.search(
            r"toLower\([^)]*\) AS (\w+)(?s:.*)ORDER BY [^\n]*\b\1\b[^\n]*\nLIMIT \$limit\s*$", text
        ),
        "a write": re.search(r"\b(CREATE|MERGE|SET|DELETE|REMOVE|DROP|LOAD)\b", text),
        "a reserved word as a name": re.search(
            r"\bAS (starts|ends|contains|in|by|at time)\b", text
        ),
        "a product of two patterns": re.search(r"MATCH [^\n]*\)\s*,\s*\(", text),
        "no limit at the end": not text.rstrip().endswith("LIMIT $limit"),
        "no order before the limit": not re.search(
            r"\nORDER BY [^\n]+(?:\n {9}[^\n]+)*\nLIMIT \$limit\s*$", text
        ),
    }
    return sorted(what for what, hit in found.items() if hit)


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_no_query_holds_what_is_forbidden(name):
    assert forbidden(TEXTS[name]) == []


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_each_query_is_bounded_and_uses_what_it_declares(name):
    query = catalogue.query(name)
    limit = next(item for item in query.parameters if item.name == "limit")
    assert isinstance(limit.default, int)
    assert limit.default <= 500
    derived = {f"{item.name}{tail}" for item in query.parameters if item.kind == "words"
               for tail in ("_typed", "_prefix")}  # fmt: skip
    used = set(re.findall(r"\$(\w+)", query.text))
    assert used - derived == {item.name for item in query.parameters}


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_each_query_returns_its_columns_and_orders_by_them(name):
    query = catalogue.query(name)
    last = query.text[query.text.rindex("RETURN") :].partition("\nORDER BY")[0]
    names = [column.name for column in query.columns]
    for column in names:
        assert re.search(rf"(\bAS {column}\b|\b{column}\b(?=,|$|\n))", last), column
    ordered = re.sub(r" descending|, detail|, way|evidence last, ", "", query.order).split(", ")
    assert set(ordered) <= set(names)


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_each_query_speaks_of_the_model_only(name):
    text = TEXTS[name]
    for group in TYPES.findall(text):
        assert set(re.split(r"[|\s]+", group.strip())) <= set(EDGES)
    for group in LABELS.findall(text):
        assert set(re.split(r"[|\s]+", group.strip())) <= set(NODES)
    known = {"key", "name", *PROVENANCE}
    for properties in (*NODES.values(), *(own for _pairs, own in EDGES.values())):
        known |= set(properties)
    for variable, read in re.findall(r"\b([a-z]\w*)\.(\w+)\b", re.sub(r"'[^']*'", "''", text)):
        assert read in known, f"{variable}.{read}"
        assert read not in ENGINE_NAMES


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("MATCH (t:Tag {key: r.record_id})", "a map that reads a bound variable"),
        ("MATCH p = shortestPath((a)-[:HOP*..5 {txid: 'x'}]->(b))", "a condition inside a path search"),
        ("MATCH (a)-[:PAID*]->(b)", "a way without an upper bound"),
        ("MATCH (a)-[:PAID*2..]->(b)", "a way without an upper bound"),
        ("MATCH p = allShortestPaths((a)-[:PAID*..30]->(b))", "a long way"),
        ("MATCH (a)-[:PAID*..3]-(b)", "an undirected way that is no path search"),
        ("CALL apoc.path.expand(a)", "an extension"),
        ("CALL db.index.fulltext.queryNodes('x', $q)", "an extension"),
        ("MATCH (a) WHERE elementId(a) = 'x'", "what only one engine knows"),
        ("WITH toLower(a.name) AS low RETURN low\nORDER BY low\nLIMIT $limit",
         "an order by a computed small-letter text"),
        ("MATCH (a) SET a.x = 1", "a write"),
        ("WITH collect(a) AS starts", "a reserved word as a name"),
        ("MATCH (a:Address), (b:Address)", "a product of two patterns"),
        ("RETURN 1 AS one\nLIMIT $limit", "no order before the limit"),
        ("RETURN 1 AS one\nORDER BY one", "no limit at the end"),
    ],
)  # fmt: skip
def test_the_reader_of_texts_sees_each_pattern(text, what):
    assert what in forbidden(text)
