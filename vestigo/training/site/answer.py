# SPDX-License-Identifier: AGPL-3.0-or-later
"""An HTTP answer of the range and the usual ways to make one."""

from __future__ import annotations

from dataclasses import dataclass, replace

HTML = "text/html; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer: status, further headers, body."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def with_header(self, name: str, value: str) -> Answer:
        """Return the same answer with one more header."""
        return replace(self, headers=(*self.headers, (name, value)))


def found(body: bytes, media_type: str) -> Answer:
    """Return a 200 with ``body``."""
    return Answer(200, (("Content-Type", media_type),), body)


def html(body: bytes, status: int = 200) -> Answer:
    """Return a page."""
    return Answer(status, (("Content-Type", HTML),), body)


def redirect(target: str) -> Answer:
    """Return a 302 to ``target``."""
    return Answer(302, (("Location", target), ("Content-Type", HTML)), b"")
