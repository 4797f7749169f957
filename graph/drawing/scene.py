# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a picture shows, in pixels: both the SVG and the PNG are drawn from it."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from graph.drawing.layout import columns
from graph.drawing.measures import (
    COLUMN_WIDTH,
    HEAD_HEIGHT,
    MARGIN,
    RADIUS,
    ROW_HEIGHT,
    legend_height,
)
from graph.drawing.palette import DASHES, LOOKS, Look
from graph.exporting.selection import Selection
from graph.model import Edge, NodeRef, Properties
from vestigo.i18n import _

Point = tuple[int, int]
Sign = tuple[Look | tuple[int, ...], str]  # what a legend shows and says
ROOTS = ("VendorAccount", "Persona", "Market")
_MOST_LETTERS = 28
_CURVE_STEPS = 16
SAT = 100_000_000


@dataclass(frozen=True, slots=True)
class Caption:
    """What stands above a picture: title, where it comes from, nodes to put first."""

    title: str
    source: str
    roots: tuple[NodeRef, ...] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """A node: its place, look, short text beside it and full text for whoever points at it.

    ``ring`` is the colour (#rrggbb) that a person gave it, "" for none.
    """

    at: Point
    look: Look
    text: str
    full: str
    ring: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A relationship as points; ``dashes`` by tier, an arrow at the last point."""

    points: tuple[Point, ...]
    dashes: tuple[int, ...]
    full: str


@dataclass(frozen=True, slots=True)
class Scene:
    """A whole picture; the legend explains every look and dash that occurs."""

    size: Point
    title: str
    source: str
    marks: tuple[Mark, ...]
    lines: tuple[Line, ...]
    legend: tuple[Sign, ...]


def scene_of(
    selection: Selection, caption: Caption, chosen: Mapping[NodeRef, Point] | None = None
) -> Scene:
    """Return the picture of a selection: flow from left to right, one line a pair and type.

    ``chosen`` are places of all nodes in pixels that a person gave them; they are kept, moved
    together so that the picture begins at its margin.
    """
    refs = list(selection.nodes)
    drawn = _one_a_pair(selection.edges)
    roots = caption.roots or [ref for ref in refs if ref.label in ROOTS]
    legend = _legend(refs, drawn)
    if chosen is None:
        placed = columns(refs, [edge for edge, _n in drawn], roots)
        rows = max((len(column) for column in placed), default=1)
        at = _places(placed, rows)
        width, bottom = MARGIN * 2 + COLUMN_WIDTH * max(len(placed), 2), ROW_HEIGHT * rows
    else:
        at, width, bottom = _as_chosen(refs, chosen)
    height = HEAD_HEIGHT + bottom + MARGIN + legend_height(width, len(legend))
    return Scene(
        size=(width, height),
        title=visible(caption.title),
        source=visible(caption.source + " · " + _counted(selection)),
        marks=tuple(_mark(ref, selection.nodes[ref], at[ref]) for ref in refs),
        lines=tuple(_line(edge, n, at) for edge, n in drawn),
        legend=legend,
    )


def visible(text: str) -> str:
    """Return text on one line without control, format or direction marks."""
    return "".join("\ufffd" if unicodedata.category(c)[0] == "C" else c for c in text)


def shortened(text: str) -> str:
    """Return at most 28 characters: both ends of what is longer."""
    text = visible(text)
    if len(text) <= _MOST_LETTERS:
        return text
    return f"{text[: _MOST_LETTERS - 9]}…{text[-8:]}"


def _counted(selection: Selection) -> str:
    return _("{shown} of {all} nodes shown").format(
        shown=len(selection.nodes), all=selection.n_nodes
    )


def _one_a_pair(edges: Sequence[Edge]) -> list[tuple[Edge, int]]:
    """Return the first relationship of each pair, type and tier, with how many there are."""
    first: dict[tuple[object, ...], Edge] = {}
    counted: dict[tuple[object, ...], int] = {}
    for edge in edges:
        place = (edge.source, edge.target, edge.kind, edge.properties.get("tier"))
        first.setdefault(place, edge)
        counted[place] = counted.get(place, 0) + 1
    return [(first[place], n) for place, n in counted.items()]


def _places(placed: Sequence[Sequence[NodeRef]], rows: int) -> dict[NodeRef, Point]:
    """Return the middle of each node; short columns stand in the middle of the height."""
    at: dict[NodeRef, Point] = {}
    for number, column in enumerate(placed):
        top = HEAD_HEIGHT + ROW_HEIGHT * (rows - len(column)) // 2 + ROW_HEIGHT // 2
        for row, ref in enumerate(column):
            at[ref] = (MARGIN + RADIUS + number * COLUMN_WIDTH, top + row * ROW_HEIGHT)
    return at


def _as_chosen(
    refs: Sequence[NodeRef], chosen: Mapping[NodeRef, Point]
) -> tuple[dict[NodeRef, Point], int, int]:
    """Return places from the margin on, the width, and how far down they reach."""
    left = min((chosen[ref][0] for ref in refs), default=0)
    top = min((chosen[ref][1] for ref in refs), default=0)
    moved = (MARGIN + RADIUS - left, HEAD_HEIGHT + ROW_HEIGHT - top)
    at = {ref: (chosen[ref][0] + moved[0], chosen[ref][1] + moved[1]) for ref in refs}
    right = max((x for x, _y in at.values()), default=0)
    bottom = max((y for _x, y in at.values()), default=0)
    return at, max(right + COLUMN_WIDTH, COLUMN_WIDTH * 3), bottom - HEAD_HEIGHT + ROW_HEIGHT


def _mark(ref: NodeRef, properties: Properties, at: Point) -> Mark:
    text = shortened(str(properties.get("name") or ref.key))
    if isinstance(value := properties.get("value_sat"), int):
        text += f" · {Decimal(value) / SAT:f} BTC"
    full = "\n".join([f"{ref.label} {ref.key}", *_facts(properties)])
    return Mark(at, LOOKS[ref.label], text, full)


def _facts(properties: Properties) -> list[str]:
    return [f"{name}: {value}" for name, value in sorted(properties.items()) if name != "text"]


def _line(edge: Edge, n_parallel: int, at: dict[NodeRef, Point]) -> Line:
    tier = str(edge.properties.get("tier", "heuristic"))
    times = f" × {n_parallel}" if n_parallel > 1 else ""
    full = "\n".join([f"{edge.kind}{times}", *_facts(edge.properties)])
    return Line(_curve(at[edge.source], at[edge.target]), DASHES[tier], full)


def _curve(start: Point, end: Point) -> tuple[Point, ...]:
    """Return points of a cubic curve between two nodes, ending at the edge of the second."""
    (x1, y1), (x2, y2) = start, end
    same = x1 == x2
    forward = 1 if x2 >= x1 else -1
    back = 1 if same else -forward  # in one column, a line leaves and comes in on the right
    pull = 60 if same else max(abs(x2 - x1) // 2, 40)
    a, d = (x1 + RADIUS * forward, y1), (x2 + RADIUS * back, y2)
    b, c = (a[0] + pull * forward, y1), (d[0] + pull * back, y2)
    return tuple(_on_curve((a, b, c, d), step) for step in range(_CURVE_STEPS + 1))


def _on_curve(control: tuple[Point, Point, Point, Point], step: int) -> Point:
    n = _CURVE_STEPS
    weights = ((n - step) ** 3, 3 * step * (n - step) ** 2, 3 * step**2 * (n - step), step**3)
    x, y = (sum(w * p[axis] for w, p in zip(weights, control, strict=True)) for axis in (0, 1))
    return x // n**3, y // n**3


def _legend(refs: Sequence[NodeRef], drawn: Sequence[tuple[Edge, int]]) -> tuple[Sign, ...]:
    labels = sorted({ref.label for ref in refs})
    tiers = {str(edge.properties.get("tier", "heuristic")) for edge, _n in drawn}
    made: list[Sign] = [(LOOKS[one], label_word(one)) for one in labels]
    words = (
        ({"structural", "captured"}, (), _("captured, or follows from the chain")),
        ({"heuristic"}, DASHES["heuristic"], _("heuristic: likely, not proven")),
        ({"attribution"}, DASHES["attribution"], _("attribution by a tag")),
        ({"judged"}, DASHES["judged"], _("judged by a named person")),
    )
    made.extend((dashes, text) for which, dashes, text in words if tiers & which)
    return tuple(made)


def label_word(label: str) -> str:
    """Return what a reader calls the nodes of a label."""
    words = {
        "Address": _("address"),
        "CashOutPoint": _("cash-out point"),
        "Cluster": _("wallet cluster"),
        "Contact": _("contact"),
        "Exhibit": _("exhibit"),
        "Image": _("picture"),
        "Judgement": _("judgement"),
        "Listing": _("listing"),
        "Market": _("market"),
        "PGPKey": _("PGP key"),
        "Persona": _("persona (judged)"),
        "Service": _("service"),
        "Substance": _("substance"),
        "Tag": _("tag"),
        "Transaction": _("transaction"),
        "VendorAccount": _("vendor account"),
    }
    return words[label]
