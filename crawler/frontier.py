# SPDX-License-Identifier: AGPL-3.0-or-later
"""The frontier: every page that is known, and what became of it.

SQLite in WAL mode, JSON-plain columns, never pickle.  It is working state, not
evidence: after ``kill -9`` leased pages are compared with the last captures.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from crawler.job import Coverage

_SCHEMA = """
CREATE TABLE IF NOT EXISTS pages (
    seq INTEGER PRIMARY KEY,
    uri TEXT NOT NULL UNIQUE,
    hint TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'leased', 'done', 'failed', 'refused')),
    cause TEXT NOT NULL DEFAULT '',
    n_redirects INTEGER NOT NULL DEFAULT 0,
    n_attempts INTEGER NOT NULL DEFAULT 0,
    n_leases INTEGER NOT NULL DEFAULT 0,
    not_before REAL NOT NULL DEFAULT 0,
    after_name TEXT NOT NULL DEFAULT '',
    after_offset INTEGER NOT NULL DEFAULT 0,
    capture_id TEXT NOT NULL DEFAULT '',
    page_kind TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS pages_by_state ON pages (state, seq);
CREATE TABLE IF NOT EXISTS found_by (
    uri TEXT NOT NULL,
    way TEXT NOT NULL,
    listing TEXT NOT NULL,
    PRIMARY KEY (uri, way)
) WITHOUT ROWID;
"""

_LEASED = (
    "SELECT seq, uri, hint, n_redirects, n_attempts, n_leases, after_name, after_offset "
    "FROM pages WHERE state = 'leased' ORDER BY seq"
)
_LEASE = (
    "UPDATE pages SET state = 'leased', n_leases = n_leases + 1, after_name = ?, "
    "after_offset = ? WHERE seq = (SELECT seq FROM pages WHERE state = 'queued' "
    "AND not_before <= ? ORDER BY seq LIMIT 1) RETURNING "
    "seq, uri, hint, n_redirects, n_attempts, n_leases, after_name, after_offset"
)


@dataclass(frozen=True, slots=True)
class PageRow:
    """One leased page; ``label`` names this lease in the archive."""

    seq: int
    uri: str
    hint: str
    n_redirects: int
    n_attempts: int
    n_leases: int
    after_name: str
    after_offset: int

    @property
    def label(self) -> str:
        """The mark that the capture of this lease carries."""
        return f"{self.seq}/{self.n_leases}"


@dataclass(frozen=True, slots=True)
class NewPage:
    """A page that a link names; ``refused`` is the cause for never asking for it, or "".

    ``listing`` is the key of the listing that its address promises, or "".
    """

    uri: str
    hint: str
    refused: str = ""
    n_redirects: int = 0
    listing: str = ""


class Frontier:
    """Pages in the order in which they became known."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._db = sqlite3.connect(path, isolation_level=None)
        path.chmod(0o600)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.execute("PRAGMA temp_store=MEMORY")  # nothing of a case outside of its folder
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        """Release the database."""
        self._db.close()

    def add(self, pages: Iterable[NewPage]) -> None:
        """Make pages known; one that is known already stays as it is."""
        self._db.execute("BEGIN IMMEDIATE")
        self._insert(pages, "")
        self._db.execute("COMMIT")

    def lease(self, now: float, after: tuple[str, int]) -> PageRow | None:
        """Take the first page whose time has come; None when there is none.

        ``after`` is the place of the last capture: the one of this lease lies behind it.
        """
        with closing(self._db.execute(_LEASE, (*after, now))) as cursor:
            row = cursor.fetchone()
        return PageRow(*row) if row else None

    def leased(self) -> list[PageRow]:
        """Return the pages that are leased (after a crash: all that were in flight)."""
        return [PageRow(*row) for row in self._db.execute(_LEASED)]

    def done(self, row: PageRow, capture_id: str, kind: str, links: Iterable[NewPage]) -> None:
        """Mark a page as fetched and make its links known, in one transaction."""
        self._end(row, "done", "", capture_id, kind, links)

    def fail(
        self, row: PageRow, cause: str, capture_id: str = "", links: Iterable[NewPage] = ()
    ) -> None:
        """Mark a page as failed for good."""
        self._end(row, "failed", cause, capture_id, "", links)

    def refuse(self, row: PageRow, cause: str, capture_id: str = "") -> None:
        """Mark a page as one that may not be had."""
        self._end(row, "refused", cause, capture_id, "", ())

    def retry(self, row: PageRow, cause: str, not_before: float) -> None:
        """Put a page back after an attempt that failed."""
        self._db.execute(
            "UPDATE pages SET state = 'queued', cause = ?, not_before = ?, "
            "n_attempts = n_attempts + 1 WHERE seq = ?",
            (cause, not_before, row.seq),
        )

    def wait(self, row: PageRow, cause: str) -> None:
        """Put a page back because the market makes everybody wait; no attempt is counted."""
        self._db.execute(
            "UPDATE pages SET state = 'queued', cause = ? WHERE seq = ?", (cause, row.seq)
        )

    def found_pages(self) -> list[str]:
        """Return the addresses of the listings and vendors that were fetched, in order."""
        query = (
            "SELECT uri FROM pages WHERE state = 'done' "
            "AND page_kind IN ('listing', 'vendor') ORDER BY seq"
        )
        return [str(row[0]) for row in self._db.execute(query)]

    def give_back(self, row: PageRow) -> None:
        """Put a page back that was not to blame (stopped, logged out)."""
        self._db.execute("UPDATE pages SET state = 'queued' WHERE seq = ?", (row.seq,))

    def try_failed_again(self) -> None:
        """Queue failed pages again, with all their attempts."""
        self._db.execute(
            "UPDATE pages SET state = 'queued', n_attempts = 0, not_before = 0 "
            "WHERE state = 'failed'"
        )

    def not_authorised(self) -> list[tuple[int, str, str]]:
        """Return (seq, uri, hint) of the pages that no authorization covered."""
        query = (
            "SELECT seq, uri, hint FROM pages WHERE state = 'refused' AND "
            "(cause = 'not-authorised' OR cause LIKE 'E-AUT-%') ORDER BY seq"
        )
        return [(int(seq), str(uri), str(hint)) for seq, uri, hint in self._db.execute(query)]

    def allow(self, seq: int) -> None:
        """Queue a page that was refused and is covered now."""
        self._db.execute("UPDATE pages SET state = 'queued', cause = '' WHERE seq = ?", (seq,))

    def progress(self) -> tuple[int, int]:
        """Return how many pages are settled and how many are to be settled in all."""
        waiting = self._count("state IN ('queued', 'leased')")
        settled = self._count("state IN ('done', 'failed')")
        return settled, settled + waiting

    def has_waiting(self) -> bool:
        """Say whether any page is queued."""
        query = "SELECT EXISTS (SELECT 1 FROM pages WHERE state = 'queued')"
        return bool(self._db.execute(query).fetchone()[0])

    def coverage(self) -> Coverage:
        """Return the counts of everything that is known."""
        waiting = self._count("state IN ('queued', 'leased')")
        return Coverage(
            known=self._count("1"),
            fetched=self._count("state = 'done'"),
            waiting=waiting,
            failed=self._grouped("cause", "failed"),
            refused=self._grouped("cause", "refused"),
            page_kinds=self._grouped("page_kind", "done"),
        )

    def listings(self) -> Iterator[tuple[str, str, str, str, str]]:
        """Yield (listing, way, state, page kind, cause) of every link to a listing, sorted.

        ``way`` is the kind of the page that links to it, "" for an address that was given.
        """
        query = (
            "SELECT f.listing, f.way, p.state, p.page_kind, p.cause FROM found_by AS f "
            "JOIN pages AS p ON p.uri = f.uri ORDER BY f.listing, f.way, p.seq"
        )
        for row in self._db.execute(query):
            yield tuple(str(value) for value in row)  # type: ignore[misc]  # five columns

    def _insert(self, pages: Iterable[NewPage], way: str) -> None:
        pages = list(pages)
        self._db.executemany(
            "INSERT INTO found_by (uri, way, listing) VALUES (?, ?, ?) "
            "ON CONFLICT (uri, way) DO NOTHING",
            [(p.uri, way, p.listing) for p in pages if p.listing],
        )
        self._db.executemany(
            "INSERT INTO pages (uri, hint, state, cause, n_redirects) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (uri) DO NOTHING",
            [
                (p.uri, p.hint, "refused" if p.refused else "queued", p.refused, p.n_redirects)
                for p in pages
            ],
        )

    def _end(
        self,
        row: PageRow,
        state: str,
        cause: str,
        capture_id: str,
        kind: str,
        links: Iterable[NewPage],
    ) -> None:
        self._db.execute("BEGIN IMMEDIATE")
        self._db.execute(
            "UPDATE pages SET state = ?, cause = ?, capture_id = ?, page_kind = ? WHERE seq = ?",
            (state, cause, capture_id, kind, row.seq),
        )
        self._insert(links, kind or row.hint)
        self._db.execute("COMMIT")

    def _count(self, condition: str) -> int:
        # ``condition`` is one of the literals above, never data
        query = f"SELECT count(*) FROM pages WHERE {condition}"  # noqa: S608
        return int(self._db.execute(query).fetchone()[0])

    def _grouped(self, column: str, state: str) -> dict[str, int]:
        # ``column`` is one of the literals above, never data
        query = f"SELECT {column}, count(*) FROM pages WHERE state = ? GROUP BY 1 ORDER BY 1"  # noqa: S608
        return {str(name): int(n) for name, n in self._db.execute(query, (state,))}
