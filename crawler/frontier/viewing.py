# SPDX-License-Identifier: AGPL-3.0-or-later
"""A look at a frontier from outside, while another process may be writing it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from crawler.frontier.counting import counted
from crawler.frontier.file import coded, connect
from crawler.frontier.schema import prepare
from crawler.job import Coverage

_ERRORS = (
    "SELECT cause, state, count(*), max(seq) FROM pages WHERE cause != '' AND state IN "
    "('failed', 'queued', 'later', 'leased') GROUP BY cause, state "
    "ORDER BY count(*) DESC, cause, state"
)
_TRAPS = (
    "SELECT cause, 'failed', count(*), max(seq) FROM pages WHERE state = 'refused' "
    "AND cause LIKE 'trap-%' GROUP BY cause ORDER BY count(*) DESC, cause"
)


@dataclass(frozen=True, slots=True)
class ErrorView:
    """One cause: how many pages it has, and the one that became known last.

    ``final`` tells that they count as failed (each run tries them again); ``capture_id`` is
    the exhibit of ``uri``, "" where none was kept.
    """

    cause: str
    n: int
    final: bool
    uri: str
    capture_id: str


@dataclass(frozen=True, slots=True)
class FrontierView:
    """Counts, what is in flight, when pages come again (POSIX seconds), errors by cause.

    ``traps`` are the bounds that addresses went beyond: ``uri`` is the last of them,
    ``capture_id`` the page that named it.
    """

    coverage: Coverage
    in_flight: int
    n_later: int
    next_due: float | None
    errors: tuple[ErrorView, ...]
    traps: tuple[ErrorView, ...] = ()


def view_frontier(path: Path) -> FrontierView:
    """Return what the frontier at ``path`` shows; nothing is written, no lock is taken.

    Raises ``VestigoError`` E-CRA-060 to E-CRA-064 as opening it for reading does.
    """
    try:
        with closing(connect(path, reading=True)) as db:
            prepare(db, path, reading=True)
            return _view(db)
    except (sqlite3.Error, OSError) as error:
        raise coded(error, path) from error


def _view(db: sqlite3.Connection) -> FrontierView:
    n_leased = db.execute("SELECT count(*) FROM pages WHERE state = 'leased'").fetchone()[0]
    later = "SELECT count(*), min(not_before) FROM pages WHERE state = 'later'"
    n_later, due = db.execute(later).fetchone()
    return FrontierView(
        coverage=counted(db),
        in_flight=int(n_leased),
        n_later=int(n_later),
        next_due=due,
        errors=tuple(_error(db, *row) for row in db.execute(_ERRORS).fetchall()),
        traps=tuple(_error(db, *row) for row in db.execute(_TRAPS).fetchall()),
    )


def _error(db: sqlite3.Connection, cause: str, state: str, n: int, seq: int) -> ErrorView:
    query = "SELECT uri, capture_id FROM pages WHERE seq = ?"
    uri, capture_id = db.execute(query, (seq,)).fetchone()
    return ErrorView(str(cause), int(n), state == "failed", str(uri), str(capture_id))
