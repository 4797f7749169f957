# SPDX-License-Identifier: AGPL-3.0-or-later
"""Words of a page in their surroundings: the captured bytes beside what was read from them."""

from __future__ import annotations

import base64
import binascii
import codecs
import html
import re
import urllib.parse
from dataclasses import dataclass
from typing import Any

from vestigo.evidence.bundle.thirds import MASK, ThirdParties
from vestigo.evidence.report.blocks import Cell, mono, quote
from vestigo.i18n import _

AROUND = 48  # characters shown on either side
WINDOW = 400  # bytes read on either side, so that a name at the edge is known as a whole
LONGEST = 600
MOST_LINES = 12
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The body of one capture (transfer and content coding undone) and how its text is coded."""

    capture_id: str
    body: bytes
    charset: str
    thirds: ThirdParties

    def seen(self, text: str, longest: int = LONGEST) -> str:
        """Return captured text with third persons masked, cut to ``longest`` characters."""
        return seen(self.thirds, text, longest)

    def quoted(self, span: dict[str, Any], *, hidden: bool) -> Cell:
        """Return the words of a span between what stands around them, with their place.

        ``hidden`` masks the words themselves.  Where a name reaches over their edge, words
        and surroundings are masked.
        """
        pieces = span["ranges"]
        if not pieces:
            return mono("-")
        start, end = pieces[0]["start"], pieces[-1]["end"]
        where = _("bytes {start}–{end} of the page").format(start=start, end=end)
        if hidden:
            return quote("", MASK, "", where)
        words = one_line(" … ".join(self._words(piece) for piece in pieces))
        return quote(*self._shown(words, start, end, span["capture_id"]), where)

    def _shown(self, words: str, start: int, end: int, capture_id: str) -> tuple[str, str, str]:
        """Return what stands before, the words, and what stands after, all masked."""
        if self._gives_away(words):
            return "", MASK, ""
        if capture_id != self.capture_id:
            return "", self.seen(words), ""
        before, after = self._around(start, end)
        apart = [self.thirds.masked(text) for text in (before, words, after)]
        if self.thirds.masked(before + words + after) != "".join(apart):
            return "", MASK, ""
        if self._gives_away(before) or self._gives_away(after):
            return "", cut(apart[1]), ""
        return apart[0][-AROUND:], cut(apart[1]), apart[2][:AROUND]

    def _gives_away(self, text: str) -> bool:
        """Say whether a name stands in ``text`` that only its spelling there hides from us."""
        seen = self.thirds.masked(text).count(MASK)
        spellings = (html.unescape(text), urllib.parse.unquote_plus(text))
        return any(self.thirds.masked(one).count(MASK) > seen for one in spellings)

    def _around(self, start: int, end: int) -> tuple[str, str]:
        before = self._text(self.body[max(0, start - WINDOW) : start])
        return one_line(before), one_line(self._text(self.body[end : end + WINDOW]))

    def _words(self, piece: dict[str, Any]) -> str:
        if piece["encoding"] != "base64":
            return str(piece["quoted"])
        try:
            return self._text(base64.b64decode(piece["quoted"]))
        except binascii.Error:
            return str(piece["quoted"])

    def _text(self, content: bytes) -> str:
        try:
            return content.decode(codecs.lookup(self.charset or "utf-8").name, "replace")
        except (LookupError, UnicodeError):
            return content.decode("utf-8", "replace")


def seen(thirds: ThirdParties, text: str, longest: int = LONGEST) -> str:
    """Return captured text as a document shows it: masked, cut, in not too many lines."""
    shown = cut(thirds.masked(text), longest)
    return one_line(shown) if shown.count("\n") > MOST_LINES else shown


def cut(text: str, longest: int = LONGEST) -> str:
    """Return ``text`` at most ``longest`` characters long, with a mark where it was cut."""
    return text if len(text) <= longest else text[:longest] + " …"


def one_line(text: str) -> str:
    """Return ``text`` in one line; other marks are escaped where the page is made."""
    return _BLANKS.sub(" ", text)
