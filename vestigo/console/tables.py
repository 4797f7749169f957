# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every table as CSV: third persons masked as on the page, formulas made harmless."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from litestar import Response

from vestigo.clock import iso
from vestigo.console.acting import as_file, head_words, require_confirmed
from vestigo.console.desk import Asked, Look, desk_of, require
from vestigo.evidence.harmless import csv_row

Cell = str | int | Decimal | date | datetime | None
CSV = "text/csv; charset=utf-8"


def cell(value: Cell) -> str:
    """Return a value as it stands in a table: machine form, never by locale."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, date) else str(value)


def csv_bytes(columns: Sequence[str], rows: Iterable[Sequence[Cell]], about: str) -> bytes:
    """Return a CSV file (RFC 4180, UTF-8 with mark); its last line says what it is of."""
    lines = [csv_row(list(columns))]
    lines += [csv_row([cell(one) for one in row]) for row in rows]
    lines.append(csv_row(["# " + about]))
    return "\ufeff".encode() + "".join(lines).encode("utf-8", "replace")


def csv_answer(
    request: Asked, name: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]
) -> Response[bytes]:
    """Hand out a table as a CSV file, to who may export and confirmed it just now.

    Raises ``AuthorityError`` E-CON-007 or E-CON-030.
    """
    require(request, "export")
    require_confirmed(request)
    content = csv_bytes(columns, rows, head_words(desk_of(request)))
    return as_file(request, content, f"{name}.csv", CSV, Look(f"{name} exported"))
