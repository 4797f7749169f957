# SPDX-License-Identifier: AGPL-3.0-or-later
"""GEXF 1.3, the format of Gephi (https://gexf.net/schema.html)."""

from __future__ import annotations

from collections.abc import Iterable

from graph.exporting.selection import Selection
from graph.exporting.text import xml_attribute
from graph.model import Properties

_KINDS = {str: "string", list: "string", bool: "boolean", int: "long"}
_HEAD = """\
<?xml version="1.0" encoding="UTF-8"?>
<gexf xmlns="http://gexf.net/1.3" version="1.3">
<graph defaultedgetype="directed" mode="static">
"""


def gexf(selection: Selection) -> bytes:
    """Return the selection as GEXF: a node shows its name, a relationship has its ``kind``."""
    ids = {ref: f"n{number}" for number, ref in enumerate(selection.nodes)}
    of_nodes, of_edges = _Columns("node"), _Columns("edge")
    nodes: list[str] = []
    for ref, node in selection.nodes.items():
        label = xml_attribute(node.get("name") or ref.key)
        nodes.append(f'<node id="{ids[ref]}" label={label}>')
        nodes.extend(of_nodes.values({"label": ref.label, **node}))
        nodes.append("</node>")
    edges: list[str] = []
    for number, edge in enumerate(selection.edges):
        ends = f'source="{ids[edge.source]}" target="{ids[edge.target]}"'
        edges.append(f'<edge id="e{number}" {ends} kind="{edge.kind}" label="{edge.kind}">')
        edges.extend(of_edges.values(edge.properties))
        edges.append("</edge>")
    parts = [
        *of_nodes.declarations(), *of_edges.declarations(),
        "<nodes>", *nodes, "</nodes>", "<edges>", *edges, "</edges>", "</graph>", "</gexf>", "",
    ]  # fmt: skip
    return (_HEAD + "\n".join(parts)).encode("utf-8")


class _Columns:
    """The attributes of nodes or edges that were needed, each with one type."""

    def __init__(self, domain: str) -> None:
        self._domain = domain
        self._used: dict[str, str] = {}

    def values(self, properties: Properties) -> Iterable[str]:
        """Yield the attribute values of one element."""
        yield "<attvalues>"
        for name in sorted(properties):
            value = properties[name]
            self._used[name] = _KINDS[type(value)]
            yield f'<attvalue for="{self._domain}.{name}" value={xml_attribute(value)}/>'
        yield "</attvalues>"

    def declarations(self) -> Iterable[str]:
        """Yield what Gephi has to know before the first value."""
        yield f'<attributes class="{self._domain}" mode="static">'
        for name, kind in sorted(self._used.items()):
            yield f'<attribute id="{self._domain}.{name}" title="{name}" type="{kind}"/>'
        yield "</attributes>"
