# SPDX-License-Identifier: AGPL-3.0-or-later
"""When the next pass over each market is due, by the rhythm that the unit set.

Nothing here runs by itself: a person, or a timer of the machine, asks what is due.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from vestigo.clock import parse_iso
from vestigo.errors import InputError
from vestigo.pipeline.crawl_choice import frontiers
from vestigo.pipeline.crawl_state import VISIT, CrawlState, pass_of, read_state
from vestigo.pipeline.session import CaseSession

COMPLETE = "complete"


@dataclass(frozen=True, slots=True, kw_only=True)
class NextPass:
    """What is next for one market.

    ``what`` is ``running`` (a process crawls it now), ``parked`` (a person has to do
    something first), ``go-on`` (the last pass is not complete: run it again), ``new-pass``
    (due since ``due_at``), ``not-yet`` (due at ``due_at``), ``no-rhythm`` (none was set) or
    ``damaged`` (what was remembered cannot be read).
    ``pass_no`` is the pass that it speaks of, ``name`` that of its frontier.
    """

    name: str
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
        return self.what in ("parked", "go-on", "new-pass", "damaged")


def next_passes(session: CaseSession) -> list[NextPass]:
    """Return what is next for each market that was crawled, by the name of the market."""
    days = int(session.settings("crawl")["recrawl_days"])
    last = {path.stem.partition(VISIT)[0]: path for path in frontiers(session.folder)}
    now = session.clock()
    found = []
    for market, path in sorted(last.items()):
        try:
            state = read_state(path)
        except InputError:
            found.append(_damaged(market, path))
            continue
        if state is not None:
            found.append(_next(path.stem, state, days, now))
    return found


def _damaged(market: str, path: Path) -> NextPass:
    return NextPass(
        name=path.stem, market=market, what="damaged", pass_no=pass_of(path),
        last_ended_at=None, due_at=None, profile="", start="", account="",
    )  # fmt: skip


def _next(name: str, state: CrawlState, days: int, now: datetime) -> NextPass:
    ended = parse_iso(state.last.ended_at) if state.last.ended_at else None
    due, pass_no = None, state.pass_no
    if state.running is not None and state.running.alive:
        what = "running"
    elif state.account in state.parked:
        what = "parked"
    elif state.last.outcome != COMPLETE or ended is None:
        what = "go-on"
    elif not days:
        what = "no-rhythm"
    else:
        due, pass_no = ended + timedelta(days=days), state.pass_no + 1
        what = "new-pass" if due <= now else "not-yet"
    return NextPass(
        name=name,
        market=state.market,
        what=what,
        pass_no=pass_no,
        last_ended_at=ended,
        due_at=due,
        profile=state.profile,
        start=state.start,
        account=state.account,
    )
