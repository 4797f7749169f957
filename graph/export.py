# SPDX-License-Identifier: AGPL-3.0-or-later
"""The whole graph as GraphML, JSON or CSV; the same bytes for the same graph.

Everything is sorted; nothing depends on the engine.  Text is data from hostile pages:
XML gets it escaped, with the characters that XML forbids written as U+FFFD; CSV cells
that a spreadsheet would take for a formula begin with an apostrophe.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape, quoteattr

from graph.model import EDGES, NODES, Edge, Properties, Value
from graph.store import GraphStore

FORMATS = ("csv", "graphml", "json")
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_KINDS = {str: "string", list: "string", bool: "boolean", int: "long"}
_HEAD = """\
<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
"""


def export(store: GraphStore, form: str) -> bytes:
    """Return the graph in one of ``FORMATS``."""
    return {"csv": csv_table, "graphml": graphml, "json": json_document}[form](store)


def sorted_nodes(store: GraphStore) -> list[tuple[str, Properties]]:
    """Return ``(label, properties)`` of every node, by label and key."""
    return [(label, node) for label in sorted(NODES)
            for node in sorted(store.nodes(label), key=lambda node: str(node["key"]))]  # fmt: skip


def sorted_edges(store: GraphStore) -> list[Edge]:
    """Return every relationship in one total order."""
    return sorted((edge for kind in EDGES for edge in store.edges(kind)), key=_edge_order)


def graphml(store: GraphStore) -> bytes:
    """Return the graph as GraphML: directed, node ids ``n0``, edge ids ``e0``."""
    nodes, edges = sorted_nodes(store), sorted_edges(store)
    ids = {(label, str(node["key"])): f"n{i}" for i, (label, node) in enumerate(nodes)}
    keys = _Keys()
    body: list[str] = []
    for number, (label, node) in enumerate(nodes):
        body.append(f'<node id="n{number}">')
        body.extend(keys.data("node", {"label": label, **node}))
        body.append("</node>")
    for number, edge in enumerate(edges):
        source = ids[edge.source.label, edge.source.key]
        target = ids[edge.target.label, edge.target.key]
        body.append(f'<edge id="e{number}" source="{source}" target="{target}">')
        body.extend(keys.data("edge", {"relationship": edge.kind, **edge.properties}))
        body.append("</edge>")
    opened = '<graph id="case" edgedefault="directed">'
    parts = [*keys.declarations(), opened, *body, "</graph>", "</graphml>", ""]
    return (_HEAD + "\n".join(parts)).encode("utf-8")


def json_document(store: GraphStore) -> bytes:
    """Return the graph as one JSON document with ``nodes`` and ``relationships``."""
    document = {
        "nodes": [{"label": label, "properties": node} for label, node in sorted_nodes(store)],
        "relationships": [_edge_document(edge) for edge in sorted_edges(store)],
    }
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, indent=1)
    return text.encode("utf-8") + b"\n"


def csv_table(store: GraphStore) -> bytes:
    """Return one table: a row for every node, then a row for every relationship."""
    own = {"label", "relationship", "source_label", "source_key", "target_label", "target_key"}
    rows = list(_csv_rows(store))
    properties = sorted({name for row in rows for name in row} - own - {"element"})
    columns = ["element", "label", "relationship", "source_label", "source_key",
               "target_label", "target_key", *properties]  # fmt: skip
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row.get(column, "")) for column in columns])
    return out.getvalue().encode("utf-8")


def _csv_rows(store: GraphStore) -> Iterator[dict[str, Value]]:
    for label, node in sorted_nodes(store):
        yield {"element": "node", "label": label, **node}
    for edge in sorted_edges(store):
        yield {
            "element": "relationship",
            "relationship": edge.kind,
            "source_label": edge.source.label,
            "source_key": edge.source.key,
            "target_label": edge.target.label,
            "target_key": edge.target.key,
            **edge.properties,
        }


def _edge_document(edge: Edge) -> dict[str, object]:
    return {
        "relationship": edge.kind,
        "source": [edge.source.label, edge.source.key],
        "target": [edge.target.label, edge.target.key],
        "properties": edge.properties,
    }


def _edge_order(edge: Edge) -> tuple[str, ...]:
    ends = (edge.source.label, edge.source.key, edge.target.label, edge.target.key)
    return (edge.kind, *ends, json.dumps(edge.properties, sort_keys=True))


class _Keys:
    """The GraphML keys that were needed, each with one type."""

    def __init__(self) -> None:
        self._used: dict[tuple[str, str], str] = {}

    def data(self, domain: str, properties: Properties) -> Iterable[str]:
        """Yield the data elements of one node or edge."""
        for name in sorted(properties):
            value = properties[name]
            self._used[domain, name] = _KINDS[type(value)]
            yield f'<data key="{domain}.{name}">{_xml_text(value)}</data>'

    def declarations(self) -> Iterable[str]:
        """Yield the key elements."""
        for (domain, name), kind in sorted(self._used.items()):
            yield (f'<key id="{domain}.{name}" for="{domain}" attr.name={quoteattr(name)} '
                   f'attr.type="{kind}"/>')  # fmt: skip


def _xml_text(value: Value) -> str:
    return escape(_FORBIDDEN.sub("\ufffd", _text(value)), {"\r": "&#13;"})


def _cell(value: Value) -> str:
    text = _text(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_FORMULA) else text


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
