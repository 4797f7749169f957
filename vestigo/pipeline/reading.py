# SPDX-License-Identifier: AGPL-3.0-or-later
"""From archived pages to records: a pure function of the archive and the settings.

Nothing here touches the network.  Run again it makes the same records, which the
record ledger already has, so it adds nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from crawler.judging import archived_refresh
from crawler.market import MarketProfile, PageReading, read_page
from crawler.market.asserting import Tally
from crawler.market.classifying import OTHER
from crawler.market.page import UNKNOWN_KIND
from crawler.market.wall import WALLS
from crawler.reading import records_of as page_records
from nlp.reading.own_terms import reader_with, terms_of
from nlp.reading.reader import ListingReader
from nlp.reading.records import records_of as reading_records
from nlp.reading.version import ReadingVersion, reading_version
from vestigo.errors import VerificationError
from vestigo.evidence.warc import read_exchange
from vestigo.pipeline.coverage_records import PassesSeen
from vestigo.pipeline.rates import case_rates
from vestigo.pipeline.session import CaseSession
from vestigo.pipeline.superseding import OlderReadings, subjects_of
from vestigo.rates import RateTable
from vestigo.records import Capture, Derived, Listing, Page, Record, VendorAccount

BATCH = 50


@dataclass(slots=True)
class ReadReport:
    """How many records of each kind were made, and what was not understood.

    ``damaged`` are the captures whose archived bytes are not those that were captured, each
    with the code of what is wrong; nothing was made of them.  ``n_superseded`` readings of an
    older reader, lexicon or rate table gave way to new ones.
    """

    n_captures: int = 0
    n_new_records: int = 0
    page_kinds: Counter[str] = field(default_factory=Counter)
    records: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)
    damaged: dict[str, str] = field(default_factory=dict)
    n_superseded: int = 0
    tallies: dict[str, Tally] = field(default_factory=dict)

    def judge(self, profiles: Sequence[MarketProfile]) -> None:
        """Add the assertions that do not hold to the findings, of each profile that read pages.

        Of several profiles of one market (an old layout and a new one) those that read no
        listing are left out where another read some: a door page or two came to them.
        """
        n_listings: Counter[str] = Counter()
        for profile in profiles:
            n_listings[profile.market] += self._tally(profile).counts["listing"]
        for profile in profiles:
            tally = self._tally(profile)
            replaced = n_listings[profile.market] and not tally.counts["listing"]
            failed = tally.failures(profile.assertions) if tally.counts["pages"] else []
            self.findings += [f"{profile.market}: {one}" for one in failed if not replaced]

    def _tally(self, profile: MarketProfile) -> Tally:
        return self.tallies.get(profile.digest, Tally())


def read_captures(
    session: CaseSession,
    profiles: Sequence[MarketProfile],
    on_page: Callable[[], None] = lambda: None,
) -> ReadReport:
    """Read the captures of the markets of ``profiles`` and append the records.

    A capture belongs to the market that its host was crawled as; where the case does
    not say so, to every market.  Of several profiles of its market the one that
    understands most of the page reads it.  ``on_page`` is called after each capture (for
    a progress display).  A capture whose archive is damaged is reported, and the rest read.
    """
    report = ReadReport()
    older = OlderReadings(session)
    reader = CaseReader.of(session, older)
    market_of = CrawledMarkets(session, profiles).of
    passes = PassesSeen(session)
    batch: list[Record] = []
    for capture in session.ledger.of_kind(Capture):
        market = market_of(capture)
        known = [one for one in profiles if market is None or one.market == market]
        on_page()
        if not known:
            continue
        try:
            made = _records_of_capture(session, known, capture, reader, report, passes)
        except VerificationError as error:
            report.damaged[capture.capture_id] = error.code
            continue
        gone = older.superseded_by(reader.version, subjects_of(made))
        report.n_superseded += len(gone)
        batch += [*made, *gone]
        report.n_captures += 1
        if report.n_captures % BATCH == 0:
            report.n_new_records += session.ledger.append(batch)
            batch = []
    report.judge(profiles)
    # an estimate from a part of the captures would stand beside the right one for ever
    estimates = [] if report.damaged else list(passes.records())
    report.records.update(one.KIND for one in estimates)
    report.n_new_records += session.ledger.append([*batch, *estimates])
    report.n_new_records -= report.n_superseded
    older.finish(reader.version)
    return report


@dataclass(frozen=True, slots=True)
class CaseReader:
    """What the texts of a case are read with, and the version that the records cite."""

    listings: ListingReader
    rates: RateTable | None
    version: ReadingVersion

    @classmethod
    def of(cls, session: CaseSession, older: OlderReadings) -> CaseReader:
        """Return the reader of a case that holds the ``older`` readings."""
        listings, rates = case_reader(session), case_rates(session)
        return cls(listings, rates, older.fresh(reading_version(listings, rates)))

    def read(
        self, subject: Listing | VendorAccount, page: PageReading, capture: Capture, body: bytes
    ) -> list[Derived]:
        """Return the records of what the texts of ``subject`` say."""
        return reading_records(
            subject, page.texts, capture, body, self.rates, self.listings, self.version
        )


class CrawledMarkets:
    """Which market a capture belongs to, by what the custody log says of the crawls."""

    def __init__(self, session: CaseSession, profiles: Sequence[MarketProfile]) -> None:
        self._named = {host.lower(): one.market for one in profiles for host in one.hosts}
        self._begun: dict[str, list[tuple[datetime, str]]] = {}
        for event in session.custody.events():
            market = event.details.get("market", "")
            if event.action == "collection" and market:
                host = urlsplit(event.details.get("start", "")).netloc.lower()
                self._begun.setdefault(host, []).append((event.at, market))

    def of(self, capture: Capture) -> str | None:
        """Return the market that the host was last crawled as before the capture, or None."""
        host = urlsplit(capture.uri).netloc.lower()
        begun = [one for one in self._begun.get(host, ()) if one[0] <= capture.observed_at]
        return begun[-1][1] if begun else self._named.get(host)


def case_reader(session: CaseSession) -> ListingReader:
    """Return the reader with the terms that the unit added to this case."""
    return reader_with(terms_of(session.settings("reading"), session.folder.path))


def _records_of_capture(
    session: CaseSession,
    profiles: Sequence[MarketProfile],
    capture: Capture,
    reader: CaseReader,
    report: ReadReport,
    passes: PassesSeen,
) -> list[Record]:
    exchange = read_exchange(session.folder.captures, capture)
    body = exchange.body
    refresh = archived_refresh(exchange.response, capture.request_method)
    profile, reading = _best_reading(profiles, capture, body, refresh)
    if capture.origin == "crawled":  # what a colleague saw says nothing of our own passes
        passes.take(capture, profile, reading)
    report.tallies.setdefault(profile.digest, Tally()).add(reading)
    made = page_records(profile, reading, capture, body)
    for subject in subjects_of(made):
        made.extend(reader.read(subject, reading, capture, body))
    _count(report, made)
    return made


def _best_reading(
    profiles: Sequence[MarketProfile], capture: Capture, body: bytes, refresh: str
) -> tuple[MarketProfile, PageReading]:
    """Return the profile that understands most of the page, with its reading; of equals the first.

    An old layout leaves a page of a new one unknown, or an error page half understood.
    """
    best = (profiles[0], _reading(profiles[0], capture, body, refresh))
    for profile in profiles[1:]:
        if _not_understood(best[1]) == (False, 0):
            break
        other = _reading(profile, capture, body, refresh)
        if _not_understood(other) < _not_understood(best[1]):
            best = (profile, other)
    return best


def _not_understood(reading: PageReading) -> tuple[bool, int]:
    unknown = reading.kind == OTHER and bool(reading.failed_assertions)
    return unknown, len(reading.leftovers) + len(reading.failed_assertions)


def _reading(profile: MarketProfile, capture: Capture, body: bytes, refresh: str) -> PageReading:
    return read_page(
        profile,
        body,
        uri=capture.uri,
        status=capture.status,
        media_type=capture.media_type,
        charset=capture.charset,
        problem=capture.problem,
        refresh=refresh,
    )


def _count(report: ReadReport, made: list[Record]) -> None:
    report.records.update(record.KIND for record in made)
    for page in _pages(made):
        report.page_kinds[page.page_kind] += 1
        for text in _not_read(page):
            report.findings.append(f"{page.uri}: {text}")


def _not_read(page: Page) -> tuple[str, ...]:
    """Return what of a page was not understood.

    Of a page that says that nothing is there, and of a wall, there is nothing to be read:
    that no rule of the profile knows it is no failure.
    """
    if page.page_kind not in WALLS:
        return (*page.leftovers, *page.failed_assertions)
    return tuple(text for text in page.failed_assertions if text != UNKNOWN_KIND)


def _pages(made: list[Record]) -> Iterator[Page]:
    return (record for record in made if isinstance(record, Page))
