# SPDX-License-Identifier: AGPL-3.0-or-later
"""Exhibits: one folder for each capture that something rests on.

The number of an exhibit is the place of its capture among all captures of the
case, so it never changes when more is collected or derived.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from vestigo.evidence.bundle.documents.case_facts import case_facts
from vestigo.evidence.bundle.documents.case_report import reports
from vestigo.evidence.bundle.documents.exhibit_sheet import SheetSource, exhibit_sheet
from vestigo.evidence.bundle.documents.quoting import Surroundings
from vestigo.evidence.bundle.documents.times import log_times
from vestigo.evidence.bundle.documents.wanted import Wanted
from vestigo.evidence.bundle.exhibit import Exhibit, SheetContext
from vestigo.evidence.bundle.payload import BagFolder
from vestigo.evidence.bundle.pictures import pictures_of
from vestigo.evidence.bundle.plaintext import RULE, plain_text
from vestigo.evidence.bundle.received import givers
from vestigo.evidence.bundle.records import bodies
from vestigo.evidence.bundle.sheet import sheet
from vestigo.evidence.bundle.thirds import ThirdParties
from vestigo.evidence.bundle.view import CaseView
from vestigo.evidence.bundle.watching import BuildWatch
from vestigo.evidence.custody import CustodyEvent
from vestigo.evidence.exhibit_numbers import exhibit_numbers
from vestigo.evidence.harmless import csv_row, harmless_lines
from vestigo.evidence.report.keeping import Kept
from vestigo.evidence.warc import read_exchange
from vestigo.i18n import speaking
from vestigo.records import RECORD_TYPES, Capture, Derived, Screenshot, record_from_body


def add_exhibits(
    bag: BagFolder,
    view: CaseView,
    wanted: Wanted,
    pdfs: Kept | None,
    watch: BuildWatch | None = None,
) -> list[str]:
    """Write the folders of all exhibits, their index and the report; return the numbers.

    ``watch`` hears how many there are, and of each that is written.
    """
    watch = watch or BuildWatch()
    context = sheet_context(bag, view)
    found = list(exhibits_of(view))
    watch.expect(sum(exhibit.cited for exhibit in found))
    numbers = []
    rows = [["exhibit", "captured_at", "address", "page_kind", "title", "capture_id"]]
    for exhibit in found:
        if exhibit.cited:
            add_exhibit(bag, _source(view, exhibit, context, wanted), wanted, pdfs)
            numbers.append(exhibit.number)
            watch.advance(1)
            rows.append(_index_row(exhibit, context.thirds))
    text = "".join(csv_row(row) for row in rows)
    bag.add("data/exhibits/index.csv", text.encode("utf-8"))
    facts = case_facts(view, found, context.thirds)
    for name, content in reports(facts, wanted, pdfs).items():
        bag.add(f"data/report/{name}", content)
    return numbers


def exhibits_of(view: CaseView) -> Iterator[Exhibit]:
    """Yield every capture as an exhibit with what was derived from it, in order."""
    by_id: dict[str, Exhibit] = {}
    found = []
    numbers = exhibit_numbers(view.entries)
    for record_id, body in bodies(view, "capture"):
        capture = record_from_body(body)
        assert isinstance(capture, Capture)
        exhibit = Exhibit(numbers[record_id], record_id, capture)
        by_id[record_id] = by_id[capture.capture_id] = exhibit
        found.append(exhibit)
    gone = view.ledger.retracted(up_to=view.n_entries)
    for kind in sorted(name for name, cls in RECORD_TYPES.items() if issubclass(cls, Derived)):
        for record_id, body in bodies(view, kind):
            if record_id not in gone:
                cited = {by_id[i].number: by_id[i] for i in _cited(body) if i in by_id}
                for exhibit in cited.values():
                    exhibit.derived.append((record_id, body))
    yield from found


def add_exhibit(bag: BagFolder, source: SheetSource, wanted: Wanted, pdfs: Kept | None) -> None:
    """Write sheets (each language), plain text, pictures and description of one exhibit."""
    exhibit, context = source.exhibit, source.context
    files = dict(source.files)
    text = plain_text(source.page.body, exhibit.capture.media_type, exhibit.capture.charset)
    if text is not None:
        shown = harmless_lines(context.thirds.masked(text))
        files["text.txt"] = shown.encode("utf-8")
    for language in wanted.languages:
        with speaking(language):
            files[f"sheet.{language}.txt"] = sheet(exhibit, context).encode("utf-8")
            if pdfs is not None:
                files[f"sheet.{language}.pdf"] = pdfs.pdf(exhibit_sheet(source))
    for name, content in files.items():
        bag.add(f"{exhibit.folder}/{name}", content)
    description = _description(exhibit, files)
    content = json.dumps(description, indent=1, sort_keys=True).encode("ascii")
    bag.add(f"{exhibit.folder}/exhibit.json", content + b"\n")


def _source(view: CaseView, exhibit: Exhibit, context: SheetContext, wanted: Wanted) -> SheetSource:
    capture = exhibit.capture
    body = read_exchange(view.folder.captures, capture).body
    return SheetSource(
        exhibit=exhibit,
        page=Surroundings(capture.capture_id, body, capture.charset, context.thirds),
        files=pictures_of(view.folder.derived, exhibit),
        context=context,
        unit=str(view.folder.description()["unit"]),
        with_pictures=wanted.with_pictures,
    )


def _description(exhibit: Exhibit, files: dict[str, bytes]) -> dict[str, Any]:
    capture = exhibit.capture
    derived = sorted({(body["kind"], record_id) for record_id, body in exhibit.derived})
    return {
        "format": "vestigo-exhibit-1",
        "exhibit": exhibit.number,
        "capture_id": capture.capture_id,
        "capture_record_id": exhibit.record_id,
        "content_sha256": capture.content_sha256,
        "warc": f"data/captures/{capture.warc_name}",
        "warc_offset": capture.warc_offset,
        "derived": [{"kind": kind, "record_id": record_id} for kind, record_id in derived],
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
        "text_made_by": RULE,
    }


def sheet_context(bag: BagFolder, view: CaseView) -> SheetContext:
    """Return what every sheet of the case needs; the captures stand in the bundle already."""
    authorizations = dict(bodies(view, "authorization"))
    events: dict[str, list[CustodyEvent]] = {}
    for event in view.events:
        for key in {event.object_sha256, f"exhibit {event.exhibit}"} - {"", "exhibit "}:
            events.setdefault(key, []).append(event)
    prefix = "data/captures/"
    digests = {n[len(prefix) :]: d.sha256 for n, d in bag.files.items() if n.startswith(prefix)}
    times = log_times(view.events)
    thirds = ThirdParties(view.whole or view)
    return SheetContext(authorizations, events, digests, thirds, times, givers(view))


def _cited(body: dict[str, Any]) -> set[str]:
    """Return every id that a derived record rests on, the ids in its spans included."""
    if body["kind"] == Screenshot.KIND:
        return {body["sources"][0]}  # the page; what it embeds is no exhibit for that alone
    ids = set(body["sources"])
    spans = [item["span"] for item in body.get("spans", ())]
    spans += [body["span"]] if body.get("span") else []
    return ids | {span["capture_id"] for span in spans}


def _index_row(exhibit: Exhibit, thirds: ThirdParties) -> list[str]:
    kinds = [body["page_kind"] for _id, body in exhibit.derived if body["kind"] == "page"]
    titles = [body["title"] for _id, body in exhibit.derived if body["kind"] == "listing"]
    capture = exhibit.capture
    when = capture.observed_at.isoformat().replace("+00:00", "Z")
    address, title = thirds.masked(capture.uri), thirds.masked((titles or [""])[0])
    return [exhibit.number, when, address, (kinds or [""])[0], title, capture.capture_id]
