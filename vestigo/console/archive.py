# SPDX-License-Identifier: AGPL-3.0-or-later
"""Archived bytes of a capture, compared with its record before anything is shown."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from vestigo.console.index import CaseIndex, Named
from vestigo.console.marking import Mark
from vestigo.errors import InputError
from vestigo.i18n import _
from vestigo.records import Capture, Mention, PriceQuote, Quantity, Selector
from vestigo.records.text import ByteRange, Span

PARTS = ("body", "response", "request")
LONG_FIELDS = frozenset({"description", "profile_text", "profile", "text"})
MARK_KINDS = {
    Mention.KIND: "substance",
    Quantity.KIND: "quantity",
    PriceQuote.KIND: "price",
    Selector.KIND: "selector",
}

Reader = Callable[[Capture], Any]


@dataclass(frozen=True, slots=True)
class Cut:
    """One byte range of a record, cut again from the archive, and whether the bytes agree."""

    start: int
    end: int
    agrees: bool


def archived_body(read: Reader, capture: Capture) -> bytes:
    """Return the decoded body from the archive.

    Raises ``InputError``: E-CON-010 it is not the body that the record names, E-CON-011
    it cannot be read.
    """
    body = bytes(_exchange(read, capture).body)
    if hashlib.sha256(body).hexdigest() != capture.content_sha256:
        raise InputError(
            "E-CON-010",
            _("The archived body is not the one that the record names: its digest differs."),
            where=f"{capture.warc_name} @ {capture.warc_offset}",
            remedy=_("Do not use this exhibit. Verify the archive and restore it from a copy."),
        )
    return body


def archived_part(read: Reader, capture: Capture, part: str) -> bytes:
    """Return the body (compared with its record), the response or the request as archived."""
    if part == "body":
        return archived_body(read, capture)
    return bytes(getattr(_exchange(read, capture), part))


def cut_again(body: bytes, span: Span | None) -> list[Cut]:
    """Return each byte range of ``span`` with whether the archive holds the quoted bytes."""
    return [
        Cut(piece.start, piece.end, _agrees(body, piece)) for piece in (span.ranges if span else ())
    ]


def marks_of(index: CaseIndex, one: Named, capture_id: str) -> list[Mark]:
    """Return the marks of a listing or vendor account and of all that was read from it."""
    marks = [
        mark
        for field in one.record.spans
        if field.field not in LONG_FIELDS
        for mark in _marks(field.span, capture_id, "field", field.field, f"f-{field.field}")
    ]
    for reading in index.readings.get(one.id, ()):
        marks.extend(mark_of(reading, capture_id))
    return marks


def mark_of(one: Named, capture_id: str) -> list[Mark]:
    """Return the marks of one reading on a capture."""
    span = getattr(one.record, "span", None)
    kind = MARK_KINDS.get(one.record.KIND, "field")
    return list(_marks(span, capture_id, kind, one.record.KIND, f"m-{one.id[:16]}"))


def _marks(
    span: Span | None, capture_id: str, kind: str, label: str, anchor: str
) -> Iterable[Mark]:
    if span is None or span.capture_id != capture_id:
        return
    for piece in span.ranges:
        if piece.start < piece.end:
            yield Mark(piece.start, piece.end, kind, label, anchor)


def _agrees(body: bytes, piece: ByteRange) -> bool:
    return body[piece.start : piece.end] == piece.raw()


def _exchange(read: Reader, capture: Capture) -> Any:
    try:
        return read(capture)
    except (OSError, EOFError, ValueError) as error:
        raise InputError(
            "E-CON-011",
            _("The archived exchange cannot be read: {reason}").format(reason=error),
            where=f"{capture.warc_name} @ {capture.warc_offset}",
            remedy=_("Verify the archive and restore it from a copy."),
        ) from error
