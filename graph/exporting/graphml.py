# SPDX-License-Identifier: AGPL-3.0-or-later
"""GraphML: for Gephi, yEd, Cytoscape, NetworkX."""

from __future__ import annotations

from collections.abc import Iterable

from graph.exporting.selection import Selection
from graph.exporting.text import xml_attribute, xml_text
from graph.model import Properties

_KINDS = {str: "string", list: "string", bool: "boolean", int: "long"}
_HEAD = """\
<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
"""


def graphml(selection: Selection) -> bytes:
    """Return the selection as GraphML: directed, node ids ``n0``, edge ids ``e0``."""
    ids = {ref: f"n{number}" for number, ref in enumerate(selection.nodes)}
    keys = _Keys()
    body: list[str] = []
    for ref, node in selection.nodes.items():
        body.append(f'<node id="{ids[ref]}">')
        body.extend(keys.data("node", {"label": ref.label, **node}))
        body.append("</node>")
    for number, edge in enumerate(selection.edges):
        ends = f'source="{ids[edge.source]}" target="{ids[edge.target]}"'
        body.append(f'<edge id="e{number}" {ends}>')
        body.extend(keys.data("edge", {"relationship": edge.kind, **edge.properties}))
        body.append("</edge>")
    opened = '<graph id="case" edgedefault="directed">'
    parts = [*keys.declarations(), opened, *body, "</graph>", "</graphml>", ""]
    return (_HEAD + "\n".join(parts)).encode("utf-8")


class _Keys:
    """The GraphML keys that were needed, each with one type."""

    def __init__(self) -> None:
        self._used: dict[tuple[str, str], str] = {}

    def data(self, domain: str, properties: Properties) -> Iterable[str]:
        """Yield the data elements of one node or edge."""
        for name in sorted(properties):
            value = properties[name]
            self._used[domain, name] = _KINDS[type(value)]
            yield f'<data key="{domain}.{name}">{xml_text(value)}</data>'

    def declarations(self) -> Iterable[str]:
        """Yield the key elements."""
        for (domain, name), kind in sorted(self._used.items()):
            yield (f'<key id="{domain}.{name}" for="{domain}" attr.name={xml_attribute(name)} '
                   f'attr.type="{kind}"/>')  # fmt: skip
