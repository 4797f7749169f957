# SPDX-License-Identifier: AGPL-3.0-or-later
"""Exhibits, "why?", downloads and the custody log."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from litestar import Response, get
from litestar.exceptions import HTTPException
from litestar.params import FromPath

from vestigo.console.accounts import ROLES
from vestigo.console.archive import (
    MARK_KINDS,
    PARTS,
    archived_body,
    archived_part,
    cut_again,
)
from vestigo.console.custody_view import CustodyPage
from vestigo.console.desk import Asked, Desk, Look, asked_for, desk_of, person_of, query_of, require
from vestigo.console.explaining import fields_of, sources_of, summary_of
from vestigo.console.index import CaseIndex, Named
from vestigo.console.marking import Mark, around, outside_text, source_view, text_view
from vestigo.console.masking import BUYER_FIELDS, is_third, masked_ranges
from vestigo.console.paging import PAGE_ROWS, Paged, page_number, paged
from vestigo.console.proving.filtering import COLUMNS as CUSTODY_COLUMNS
from vestigo.console.proving.filtering import Filter, chosen, csv_rows
from vestigo.console.rendering import link
from vestigo.console.tables import csv_answer
from vestigo.console.words import tier_of
from vestigo.errors import VestigoError
from vestigo.evidence.custody_event import ACTIONS, CustodyEvent
from vestigo.records import Authorization, Capture

CITED = "cited"
EXHIBIT_COLUMNS = (
    "capture_id", "observed_at", "request_method", "uri", "status", "media_type", "n_body_bytes",
    "content_sha256", "warc_name", "warc_offset", "account", "problem", "authorization_id",
)  # fmt: skip


@get("/why/{record_id:str}", sync_to_thread=True)
def why(request: Asked, record_id: FromPath[str]) -> Response[str]:
    """Show why a value is there: rule, tier, confidence, sources down to the bytes."""
    desk = desk_of(request)
    index = desk.index()
    record = index.by_id.get(record_id)
    if record is None:
        raise HTTPException(status_code=HTTPStatus.NOT_FOUND)
    one = Named(record_id, record)
    subject_id = getattr(record, "subject", "")
    subject = index.by_id.get(subject_id)
    return desk.page(
        request, "why.html", Look("why", record_id),
        one=one, subject=Named(subject_id, subject) if subject else None,
        tier=tier_of(record), summary=summary_of(record, desk.masking),
        fields=fields_of(record, desk.masking), index=index,
        sources=sources_of(index, record, desk.masking), cited=_cited(desk, index, one),
    )  # fmt: skip


@get("/exhibits", sync_to_thread=True)
def exhibits(request: Asked) -> Response[str]:
    """Show the captures of the case in order of time, a page at a time."""
    desk = desk_of(request)
    index = desk.index()
    captures = sorted(
        index.captures.values(), key=lambda one: (one.light.observed_at, one.light.capture_id)
    )
    found = paged(captures, query_of(request))
    return desk.page(request, "exhibits.html", Look("exhibits"), found=found, index=index)


@get("/exhibits/{capture_id:str}", sync_to_thread=True)
def exhibit(request: Asked, capture_id: FromPath[str]) -> Response[str]:
    """Show one capture: where it lies, its digests, its authorization, its text.

    ``mark`` is the id of a record: the bytes that it cites are marked in the text.
    """
    desk, query = desk_of(request), query_of(request)
    index = desk.index()
    capture = _capture(index, capture_id)
    wanted = query.get("mark", "")
    marks = _marks_of(index, wanted, capture_id)
    authorization = index.by_id.get(capture.record.authorization_id)
    return desk.page(
        request, "exhibit.html", Look("exhibit", capture_id),
        one=capture, shown_on=index.on_capture.get(capture_id, ()),
        authorization=authorization if isinstance(authorization, Authorization) else None,
        archived=_text(desk, index, capture.record, query.get("view", "text"), marks),
        parts_offered=PARTS, marked=wanted if marks else "",
    )  # fmt: skip


@get("/exhibits/{capture_id:str}/{part:str}", sync_to_thread=True)
def download(request: Asked, capture_id: FromPath[str], part: FromPath[str]) -> Response[bytes]:
    """Hand out archived bytes as a download; they are never shown as a page."""
    require(request, "download")
    desk = desk_of(request)
    capture = _capture(desk.index(), capture_id)
    if part not in PARTS:
        raise HTTPException(status_code=HTTPStatus.NOT_FOUND)
    content = archived_part(desk.read, capture.record, part)
    person = person_of(request)
    assert person is not None
    look = Look(f"download {part}", capture_id, action="copy")
    details = {"path": asked_for(request), "n_bytes": str(len(content))}
    desk.log.write(look, person.account, person.role, details)
    name = f"exhibit-{''.join(c for c in capture_id[:16] if c.isalnum())}-{part}.bin"
    return Response(
        content,
        media_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@get("/custody", sync_to_thread=True)
def custody(request: Asked) -> Response[str]:
    """Show the custody log, latest first, and whether its chain holds.

    What was verified once is not verified again at each look; ``verify=all`` asks for it.
    """
    desk, query = desk_of(request), query_of(request)
    shown: CustodyPage | None = None
    problem: VestigoError | None = None
    found: Paged[CustodyEvent] | None = None
    wanted = Filter.read(query)
    whole = query.get("verify") == "all"
    try:
        shown = desk.custody.page(page_number(query), PAGE_ROWS, whole=whole)
        if not wanted.is_empty:
            found = paged(chosen(desk.session.custody.events(), wanted), query)
    except VestigoError as error:
        problem = error
    look = Look("custody log verified" if whole else "custody log")
    return desk.page(
        request, "custody.html", look, shown=shown, problem=problem, found=found, wanted=wanted,
        actions=ACTIONS, roles=ROLES, link_query=link("/custody", **wanted.query()),
        csv_query=link("/custody.csv", **wanted.query()),
    )  # fmt: skip


@get("/custody.csv", sync_to_thread=True)
def custody_csv(request: Asked) -> Response[bytes]:
    """Hand out the events that the filters leave."""
    events = chosen(desk_of(request).session.custody.events(), Filter.read(query_of(request)))
    return csv_answer(request, "custody", CUSTODY_COLUMNS, csv_rows(events))


@get("/exhibits.csv", sync_to_thread=True)
def exhibits_csv(request: Asked) -> Response[bytes]:
    """Hand out the list of all captures."""
    index = desk_of(request).index()
    found = sorted(
        index.captures.values(), key=lambda one: (one.light.observed_at, one.light.capture_id)
    )
    rows = [
        (c.record.capture_id, c.record.observed_at, c.record.request_method, c.record.uri,
         c.record.status, c.record.media_type, c.record.n_body_bytes, c.record.content_sha256,
         c.record.warc_name, c.record.warc_offset, c.record.account, c.record.problem,
         c.record.authorization_id)
        for c in found
    ]  # fmt: skip
    return csv_answer(request, "exhibits", EXHIBIT_COLUMNS, rows)


def _capture(index: CaseIndex, capture_id: str) -> Named:
    found = index.captures.get(capture_id)
    if found is None:
        raise HTTPException(status_code=HTTPStatus.NOT_FOUND)
    return found


def _marks_of(index: CaseIndex, record_id: str, capture_id: str) -> list[Mark]:
    record = index.by_id.get(record_id)
    if record is None:
        return []
    one = Named(record_id, record)
    spans = [(name, span) for name, span in _spans(one) if span.capture_id == capture_id]
    kind = MARK_KINDS.get(record.KIND, "field")
    return [
        Mark(piece.start, piece.end, kind, name if kind == "field" else record.KIND, CITED)
        for name, span in spans
        for piece in span.ranges
        if piece.start < piece.end
    ]


def _text(
    desk: Desk, index: CaseIndex, capture: Capture, view: str, marks: list[Mark]
) -> dict[str, Any]:
    try:
        body = archived_body(desk.read, capture)
    except VestigoError as error:
        return {"capture": capture, "error": error, "checks": {}}
    masks = masked_ranges(index, capture.capture_id, body)
    source = view == "source"
    shown = (source_view if source else text_view)(body, capture.charset, marks, masks)
    outside = [] if source else outside_text(body, marks)[:1]
    return {"capture": capture, "view": "source" if source else "text", "shown": shown,
            "n_masked": len(masks), "outside": outside, "checks": {}}  # fmt: skip


def _cited(desk: Desk, index: CaseIndex, one: Named) -> list[dict[str, Any]]:
    """Return the bytes that a record cites, cut from the archive with some context."""
    found: list[dict[str, Any]] = []
    for label, span in _spans(one):
        capture = index.captures.get(span.capture_id)
        if capture is None:
            continue
        row: dict[str, Any] = {"label": label, "capture": capture.record}
        found.append(row)
        try:
            body = archived_body(desk.read, capture.record)
        except VestigoError as error:
            row["error"] = error
            continue
        row["cuts"] = cut_again(body, span)
        masks = masked_ranges(index, span.capture_id, body)
        kind = MARK_KINDS.get(one.record.KIND, "field")
        words = one.record.KIND if kind != "field" else label
        marks = [Mark(cut.start, cut.end, kind, words, "") for cut in row["cuts"]]
        row["shown"] = [around(body, capture.record.charset, m, masks) for m in marks[:8]]
        hidden = is_third(one.record) or one.record.KIND == "feedback"
        row["text"] = "" if hidden else span.text
    return found


def _spans(one: Named) -> list[tuple[str, Any]]:
    span = getattr(one.record, "span", None)
    fields = [(field.field, field.span) for field in getattr(one.record, "spans", ())]
    own = [(getattr(one.record, "field", ""), span)] if span is not None else []
    return own + [(name, found) for name, found in fields if name not in BUYER_FIELDS]


HANDLERS = (why, exhibits, exhibits_csv, exhibit, download, custody, custody_csv)
