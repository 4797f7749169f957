# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where the legend of a picture stands: rows below the drawing."""

from __future__ import annotations

from collections.abc import Iterator

from graph.drawing.measures import (
    LEGEND_ROW_HEIGHT,
    LEGEND_WIDTH,
    MARGIN,
    legend_columns,
    legend_height,
)
from graph.drawing.palette import Look
from graph.drawing.scene import Point, Scene


def legend_places(scene: Scene) -> Iterator[tuple[Point, Look | tuple[int, ...], str]]:
    """Yield the place, the sign and the text of each entry."""
    width, height = scene.size
    top = height - legend_height(width, len(scene.legend))
    for number, (sign, text) in enumerate(scene.legend):
        row, column = divmod(number, legend_columns(width))
        x, y = MARGIN + 14 + column * LEGEND_WIDTH, top + row * LEGEND_ROW_HEIGHT
        yield (x, y), sign, text
