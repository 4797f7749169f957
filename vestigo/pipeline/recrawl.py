# SPDX-License-Identifier: AGPL-3.0-or-later
"""When the next pass over each market is due, by the rhythm that the unit set.

Nothing here runs by itself: a person, or a timer of the machine, asks what is due.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from vestigo.clock import parse_iso
from vestigo.pipeline.crawl_state import CrawlState, read_state
from vestigo.pipeline.session import CaseSession

COMPLETE = "complete"


@dataclass(frozen=True, slots=True, kw_only=True)
class NextPass:
    """What is next for one market.

    ``what`` is ``running`` (a process crawls it now), ``go-on`` (the last pass is not
    complete: run it again), ``new-pass`` (due since ``due_at``), ``not-yet`` (due at
    ``due_at``) or ``no-rhythm`` (none was set).
    ``pass_no`` is the pass that it speaks of.
    """

    market: str
    what: str
    pass_no: int
    last_ended_at: datetime | None
    due_at: datetime | None
    profile: str
    start: str
    account: str

    @property
    def due(self) -> bool:
        """Whether somebody should run it now."""
        return self.what in ("go-on", "new-pass")


def next_passes(session: CaseSession) -> list[NextPass]:
    """Return what is next for each market that was crawled, by the name of the market.

    Raises ``InputError`` E-CRA-053 where the state of a crawl is damaged.
    """
    days = int(session.settings("crawl")["recrawl_days"])
    last: dict[str, CrawlState] = {}
    for path in sorted(session.folder.crawl_state.glob("*.sqlite")):
        state = read_state(path)
        if state is not None and state.pass_no >= last.get(state.market, state).pass_no:
            last[state.market] = state
    now = session.clock()
    return [_next(state, days, now) for _market, state in sorted(last.items())]


def _next(state: CrawlState, days: int, now: datetime) -> NextPass:
    ended = parse_iso(state.last.ended_at) if state.last.ended_at else None
    due, pass_no = None, state.pass_no
    if state.running is not None and state.running.alive:
        what = "running"
    elif state.last.outcome != COMPLETE or ended is None:
        what = "go-on"
    elif not days:
        what = "no-rhythm"
    else:
        due, pass_no = ended + timedelta(days=days), state.pass_no + 1
        what = "new-pass" if due <= now else "not-yet"
    return NextPass(
        market=state.market,
        what=what,
        pass_no=pass_no,
        last_ended_at=ended,
        due_at=due,
        profile=state.profile,
        start=state.start,
        account=state.account,
    )
