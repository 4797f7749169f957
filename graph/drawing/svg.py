# SPDX-License-Identifier: AGPL-3.0-or-later
"""The picture as SVG: no script, no outside reference, everything escaped."""

from __future__ import annotations

from collections.abc import Iterator

from graph.drawing.legend import legend_places
from graph.drawing.measures import RADIUS, RING
from graph.drawing.palette import Look
from graph.drawing.scene import Line, Mark, Point, Scene
from graph.exporting.text import xml_text

_INK, _LINE, _FONT = "#1a1a1a", "#6b6b6b", "DejaVu Sans, Liberation Sans, Arial, sans-serif"
_ARROW = (
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" '
    'markerHeight="8" markerUnits="userSpaceOnUse" orient="auto">'
    f'<path d="M0 0 8 4 0 8z" fill="{_LINE}"/></marker></defs>'
)
_HEAD = """\
<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}" viewBox="0 0 {w} {h}"
 font-family="{font}" font-size="13" fill="{ink}">"""


def svg(scene: Scene) -> bytes:
    """Return the picture as an SVG document; pointing at a thing shows its full text."""
    width, height = scene.size
    parts = [
        _HEAD.format(w=width, h=height, font=_FONT, ink=_INK),
        f"<title>{xml_text(scene.title)}</title>",
        _ARROW,
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        f'<text x="40" y="30" font-size="18" font-weight="bold">{xml_text(scene.title)}</text>',
        f'<text x="40" y="50" fill="{_LINE}">{xml_text(scene.source)}</text>',
        *(_line(one) for one in scene.lines),
        *(_mark(one) for one in scene.marks),
        *_legend(scene),
        "</svg>",
        "",
    ]
    return "\n".join(parts).encode("utf-8")


def _line(line: Line) -> str:
    points = " ".join(f"{x},{y}" for x, y in line.points)
    return (
        f'<polyline points="{points}" fill="none" stroke="{_LINE}"{_dashed(line.dashes)} '
        f'marker-end="url(#arrow)"><title>{xml_text(line.full)}</title></polyline>'
    )


def _dashed(dashes: tuple[int, ...]) -> str:
    return f' stroke-dasharray="{" ".join(map(str, dashes))}"' if dashes else ""


def _mark(mark: Mark) -> str:
    x, y = mark.at
    ring = (
        f'<circle cx="{x}" cy="{y}" r="{RADIUS + RING}" fill="none" stroke="{mark.ring}" '
        f'stroke-width="{RING}"/>'
        if mark.ring
        else ""
    )
    return (
        f"<g><title>{xml_text(mark.full)}</title>{ring}{_shape(mark.look, mark.at)}"
        f'<text x="{x + RADIUS + 6}" y="{y + 5}" stroke="#ffffff" stroke-width="3" '
        f'paint-order="stroke">{xml_text(mark.text)}</text></g>'
    )


def _shape(look: Look, at: Point) -> str:
    x, y = at
    paint = f'fill="{look.fill}" stroke="{_INK}"'
    letters = f'<text x="{x}" y="{y + 4}" font-size="10" text-anchor="middle">{look.letters}</text>'
    if look.shape == "round":
        return f'<circle cx="{x}" cy="{y}" r="{RADIUS}" {paint}/>{letters}'
    corners = " ".join(f"{px},{py}" for px, py in outline(look.shape, at))
    return f'<polygon points="{corners}" {paint}/>{letters}'


def outline(shape: str, at: Point) -> list[Point]:
    """Return the corners of a box, diamond or hexagon around a point."""
    x, y = at
    r, half = RADIUS, RADIUS // 2 + 1
    if shape == "diamond":
        return [(x, y - r - 2), (x + r + 2, y), (x, y + r + 2), (x - r - 2, y)]
    if shape == "hexagon":
        return [(x - half, y - r), (x + half, y - r), (x + r + 1, y),
                (x + half, y + r), (x - half, y + r), (x - r - 1, y)]  # fmt: skip
    return [(x - r, y - r), (x + r, y - r), (x + r, y + r), (x - r, y + r)]


def _legend(scene: Scene) -> Iterator[str]:
    for (x, y), sign, text in legend_places(scene):
        if isinstance(sign, Look):
            yield _shape(sign, (x, y))
        else:
            yield f'<path d="M{x - 14} {y}h28" stroke="{_LINE}"{_dashed(sign)}/>'
        yield f'<text x="{x + 20}" y="{y + 5}">{xml_text(text)}</text>'
