# SPDX-License-Identifier: AGPL-3.0-or-later
"""What goes into a frontier and comes out of it, and in which order pages are handed out.

The order is (rank, turn, seq).  ``rank`` puts listings, vendors and feedback before
pages that only lead on, and these by their depth.  ``turn`` is the number of the page
among those of its rank that came from the same category: every category has its turn
before one has its next.
"""

from __future__ import annotations

from dataclasses import dataclass

from vestigo.records.market import THIRD_KINDS

CONTENT_HINTS = frozenset({"listing", "vendor", "feedback", "image", "attachment"})
IMAGE = "image"  # a picture that a page shows: asked for with the act fetch_image alone
CONTENT_RANK = 0
_REFUSED_CLASS = "-not-authorised"


@dataclass(frozen=True, slots=True)
class PageRow:
    """One leased page; ``label`` names this lease in the archive.

    ``share`` numbers the category that the page came from, 0 for none; ``depth`` counts
    the links from a start.
    """

    seq: int
    uri: str
    hint: str
    n_redirects: int
    n_attempts: int
    n_leases: int
    after_name: str
    after_offset: int
    depth: int = 0
    share: int = 0

    @property
    def label(self) -> str:
        """The mark that the capture of this lease carries."""
        return f"{self.seq}/{self.n_leases}"


@dataclass(frozen=True, slots=True)
class NewPage:
    """A page that a link names; ``refused`` is the cause for never asking for it, or "".

    ``listing`` is the key of the listing that its address promises, or ""; ``found_on`` the
    capture of the page that names it, where a refusal needs an exhibit.
    """

    uri: str
    hint: str
    refused: str = ""
    n_redirects: int = 0
    listing: str = ""
    found_on: str = ""


def class_hint(cause: str) -> str:
    """Return the kind of page for which a page was refused once it had come, or ""."""
    kind = cause.removesuffix(_REFUSED_CLASS) if cause.endswith(_REFUSED_CLASS) else ""
    return kind if kind in THIRD_KINDS else ""


def may_be_covered(cause: str) -> bool:
    """Say whether another authorization may let a refused page in."""
    return cause == "not-authorised" or cause.startswith("E-AUT-") or bool(class_hint(cause))


def unheard(_page: NewPage) -> None:
    """Hear of a page and do nothing."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where links were found: depth, share, redirects and kind of the page; "" for a start."""

    depth: int = -1
    share: int = 0
    n_redirects: int = 0
    way: str = ""

    @classmethod
    def of(cls, row: PageRow, kind: str = "") -> Origin:
        """Return what a page passes on to its links."""
        return cls(row.depth, row.share, row.n_redirects, kind or row.hint)

    def depth_of(self, page: NewPage) -> int:
        """Return the depth of a link: where a redirect points is no deeper."""
        return self.depth + (page.n_redirects <= self.n_redirects)

    def begins_share(self, page: NewPage, depth: int) -> bool:
        """Say whether ``page`` is a category of its own: one that a start links to."""
        return depth == 1 and self.share == 0 and page.hint not in CONTENT_HINTS


def rank_of(page: NewPage, depth: int) -> int:
    """Return the rank: content first, then what leads on, the shallow before the deep."""
    return CONTENT_RANK if page.hint in CONTENT_HINTS else CONTENT_RANK + 1 + depth
