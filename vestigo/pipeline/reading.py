# SPDX-License-Identifier: AGPL-3.0-or-later
"""From archived pages to records: a pure function of the archive and the settings.

Nothing here touches the network.  Run again it makes the same records, which the
record ledger already has, so it adds nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from crawler.market import MarketProfile, read_page
from crawler.reading import records_of as page_records
from nlp.records import records_of as reading_records
from vestigo.evidence.warc import read_exchange
from vestigo.pipeline.session import CaseSession
from vestigo.rates import RateTable
from vestigo.records import Capture, Listing, Page, Record, VendorAccount

BATCH = 50


@dataclass(slots=True)
class ReadReport:
    """How many records of each kind were made, and what was not understood."""

    n_captures: int = 0
    n_new_records: int = 0
    page_kinds: Counter[str] = field(default_factory=Counter)
    records: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)


def read_captures(
    session: CaseSession, profile: MarketProfile, on_page: Callable[[], None] = lambda: None
) -> ReadReport:
    """Read every capture of the case with ``profile`` and append the records.

    ``on_page`` is called after each capture (for a progress display).
    """
    report = ReadReport()
    rates = case_rates(session)
    batch: list[Record] = []
    for capture in session.ledger.of_kind(Capture):
        made = _records_of_capture(session, profile, capture, rates, report)
        batch.extend(made)
        report.n_captures += 1
        if report.n_captures % BATCH == 0:
            report.n_new_records += session.ledger.append(batch)
            batch = []
        on_page()
    report.n_new_records += session.ledger.append(batch)
    return report


def case_rates(session: CaseSession) -> RateTable | None:
    """Return the exchange rates that the unit supplied, or None where there are none."""
    files = sorted(session.folder.rates.glob("*.csv"))
    return RateTable.read(files) if files else None


def _records_of_capture(
    session: CaseSession,
    profile: MarketProfile,
    capture: Capture,
    rates: RateTable | None,
    report: ReadReport,
) -> list[Record]:
    body = read_exchange(session.folder.captures, capture).body
    reading = read_page(
        profile,
        body,
        uri=capture.uri,
        status=capture.status,
        media_type=capture.media_type,
        charset=capture.charset,
        problem=capture.problem,
    )
    made = page_records(profile, reading, capture, body)
    for subject in [r for r in made if isinstance(r, Listing | VendorAccount)]:
        made.extend(reading_records(subject, reading.texts, capture, body, rates))
    _count(report, made)
    return made


def _count(report: ReadReport, made: list[Record]) -> None:
    report.records.update(record.KIND for record in made)
    for page in _pages(made):
        report.page_kinds[page.page_kind] += 1
        for text in (*page.leftovers, *page.failed_assertions):
            report.findings.append(f"{page.uri}: {text}")


def _pages(made: list[Record]) -> Iterator[Page]:
    return (record for record in made if isinstance(record, Page))
