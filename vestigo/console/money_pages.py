# SPDX-License-Identifier: AGPL-3.0-or-later
"""Addresses, traces and the candidates for cash-out points."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from itertools import chain

from litestar import Response, get
from litestar.exceptions import HTTPException
from litestar.params import FromPath

from vestigo.console.desk import Asked, Look, desk_of, query_of
from vestigo.console.explaining import sources_of
from vestigo.console.index import CaseIndex, Named
from vestigo.console.listing_pages import found_or_404
from vestigo.console.money.deciding import decisions_on
from vestigo.console.paging import paged
from vestigo.console.proof import proof_path
from vestigo.pipeline.chance_words import words_of_point
from vestigo.records import CashOutPoint, Tag, Trace, Transaction

TRACES = 20
REACHED = frozenset({"tagged_service", "deposit_candidate"})


@get("/cash-outs", sync_to_thread=True)
def cash_outs(request: Asked) -> Response[str]:
    """Show the cash-out candidates, and the traces that ended elsewhere with their reason."""
    desk = desk_of(request)
    index = desk.index()
    elsewhere = [one for one in _all_traces(index) if one.record.stop_reason not in REACHED]
    elsewhere.sort(key=lambda one: (one.record.stop_reason, one.record.start_address, one.id))
    return desk.page(
        request, "cash_outs.html", Look("cash-outs"),
        index=index, elsewhere=paged(elsewhere, query_of(request)),
        n_outputs=len({(one.record.txid, one.record.vout) for one in index.cash_outs}),
    )  # fmt: skip


@get("/cash-outs/{record_id:str}", sync_to_thread=True)
def cash_out(request: Asked, record_id: FromPath[str]) -> Response[str]:
    """Show one candidate: the service, why it is named, and the whole trace."""
    desk = desk_of(request)
    index = desk.index()
    one = found_or_404(index, record_id, CashOutPoint)
    tags = [Named(i, tag) for i in one.record.tag_ids if isinstance(tag := index.by_id.get(i), Tag)]
    return desk.page(
        request, "cash_out.html", Look("cash-out candidate", record_id),
        one=one, index=index, tags=tags,
        chance=words_of_point(one.record, [tag.record for tag in tags]),
        decisions=decisions_on(index, one.record),
        traces=reaching(index, one.record),
        sources=sources_of(index, one.record, desk.masking),
    )  # fmt: skip


def reaching(index: CaseIndex, point: CashOutPoint) -> list[Named]:
    """Return the trace that the candidate names, then the others that end at its output.

    What they carry adds up to the traced amount of the candidate.
    """
    named = index.by_id.get(point.trace_id)
    first = [Named(point.trace_id, named)] if isinstance(named, Trace) else []
    others = [
        one
        for one in index.traces.get(point.start_address, ())
        if one.id != point.trace_id
        and one.record.hops
        and (one.record.hops[-1].txid, one.record.hops[-1].vout) == (point.txid, point.vout)
    ]
    return first + others


@get("/address", sync_to_thread=True)
def address(request: Asked) -> Response[str]:
    """Show one address: who published it, tags, wallet cluster, traces, transactions."""
    desk = desk_of(request)
    index = desk.index()
    value, other = request.query_params.get("value", ""), request.query_params.get("to", "")
    if not _known(index, value):
        raise HTTPException(status_code=HTTPStatus.NOT_FOUND)
    clusters = index.clusters.get(value, [])
    return desk.page(
        request, "address.html", Look("address"),
        address=value, other=other, index=index, clusters=clusters,
        proofs={one.id: proof_path(one.record, value, other) for one in clusters} if other else {},
        published=index.selectors.get(value, ()), tags=index.tags.get(value, ()),
        traces=paged(index.traces.get(value, ()), query_of(request), TRACES),
        through=index.through.get(value, ()),
        cash_outs=[one for one in index.cash_outs if one.record.address == value],
        transactions=transactions_of(index, value),
    )  # fmt: skip


@get("/transactions/{txid:str}", sync_to_thread=True)
def transaction(request: Asked, txid: FromPath[str]) -> Response[str]:
    """Show one transaction that the case cites: its block, its proof, and who cites it."""
    desk = desk_of(request)
    index = desk.index()
    one = index.transactions.get(txid)
    hops = [
        (trace, hop) for trace in _all_traces(index) for hop in trace.record.hops
        if hop.txid == txid
    ]  # fmt: skip
    if one is None and not hops:
        raise HTTPException(status_code=HTTPStatus.NOT_FOUND)
    return desk.page(
        request, "transaction.html", Look("transaction", one.id if one else ""),
        txid=txid, one=one, hops=hops, view=index.read_txs.get(txid),
    )  # fmt: skip


def transactions_of(index: CaseIndex, value: str) -> list[tuple[str, Named | None]]:
    """Return the transactions that traces and joins of the case cite for an address."""
    hops = (hop for one in _all_traces(index) for hop in one.record.hops)
    cited = {hop.txid for hop in hops if value in (hop.from_address, hop.to_address)}
    cited.update(index.moved.get(value, ()))
    for one in index.clusters.get(value, ()):
        cited.update(j.txid for j in one.record.joins if value in (j.address_a, j.address_b))
    found: list[tuple[str, Named | None]] = [(t, index.transactions.get(t)) for t in cited]
    return sorted(found, key=_when)


def _when(pair: tuple[str, Named | None]) -> tuple[str, str]:
    txid, one = pair
    record: Transaction | None = one.record if one else None
    return (record.mined_at.isoformat() if record else "~", txid)


def _known(index: CaseIndex, value: str) -> bool:
    if value in index.moved:
        return True
    places: Iterable[dict[str, list[Named]]] = (
        index.selectors, index.tags, index.clusters, index.traces, index.through,
    )  # fmt: skip
    if any(value in place for place in places):
        return True
    return any(
        value in (hop.from_address, hop.to_address)
        for one in _all_traces(index)
        for hop in one.record.hops
    )


def _all_traces(index: CaseIndex) -> list[Named]:
    return list(chain.from_iterable(index.traces.values()))


HANDLERS = (cash_outs, cash_out, address, transaction)
