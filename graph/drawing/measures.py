# SPDX-License-Identifier: AGPL-3.0-or-later
"""The sizes of a picture, in pixels."""

COLUMN_WIDTH, ROW_HEIGHT = 250, 40
MARGIN, HEAD_HEIGHT = 40, 70
RADIUS = 11
RING = 4
LEGEND_WIDTH, LEGEND_ROW_HEIGHT = 290, 28


def legend_columns(width: int) -> int:
    """Return how many entries of a legend stand side by side in a picture."""
    return max((width - MARGIN) // LEGEND_WIDTH, 1)


def legend_height(width: int, n_entries: int) -> int:
    """Return how high the legend of a picture is."""
    return -(-n_entries // legend_columns(width)) * LEGEND_ROW_HEIGHT
