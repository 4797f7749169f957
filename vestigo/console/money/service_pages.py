# SPDX-License-Identifier: AGPL-3.0-or-later
"""One sheet for each service, ready for legal process; and the whole list as files."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from litestar import Response, get
from litestar.exceptions import HTTPException
from litestar.params import FromPath

from vestigo.console.acting import as_file, reading_as, require_confirmed
from vestigo.console.desk import Asked, Look, desk_of, query_of, require
from vestigo.i18n import active_language
from vestigo.pipeline.cash_out_sheet import sheet_content
from vestigo.pipeline.cash_outs import cash_out_rows
from vestigo.pipeline.chance_words import words_of_row
from vestigo.records import CashOutPoint

SHEETS = {"cash-outs.csv": "text/csv; charset=utf-8", "cash-outs.json": "application/json",
          "cash-outs.txt": "text/plain; charset=utf-8",
          "cash-outs.pdf": "application/pdf"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """One service: its candidates by status, and how much came in."""

    name: str
    category: str
    n: int
    by_status: dict[str, int]
    value_sat: int
    traced_sat: int


@get("/services", sync_to_thread=True)
def services(request: Asked) -> Response[str]:
    """Show the services with their candidates and how they were judged."""
    desk = desk_of(request)
    rows = service_rows(cash_out_rows(desk.session))
    return desk.page(request, "services.html", Look("services"), rows=rows)


@get("/service", sync_to_thread=True)
def service(request: Asked) -> Response[str]:
    """Show the sheet of one service: each output, amount, worth, time, trail and judgement."""
    desk = desk_of(request)
    name = query_of(request).get("name", "")
    rows = [row for row in cash_out_rows(desk.session) if row["service"] == name]
    if not rows:
        raise HTTPException(status_code=404)
    total = _totals(rows)
    return desk.page(request, "service.html", Look("cash-out sheet of a service"), name=name,
                     rows=rows, total=total, chance_of=words_of_row,
                     index=desk.index())  # fmt: skip


@get("/sheets/{name:str}", sync_to_thread=True)
def sheet(request: Asked, name: FromPath[str]) -> Response[bytes]:
    """Hand out the cash-out candidates, of one service or of all, as CSV, JSON, text or PDF."""
    require(request, "export")
    service = query_of(request).get("service")
    known = service is None or any(p.service == service for p in _points(request))
    if name not in SHEETS or not known:
        raise HTTPException(status_code=404)
    require_confirmed(request)
    content = sheet_content(reading_as(request), Path(name), active_language(), service)
    return as_file(request, content, name, SHEETS[name], Look("cash-out sheet"))


def _points(request: Asked) -> list[CashOutPoint]:
    return [one.record for one in desk_of(request).index().cash_outs]


def service_rows(rows: list[dict[str, Any]]) -> list[ServiceRow]:
    """Return a row for each service, the largest traced amount first."""
    by_name: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_name[row["service"]].append(row)
    found = [
        ServiceRow(name, own[0]["category"] or "", len(own),
                   dict(sorted(Counter(row["status"] for row in own).items())),
                   sum(row["value_sat"] for row in _once(own)),
                   sum(row["traced_sat"] for row in own))
        for name, own in by_name.items()
    ]  # fmt: skip
    return sorted(found, key=lambda one: (-one.traced_sat, one.name))


def _once(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return each output once, whoever's money reached it."""
    return list({row["output"]: row for row in rows}.values())


def _totals(rows: list[dict[str, Any]]) -> dict[str, int]:
    return {"value_sat": sum(row["value_sat"] for row in _once(rows)),
            "traced_sat": sum(row["traced_sat"] for row in rows),
            "n_outputs": len(_once(rows))}  # fmt: skip


HANDLERS = (services, service, sheet)
