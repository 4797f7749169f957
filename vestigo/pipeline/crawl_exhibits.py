# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a crawl met that it could not read, each cause with an exhibit that shows it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from crawler.frontier.viewing import view_frontier
from crawler.job import Coverage
from vestigo.pipeline.session import CaseSession
from vestigo.records import Capture

# kinds that pages have of themselves, whatever a profile says
_NOT_MATCHED = frozenset({"other", "redirect", "not-found", "login", "soft-404", ""})


@dataclass(frozen=True, slots=True)
class FailureExhibit:
    """A cause, how many pages it has, and its last page: address, capture, WARC file, offset.

    ``capture_id`` and ``warc`` are "" where nothing came that could be archived; of a trap
    they are those of the page that named the address.
    """

    cause: str
    n: int
    uri: str
    capture_id: str
    warc: str
    offset: int


def failure_exhibits(session: CaseSession, frontier: Path) -> list[FailureExhibit]:
    """Return one exhibit a cause of the pages that failed for good, and of each trap."""
    view = view_frontier(frontier)
    failed = [*(one for one in view.errors if one.final), *view.traps]
    wanted = {one.capture_id for one in failed if one.capture_id}
    places = {
        capture.capture_id: (capture.warc_name, capture.warc_offset)
        for capture in (session.ledger.of_kind(Capture) if wanted else ())
        if capture.capture_id in wanted
    }
    return [
        FailureExhibit(
            one.cause, one.n, one.uri, one.capture_id, *places.get(one.capture_id, ("", 0))
        )
        for one in failed
    ]


def matches_nothing(coverage: Coverage) -> bool:
    """Say whether pages came and the profile knew none of them: the wrong profile, it seems."""
    return coverage.fetched > 0 and _NOT_MATCHED.issuperset(coverage.page_kinds)
