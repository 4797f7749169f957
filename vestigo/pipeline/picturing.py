# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pictures of archived pages as derived exhibits: made, named, recorded and logged."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from crawler.browser.archived import ArchivedAnswers
from crawler.browser.drawn import Drawn
from crawler.browser.from_archive import NothingLeaves, draw_archived
from crawler.browser.policy import RenderPolicy
from crawler.browser.studio import Studio, open_studio
from vestigo.errors import InputError, UsageError
from vestigo.evidence.exhibit_numbers import exhibit_numbers
from vestigo.evidence.screening import Screen
from vestigo.i18n import _
from vestigo.pipeline.screening import open_catcher
from vestigo.pipeline.session import CaseSession
from vestigo.records import (
    CERTAIN,
    Authorization,
    Capture,
    Feedback,
    Method,
    Page,
    Screenshot,
    Selector,
    VendorAccount,
)
from vestigo.settings import Section, section_digest
from vestigo.store.atomic import write_atomically

RULE = "crawler.screenshot.v1"
SECTION = "picture"


@dataclass(frozen=True, slots=True)
class PageToDraw:
    """A page with its exhibit number and what the authorization of its capture allows."""

    exhibit: str
    capture: Capture
    policy: RenderPolicy


@dataclass(slots=True)
class PictureReport:
    """The pictures that were made or were there, and why others were not."""

    made: list[Screenshot] = field(default_factory=list)
    known: list[Screenshot] = field(default_factory=list)
    problems: list[InputError] = field(default_factory=list)
    n_refused: int = 0


def pages_to_draw(
    session: CaseSession, wanted: Sequence[str], kinds: Sequence[str], *, scripts: bool
) -> list[PageToDraw]:
    """Return the pages with the exhibit numbers, capture ids or addresses ``wanted``.

    With none given, every page of one of ``kinds``.  Raises ``UsageError`` E-CRA-047 for
    what is no page of the case that was read (``vestigo case read``): only then are the
    names of third persons known, which are covered.
    """
    read = {source: page.page_kind for page in session.ledger.of_kind(Page)
            for source in page.sources}  # fmt: skip
    orders = dict(session.ledger.named_of_kind(Authorization))
    left, found = set(wanted), []
    for number, capture in _numbered(session):
        names = {number, capture.capture_id, capture.uri}
        chosen = bool(names & set(wanted)) if wanted else read.get(capture.capture_id) in kinds
        if chosen and capture.capture_id in read:
            left -= names
            policy = _policy(orders.get(capture.authorization_id), scripts)
            found.append(PageToDraw(number, capture, policy))
    if left:
        raise UsageError(
            "E-CRA-047",
            _("This is no page that was read."),
            where=min(left),
            remedy=_("Give an exhibit number, capture id or address; run “vestigo case read”."),
        )
    return found


def without_picture(session: CaseSession, pages: Sequence[PageToDraw]) -> list[PageToDraw]:
    """Return those of ``pages`` that ``draw_pages`` would draw: no picture is there yet."""
    settings = session.settings(SECTION)
    known = _known(session)
    return [page for page in pages if _picture_of(session, page, known, settings) is None]


def _known(session: CaseSession) -> dict[tuple[str, str], Screenshot]:
    return {(one.sources[0], one.method.settings_sha256): one
            for one in session.ledger.of_kind(Screenshot)}  # fmt: skip


def _picture_of(
    session: CaseSession,
    page: PageToDraw,
    known: Mapping[tuple[str, str], Screenshot],
    settings: Section,
) -> Screenshot | None:
    """Return the picture that the page has already, made by the same settings."""
    old = known.get((page.capture.capture_id, _digest(settings, page.policy)))
    return old if old is not None and (session.folder.derived / old.file_name).is_file() else None


def draw_pages(
    session: CaseSession,
    pages: Sequence[PageToDraw],
    on_page: Callable[[], None] = lambda: None,
) -> PictureReport:
    """Draw each page that has no picture of this kind yet; record and log each picture.

    A page that cannot be drawn is reported and the next one follows.
    """
    report = PictureReport()
    settings = session.settings(SECTION)
    known = _known(session)
    with open_catcher(session).screen as screen, _studio(session, settings) as studio:
        answers = ArchivedAnswers(session.folder.captures, session.ledger.of_kind(Capture))
        drawing = _Drawing(session, studio, answers, screen, third_persons(session), settings)
        for page in pages:
            old = _picture_of(session, page, known, settings)
            if old is not None:
                report.known.append(old)
            else:
                _draw_one(drawing, page, report)
            on_page()
        report.n_refused = len(studio.gate.refused)
    return report


