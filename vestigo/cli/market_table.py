# SPDX-License-Identifier: AGPL-3.0-or-later
"""A table of captured texts for a terminal: plain columns, nothing in a cell is mark-up."""

from __future__ import annotations

from collections.abc import Sequence

from vestigo.cli.output import printable

LONGEST_CELL = 40


def table_lines(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return lines of equal columns; a long cell is cut, except in the last column."""
    shown = [
        [_cell(text, last=n == len(row) - 1) for n, text in enumerate(row)] for row in (head, *rows)
    ]
    widths = [max(len(row[n]) for row in shown) for n in range(len(head))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in shown
    ]


def _cell(text: str, *, last: bool) -> str:
    plain = printable(text)
    return plain if last or len(plain) <= LONGEST_CELL else plain[: LONGEST_CELL - 1] + "…"
