# SPDX-License-Identifier: AGPL-3.0-or-later
"""The sheet of one exhibit: what was seen, when, under which authority, and what was read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vestigo.clock import iso
from vestigo.evidence.bundle.exhibit import Exhibit, SheetContext
from vestigo.evidence.bundle.thirds import MASK, is_third
from vestigo.evidence.harmless import harmless_line
from vestigo.i18n import _

LONGEST = 600
WIDTH = 24
_NOT_VALUES = frozenset(
    {"kind", "schema", "sources", "method", "confidence", "observed_at", "spans", "span", "subject"}
)


def sheet(exhibit: Exhibit, context: SheetContext) -> str:
    """Return the sheet in the active language; captured text in it is masked and harmless."""
    lines = [
        _("EXHIBIT {number}").format(number=exhibit.number),
        "",
        *_capture_lines(exhibit, context),
        "",
        _("Custody"),
        *_custody_lines(exhibit, context),
        "",
        _("What was read from it"),
        *_derived_lines(exhibit, context),
        _("Third persons are masked here; the archived bytes are unchanged."),
        _("What this sheet does not prove stands in LIMITS."),
    ]
    return "\n".join(lines) + "\n"


def _capture_lines(exhibit: Exhibit, context: SheetContext) -> Iterator[str]:
    capture = exhibit.capture
    authorization = context.authorizations.get(capture.authorization_id)
    under = _("none on record")
    if authorization:
        under = f"{authorization['reference']} ({authorization['issuing_body']})"
    rows = (
        (_("Address"), capture.uri),
        (_("Captured at (UTC)"), iso(capture.observed_at)),
        (_("Authorization"), under),
        (_("Account"), _("an account of the unit, name withheld") if capture.account else "-"),
        (_("Request, status"), f"{capture.request_method}, {capture.status or '-'}"),
        (_("Media type"), f"{capture.media_type} {capture.charset}".strip()),
        (_("Problem of the bytes"), capture.problem or "-"),
        (_("Archived in"), f"data/captures/{capture.warc_name} @ {capture.warc_offset}"),
        (_("SHA-256 of the record"), capture.capture_id),
        (_("SHA-256 of the content"), capture.content_sha256),
        *(
            [(_("Origin"), _("read out of a WARC file that others handed over"))]
            if exhibit.handed_over
            else []
        ),
    )
    return (_row(label, value, context) for label, value in rows)


def _custody_lines(exhibit: Exhibit, context: SheetContext) -> Iterator[str]:
    events = context.events_of(exhibit)
    if not events:
        yield "  " + _("no event names this exhibit or its file")
    for event in events:
        text = f"{iso(event.at)}  {event.action}  {event.actor}  {event.software}  {event.reason}"
        yield "  " + _shown(text, context)


def _derived_lines(exhibit: Exhibit, context: SheetContext) -> Iterator[str]:
    if not exhibit.derived:
        yield "  -"
    for record_id, body in sorted(exhibit.derived, key=lambda item: (item[1]["kind"], item[0])):
        yield f"  {body['kind']}  {record_id}"
        method = f"{body['method']['rule']}, {body['confidence']}"
        yield _row("  " + _("method, confidence"), method, context)
        for name, value in sorted(body.items()):
            if name not in _NOT_VALUES and value not in (None, [], ""):
                shown = MASK if is_third(name) or _is_third_value(body, name) else _text(value)
                yield _row(f"    {name}", shown, context)
        yield from _quoted_lines(body, context)
        yield ""


def _quoted_lines(body: dict[str, Any], context: SheetContext) -> Iterator[str]:
    spans = [(item["field"], item["span"]) for item in body.get("spans", ())]
    if body.get("span"):
        spans.append((body.get("field", ""), body["span"]))
    for name, span in spans:
        hidden = is_third(name) or body.get("party") == "third"
        for piece in span["ranges"]:
            quoted = MASK if hidden else piece["quoted"]
            where = _("bytes {start}-{end}").format(start=piece["start"], end=piece["end"])
            yield _row(f"    {name} <-", f"{where}: {quoted}", context)


def _is_third_value(body: dict[str, Any], name: str) -> bool:
    return body.get("party") == "third" and name == "value"


def _text(value: Any) -> str:
    if isinstance(value, list):
        return " > ".join(_text(item) for item in value)
    if isinstance(value, dict):
        return ", ".join(f"{key} {_text(item)}" for key, item in sorted(value.items()))
    return str(value)


def _row(label: str, value: str, context: SheetContext) -> str:
    return f"{label:<{WIDTH}}  {_shown(value, context)}"


def _shown(text: str, context: SheetContext) -> str:
    masked = context.thirds.masked(text)
    if len(masked) > LONGEST:
        masked = masked[:LONGEST] + " …"
    return harmless_line(masked)
