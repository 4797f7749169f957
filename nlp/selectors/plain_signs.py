# SPDX-License-Identifier: AGPL-3.0-or-later
"""A text without the signs that nobody sees: what an identifier is searched in.

Case and letters stay as they are, for case matters in an address; zero-width signs,
soft hyphens and direction marks are left out, full-width letters become ASCII.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_ODD = re.compile(
    "[\u00a0\u00ad\u200b-\u200f\u202a-\u202f\u2060-\u206f\ufe00-\ufe0f\ufeff\uff01-\uff5e]"
)
_WIDE = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_BLANKS = {0xA0: " ", 0x202F: " "}


@dataclass(frozen=True, slots=True)
class PlainText:
    """The text to search in; ``places[i]`` is where its character ``i`` stands in the original.

    ``places`` is empty where both are the same.
    """

    text: str
    places: tuple[int, ...] = ()

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the original [start, end) of [start, end) here; not empty."""
        if not self.places:
            return start, end
        return self.places[start], self.places[end - 1] + 1


def plain_signs(text: str) -> PlainText:
    """Return ``text`` as it is to be searched, with the way back."""
    if text.isascii() or not _ODD.search(text):
        return PlainText(text)
    kept: list[str] = []
    places: list[int] = []
    at = 0
    for match in _ODD.finditer(text):
        kept.append(text[at : match.start()])
        places.extend(range(at, match.start()))
        at = match.end()
        shown = _BLANKS.get(ord(match.group()), _WIDE.get(ord(match.group()), ""))
        if shown:
            kept.append(shown)
            places.append(match.start())
    kept.append(text[at:])
    places.extend(range(at, len(text)))
    return PlainText("".join(kept), tuple(places))
