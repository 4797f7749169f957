# SPDX-License-Identifier: AGPL-3.0-or-later
"""The formats that ``vestigo graph export`` writes; the same bytes for the same graph."""

from __future__ import annotations

from graph.drawing.png import png
from graph.drawing.scene import Caption, scene_of
from graph.drawing.svg import svg
from graph.exporting.gexf import gexf
from graph.exporting.graphml import graphml
from graph.exporting.selection import Selection
from graph.exporting.tables import csv_table, json_document

_DOCUMENTS = {"csv": csv_table, "gexf": gexf, "graphml": graphml, "json": json_document}
_PICTURES = {"png": png, "svg": svg}
PICTURES = tuple(sorted(_PICTURES))
FORMATS = tuple(sorted((*_DOCUMENTS, *_PICTURES)))


def export(selection: Selection, form: str, caption: Caption) -> bytes:
    """Return the selection in one of ``FORMATS``; pictures carry ``caption``."""
    if form in _PICTURES:
        return _PICTURES[form](scene_of(selection, caption))
    return _DOCUMENTS[form](selection)
