# SPDX-License-Identifier: AGPL-3.0-or-later
"""Crawling into a case: archive, record ledger and custody log kept in agreement."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from http.cookiejar import Cookie
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from crawler.coverage import coverage_of
from crawler.frontier import Frontier
from crawler.job import Attendant, Coverage, CrawlJob, CrawlReport
from crawler.market import MarketProfile
from crawler.run import check_authority, crawl
from crawler.tor.identity import identity_number
from vestigo import __version__
from vestigo.errors import ConfigurationError, UsageError
from vestigo.evidence.keys import seal_public_key
from vestigo.evidence.origin import ArchivedDescriptor
from vestigo.evidence.warc import ClosedSegment, describe_segment, iter_captures
from vestigo.i18n import _
from vestigo.pipeline.crawl_identity import fresh_asked
from vestigo.pipeline.crawl_state import Following
from vestigo.pipeline.interventions import check_person
from vestigo.pipeline.screening import check_start, open_catcher
from vestigo.pipeline.session import CaseSession
from vestigo.pipeline.stamping import not_before_details
from vestigo.records import Capture
from vestigo.store import CaseFolder

BATCH = 500


def frontier_path(folder: CaseFolder, market: str, pass_no: int = 1) -> Path:
    """Return where the frontier of one pass lies (working state, not evidence)."""
    name = market if pass_no == 1 else f"{market}.pass-{pass_no}"
    return folder.crawl_state / f"{name}.sqlite"


def seen_before(
    folder: CaseFolder, profile: MarketProfile, pass_no: int, start_uri: str
) -> tuple[str, ...]:
    """Return the listings and vendors of earlier passes, at the address of ``start_uri``.

    A new pass asks for each of them again: one that is gone is then known to be gone.
    Addresses that the profile does not follow are those of an earlier layout: that nothing
    is there says nothing.  Raises ``UsageError`` E-CRA-019 where the pass before was never
    crawled.
    """
    market = profile.market
    if pass_no < 1 or (pass_no > 1 and not frontier_path(folder, market, pass_no - 1).exists()):
        raise UsageError(
            "E-CRA-019",
            _("There is no pass before pass {number} of this market.").format(number=pass_no),
            where=market,
            remedy=_("Crawl the passes in their order, beginning with 1."),
        )
    found: list[str] = []
    for number in range(1, pass_no):
        with closing(Frontier(frontier_path(folder, market, number), reading=True)) as frontier:
            known = [urlsplit(uri) for uri in frontier.found_pages()]
        found += [urljoin(start_uri, uri._replace(scheme="", netloc="").geturl()) for uri in known]
    return tuple(uri for uri in dict.fromkeys(found) if profile.hint(uri))


def crawl_job(
    session: CaseSession,
    profile: MarketProfile,
    start_uri: str,
    *,
    seeds: tuple[str, ...] = (),
    account: str = "",
    password: str | None = None,
    pass_no: int = 1,
    attendant: Attendant | None = None,
    cookies: tuple[Cookie, ...] = (),
    fresh_identity: bool = False,
    retry_failed: bool = False,
    on_progress: Callable[[int, int], None] = lambda _settled, _known: None,
) -> CrawlJob:
    """Return the job of crawling ``profile``'s market into the case of ``session``.

    Without keys in the case secrets are dropped, not stored.  ``pass_no`` counts the
    visits of the market: each begins anew; ``fresh_identity`` has the account come over
    circuits that it never used before; ``retry_failed`` asks again for every page that
    failed.  Raises ``UsageError`` E-CRA-019.
    """
    folder = session.folder
    seeds = (*seeds, *seen_before(folder, profile, pass_no, start_uri))
    identity = identity_of(session, profile.market, account) + int(fresh_identity)
    return CrawlJob(
        profile=profile,
        start_uri=start_uri,
        seeds=seeds,
        gate=session.gate(),
        captures_folder=folder.captures,
        sealed_folder=folder.sealed,
        frontier_path=frontier_path(folder, profile.market, pass_no),
        settings=session.settings("crawl"),
        clock=session.clock,
        software=f"vestigo {__version__}",
        account=account,
        password=password,
        seal_key=case_seal_key(folder),
        on_capture=CaptureBatches(session).add,
        on_segment=lambda segment: log_segment(session, segment),
        on_event=lambda action, reason, details: log_event(session, action, reason, details),
        on_progress=on_progress,
        on_origin=lambda kept: log_origin(session, kept),
        origin_folder=folder.origin,
        identity=identity,
        fresh_identity=fresh_identity,
        retry_failed=retry_failed,
        fresh_asked=fresh_asked(frontier_path(folder, profile.market, pass_no)),
        attendant=attendant,
        cookies=cookies,
        catcher=open_catcher(session),
        crawled_before=_crawled_before(session, frontier_path(folder, profile.market, pass_no)),
    )


def case_seal_key(folder: CaseFolder) -> bytes | None:
    """Return the key that secrets are sealed to; None for a case without keys: they are dropped."""
    with suppress(ConfigurationError):
        return seal_public_key(folder)
    return None


def identity_of(session: CaseSession, market: str, account: str) -> int:
    """Return how often the account was given a fresh Tor identity in this case."""
    logged = ((event.reason, event.details) for event in session.custody.events())
    return identity_number(logged, market, account)


def _crawled_before(session: CaseSession, path: Path) -> bool:
    """Say whether the custody log knows of a crawl with this frontier."""
    return any(
        event.reason == "crawl began" and event.details.get("frontier") == path.stem
        for event in session.custody.events()
    )


def crawl_into_case(session: CaseSession, job: CrawlJob) -> CrawlReport:
    """Run the job; afterwards ledger and custody log hold everything that is archived.

    Raises what ``crawler.run.crawl`` raises; what was archived before is recorded.
    """
    authorization = check_authority(job)
    check_attendant(session, job)
    job.fresh_asked()  # a wish that an earlier run left is none of this one's
    with screening(job), recorded(session), Following(job, session.clock) as following:
        session.custody.append(
            "collection",
            reason="crawl began",
            authorization_id=authorization.record_id,
            details={
                "start": job.start_uri,
                "act": "view",
                "account": job.account,
                "market": job.profile.market,
                "frontier": job.frontier_path.stem,
                **not_before_details(session),
            },
        )
        report = crawl(following.job)
        following.ended(report)
        counts = report.coverage
        details = {
            "known": str(counts.known), "fetched": str(counts.fetched),
            "waiting": str(counts.waiting), "failed": str(report.n_failed),
            "refused": str(sum(counts.refused.values())),
            "market": job.profile.market, "frontier": job.frontier_path.stem,
        }  # fmt: skip
        details |= {f"failed: {cause}": str(n) for cause, n in counts.failed.items()}
        details |= {f"refused: {cause}": str(n) for cause, n in counts.refused.items()}
        log_event(session, "collection", "crawl ended", details)
    return report


def check_attendant(session: CaseSession, job: CrawlJob) -> None:
    """Raise ``AuthorityError`` E-CRA-018 where no authorization in force names who attends."""
    if job.attendant is not None:
        check_person(session, job.attendant.person)


@contextmanager
def screening(job: CrawlJob) -> Iterator[None]:
    """Refuse a start that may not be asked for; let go of the lists when the crawl is over."""
    if job.catcher is None:
        yield
        return
    with closing(job.catcher.screen):
        check_start(job.catcher, job.start_uri)
        yield


@contextmanager
def recorded(session: CaseSession) -> Iterator[None]:
    """Bring ledger and custody log in agreement with the archive, before and after."""
    record_segments(session)
    record_captures(session)
    try:
        yield
    finally:
        record_captures(session)


def record_captures(session: CaseSession) -> int:
    """Append the captures that the archive has and the ledger lacks; return how many."""
    last = None
    for capture in session.ledger.of_kind(Capture, include_retracted=True):
        last = (capture.warc_name, capture.warc_offset)
    return session.ledger.append(iter_captures(session.folder.captures, after=last))


def record_segments(session: CaseSession) -> None:
    """Log the closed WARC files whose event a crash prevented."""
    logged = {event.exhibit for event in session.custody.events() if event.action == "collection"}
    for path in sorted(session.folder.captures.glob("*.warc.gz")):
        if path.name not in logged:
            log_segment(session, describe_segment(path))


def log_segment(session: CaseSession, segment: ClosedSegment) -> None:
    """Write the one custody event of a closed WARC file."""
    session.custody.append(
        "collection",
        object_sha256=segment.sha256,
        exhibit=segment.name,
        reason="WARC segment closed",
        details={"n_bytes": str(segment.n_bytes), "n_captures": str(segment.n_captures)},
    )


def log_origin(session: CaseSession, kept: ArchivedDescriptor) -> None:
    """Write the events of an archived onion descriptor and of the facts beside it."""
    name = f"{kept.path.parent.name}/{kept.path.stem}"
    session.custody.append(
        "collection",
        object_sha256=kept.sha256,
        exhibit=f"{name}.descriptor",
        reason="onion descriptor archived",
        details={
            "host": kept.path.parent.name,
            "verdict": str(kept.facts["verdict"]),
            "revision_counter": str(kept.facts["revision_counter"]),
            "consensus_valid_after": str(kept.facts["consensus_valid_after"]),
        },
    )
    session.custody.append(
        "collection",
        object_sha256=kept.facts_sha256,
        exhibit=f"{name}.json",
        reason="facts of an onion descriptor archived",
    )


def log_event(session: CaseSession, action: str, reason: str, details: dict[str, str]) -> None:
    """Write one event of the crawl to the custody log."""
    session.custody.append(action, reason=reason, details=details)


def crawl_status(session: CaseSession) -> dict[str, Coverage]:
    """Return the coverage of every market that was crawled in this case."""
    paths = sorted(session.folder.crawl_state.glob("*.sqlite"))
    return {path.stem: coverage_of(path) for path in paths}


class CaptureBatches:
    """Appends captures to the record ledger in batches, in the order of the archive."""

    def __init__(self, session: CaseSession) -> None:
        self._session = session
        self._waiting: list[Capture] = []

    def add(self, capture: Capture) -> None:
        """Take one durable capture; every ``BATCH`` of them goes to the ledger."""
        self._waiting.append(capture)
        if len(self._waiting) >= BATCH:
            self._session.ledger.append(self._waiting)
            self._waiting = []
