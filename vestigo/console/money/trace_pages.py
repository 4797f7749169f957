# SPDX-License-Identifier: AGPL-3.0-or-later
"""The sheet of one trace: hops in order, methods side by side, worth, times, why it stops."""

from __future__ import annotations

from typing import Any

from litestar import Response, get
from litestar.params import FromPath

from vestigo.console.desk import Asked, Desk, Look, desk_of
from vestigo.console.explaining import sources_of
from vestigo.console.index import CaseIndex, Named
from vestigo.console.listing_pages import found_or_404
from vestigo.console.money.methods import MethodRow, methods_of
from vestigo.console.money.worth import Worth, local_moment, worth_of
from vestigo.console.tables import csv_answer
from vestigo.errors import VestigoError
from vestigo.pipeline.cash_outs import Sheet, sheet_of
from vestigo.pipeline.chance_words import basis_words, kept_note, kept_words
from vestigo.records import Hop, HopGround, Trace

COLUMNS = (
    "trace_id", "accounting", "hop", "mined_at", "mined_at_local", "txid", "vout", "from_address",
    "to_address", "value_sat", "traced_sat", "currency", "worth", "rate_on", "rate_source", "why",
    "tier", "own_probability", "stop_reason", "stop_detail",
)  # fmt: skip


@get("/traces/{record_id:str}", sync_to_thread=True)
def trace(request: Asked, record_id: FromPath[str]) -> Response[str]:
    """Show the sheet of one trace."""
    desk = desk_of(request)
    index = desk.index()
    one = found_or_404(index, record_id, Trace)
    sheet = sheet_of(desk.session)
    methods: list[MethodRow] = []
    problem: VestigoError | None = None
    try:
        methods = _methods(desk, one.record)
    except VestigoError as error:
        problem = error
    return desk.page(
        request, "trace.html", Look("trace sheet", record_id), one=one, index=index,
        hops=hop_rows(one.record, sheet), methods=methods, problem=problem, zone=str(sheet.zone),
        others=_others(index, one), cash_outs=[c for c in index.cash_outs
                                               if c.record.trace_id == record_id],
        sources=sources_of(index, one.record, desk.masking),
        kept_words=kept_words, kept_note=kept_note, chance_basis=basis_words,
    )  # fmt: skip


@get("/traces/{record_id:str}/hops.csv", sync_to_thread=True)
def trace_csv(request: Asked, record_id: FromPath[str]) -> Response[bytes]:
    """Hand out the hops of one trace as CSV, a line for each currency."""
    desk = desk_of(request)
    one = found_or_404(desk.index(), record_id, Trace)
    sheet = sheet_of(desk.session)
    return csv_answer(request, f"trace-{record_id[:16]}", COLUMNS, csv_rows(one, sheet))


@get("/traces.csv", sync_to_thread=True)
def traces_csv(request: Asked) -> Response[bytes]:
    """Hand out all traces, hop by hop."""
    desk = desk_of(request)
    sheet = sheet_of(desk.session)
    found = [one for traces in desk.index().traces.values() for one in traces]
    rows = (row for one in sorted(found, key=lambda one: one.id) for row in csv_rows(one, sheet))
    return csv_answer(request, "traces", COLUMNS, rows)


def _methods(desk: Desk, one: Trace) -> list[MethodRow]:
    question = (one.network, one.start_address)
    name = ("methods", *question, desk.chains.stamp(one.network))
    return desk.once.get(desk.index(), name, lambda: methods_of(desk.chains, *question))


def hop_rows(one: Trace, sheet: Sheet) -> list[dict[str, Any]]:
    """Return each hop with its worth, its local time and what it rests on."""
    grounds = one.grounds or (None,) * len(one.hops)
    return [
        {"hop": hop, "ground": ground, "local": local_moment(sheet, hop.mined_at),
         "worth": worth_of(sheet, hop.value_sat, hop.mined_at)}
        for hop, ground in zip(one.hops, grounds, strict=True)
    ]  # fmt: skip


def csv_rows(one: Named, sheet: Sheet) -> list[tuple[Any, ...]]:
    """Return the lines of a trace's CSV file."""
    record: Trace = one.record
    rows: list[tuple[Any, ...]] = []
    for number, row in enumerate(hop_rows(record, sheet), start=1):
        rows += [_line(one, number, row["hop"], row["ground"], row["local"], worth)
                 for worth in row["worth"] or (None,)]  # fmt: skip
    return rows


def _line(
    one: Named, number: int, hop: Hop, ground: HopGround | None, local: str, worth: Worth | None
) -> tuple[Any, ...]:
    trace: Trace = one.record
    money = (worth.currency, worth.amount, worth.rate_on, worth.source) if worth else ("",) * 4
    return (
        one.id, trace.accounting, number, hop.mined_at, local, hop.txid, hop.vout,
        hop.from_address, hop.to_address, hop.value_sat, hop.traced_sat, *money, hop.why,
        ground.tier if ground else "", ground.own_probability if ground else None,
        trace.stop_reason, trace.stop_detail,
    )  # fmt: skip


def _others(index: CaseIndex, one: Named) -> list[Named]:
    found = index.traces.get(one.record.start_address, ())
    return [other for other in found if other.id != one.id][:40]


HANDLERS = (trace, trace_csv, traces_csv)
