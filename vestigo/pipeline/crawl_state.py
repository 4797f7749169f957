# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is remembered of a crawl beside its frontier: how to go on, and what stands in the way.

``crawl/NAME.state.json`` is working state, no evidence, and holds no secret.  It is written
whole each time, so that it survives a kill; who looks meanwhile reads the file before.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self

from crawler.job import CrawlJob, CrawlReport
from crawler.market import profile_names
from crawler.market.asserting import Tally
from vestigo.clock import Clock, iso, parse_iso
from vestigo.errors import InputError
from vestigo.i18n import _
from vestigo.places import config_root
from vestigo.store.atomic import write_atomically

FORMAT = 1
NOTE_SECONDS = 5
MOST_NOTES = 121
VISIT = ".pass-"


@dataclass(frozen=True, slots=True)
class Parked:
    """Why the account waits for a person (or for a time), since when.

    ``code`` is stable (E-CRA-0nn), ``cause`` a stable word, ``until`` "" or the moment
    before which the market wants to see nobody.
    """

    code: str
    cause: str
    since: str
    until: str = ""


@dataclass(frozen=True, slots=True)
class LastRun:
    """How the last run ended: ``complete``, ``parked``, ``interrupted``, ``failed`` or ""."""

    began_at: str = ""
    ended_at: str = ""
    outcome: str = ""
    code: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True)
class RunningNow:
    """The process that crawls; ``notes`` are (moment, settled, to be settled in all).

    ``asked_at`` is since when a captcha waits for the answer of ``asked_of``, "" for none.
    """

    pid: int
    ticks: str
    began_at: str
    let_in_at: str = ""
    held_until: str = ""
    held_cause: str = ""
    asked_at: str = ""
    asked_of: str = ""
    notes: tuple[tuple[str, int, int], ...] = ()

    @property
    def alive(self) -> bool:
        """Whether that very process is still there (its number may belong to another)."""
        return process_ticks(self.pid) == self.ticks


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlState:
    """One crawl: its arguments, its parked accounts, its last run, the one under way.

    ``tally`` counts what its pages gave, for the assertions of the profile; ``changed`` are
    those that do not hold.
    """

    profile: str
    start: str
    account: str
    market: str
    pass_no: int
    parked: dict[str, Parked] = field(default_factory=dict)
    last: LastRun = field(default_factory=LastRun)
    walls: tuple[str, ...] = ()
    tally: dict[str, int] = field(default_factory=dict)
    changed: tuple[str, ...] = ()
    running: RunningNow | None = None

    def document(self) -> dict[str, Any]:
        """Return the state as plain JSON values."""
        return {"format": FORMAT, **asdict(self)}

    @classmethod
    def of(cls, document: dict[str, Any]) -> Self:
        """Return the state of a document; raises what a wrong one raises."""
        if document.pop("format") != FORMAT:
            raise ValueError("another format")
        running = document.pop("running")
        if running is not None:
            running["notes"] = tuple((at, int(n), int(of)) for at, n, of in running["notes"])
        return cls(
            parked={name: Parked(**one) for name, one in document.pop("parked").items()},
            last=LastRun(**document.pop("last")),
            walls=tuple(document.pop("walls")),
            changed=tuple(document.pop("changed", ())),
            running=None if running is None else RunningNow(**running),
            **document,
        )


def state_path(frontier: Path) -> Path:
    """Return where the state of the crawl with this frontier lies."""
    return frontier.with_name(f"{frontier.stem}.state.json")


def read_state(frontier: Path) -> CrawlState | None:
    """Return the state of a crawl, None where none was kept (crawls of earlier versions).

    Raises ``InputError`` E-CRA-053 where the file is damaged.
    """
    path = state_path(frontier)
    try:
        return CrawlState.of(json.loads(path.read_bytes()))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            "E-CRA-053",
            _("What was remembered of this crawl cannot be read."),
            where=path.name,
            remedy=_("Move the file away; “vestigo crawl run” with all its options goes on."),
        ) from error


