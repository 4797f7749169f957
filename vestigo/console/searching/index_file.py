# SPDX-License-Identifier: AGPL-3.0-or-later
"""The index file (SQLite FTS5) of a case: follows the record ledger, can be made again.

Position in the ledger and what was indexed are written in one transaction: a process that
dies goes on after its last batch.  An index of another ledger, of another release, or one
that is damaged, is made anew.  Retracted and destroyed records leave it.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from vestigo.console import beside
from vestigo.console.searching.found_in import Hit, hits_of
from vestigo.errors import ConfigurationError
from vestigo.evidence.exhibit_numbers import DIGITS
from vestigo.i18n import _
from vestigo.records import Capture, Retraction
from vestigo.store import RecordLedger
from vestigo.store.ledger import LedgerEntry

FORMAT = "vestigo.search.v2"
BATCH = 1_000
_TABLES = """
CREATE TABLE position (format TEXT, seq INTEGER, entry_sha256 TEXT, n_captures INTEGER);
CREATE TABLE hits (id INTEGER PRIMARY KEY, entity TEXT UNIQUE NOT NULL, grp TEXT NOT NULL,
  stack TEXT NOT NULL, title TEXT NOT NULL, url TEXT NOT NULL, detail TEXT NOT NULL,
  at TEXT NOT NULL, worded INTEGER NOT NULL);
CREATE TABLE said (record_id TEXT, hit INTEGER, PRIMARY KEY (record_id, hit)) WITHOUT ROWID;
CREATE INDEX said_of ON said (hit);
CREATE TABLE names (grp TEXT, name TEXT, hit INTEGER,
  PRIMARY KEY (grp, name, hit)) WITHOUT ROWID;
CREATE INDEX names_of ON names (hit);
CREATE VIRTUAL TABLE words USING fts5(grp, title, body, prefix='3',
  tokenize="unicode61 remove_diacritics 2");
"""


class IndexFile:
    """The index of one case at ``path``; safe for threads and for several processes."""

    def __init__(self, path: Path, ledger: RecordLedger) -> None:
        self.path = path
        self._ledger = ledger
        self._lock = threading.Lock()
        self._n_gone = -1

    def follow(self) -> int:
        """Bring the index up to the head of the ledger; return how many entries it holds."""
        with self._lock:
            try:
                return self._follow()
            except sqlite3.OperationalError as error:
                raise _cannot_write(self.path, error) from error
            except sqlite3.DatabaseError:  # damaged, or no database: it can be made again
                self._remove()
                return self._follow()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give a connection that reads."""
        with closing(beside.connect(self.path)) as connection:
            yield connection

    def _follow(self) -> int:
        head = self._ledger.head().n_entries
        self.path.parent.mkdir(mode=0o700, exist_ok=True)
        with closing(beside.connect(self.path)) as connection:
            self._refuse_another(connection)
            while True:
                connection.execute("BEGIN IMMEDIATE")
                seq, n_captures = _position(connection)
                entries = self._ledger.entries(seq, BATCH) if seq < head else []
                gone = _put(connection, entries, n_captures)
                self._take_out(connection, gone)
                if entries:
                    self._advance(connection, entries, n_captures)
                connection.execute("COMMIT")
                if not entries:
                    return seq

    def _advance(
        self, connection: sqlite3.Connection, entries: list[LedgerEntry], n_captures: int
    ) -> None:
        last = entries[-1].seq
        n_captures += sum(entry.kind == Capture.KIND for entry in entries)
        digest = self._ledger.entry_sha256(last)
        connection.execute(
            "UPDATE position SET seq = ?, entry_sha256 = ?, n_captures = ?",
            (last, digest, n_captures),
        )

    def _refuse_another(self, connection: sqlite3.Connection) -> None:
        """Empty an index that does not belong to this ledger or this release."""
        connection.execute("BEGIN IMMEDIATE")
        row: tuple[str, int, str] | None = None
        if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'position'").fetchone():
            row = connection.execute("SELECT format, seq, entry_sha256 FROM position").fetchone()
        if row is None or not self._is_ours(*row):
            for name in ("position", "hits", "said", "names", "words"):
                connection.execute(f"DROP TABLE IF EXISTS {name}")
            for text in _TABLES.split(";\n"):
                if text.strip():
                    connection.execute(text)
            connection.execute("INSERT INTO position VALUES (?, 0, '', 0)", (FORMAT,))
            self._n_gone = -1
        connection.execute("COMMIT")

    def _is_ours(self, form: str, seq: int, digest: str) -> bool:
        return form == FORMAT and (not seq or self._ledger.entry_sha256(seq) == digest)

    def _take_out(self, connection: sqlite3.Connection, retracted: Iterable[str]) -> None:
        """Take out what retractions of this batch name, and what an order destroyed."""
        gone = set(retracted)
        disposed = self._ledger.disposed()
        if len(disposed) != self._n_gone:
            gone.update(disposed)
            self._n_gone = len(disposed)
        for record_id in sorted(gone):
            _forget(connection, record_id)

    def _remove(self) -> None:
        beside.remove(self.path)
        self._n_gone = -1


