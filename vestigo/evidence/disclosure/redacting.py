# SPDX-License-Identifier: AGPL-3.0-or-later
"""Redacted copies: derived by a named person, beside the commitment of what they were made of."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any

from vestigo.clock import iso
from vestigo.evidence.bundle.payload import BagFolder
from vestigo.evidence.bundle.plaintext import plain_text
from vestigo.evidence.bundle.thirds import ThirdParties
from vestigo.evidence.bundle.view import CaseView
from vestigo.evidence.disclosure.closure import Withheld
from vestigo.evidence.disclosure.partial import WITHHELD
from vestigo.evidence.disclosure.values import BLOT
from vestigo.evidence.disclosure.wish import Wish
from vestigo.evidence.exhibit_numbers import exhibit_numbers
from vestigo.evidence.harmless import harmless_lines
from vestigo.evidence.warc import read_exchange
from vestigo.records import Capture, canonical_json, record_from_body

RULE = "evidence.redact.v1"
FOLDER = "data/redactions"
_DIGEST = re.compile(r"[0-9a-f]{64}")


def add_redactions(
    bag: BagFolder, view: CaseView, withheld: Withheld, wish: Wish, commitments: Mapping[str, str]
) -> None:
    """Write the redacted records in one file, and a folder for each redacted page."""
    rows = [_record_row(one, withheld, wish, commitments)
            for one, redacted in withheld.records.items() if redacted]  # fmt: skip
    if rows:
        rows.sort(key=lambda row: str(row["commitment"]))
        content = b"".join(canonical_json(row) + b"\n" for row in rows)
        bag.add(f"{FOLDER}/records.jsonl", content)
    for record_id, number in sorted(exhibit_numbers(view.entries).items(), key=lambda one: one[1]):
        if number in withheld.redacted:
            _add_page(bag, view, withheld, wish, number, (record_id, commitments[record_id]))


def _record_row(
    record_id: str, withheld: Withheld, wish: Wish, commitments: Mapping[str, str]
) -> dict[str, Any]:
    body = withheld.bodies[record_id]
    hidden = sorted(name for kind, name in wish.fields if kind == body["kind"])
    told = {name: _redacted(value, withheld, commitments, hidden) for name, value in body.items()}
    for name in hidden:
        told[name] = BLOT
    return {
        "commitment": commitments[record_id], "kind": body["kind"], "withheld": hidden,
        "made_by": wish.person, "method": RULE, "body": told,
    }  # fmt: skip


def _redacted(
    value: Any, withheld: Withheld, commitments: Mapping[str, str], hidden: list[str]
) -> Any:
    """Return a value of a record without what is withheld; ids become commitments."""
    if isinstance(value, str):
        told = _DIGEST.sub(lambda m: _id(m[0], withheld, commitments), value)
        return withheld.values.blotted(told)
    if isinstance(value, list):
        return [_redacted(one, withheld, commitments, hidden) for one in value]
    if isinstance(value, dict):
        if "ranges" in value:  # a quotation of a page that is not here cannot be cut again
            value = {**value, "ranges": []}
        if value.get("field") in hidden and "span" in value:
            return {"field": value["field"], "span": BLOT}
        return {k: _redacted(one, withheld, commitments, hidden) for k, one in value.items()}
    return BLOT if isinstance(value, int) and withheld.values.stand_in(str(value)) else value


def _id(digest: str, withheld: Withheld, commitments: Mapping[str, str]) -> str:
    if digest in commitments and digest in withheld.records:
        return WITHHELD + commitments[digest]
    return BLOT if digest in withheld.digests else digest


def _add_page(
    bag: BagFolder,
    view: CaseView,
    withheld: Withheld,
    wish: Wish,
    number: str,
    record: tuple[str, str],
) -> None:
    record_id, commitment = record
    capture = record_from_body(withheld.bodies[record_id])
    assert isinstance(capture, Capture)
    files = {name: text.encode("utf-8") for name, text in _pages(view, withheld, capture)}
    for name, content in files.items():
        bag.add(f"{FOLDER}/{number}/{name}", content)
    facts = {
        "format": "vestigo-redaction-1", "exhibit": number, "commitment": commitment,
        "made_by": wish.person, "made_at": iso(view.events[-1].at), "reason": wish.reason,
        "method": RULE, "fields": sorted(f"{kind}.{name}" for kind, name in wish.fields),
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
    }  # fmt: skip
    bag.add(f"{FOLDER}/{number}/redaction.json", canonical_json(facts) + b"\n")


def _pages(view: CaseView, withheld: Withheld, capture: Capture) -> Iterator[tuple[str, str]]:
    """Yield the plain text of the page with the values and third persons overwritten."""
    body = read_exchange(view.folder.captures, capture).body
    text = plain_text(body, capture.media_type, capture.charset)
    if text is not None:
        masked = ThirdParties(view).masked(text)
        yield "text.txt", harmless_lines(withheld.values.blotted(masked))