def third_persons(session: CaseSession) -> tuple[str, ...]:
    """Return the names of third persons that the case knows: they are covered in pictures."""
    vendors = {one.handle.lower() for one in session.ledger.of_kind(VendorAccount)}
    names = {one.buyer_handle for one in session.ledger.of_kind(Feedback) if one.buyer_handle}
    for one in session.ledger.of_kind(Selector):
        if one.party == "third":
            names |= {one.value, one.span.text if one.span else ""}
    return tuple(sorted(name for name in names if name and name.lower() not in vendors))


def keep_picture(
    session: CaseSession,
    drawn: Drawn,
    *,
    exhibit: str,
    rendered: str,
    policy: RenderPolicy,
    isolation: str,
    observed_at: datetime,
    settings: Section,
) -> Screenshot:
    """Write the file, then the record, then the event; return the record."""
    shot = drawn.shot
    digest = hashlib.sha256(shot.png).hexdigest()
    record = Screenshot(
        sources=drawn.sources,
        method=Method(rule=RULE, settings_sha256=_digest(settings, policy)),
        confidence=CERTAIN,
        observed_at=observed_at,
        uri=shot.uri,
        file_name=f"{drawn.sources[0][:16]}-{digest[:16]}.png",
        sha256=digest,
        n_bytes=len(shot.png),
        width=shot.width,
        height=shot.height,
        viewport_width=int(settings["width"]),
        viewport_height=int(settings["height"]),
        cut=shot.cut,
        browser=drawn.browser,
        rendered=rendered,
        scripts=policy.scripts,
        pictures=policy.pictures,
        n_masked=shot.n_masked,
        missing=drawn.missing,
        withheld=drawn.withheld,
    )
    session.folder.derived.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_atomically(session.folder.derived / record.file_name, shot.png)
    session.ledger.append([record])
    session.custody.append(
        "processing",
        object_sha256=digest,
        exhibit=f"exhibit {exhibit}" if exhibit else "",
        reason="picture of a page drawn",
        details={"file": record.file_name, "record": record.record_id, "browser": drawn.browser,
                 "rendered": rendered, "isolation": isolation},
    )  # fmt: skip
    return record


@dataclass(frozen=True, slots=True)
class _Drawing:
    """What drawing one page after the other shares."""

    session: CaseSession
    studio: Studio
    answers: ArchivedAnswers
    screen: Screen
    hidden: Sequence[str]
    settings: Section


def _draw_one(drawing: _Drawing, page: PageToDraw, report: PictureReport) -> None:
    session, policy = drawing.session, page.policy
    screen = drawing.screen.variant(pictures_allowed=policy.pictures, is_never=lambda _uri: False)
    try:
        drawn = draw_archived(
            drawing.studio, drawing.answers, page.capture,
            policy=policy, screen=screen, hidden=drawing.hidden,
        )  # fmt: skip
    except InputError as error:
        report.problems.append(error)
        session.custody.append(
            "fail", exhibit=f"exhibit {page.exhibit}", reason=f"{error.code} no picture of a page"
        )
        return
    report.made.append(
        keep_picture(
            session, drawn, exhibit=page.exhibit, rendered="archive", policy=policy,
            isolation=drawing.studio.isolation, observed_at=page.capture.observed_at,
            settings=drawing.settings,
        )
    )  # fmt: skip


@contextmanager
def _studio(session: CaseSession, settings: Section) -> Iterator[Studio]:
    user_agent = str(session.settings("crawl")["user_agent"])
    with open_studio(
        session.folder.scratch, settings, user_agent, NothingLeaves(session.gate())
    ) as studio:
        yield studio


def _numbered(session: CaseSession) -> Iterator[tuple[str, Capture]]:
    """Yield each capture with the number of its exhibit, as a bundle counts them."""
    numbers = exhibit_numbers(session.ledger.ids())
    for record_id, capture in session.ledger.named_of_kind(Capture, include_retracted=True):
        yield numbers[record_id], capture


def exhibit_of(session: CaseSession, wanted: Capture) -> str:
    """Return the number of a capture's exhibit, "" where it has none."""
    return next((n for n, one in _numbered(session) if one.capture_id == wanted.capture_id), "")


def _policy(order: Authorization | None, scripts: bool) -> RenderPolicy:
    acts = order.acts if order else ()
    return RenderPolicy(scripts=scripts and "run_scripts" in acts, pictures="fetch_image" in acts)


def _digest(settings: Section, policy: RenderPolicy) -> str:
    return section_digest({**settings, "scripts": policy.scripts, "pictures": policy.pictures})
