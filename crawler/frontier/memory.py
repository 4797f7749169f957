# SPDX-License-Identifier: AGPL-3.0-or-later
"""A frontier in plain lists: slow, without a disk, and simple enough to be the yardstick.

It is written from the words of ``FrontierStore`` alone; what it and an engine do
differently is a fault of one of them.  It refuses every step that a lease does not allow.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from crawler.frontier.rows import (
    NewPage,
    Origin,
    PageRow,
    class_hint,
    may_be_covered,
    rank_of,
    unheard,
)
from crawler.job import Coverage

_ASKED_FOR = ("listing", "vendor")


@dataclass(slots=True)
class _Known:
    row: PageRow
    rank: int
    turn: int
    state: str
    cause: str = ""
    kind: str = ""
    capture_id: str = ""
    due: float = 0.0
    put_at: float = 0.0


class MemoryFrontier:
    """A frontier that ends with its process."""

    def __init__(self) -> None:
        self.lost = ""
        self.on_refused: Callable[[NewPage], None] = unheard
        self._pages: dict[str, _Known] = {}
        self._ways: dict[tuple[str, str], str] = {}
        self._next_seq = 1
        self._n_shares = 0
        self._now = 0.0

    def close(self) -> None:
        """Do nothing: there is nothing to release."""

    def add(self, pages: Iterable[NewPage]) -> None:
        """Make starts known."""
        self._learn(pages, Origin())

    def lease(self, now: float, after: tuple[str, int]) -> PageRow | None:
        """Take the first page of all whose time has come."""
        ready = [
            page for page in self._pages.values()
            if page.state == "queued"
            or (page.state == "later" and (page.due <= now or now < page.put_at))
        ]  # fmt: skip
        self._now = now
        for page in ready:
            page.state = "queued"  # it waits no longer, whichever page comes first
        if not ready:
            return None
        return self._lease(min(ready, key=lambda p: (p.rank, p.turn, p.row.seq)), after)

    def take_up(self, page: NewPage) -> PageRow | None:
        """Lease this very page."""
        self._learn([page], Origin())
        known = self._pages[page.uri]
        return self._lease(known, ("", 0)) if known.state in ("queued", "later") else None

    def count_from(self, seq: int) -> None:
        """Begin the numbers of further pages at ``seq``."""
        self._next_seq = max(self._next_seq, seq)

    def found_again(self) -> None:
        """Do nothing: it never lost anything."""

    def leased(self) -> list[PageRow]:
        """Return the leased pages by seq."""
        return [page.row for page in self._in_order() if page.state == "leased"]

    def done(self, row: PageRow, capture_id: str, kind: str, links: Iterable[NewPage]) -> None:
        """Mark a page as fetched."""
        page = self._leave(row, "done")
        page.kind, page.capture_id = kind, capture_id
        self._learn(links, Origin.of(row, kind))

    def fail(
        self, row: PageRow, cause: str, capture_id: str = "", links: Iterable[NewPage] = ()
    ) -> None:
        """Mark a page as failed."""
        self._leave(row, "failed", cause).capture_id = capture_id
        self._learn(links, Origin.of(row))

    def refuse(self, row: PageRow, cause: str, capture_id: str = "") -> None:
        """Mark a page as refused."""
        del capture_id
        self._leave(row, "refused", cause)

    def retry(self, row: PageRow, cause: str, not_before: float) -> None:
        """Put a page back for later."""
        page = self._leave(row, "later", cause)
        page.due, page.put_at = not_before, self._now
        page.row = replace(page.row, n_attempts=page.row.n_attempts + 1)

    def wait(self, row: PageRow, cause: str) -> None:
        """Put a page back with a cause."""
        self._leave(row, "queued", cause)

    def give_back(self, row: PageRow) -> None:
        """Put a page back as it was."""
        self._leave(row, "queued", self._pages[row.uri].cause)

    def try_failed_again(self, *, every: bool = True, cause: str = "") -> None:
        """Queue what failed: all, or what was never reached or failed for ``cause``."""
        for page in self._pages.values():
            wanted = every or not page.capture_id or page.cause == cause
            if page.state == "failed" and wanted:
                page.state, page.row = "queued", replace(page.row, n_attempts=0)

    def not_authorised(self) -> list[tuple[int, str, str]]:
        """Return what the gate refused."""
        return [
            (page.row.seq, page.row.uri, class_hint(page.cause) or page.row.hint)
            for page in self._in_order()
            if page.state == "refused" and may_be_covered(page.cause)
        ]

    def allow(self, seq: int) -> None:
        """Queue a refused page."""
        for page in self._pages.values():
            if page.row.seq == seq and page.state == "refused":
                page.state, page.cause = "queued", ""

    def found_pages(self) -> list[str]:
        """Return the addresses of fetched listings and vendors."""
        return [p.row.uri for p in self._in_order() if p.state == "done" and p.kind in _ASKED_FOR]

    def progress(self) -> tuple[int, int]:
        """Return (settled, settled and waiting)."""
        n = Counter(page.state for page in self._pages.values())
        settled = n["done"] + n["failed"]
        return settled, settled + n["queued"] + n["later"] + n["leased"]

    def has_waiting(self) -> bool:
        """Say whether any page is queued."""
        return any(page.state in ("queued", "later") for page in self._pages.values())

    def next_due(self) -> float | None:
        """Return the earliest time for which a page waits."""
        return min((p.due for p in self._pages.values() if p.state == "later"), default=None)

    def coverage(self) -> Coverage:
        """Return the counts."""
        pages = list(self._pages.values())
        return Coverage(
            known=len(pages),
            fetched=sum(page.state == "done" for page in pages),
            waiting=sum(page.state in ("queued", "later", "leased") for page in pages),
            failed=dict(Counter(p.cause for p in pages if p.state == "failed")),
            refused=dict(Counter(p.cause for p in pages if p.state == "refused")),
            page_kinds=dict(Counter(p.kind for p in pages if p.state == "done")),
        )

    def addresses(self) -> Iterator[tuple[str, str]]:
        """Yield what is known and not refused."""
        known = [page for page in self._in_order() if page.state != "refused"]
        yield from ((page.row.uri, page.row.hint) for page in known)

    def listings(self) -> Iterator[tuple[str, str, str, str, str]]:
        """Yield what is known of each link to a listing."""
        pages = self._pages
        rows = [(key, way, pages[uri].row.seq, uri) for (uri, way), key in self._ways.items()]
        for key, way, _seq, uri in sorted(rows):
            state = "queued" if pages[uri].state == "later" else pages[uri].state
            yield key, way, state, pages[uri].kind, uri

    def _in_order(self) -> list[_Known]:
        return sorted(self._pages.values(), key=lambda page: page.row.seq)

    def _lease(self, page: _Known, after: tuple[str, int]) -> PageRow:
        page.state = "leased"
        page.row = replace(
            page.row, n_leases=page.row.n_leases + 1, after_name=after[0], after_offset=after[1]
        )
        return page.row

    def _leave(self, row: PageRow, state: str, cause: str = "") -> _Known:
        page = self._pages[row.uri]
        if page.state != "leased" or page.row != row:
            raise ValueError(f"not leased: {row.uri}")
        page.state, page.cause = state, cause
        return page

    def _learn(self, pages: Iterable[NewPage], origin: Origin) -> None:
        for new in pages:
            if new.listing:
                self._ways.setdefault((new.uri, origin.way), new.listing)
            if new.uri in self._pages:
                continue
            depth, share = origin.depth_of(new), origin.share
            if origin.begins_share(new, depth):
                self._n_shares += 1
                share = self._n_shares
            rank = rank_of(new, depth)
            turn = sum(p.rank == rank and p.row.share == share for p in self._pages.values())
            row = PageRow(self._next_seq, new.uri, new.hint, new.n_redirects, 0, 0, "", 0,
                          depth, share)  # fmt: skip
            state = "refused" if new.refused else "queued"
            self._pages[new.uri] = _Known(row, rank, turn, state, new.refused)
            self._next_seq += 1
            if new.refused:
                self.on_refused(new)
