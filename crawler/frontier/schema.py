# SPDX-License-Identifier: AGPL-3.0-or-later
"""The file of a frontier: its tables, its version, and whether a file is one at all."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from vestigo.errors import InputError, UsageError
from vestigo.i18n import _

APPLICATION_ID = 0x56464E54  # "VFNT"
VERSION = 2
_HEADER = b"SQLite format 3\x00"

_SCHEMA = """
CREATE TABLE pages (
    seq INTEGER PRIMARY KEY,
    uri TEXT NOT NULL UNIQUE,
    hint TEXT NOT NULL,
    state TEXT NOT NULL
        CHECK (state IN ('queued', 'later', 'leased', 'done', 'failed', 'refused')),
    cause TEXT NOT NULL DEFAULT '',
    n_redirects INTEGER NOT NULL DEFAULT 0,
    n_attempts INTEGER NOT NULL DEFAULT 0,
    n_leases INTEGER NOT NULL DEFAULT 0,
    not_before REAL NOT NULL DEFAULT 0,
    put_at REAL NOT NULL DEFAULT 0,
    after_name TEXT NOT NULL DEFAULT '',
    after_offset INTEGER NOT NULL DEFAULT 0,
    capture_id TEXT NOT NULL DEFAULT '',
    page_kind TEXT NOT NULL DEFAULT '',
    depth INTEGER NOT NULL DEFAULT 0,
    share INTEGER NOT NULL DEFAULT 0,
    rank INTEGER NOT NULL DEFAULT 0,
    turn INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX pages_by_turn ON pages (state, rank, turn, seq);
CREATE INDEX pages_by_time ON pages (not_before) WHERE state = 'later';
CREATE TABLE turns (
    share INTEGER NOT NULL,
    rank INTEGER NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (share, rank)
) WITHOUT ROWID;
CREATE TABLE found_by (
    uri TEXT NOT NULL,
    way TEXT NOT NULL,
    listing TEXT NOT NULL,
    PRIMARY KEY (uri, way)
) WITHOUT ROWID;
CREATE TABLE notes (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""
_FROM_1 = """
ALTER TABLE pages RENAME TO pages_1;
DROP INDEX IF EXISTS pages_by_state;
CREATE TABLE IF NOT EXISTS found_by (uri TEXT, way TEXT, listing TEXT);
ALTER TABLE found_by RENAME TO found_by_1;
{schema}
INSERT INTO found_by SELECT uri, way, listing FROM found_by_1;
DROP TABLE found_by_1;
INSERT INTO pages (seq, uri, hint, state, cause, n_redirects, n_attempts, n_leases, not_before,
                   after_name, after_offset, capture_id, page_kind, turn)
SELECT seq, uri, hint, CASE WHEN state = 'queued' AND not_before > 0 THEN 'later' ELSE state END,
       cause, n_redirects, n_attempts, n_leases, not_before,
       after_name, after_offset, capture_id, page_kind, seq FROM pages_1;
DROP TABLE pages_1;
INSERT INTO turns SELECT 0, 0, coalesce(max(seq), 0) + 1 FROM pages;
"""


def prepare(db: sqlite3.Connection, path: Path, *, reading: bool, lost_when_new: str = "") -> None:
    """Check the tables; make them, or bring an older version up to ours, unless ``reading``.

    Tables that are made anew note ``lost_when_new``, in the same transaction.

    Raises ``InputError`` E-CRA-060 for a damaged file, ``UsageError`` E-CRA-061 for a
    database of something else, E-CRA-062 for a frontier of a newer version.
    """
    _check(db, path)
    if reading:
        return
    db.execute("PRAGMA journal_mode=WAL")
    if _number(db, "user_version") == 0:
        _make(db, lost_when_new)


def is_empty(db: sqlite3.Connection) -> bool:
    """Say whether the file has no table at all."""
    return not _tables(db)


def _make(db: sqlite3.Connection, lost_when_new: str) -> None:
    fresh = is_empty(db)
    script = _SCHEMA if fresh else _FROM_1.format(schema=_SCHEMA)
    marks = f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {VERSION};"
    db.executescript(f"BEGIN IMMEDIATE; {script} {marks}")
    if fresh and lost_when_new:
        db.execute("INSERT INTO notes VALUES ('lost', ?)", (lost_when_new,))
    db.execute("COMMIT")


def check_header(path: Path) -> None:
    """Raise ``InputError`` E-CRA-060 where the file does not even begin as a database."""
    with path.open("rb") as handle:
        head = handle.read(len(_HEADER))
    if head and head != _HEADER:
        raise damaged(path)


def damaged(path: Path) -> InputError:
    """Return the error for a file that cannot be read as the frontier that it was."""
    return InputError(
        "E-CRA-060",
        _("The frontier of this crawl is damaged."),
        where=path.name,
        remedy=_("“vestigo crawl run” sets it aside and makes it again from the archive."),
    )


def _check(db: sqlite3.Connection, path: Path) -> None:
    tables, owner = _tables(db), _number(db, "application_id")
    if owner != APPLICATION_ID and (owner or (tables and not _is_first_version(db, tables))):
        raise UsageError(
            "E-CRA-061",
            _("This file is a database of something else, not a frontier."),
            where=path.name,
            remedy=_("Nothing was changed. Move it away from the folder “crawl” of the case."),
        )
    if _number(db, "user_version") > VERSION:
        raise UsageError(
            "E-CRA-062",
            _("A newer version of Vestigo made this frontier."),
            where=path.name,
            remedy=_("Nothing was changed. Go on with the version that made it."),
        )
    if owner == APPLICATION_ID and not {"pages", "turns", "notes", "found_by"} <= tables:
        raise damaged(path)
    if db.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
        raise damaged(path)


def _is_first_version(db: sqlite3.Connection, tables: set[str]) -> bool:
    columns = {row[1] for row in db.execute("PRAGMA table_info(pages)")}
    return (
        tables <= {"pages", "found_by"}
        and {"seq", "uri", "hint", "n_leases", "after_name"} <= columns
    )


def _tables(db: sqlite3.Connection) -> set[str]:
    found = db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    return {str(name) for (name,) in found}


def _number(db: sqlite3.Connection, pragma: str) -> int:
    # ``pragma`` is one of the literals above, never data
    return int(db.execute(f"PRAGMA {pragma}").fetchone()[0])
