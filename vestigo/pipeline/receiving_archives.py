# SPDX-License-Identifier: AGPL-3.0-or-later
"""Captures out of a colleague's WARC file: origin ``received``, apart from our own crawls.

Each response is archived again in our own form, its bytes as they stand in the file, with
its date and address, in WARC files of their own whose names end in ``-received``.  The label
of a capture says which record of which item it was made from, so that a crash loses nothing.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field

from vestigo import __version__
from vestigo.evidence.keys import seal_public_key
from vestigo.evidence.quarantine import Catcher, Sighting
from vestigo.evidence.received import received_path
from vestigo.evidence.received.foreign_exchange import ForeignExchange, iter_exchanges
from vestigo.evidence.received.foreign_warc import ForeignRecord, WarcFinding, iter_foreign
from vestigo.evidence.screening import Screen
from vestigo.evidence.warc import Exchange, WarcArchive, iter_labelled
from vestigo.pipeline.session import CaseSession
from vestigo.records import Capture, ReceivedCapture, ReceivedItem
from vestigo.records.market import RECEIVED_WARC

LABEL = "received"
KEPT_FINDINGS = 200
AT_ONCE = 32


@dataclass(slots=True)
class ImportReport:
    """How many records there were, how many became captures, and what was not understood.

    ``findings`` counts by cause; ``places`` holds the first ones.
    """

    n_records: int = 0
    n_captures: int = 0
    findings: Counter[str] = field(default_factory=Counter)
    places: list[WarcFinding] = field(default_factory=list)

    def tell(self, finding: WarcFinding) -> None:
        """Note what was not understood."""
        self.findings[finding.cause] += 1
        if len(self.places) < KEPT_FINDINGS:
            self.places.append(finding)


def import_archive(session: CaseSession, catcher: Catcher, item: ReceivedItem) -> ImportReport:
    """Make captures of the responses in a received WARC file; run again it adds nothing."""
    from vestigo.pipeline.crawling import record_captures, record_segments

    report = ImportReport()
    screen = catcher.screen.variant(pictures_allowed=True)
    with _archive(session) as archive:
        done = {label for _capture, label in _received(session)}
        writing: deque[Future[Capture]] = deque()
        for found in _found(session, item, report):
            label = _label(item, found)
            report.n_captures += 1
            if label not in done and _passes(found, screen, catcher, report):
                writing.append(archive.submit(_exchange(found, label)))
            while len(writing) > AT_ONCE:  # the queue of the archive has no end
                writing.popleft().result()
        while writing:
            writing.popleft().result()
    record_segments(session)
    record_captures(session)
    session.ledger.append(_links(session))
    return report


def _archive(session: CaseSession) -> WarcArchive:
    folder = session.folder
    return WarcArchive(
        folder.captures, folder.sealed, seal_public_key(folder), session.clock,
        f"vestigo {__version__}", mark=RECEIVED_WARC.removesuffix(".warc.gz"),
    )  # fmt: skip


def _found(
    session: CaseSession, item: ReceivedItem, report: ImportReport
) -> Iterator[ForeignExchange]:
    path = received_path(session.folder.received, item.sha256)
    yield from iter_exchanges(_counted(iter_foreign(path, report.tell), report), report.tell)


def _counted(records: Iterator[ForeignRecord], report: ImportReport) -> Iterator[ForeignRecord]:
    for record in records:
        report.n_records += 1
        yield record


def _exchange(found: ForeignExchange, label: str) -> Exchange:
    return Exchange(
        uri=found.uri, method=found.method, began_at=found.began_at, request=found.request,
        response=found.record.block, authorization_id="", truncated=found.truncated, label=label,
    )  # fmt: skip


def _passes(found: ForeignExchange, screen: Screen, catcher: Catcher, report: ImportReport) -> bool:
    wire = _exchange(found, "").wire
    verdict = screen.judge(found.uri, "", wire.body, wire.media_type)
    if verdict.passed:
        return True
    report.n_captures -= 1
    report.tell(WarcFinding(found.record.start, "screened", verdict.why))
    if verdict.match is not None:
        sighting = Sighting(
            uri=found.uri, host="", seen_at=found.began_at, body=wire.body,
            blocks={"response": found.record.block},
        )  # fmt: skip
        catcher.catch(verdict, sighting)
    return False


def _label(item: ReceivedItem, found: ForeignExchange) -> str:
    record = found.record
    return f"{LABEL}/{item.record_id}/{record.start}/{record.end}/{record.record_id}"


def _received(session: CaseSession) -> Iterator[tuple[Capture, str]]:
    return iter_labelled(session.folder.captures, ending=RECEIVED_WARC)


def _links(session: CaseSession) -> Iterator[ReceivedCapture]:
    """Yield what ties each received capture to its item, from the labels in the archive."""
    for capture, label in _received(session):
        _word, item_id, start, end, original = label.split("/", 4)
        yield ReceivedCapture(
            item_id=item_id, capture_id=capture.capture_id, original_record=original,
            start=int(start), end=int(end),
        )  # fmt: skip
