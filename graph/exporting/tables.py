# SPDX-License-Identifier: AGPL-3.0-or-later
"""The graph as one JSON document or one CSV table."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator

from graph.exporting.selection import Selection
from graph.exporting.text import cell
from graph.model import Edge, Value

_FIRST = (
    "element", "label", "relationship", "source_label", "source_key", "target_label", "target_key",
)  # fmt: skip


def json_document(selection: Selection) -> bytes:
    """Return one JSON document with ``nodes`` and ``relationships``."""
    document = {
        "nodes": [{"label": ref.label, "properties": n} for ref, n in selection.nodes.items()],
        "relationships": [_edge_document(edge) for edge in selection.edges],
    }
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, indent=1)
    return text.encode("utf-8") + b"\n"


def csv_table(selection: Selection) -> bytes:
    """Return one table: a row for every node, then a row for every relationship."""
    rows = list(_rows(selection))
    columns = [*_FIRST, *sorted({name for row in rows for name in row} - set(_FIRST))]
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([cell(row.get(column, "")) for column in columns])
    return out.getvalue().encode("utf-8")


def _rows(selection: Selection) -> Iterator[dict[str, Value]]:
    for ref, node in selection.nodes.items():
        yield {"element": "node", "label": ref.label, **node}
    for edge in selection.edges:
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
