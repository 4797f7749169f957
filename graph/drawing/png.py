# SPDX-License-Identifier: AGPL-3.0-or-later
"""The picture as PNG, drawn at twice the size and reduced, with Pillow's own font.

That font has Latin letters; others become a box: the SVG has every character.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import pairwise
from math import hypot

from PIL import Image, ImageDraw, ImageFont

from graph.drawing.legend import legend_places
from graph.drawing.measures import RADIUS, RING
from graph.drawing.palette import Look
from graph.drawing.scene import Mark, Point, Scene
from graph.drawing.svg import outline

_INK, _LINE, _PAPER = "#1a1a1a", "#6b6b6b", "#ffffff"
_TIMES = 2


def png(scene: Scene) -> bytes:
    """Return the picture as a PNG without dates or other metadata."""
    width, height = scene.size
    canvas = _Canvas(width, height)
    canvas.text((40, 16), scene.title, 18)
    canvas.text((40, 40), scene.source, 13, _LINE)
    for line in scene.lines:
        canvas.line(line.points, line.dashes)
        canvas.arrow(line.points[-2], line.points[-1])
    for mark in scene.marks:
        canvas.mark(mark)
    for (x, y), sign, text in legend_places(scene):
        if isinstance(sign, Look):
            canvas.shape(sign, (x, y))
        else:
            canvas.line(((x - 14, y), (x + 14, y)), sign)
        canvas.text((x + 20, y - 7), text, 13)
    return canvas.content()


class _Canvas:
    """A sheet of paper in the scene's pixels."""

    def __init__(self, width: int, height: int) -> None:
        self._image = Image.new("RGB", (width * _TIMES, height * _TIMES), _PAPER)
        self._draw = ImageDraw.Draw(self._image)
        self._fonts: dict[int, ImageFont.FreeTypeFont | ImageFont.ImageFont] = {}

    def content(self) -> bytes:
        """Return the sheet as PNG."""
        out = io.BytesIO()
        self._image.save(out, "PNG", optimize=False, compress_level=6)
        return out.getvalue()

    def text(self, at: Point, text: str, size: int, fill: str = _INK, anchor: str = "la") -> None:
        """Write text with its top left corner (or its middle) at a point."""
        font = self._fonts.setdefault(size, ImageFont.load_default(size * _TIMES))
        self._draw.text(_scaled(at), text, fill, font, anchor=anchor,
                        stroke_width=_TIMES, stroke_fill=_PAPER)  # fmt: skip

    def mark(self, mark: Mark) -> None:
        """Draw a node with its text."""
        x, y = mark.at
        if mark.ring:
            far = RADIUS + RING
            box = [_scaled((x - far, y - far)), _scaled((x + far, y + far))]
            self._draw.ellipse(box, None, mark.ring, RING * _TIMES)
        self.shape(mark.look, mark.at)
        self.text((x + RADIUS + 6, y), mark.text, 13, anchor="lm")

    def shape(self, look: Look, at: Point) -> None:
        """Draw the sign of a label."""
        x, y = at
        if look.shape == "round":
            box = [_scaled((x - RADIUS, y - RADIUS)), _scaled((x + RADIUS, y + RADIUS))]
            self._draw.ellipse(box, look.fill, _INK, _TIMES)
        else:
            corners = [_scaled(point) for point in outline(look.shape, at)]
            self._draw.polygon(corners, look.fill, _INK, _TIMES)
        font = self._fonts.setdefault(10, ImageFont.load_default(10 * _TIMES))
        self._draw.text(_scaled(at), look.letters, _INK, font, anchor="mm")

    def line(self, points: tuple[Point, ...], dashes: tuple[int, ...]) -> None:
        """Draw a line through points, full or dashed."""
        for start, end in _strokes(points, dashes):
            self._draw.line([_scaled(start), _scaled(end)], _LINE, _TIMES)

    def arrow(self, before: Point, tip: Point) -> None:
        """Draw an arrow head at ``tip``."""
        dx, dy = tip[0] - before[0], tip[1] - before[1]
        length = hypot(dx, dy) or 1.0
        back = (tip[0] - 8 * dx / length, tip[1] - 8 * dy / length)
        side = (-4 * dy / length, 4 * dx / length)
        corners = [tip, (back[0] + side[0], back[1] + side[1]),
                   (back[0] - side[0], back[1] - side[1])]  # fmt: skip
        self._draw.polygon([(x * _TIMES, y * _TIMES) for x, y in corners], _LINE)


def _scaled(point: tuple[float, float]) -> tuple[float, float]:
    return point[0] * _TIMES, point[1] * _TIMES


def _strokes(
    points: tuple[Point, ...], dashes: tuple[int, ...]
) -> Iterator[tuple[tuple[float, float], tuple[float, float]]]:
    """Yield the strokes of a line; the pattern goes on over its corners."""
    if not dashes:
        yield from pairwise(points)
        return
    on, off = dashes
    done = 0.0
    for (x1, y1), (x2, y2) in pairwise(points):
        length = hypot(x2 - x1, y2 - y1)
        at = 0.0
        while at < length:
            phase = (done + at) % (on + off)
            step = min((on if phase < on else on + off) - phase, length - at)
            step = max(step, 0.01)
            if phase < on:
                yield (
                    (x1 + (x2 - x1) * at / length, y1 + (y2 - y1) * at / length),
                    (x1 + (x2 - x1) * (at + step) / length, y1 + (y2 - y1) * (at + step) / length),
                )
            at += step
        done += length
