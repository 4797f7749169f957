# SPDX-License-Identifier: AGPL-3.0-or-later
"""What stands on the canvas as a file: with time, case and checkpoint in it, and logged."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from litestar import Response, post
from litestar.params import JSONBody

from graph.browsing.reading import read_edges, read_nodes
from graph.drawing.png import png
from graph.drawing.scene import Caption, Point, Scene, scene_of, visible
from graph.drawing.svg import svg
from graph.exporting.graphml import graphml
from graph.exporting.selection import Selection
from graph.exporting.tables import csv_table, json_document
from graph.model import NodeRef, Properties
from graph.store import GraphStore, Summary
from vestigo.console.acting import require_confirmed
from vestigo.console.desk import Asked, Desk, Look, desk_of, person_of, require
from vestigo.console.graphing import asked as asks
from vestigo.console.graphing.pages import LIMITS, Json, now_words
from vestigo.console.graphing.printing import pdf
from vestigo.console.graphing.view_pages import COLOURS, MOST_NOTE, PLACES
from vestigo.errors import UsageError
from vestigo.i18n import _

TYPES = {
    "csv": "text/csv", "graphml": "application/graphml+xml", "json": "application/json",
    "pdf": "application/pdf", "png": "image/png", "svg": "image/svg+xml",
}  # fmt: skip


PICTURES = ("pdf", "png", "svg")
WIDEST = 16_000
SHORT_NOTE = 60
RINGS = {"red": "#d1242f", "orange": "#d4730b", "yellow": "#c9a400", "green": "#1f8a3d",
         "blue": "#1f6fd1", "violet": "#8250df"}  # fmt: skip


@post("/graph/export", **LIMITS)
def export(request: Asked, data: JSONBody[Json]) -> Response[bytes]:
    """Return the named nodes and what joins them as a file of one format."""
    require(request, "export")
    require_confirmed(request)
    desk, person = desk_of(request), person_of(request)
    assert person is not None
    form = asks.text_of(data, "format", most=10)
    if form not in TYPES:
        raise asks.not_understood("format")
    places, noted = _places(data), _noted(data)
    if form in PICTURES:
        _refuse_spread(places)
    with desk.graph.reading() as store:
        part = _with_notes(_selection(store, list(places)), noted)
        summary: Summary = store.summary() or {}
    caption = _caption(desk, summary)
    content = _content(form, part, caption, places, desk.session.folder.scratch)
    details = {"path": request.url.path, "format": form, "n_nodes": str(len(part.nodes)),
               "sha256": hashlib.sha256(content).hexdigest()}  # fmt: skip
    look = Look("graph exported", details["sha256"], action="export")
    desk.log.write(look, person.account, person.role, details)
    disposition = f'attachment; filename="graph.{form}"'
    return Response(content, media_type=TYPES[form],
                    headers={"Content-Disposition": disposition})  # fmt: skip


def _content(
    form: str, part: Selection, caption: Caption, places: Mapping[NodeRef, Point], scratch: Path
) -> bytes:
    stated = {"title": caption.title, "source": caption.source}
    if form == "csv":
        return csv_table(part) + _row("case", caption.title) + _row("source", caption.source)
    if form == "graphml":
        return graphml(part).replace(b"\n<graphml", _comment(caption) + b"\n<graphml", 1)
    if form == "json":
        document = {**json.loads(json_document(part)), "about": stated}
        return json.dumps(document, ensure_ascii=False, sort_keys=True, indent=1).encode() + b"\n"
    scene = _annotated(scene_of(part, caption, places), part)
    if form == "png":
        return png(scene)
    return svg(scene) if form == "svg" else pdf(svg(scene), caption.title, scratch)


def _row(name: str, text: str) -> bytes:
    from vestigo.evidence.harmless import csv_row

    return csv_row([name, text]).encode("utf-8")


def _comment(caption: Caption) -> bytes:
    """Return title and source as an XML comment (two hyphens may not stand in one)."""
    from graph.exporting.text import xml_text

    said = xml_text(f"{caption.title} · {caption.source}").replace("--", "‐‐")
    return f"\n<!-- {said} -->".encode()


def _places(data: JSONBody[Json]) -> dict[NodeRef, Point]:
    """Return where each node stands; E-CON-025 where there is none."""
    rows = data.get("nodes", [])
    if not isinstance(rows, list):
        raise asks.not_understood("nodes")
    if len(rows) > asks.MOST_ON_CANVAS:
        raise asks.too_many(len(rows))
    if not rows:
        raise UsageError("E-CON-025", _("There is nothing to export."),
                         remedy=_("Put something on the canvas, or select it."))  # fmt: skip
    found = {}
    for one in rows:
        if not isinstance(one, dict):
            raise asks.not_understood("nodes")
        x = asks.whole_of(one, "x", 0, -PLACES, PLACES)
        y = asks.whole_of(one, "y", 0, -PLACES, PLACES)
        found[asks.ref_of(one.get("ref"))] = (x, y)
    return found


def _noted(data: JSONBody[Json]) -> dict[NodeRef, Properties]:
    """Return note and colour of the nodes that a person gave one."""
    found: dict[NodeRef, Properties] = {}
    for one in data["nodes"]:
        colour = asks.text_of(one, "colour", "", most=20)
        if colour not in COLOURS:
            raise asks.not_understood("colour")
        given = {"note": asks.text_of(one, "note", "", most=MOST_NOTE), "colour": colour}
        found[asks.ref_of(one["ref"])] = {name: text for name, text in given.items() if text}
    return found


def _with_notes(part: Selection, noted: Mapping[NodeRef, Properties]) -> Selection:
    """Return the selection with what a person wrote on its nodes beside their properties."""
    nodes = {ref: {**properties, **noted.get(ref, {})} for ref, properties in part.nodes.items()}
    return replace(part, nodes=nodes)


def _annotated(scene: Scene, part: Selection) -> Scene:
    """Return the picture with notes behind the names, and rings in the colours."""
    marks = []
    for mark, properties in zip(scene.marks, part.nodes.values(), strict=True):
        note = visible(str(properties.get("note", "")))[:SHORT_NOTE]
        text = f"{mark.text} [{note}]" if note else mark.text
        marks.append(replace(mark, text=text, ring=RINGS.get(str(properties.get("colour")), "")))
    return replace(scene, marks=tuple(marks))


def _refuse_spread(places: Mapping[NodeRef, Point]) -> None:
    """Raise E-CON-028 where a picture would be larger than anybody can look at."""
    for axis in (0, 1):
        values = [place[axis] for place in places.values()]
        if max(values) - min(values) > WIDEST:
            raise UsageError(
                "E-CON-028",
                _("The things lie too far apart for a picture."),
                remedy=_("Bring them nearer to each other, or export CSV, GraphML or JSON."),
            )


def _selection(store: GraphStore, refs: list[NodeRef]) -> Selection:
    nodes = read_nodes(store, refs)
    edges = read_edges(store, list(nodes))
    summary = store.summary() or {}
    return Selection(dict(sorted(nodes.items())), tuple(edges), int(summary.get("n_nodes", 0)),
                     int(summary.get("n_relationships", 0)))  # fmt: skip


def _caption(desk: Desk, summary: Summary) -> Caption:
    head = desk.session.custody.head()
    source = _(
        "{now} · after {n} entries of the record ledger · graph {digest} · "
        "custody {events}:{custody}"
    ).format(now=now_words(desk), n=summary.get("ledger_entries", "?"),
             digest=str(summary.get("canonical_sha256", ""))[:16], events=head.n_events,
             custody=head.sha256[:16])  # fmt: skip
    return Caption(str(desk.session.folder.description()["title"]), source)


HANDLERS = (export,)
