# SPDX-License-Identifier: AGPL-3.0-or-later
"""Bounds on the addresses of one market: calendars without end, permutations, session ids.

A market names its pages itself, so it can name more than anybody can fetch.  What lies
beyond the bounds of the profile stays known and is refused with its cause: coverage shows
how much there was.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from urllib.parse import SplitResult, urlsplit

from crawler.frontier.rows import CONTENT_HINTS
from crawler.market.profile import Bounds

TOO_DEEP = "trap-depth"
REPEATING = "trap-repeats"
VARIANTS = "trap-variants"
TOO_MANY = "trap-pages"
SAME_PAGE = "trap-same-page"
ENDLESS = "trap-endless"
CAUSES = (TOO_DEEP, REPEATING, VARIANTS, TOO_MANY, SAME_PAGE, ENDLESS)

_SESSION_NAMES = frozenset(
    {"sid", "phpsessid", "jsessionid", "sessionid", "session_id", "session", "sess", "cfid",
     "cftoken", "aspsessionid", "osid", "xid"}
)  # fmt: skip
# a short value names something else: a seller, a section
_SESSION_VALUE = re.compile(r"(?=.*[0-9])[0-9A-Za-z_.\-]{16,}")
_IN_PATH = re.compile(r";(?:jsessionid|sid|phpsessid)=[^/;]*", re.IGNORECASE)


class TrapBounds:
    """Counts the addresses of a market as they become known; remembers digests, not texts."""

    def __init__(self, bounds: Bounds, known: Iterable[tuple[str, str]]) -> None:
        self._bounds = bounds
        self._seen: set[int] = set()
        self._pages: set[int] = set()
        self._of_path: Counter[int] = Counter()
        self._of_kind: Counter[str] = Counter()
        for uri, hint in known:
            self._note(uri, hint, urlsplit(uri))

    def cause(self, uri: str, hint: str) -> str:
        """Return why ``uri`` (in its one spelling) is left out, "" where it is not.

        An address that was let in before is let in again.
        """
        if hash(uri) in self._seen:
            return ""
        parts = urlsplit(uri)
        found = self._beyond(parts, hint)
        if not found:
            self._note(uri, hint, parts)
        return found

    def _beyond(self, parts: SplitResult, hint: str) -> str:
        bounds = self._bounds
        segments = [segment for segment in parts.path.split("/") if segment]
        if len(segments) > bounds.depth:
            return TOO_DEEP
        if segments and max(Counter(segments).values()) > bounds.repeats:
            return REPEATING
        if _varies(parts) and hash(_page_key(parts)) in self._pages:
            return SAME_PAGE
        if parts.query and self._of_path[_path_key(parts)] >= bounds.variants:
            return VARIANTS
        if self._of_kind[hint] >= bounds.pages:
            return TOO_MANY
        return ENDLESS if hint not in CONTENT_HINTS and self._leads_nowhere() else ""

    def _leads_nowhere(self) -> bool:
        """Say whether there are far more pages that lead on than anything they lead to."""
        known = sum(self._of_kind[hint] for hint in CONTENT_HINTS)
        leading = self._of_kind.total() - known
        return leading >= self._bounds.leading + self._bounds.per_listing * known

    def _note(self, uri: str, hint: str, parts: SplitResult) -> None:
        self._seen.add(hash(uri))
        self._of_kind[hint] += 1
        if parts.query:
            self._of_path[_path_key(parts)] += 1
        if _varies(parts):
            self._pages.add(hash(_page_key(parts)))


def _path_key(parts: SplitResult) -> int:
    return hash((parts.netloc, _IN_PATH.sub("", parts.path)))


def _varies(parts: SplitResult) -> bool:
    """Say whether the page of this address may have other spellings."""
    return bool(parts.query) or ";" in parts.path


def _page_key(parts: SplitResult) -> tuple[str, str, tuple[str, ...]]:
    """Return what is left of an address without session ids and the order of parameters."""
    pairs = (pair for pair in parts.query.split("&") if pair and not _is_session(pair))
    return parts.netloc, _IN_PATH.sub("", parts.path), tuple(sorted(pairs))


def _is_session(pair: str) -> bool:
    name, _equals, value = pair.partition("=")
    return name.lower() in _SESSION_NAMES and _SESSION_VALUE.fullmatch(value) is not None
