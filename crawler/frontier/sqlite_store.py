# SPDX-License-Identifier: AGPL-3.0-or-later
"""The frontier of one machine: SQLite in WAL mode, JSON-plain columns, never pickle.

One process writes it (a lock beside the file says so); others may read it meanwhile.
A commit is not synced: after a power failure the file is that of a moment before, whole,
and pages that were settled since are in the archive or are asked for again.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

from crawler.frontier.counting import counted, linked_listings
from crawler.frontier.file import coded, connect, frontier_lock
from crawler.frontier.rows import (
    NewPage,
    Origin,
    PageRow,
    class_hint,
    may_be_covered,
    rank_of,
    unheard,
)
from crawler.frontier.schema import is_empty, prepare
from crawler.job import Coverage

_COLUMNS = (
    "seq, uri, hint, n_redirects, n_attempts, n_leases, after_name, after_offset, depth, share"
)
_LEASED = f"SELECT {_COLUMNS} FROM pages WHERE state = 'leased' ORDER BY seq"  # noqa: S608  # literals
_LEASE = (
    "UPDATE pages SET state = 'leased', n_leases = n_leases + 1, after_name = ?, after_offset = ? "  # noqa: S608  # literals
    f"WHERE seq = (%s) RETURNING {_COLUMNS}"
)
_LEASE_FIRST = _LEASE % (
    "SELECT seq FROM pages WHERE state = 'queued' ORDER BY rank, turn, seq LIMIT 1"
)
_LEASE_ONE = _LEASE % "?"
_INSERT = (
    "INSERT INTO pages "
    "(seq, uri, hint, state, cause, n_redirects, capture_id, depth, share, rank, turn) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
    "coalesce((SELECT n FROM turns WHERE share = ? AND rank = ?), 0)) ON CONFLICT (uri) DO NOTHING"
)
_TURN = (
    "INSERT INTO turns (share, rank, n) VALUES (?, ?, 1) "
    "ON CONFLICT (share, rank) DO UPDATE SET n = n + 1"
)
_FOUND_BY = (
    "INSERT INTO found_by (uri, way, listing) VALUES (?, ?, ?) ON CONFLICT (uri, way) DO NOTHING"
)
_WAKE = (
    "UPDATE pages SET state = 'queued' WHERE state = 'later' AND (not_before <= ? OR put_at > ?)"
)


class Frontier:
    """Pages in the order of ``rows``; the state of everything lies in the file."""

    def __init__(self, path: Path, *, reading: bool = False, lost_when_new: str = "") -> None:
        """Open the frontier at ``path``, or make it; ``reading`` takes no lock.

        ``lost_when_new`` is what a new one is to say of what was known before.

        Raises as ``schema.prepare``, ``UsageError`` E-CRA-063 where another process
        writes it, and E-CRA-064 or E-STO-005 where the disk is at fault.
        """
        self._path = path
        self.lost = ""
        self.on_refused: Callable[[NewPage], None] = unheard
        self._now = 0.0
        self._due: float | None = None
        self._n: Counter[str] = Counter()
        self._next_seq, self._n_shares = 1, 0
        with ExitStack() as opened:
            if not reading:
                path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                opened.enter_context(frontier_lock(path))
            with self._told():
                self._db = opened.enter_context(closing(connect(path, reading=reading)))
                if reading and is_empty(self._db):  # a crawl was killed before it made it
                    self._db = opened.enter_context(closing(connect(None, reading=False)))
                    reading = False
                prepare(self._db, path, reading=reading, lost_when_new=lost_when_new)
                if not reading:
                    self._count_again()
            self._opened = opened.pop_all()

    def close(self) -> None:
        """Release the file."""
        self._opened.close()

    def add(self, pages: Iterable[NewPage]) -> None:
        """Make starts known; a page that is known already stays as it is."""
        with self._changing():
            self._insert(pages, Origin())

    def lease(self, now: float, after: tuple[str, int]) -> PageRow | None:
        """Take the first page whose time has come; None when there is none."""
        with self._told():
            self._wake(now)
            with closing(self._db.execute(_LEASE_FIRST, after)) as cursor:
                found = cursor.fetchone()
        if found is None:
            return None
        self._move("queued", "leased")
        return PageRow(*found)

    def take_up(self, page: NewPage) -> PageRow | None:
        """Lease this very page, known or not; None where it is settled already."""
        with self._changing():
            self._insert([page], Origin())
            query = "SELECT seq, state FROM pages WHERE uri = ?"
            seq, state = self._db.execute(query, (page.uri,)).fetchone()
            if state not in ("queued", "later"):
                return None
            row = PageRow(*self._db.execute(_LEASE_ONE, ("", 0, seq)).fetchone())
            self._move(state, "leased")
            if state == "later":
                self._count_again()
        return row

    def count_from(self, seq: int) -> None:
        """Give no page that becomes known a number below ``seq``."""
        self._note("first_seq", str(seq))
        self._next_seq = max(self._next_seq, seq)

    def found_again(self) -> None:
        """Note that what was lost has been made again."""
        self._note("lost", "")
        self.lost = ""

    def leased(self) -> list[PageRow]:
        """Return the pages that are leased (after a crash: all that were in flight)."""
        with self._told():
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
        """Put a page back after an attempt that failed; it waits until ``not_before``."""
        more = "n_attempts = n_attempts + 1, not_before = ?, put_at = ?"
        with self._changing():
            self._leave(row, "later", cause, more, not_before, self._now)
            self._due = not_before if self._due is None else min(self._due, not_before)

    def wait(self, row: PageRow, cause: str) -> None:
        """Put a page back because the market makes everybody wait; no attempt is counted."""
        with self._changing():
            self._leave(row, "queued", cause)

    def give_back(self, row: PageRow) -> None:
        """Put a page back that was not to blame (stopped, logged out)."""
        with self._changing():
            self._leave(row, "queued", None)

    def try_failed_again(self, *, every: bool = True, cause: str = "") -> None:
        """Queue failed pages again: all, or those never reached and those of ``cause``."""
        query = (
            "UPDATE pages SET state = 'queued', n_attempts = 0 "
            "WHERE state = 'failed' AND (? OR capture_id = '' OR cause = ?)"
        )
        with self._changing():
            self._db.execute(query, (every, cause))
            self._count_again()

    def not_authorised(self) -> list[tuple[int, str, str]]:
        """Return (seq, uri, hint) of the pages that no authorization covered.

        Of one that turned out to be of another class of data the hint is its kind.
        """
        query = (
            "SELECT seq, uri, hint, cause FROM pages WHERE state = 'refused' AND "
            "(cause LIKE '%not-authorised' OR cause LIKE 'E-AUT-%') ORDER BY seq"
        )
        with self._told():
            found = self._db.execute(query).fetchall()
        return [
            (int(seq), str(uri), class_hint(cause) or str(hint))
            for seq, uri, hint, cause in found
            if may_be_covered(cause)
        ]

    def allow(self, seq: int) -> None:
        """Queue a page that was refused and is covered now."""
        query = "UPDATE pages SET state = 'queued', cause = '' WHERE seq = ? AND state = 'refused'"
        with self._changing():
            if self._db.execute(query, (seq,)).rowcount:
                self._move("refused", "queued")

    def found_pages(self) -> list[str]:
        """Return the addresses of the listings and vendors that were fetched, by seq."""
        query = (
            "SELECT uri FROM pages WHERE state = 'done' "
            "AND page_kind IN ('listing', 'vendor') ORDER BY seq"
        )
        with self._told():
            return [str(row[0]) for row in self._db.execute(query)]

    def progress(self) -> tuple[int, int]:
        """Return how many pages are settled and how many are to be settled in all."""
        n = self._n
        settled = n["done"] + n["failed"]
        return settled, settled + n["queued"] + n["later"] + n["leased"]

    def has_waiting(self) -> bool:
        """Say whether any page is queued, now or later."""
        return self._n["queued"] + self._n["later"] > 0

    def next_due(self) -> float | None:
        """Return when the first page that has to wait may be asked for, None for none."""
        return self._due

    def coverage(self) -> Coverage:
        """Return the counts of everything that is known."""
        with self._told():
            return counted(self._db)

    def addresses(self) -> Iterator[tuple[str, str]]:
        """Yield (uri, hint) of every page that is not refused, by seq."""
        query = "SELECT uri, hint FROM pages WHERE state <> 'refused' ORDER BY seq"
        with self._told():
            yield from ((str(uri), str(hint)) for uri, hint in self._db.execute(query))

    def listings(self) -> Iterator[tuple[str, str, str, str, str]]:
        """Yield (listing, way, state, page kind, address) of every link to a listing, sorted.

        ``way`` is the kind of the page that links to it, "" for an address that was given.
        """
        with self._told():
            yield from linked_listings(self._db)

    def _insert(self, pages: Iterable[NewPage], origin: Origin) -> None:
        """Make pages known; the transaction is the caller's."""
        for page in pages:
            if page.listing:
                self._db.execute(_FOUND_BY, (page.uri, origin.way, page.listing))
            depth = origin.depth_of(page)
            begins = origin.begins_share(page, depth)
            share = self._n_shares + 1 if begins else origin.share
            rank = rank_of(page, depth)
            state = "refused" if page.refused else "queued"
            values = (self._next_seq, page.uri, page.hint, state, page.refused,
                      page.n_redirects, page.found_on, depth, share, rank, share, rank)  # fmt: skip
            if self._db.execute(_INSERT, values).rowcount:
                self._db.execute(_TURN, (share, rank))
                self._next_seq += 1
                self._n_shares += begins
                self._n[state] += 1
                if page.refused:
                    self.on_refused(page)

    def _end(
        self,
        row: PageRow,
        state: str,
        cause: str,
        capture_id: str,
        kind: str,
        links: Iterable[NewPage],
    ) -> None:
        with self._changing():
            self._leave(row, state, cause, "capture_id = ?, page_kind = ?", capture_id, kind)
            self._insert(links, Origin.of(row, kind))

    def _leave(
        self, row: PageRow, state: str, cause: str | None, more: str = "", *values: object
    ) -> None:
        """End a lease; ``more`` is one of the literals above, never data."""
        sets = f"state = ?, cause = coalesce(?, cause){', ' if more else ''}{more}"
        query = f"UPDATE pages SET {sets} WHERE seq = ? AND state = 'leased' AND n_leases = ?"  # noqa: S608  # literals
        given = (state, cause, *values, row.seq, row.n_leases)
        if not self._db.execute(query, given).rowcount:
            raise ValueError(f"not leased: {row.uri}")
        self._move("leased", state)

    def _wake(self, now: float) -> None:
        """Queue what waited long enough; a clock that was set back keeps nothing waiting."""
        if self._n["later"] and (now < self._now or (self._due is not None and self._due <= now)):
            with self._changing():
                self._db.execute(_WAKE, (now, now))
                self._count_again()
        self._now = now

    def _move(self, old: str, new: str) -> None:
        self._n[old] -= 1
        self._n[new] += 1

    def _count_again(self) -> None:
        self._n = Counter(dict(self._db.execute("SELECT state, count(*) FROM pages GROUP BY 1")))
        query = "SELECT coalesce(max(seq), 0) + 1, coalesce(max(share), 0) FROM pages"
        self._next_seq, self._n_shares = self._db.execute(query).fetchone()
        notes = dict(self._db.execute("SELECT name, value FROM notes"))
        self._next_seq = max(self._next_seq, int(notes.get("first_seq", 0)))
        self.lost = notes.get("lost", "")
        query = "SELECT min(not_before) FROM pages WHERE state = 'later'"
        self._due = self._db.execute(query).fetchone()[0]

    def _note(self, name: str, value: str) -> None:
        with self._changing():
            self._db.execute("INSERT OR REPLACE INTO notes VALUES (?, ?)", (name, value))

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Do all of the block or nothing."""
        with self._told():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    self._db.execute("ROLLBACK")
                with suppress(sqlite3.Error):
                    self._count_again()
                raise

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Raise what SQLite or the disk says as an error of ours."""
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise coded(error, self._path) from error
