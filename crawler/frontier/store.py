# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every frontier does, whatever keeps it: the seam for another engine (ADR 0020)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from crawler.frontier.rows import NewPage, PageRow
from crawler.job import Coverage


class FrontierStore(Protocol):
    """Every page that is known, each once, in one state at a time.

    Each method is one transaction.  A lease outlives the process that took it; it ends
    with ``done``, ``fail``, ``refuse``, ``retry``, ``wait`` or ``give_back``, nothing else
    hands its page out again.  ``lost`` says why what was known before is not here
    (``damaged`` or ``missing``) until ``found_again``, or "".  ``on_refused`` sees each
    page that becomes known as refused, once.
    """

    lost: str
    on_refused: Callable[[NewPage], None]

    def close(self) -> None:
        """Release what it holds."""

    def add(self, pages: Iterable[NewPage]) -> None:
        """Make starts known; a page that is known already stays as it is."""

    def lease(self, now: float, after: tuple[str, int]) -> PageRow | None:
        """Take the next page whose time has come; None when there is none.

        ``after`` is the place of the last capture: the one of this lease lies behind it.
        """

    def take_up(self, page: NewPage) -> PageRow | None:
        """Lease this very page, known or not; None where it is settled already."""

    def count_from(self, seq: int) -> None:
        """Give no page that becomes known a number below ``seq``."""

    def found_again(self) -> None:
        """Note that what was lost has been made again."""

    def leased(self) -> list[PageRow]:
        """Return the pages that are leased (after a crash: all that were in flight)."""

    def done(self, row: PageRow, capture_id: str, kind: str, links: Iterable[NewPage]) -> None:
        """Mark a page as fetched and make its links known."""

    def fail(
        self, row: PageRow, cause: str, capture_id: str = "", links: Iterable[NewPage] = ()
    ) -> None:
        """Mark a page as failed for good and make its links known."""

    def refuse(self, row: PageRow, cause: str, capture_id: str = "") -> None:
        """Mark a page as one that may not be had."""

    def retry(self, row: PageRow, cause: str, not_before: float) -> None:
        """Put a page back after an attempt that failed; it waits until ``not_before``."""

    def wait(self, row: PageRow, cause: str) -> None:
        """Put a page back because the market makes everybody wait; no attempt is counted."""

    def give_back(self, row: PageRow) -> None:
        """Put a page back that was not to blame (stopped, logged out)."""

    def try_failed_again(self, *, every: bool = True, cause: str = "") -> None:
        """Queue failed pages again, with all their attempts.

        Unless ``every``: only those that were never reached (nothing of them is archived)
        and those that failed for ``cause``.
        """

    def not_authorised(self) -> list[tuple[int, str, str]]:
        """Return (seq, uri, hint) of the pages that no authorization covered.

        Of one that turned out to be of another class of data the hint is its kind.
        """

    def allow(self, seq: int) -> None:
        """Queue a page that was refused and is covered now."""

    def found_pages(self) -> list[str]:
        """Return the addresses of the listings and vendors that were fetched, by seq."""

    def addresses(self) -> Iterator[tuple[str, str]]:
        """Yield (uri, hint) of every page that is not refused, by seq."""

    def progress(self) -> tuple[int, int]:
        """Return how many pages are settled and how many are to be settled in all."""

    def has_waiting(self) -> bool:
        """Say whether any page is queued, now or later."""

    def next_due(self) -> float | None:
        """Return when the first page that has to wait may be asked for, None for none."""

    def coverage(self) -> Coverage:
        """Return the counts of everything that is known."""

    def listings(self) -> Iterator[tuple[str, str, str, str, str]]:
        """Yield (listing, way, state, page kind, address) of every link to a listing, sorted.

        ``way`` is the kind of the page that links to it, "" for an address that was given.
        """