def process_ticks(pid: int) -> str:
    """Return when a process began, in the kernel's ticks; "" where there is none."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("ascii", "replace")
    except OSError:
        return ""
    return stat.rpartition(")")[2].split()[19]


class Following:
    """Keeps the state of one run up to date; what it cannot write ends no crawl."""

    def __init__(self, job: CrawlJob, clock: Clock) -> None:
        self._clock = clock
        self._path = state_path(job.frontier_path)
        self._given = job
        self._noted: datetime | None = None
        before = self._before(job.frontier_path)
        self._state = CrawlState(
            profile=_profile_word(job.profile.path), start=job.start_uri, account=job.account,
            market=job.profile.market, pass_no=pass_of(job.frontier_path),
            parked=before.parked if before else {}, last=before.last if before else LastRun(),
            walls=before.walls if before else (), tally=before.tally if before else {},
            changed=before.changed if before else (),
        )  # fmt: skip
        self._tally = Tally(self._state.tally)

    @staticmethod
    def _before(frontier: Path) -> CrawlState | None:
        try:
            return read_state(frontier)
        except InputError:
            return None

    @property
    def job(self) -> CrawlJob:
        """The job, listened to."""
        return replace(
            self._given, on_state=self.heard, on_progress=self._progress,
            known_walls=self._state.walls, tally=self._tally,
        )  # fmt: skip

    def __enter__(self) -> Self:
        now = iso(self._clock())
        running = RunningNow(os.getpid(), process_ticks(os.getpid()), now)
        self._put(running=running)
        return self

    def __exit__(self, _type: object, error: BaseException | None, _trace: object) -> None:
        if self._state.running is None:
            return
        if isinstance(error, KeyboardInterrupt):  # of before, or after, the crawl minds signals
            self._end("interrupted")
            return
        code = getattr(error, "code", "") or type(error).__name__
        self._end("failed", code, getattr(error, "where", "") or "")

    def ended(self, report: CrawlReport) -> None:
        """Note how the run ended; an account that came through is parked no longer."""
        self._put(tally=dict(sorted(self._tally.counts.items())), changed=report.changed)
        if report.paused:
            self._end("parked", report.paused)
        elif report.interrupted:
            self._end("interrupted")
        else:
            self._release()
            self._end("complete")

    def heard(self, what: str, details: dict[str, str]) -> None:
        """Take what the crawl says of itself: held, parked, let in."""
        now = self._clock()
        running = self._state.running
        if what == "parked":
            until = iso(now + timedelta(seconds=int(details["seconds"])))
            parked = Parked(details["code"], details["cause"], iso(now),
                            until if int(details["seconds"]) else "")  # fmt: skip
            self._put(parked=self._state.parked | {self._state.account: parked})
        elif what == "held" and running is not None:
            until = iso(now + timedelta(seconds=int(details["seconds"])))
            self._put(running=replace(running, held_until=until, held_cause=details["cause"]))
        elif what == "asking" and running is not None:
            self._put(running=replace(running, asked_at=iso(now), asked_of=details["person"]))
        elif what == "answered" and running is not None:
            self._put(running=replace(running, asked_at="", asked_of=""))
        elif what == "let in" and running is not None:
            self._release()
            wall = details.get("wall", "")
            walls = sorted({*self._state.walls, *([wall] if wall else [])})
            self._put(running=replace(running, let_in_at=iso(now)), walls=tuple(walls))

    def _progress(self, settled: int, known: int) -> None:
        self._given.on_progress(settled, known)
        now, running = self._clock(), self._state.running
        if running is None or (self._noted and (now - self._noted).total_seconds() < NOTE_SECONDS):
            return
        self._noted = now
        notes = (*running.notes, (iso(now), settled, known))[-MOST_NOTES:]
        changed = self._tally.failures_so_far(self._given.profile.assertions)
        self._put(running=replace(running, notes=notes), changed=tuple(changed),
                  tally=dict(sorted(self._tally.counts.items())))  # fmt: skip

    def _release(self) -> None:
        left = {k: one for k, one in self._state.parked.items() if k != self._state.account}
        self._put(parked=left)

    def _end(self, outcome: str, code: str = "", where: str = "") -> None:
        began = self._state.running.began_at if self._state.running else ""
        last = LastRun(began, iso(self._clock()), outcome, code, where)
        self._put(last=last, running=None)

    def _put(self, **changes: Any) -> None:
        self._state = replace(self._state, **changes)
        text = json.dumps(self._state.document(), ensure_ascii=False, indent=1)
        try:
            write_atomically(self._path, text.encode("utf-8", "backslashreplace") + b"\n")
        except OSError:  # a full disk is reported by what has to be written
            return


def pass_of(frontier: Path) -> int:
    """Return which visit of the market a frontier is of."""
    number = frontier.stem.rpartition(VISIT)[2] if VISIT in frontier.stem else "1"
    return int(number) if number.isdecimal() else 1


def rate_a_minute(notes: tuple[tuple[str, int, int], ...], window: int = 600) -> float | None:
    """Return pages settled a minute over the last ``window`` seconds, None where not known."""
    if not notes:
        return None
    last = parse_iso(notes[-1][0])
    recent = [note for note in notes if (last - parse_iso(note[0])).total_seconds() <= window]
    seconds = (last - parse_iso(recent[0][0])).total_seconds()
    gained = recent[-1][1] - recent[0][1]
    return gained * 60 / seconds if seconds > 0 and gained >= 0 else None


def _profile_word(path: str) -> str:
    """Return what names a profile on the command line: the shipped one's name, else its path."""
    place = Path(path).resolve()
    shipped = place.parent == (config_root() / "markets").resolve()
    return place.stem if shipped and place.stem in profile_names() else str(place)
