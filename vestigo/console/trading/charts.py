# SPDX-License-Identifier: AGPL-3.0-or-later
"""Charts as SVG files made here: no script, no style, letters beside colours, a title for readers.

They are shown as pictures (``img``), so that nothing in them can act; the same numbers stand
in a table beside them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape

from vestigo.console.words import in_figures
from vestigo.evidence.harmless import harmless_line

WIDTH, HEIGHT = 960, 340
LEFT, TOP, BOTTOM, LEGEND = 70, 34, 56, 210
COLOURS = ("#1b6ca8", "#c2571a", "#2e7d32", "#7b3fa0", "#a1741a", "#b0305c", "#00798c", "#5b6470")
LETTERS = "ABCDEFGH"
INK, SOFT, LINE, PAPER = "#17202b", "#4c5866", "#d5dbe3", "#ffffff"
MOST_LABEL = 24


@dataclass(frozen=True, slots=True)
class Stacked:
    """Counts by month (columns) and series (layers); ``values[series][month]``."""

    title: str
    months: tuple[str, ...]
    series: tuple[str, ...]
    values: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Spread:
    """A middle value with its quartiles and how many it is of, by month; None where none is."""

    title: str
    months: tuple[str, ...]
    unit: str
    points: tuple[tuple[Decimal, Decimal, Decimal, int] | None, ...]


def stacked_svg(chart: Stacked) -> bytes:
    """Return a column for each month, its layers lettered as in the legend."""
    sums = [sum(row[n] for row in chart.values) for n in range(len(chart.months))]
    top = _round_up(max(sums, default=0))
    parts = [*_frame(chart.title, [f"{top * n // 4}" for n in range(5)]), *_months(chart.months)]
    width = _step(chart.months)
    for column, _month in enumerate(chart.months):
        low = 0
        for layer, row in enumerate(chart.values):
            if row[column]:
                parts += _box(column, width, low, row[column], top, layer)
                low += row[column]
    for layer, name in enumerate(chart.series):
        y = TOP + 14 + layer * 24
        parts.append(_rect(WIDTH - LEGEND + 14, y - 12, 16, 16, COLOURS[layer % len(COLOURS)]))
        words = f"{LETTERS[layer % len(LETTERS)]}  {name}"
        parts.append(_text(WIDTH - LEGEND + 38, y, words, size=13))
    return _svg(chart.title, parts)


def spread_svg(chart: Spread) -> bytes:
    """Return, for each month, the middle half as a bar, the median as a mark, the number below."""
    tops = [one[2] for one in chart.points if one]
    top = _round_up(int(max(tops, default=Decimal(0))) + 1)
    parts = [*_frame(chart.title, [f"{top * n // 4}" for n in range(5)]), *_months(chart.months)]
    width = _step(chart.months)
    for column, one in enumerate(chart.points):
        if one is None:
            continue
        low, middle, high, n = one
        x = LEFT + column * width + width // 2
        y_low, y_mid, y_high = (_y(value, top) for value in (low, middle, high))
        parts.append(_rect(x - 9, y_high, 18, max(2, y_low - y_high), "#b9d3e6"))
        parts.append(_rect(x - 14, y_mid - 2, 28, 4, COLOURS[0]))
        parts.append(_text(x, y_high - 6, in_figures(middle), anchor="middle", size=12))
        parts.append(_text(x, HEIGHT - 8, f"n={n}", anchor="middle", size=11, ink=SOFT))
    parts.append(_text(WIDTH - LEGEND + 14, TOP + 14, chart.unit, size=13))
    return _svg(chart.title, parts)


def _frame(title: str, marks: Sequence[str]) -> list[str]:
    parts = [_rect(0, 0, WIDTH, HEIGHT, PAPER), _text(LEFT, 20, title, size=15, weight="600")]
    for n, words in enumerate(marks):
        y = HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * n // 4
        parts.append(f'<line x1="{LEFT}" y1="{y}" x2="{WIDTH - LEGEND}" y2="{y}" stroke="{LINE}"/>')
        parts.append(_text(LEFT - 8, y + 4, words, anchor="end", size=12, ink=SOFT))
    return parts


def _months(months: Sequence[str]) -> list[str]:
    width = _step(months)
    every = max(1, -(-len(months) * 62 // (WIDTH - LEFT - LEGEND)))
    return [
        _text(LEFT + n * width + width // 2, HEIGHT - BOTTOM + 18, month, anchor="middle", size=12,
              ink=SOFT)
        for n, month in enumerate(months)
        if n % every == 0
    ]  # fmt: skip


def _box(column: int, width: int, low: int, n: int, top: int, layer: int) -> list[str]:
    x, y = LEFT + column * width + width // 6, _y(Decimal(low + n), top)
    height = max(1, _y(Decimal(low), top) - y)
    wide = max(2, width * 2 // 3)
    parts = [_rect(x, y, wide, height, COLOURS[layer % len(COLOURS)])]
    if height > 14 and wide > 12:  # noqa: PLR2004 (room for a letter)
        parts.append(_text(x + wide // 2, y + height // 2 + 4, LETTERS[layer % len(LETTERS)],
                           anchor="middle", size=11, ink=PAPER))  # fmt: skip
    return parts


def _y(value: Decimal, top: int) -> int:
    return HEIGHT - BOTTOM - int(value * (HEIGHT - TOP - BOTTOM) / max(1, top))


def _step(months: Sequence[str]) -> int:
    return min(120, (WIDTH - LEFT - LEGEND) // max(1, len(months)))


def _round_up(n: int) -> int:
    """Return the next number (1, 2, 5 and tenfold, times four) that is not below ``n``."""
    size = 1
    while True:
        for step in (1, 2, 5):
            if size * step * 4 >= n:
                return size * step * 4
        size *= 10


def _rect(x: int, y: int, width: int, height: int, fill: str) -> str:
    return f'<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="{fill}"/>'


def _text(
    x: int, y: int, words: str, *, anchor: str = "start", size: int = 12, ink: str = INK,
    weight: str = "400",
) -> str:  # fmt: skip
    shown = harmless_line(words)
    shown = shown if len(shown) <= MOST_LABEL or size > 14 else f"{shown[: MOST_LABEL - 1]}…"  # noqa: PLR2004 (titles)
    return (
        f'<text x="{x}" y="{y}" text-anchor="{anchor}" font-size="{size}" fill="{ink}" '
        f'font-weight="{weight}" font-family="sans-serif">{escape(shown)}</text>'
    )


def _svg(title: str, parts: Sequence[str]) -> bytes:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" role="img">'
        f"<title>{escape(harmless_line(title))}</title>"
    )
    return "\n".join([head, *parts, "</svg>", ""]).encode("utf-8", "replace")