def _cannot_write(path: Path, error: Exception) -> ConfigurationError:
    return ConfigurationError(
        "E-CON-012",
        _("The search index cannot be written: {reason}").format(reason=error),
        where=str(path),
        remedy=_("Make room on the disk; the index may be deleted, it is made again."),
    )


def _position(connection: sqlite3.Connection) -> tuple[int, int]:
    seq, n_captures = connection.execute("SELECT seq, n_captures FROM position").fetchone()
    return int(seq), int(n_captures)


def _put(connection: sqlite3.Connection, entries: list[LedgerEntry], n_captures: int) -> list[str]:
    """Index the entries; return the ids of records that retractions among them take back."""
    gone = []
    for entry in entries:
        n_captures += entry.kind == Capture.KIND
        if entry.body is None:
            continue
        body = json.loads(entry.body)
        if entry.kind == Retraction.KIND:
            gone.append(body["retracts"])
        number = f"{n_captures:0{DIGITS}d}"
        for hit in hits_of(entry.record_id, entry.kind, body, number):
            _add(connection, entry.record_id, hit)
    return gone


def _add(connection: sqlite3.Connection, record_id: str, hit: Hit) -> None:
    row = (hit.entity, hit.group, hit.stack, hit.title, hit.url, hit.detail, hit.at, hit.worded)
    inserted = connection.execute(
        "INSERT OR IGNORE INTO hits (entity, grp, stack, title, url, detail, at, worded) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row,
    )  # fmt: skip
    if inserted.rowcount:
        number = inserted.lastrowid
        if hit.worded:
            words = (number, hit.group, hit.title, hit.body)
            connection.execute(
                "INSERT INTO words (rowid, grp, title, body) VALUES (?, ?, ?, ?)", words
            )
    else:
        found = connection.execute("SELECT id FROM hits WHERE entity = ?", (hit.entity,))
        number = found.fetchone()[0]
    named = [(hit.group, name, number) for name in hit.names]
    connection.executemany("INSERT OR IGNORE INTO names VALUES (?, ?, ?)", named)
    connection.execute("INSERT OR IGNORE INTO said VALUES (?, ?)", (record_id, number))


def _forget(connection: sqlite3.Connection, record_id: str) -> None:
    """Take a record out, and what no other record speaks of."""
    named = connection.execute("SELECT hit FROM said WHERE record_id = ?", (record_id,)).fetchall()
    connection.execute("DELETE FROM said WHERE record_id = ?", (record_id,))
    for (number,) in named:
        if connection.execute("SELECT 1 FROM said WHERE hit = ?", (number,)).fetchone():
            continue
        connection.execute("DELETE FROM words WHERE rowid = ?", (number,))
        connection.execute("DELETE FROM names WHERE hit = ?", (number,))
        connection.execute("DELETE FROM hits WHERE id = ?", (number,))
