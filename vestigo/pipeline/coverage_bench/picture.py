# SPDX-License-Identifier: AGPL-3.0-or-later
"""Intervals beside their truths as an SVG picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

from vestigo.i18n import _

WIDTH, ROW, LEFT, TOP, BOTTOM = 860, 7, 150, 46, 40
LOWEST, HIGHEST = 0.6, 1.6
TICKS = (0.6, 0.8, 1.0, 1.2, 1.4, 1.6)
HELD, MISSED, SEEN = "#1f5f8b", "#c0392b", "#8a8a8a"


def intervals_svg(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return one line a simulated pass: interval, estimate and what was seen, by the truth.

    ``rows`` are those of ``Judged.document``; they are sorted by model.
    """
    made = sorted((row for row in rows if not row["abstained"]), key=_order)
    height = TOP + ROW * len(made) + BOTTOM
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
            'font-family="sans-serif" font-size="12">'
        ),
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        _text(LEFT, 18, _("95 % intervals of simulated passes, as multiples of the truth")),
        _text(LEFT, 34, _("bar: interval; tick: estimate; grey dot: listings seen on sale"), SEEN),
    ]
    end = height - BOTTOM + 6
    for tick in TICKS:
        colour = "#333333" if tick == 1 else "#dddddd"
        x = _x(tick)
        parts.append(f'<line x1="{x}" y1="{TOP}" x2="{x}" y2="{end}" stroke="{colour}"/>')
        parts.append(_text(x - 9, end + 16, f"{tick:.1f}"))
    named = ""
    for number, row in enumerate(made):
        y = TOP + ROW * number + ROW // 2
        if row["name"] != named:
            named = row["name"]
            parts.append(_text(8, y + 8, named))
        parts += _row(row, y)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _row(row: Mapping[str, Any], y: int) -> list[str]:
    truth = row["truth"]
    low, middle, high = (_x(row[name] / truth) for name in ("low", "estimate", "high"))
    colour = HELD if row["holds"] else MISSED
    seen = _x(row["on_sale_seen"] / truth)
    return [
        (
            f'<line x1="{low}" y1="{y}" x2="{max(high, low + 1)}" y2="{y}" stroke="{colour}" '
            'stroke-width="4"/>'
        ),
        f'<line x1="{middle}" y1="{y - 3}" x2="{middle}" y2="{y + 3}" stroke="#000000"/>',
        f'<circle cx="{seen}" cy="{y}" r="1.6" fill="{SEEN}"/>',
    ]


def _order(row: Mapping[str, Any]) -> tuple[str, int]:
    return row["name"], row["seed"]


def _x(share: float) -> int:
    """Return where a multiple of the truth stands; what is beyond stands at the edge."""
    within = min(max(share, LOWEST), HIGHEST)
    return round(LEFT + (WIDTH - LEFT - 20) * (within - LOWEST) / (HIGHEST - LOWEST))


def _text(x: int, y: int, text: str, colour: str = "#000000") -> str:
    return f'<text x="{x}" y="{y}" fill="{colour}">{escape(text)}</text>'
