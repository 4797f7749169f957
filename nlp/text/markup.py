# SPDX-License-Identifier: AGPL-3.0-or-later
"""HTML that a market left in a text: taken away without moving a code point.

A tag or a character reference becomes what it shows and signs that the normal form
leaves out: every place in the text stays a place in the text as it was given, and what a
reference shows is the whole of it.
"""

from __future__ import annotations

import html
import re
from dataclasses import replace

from nlp.model import ListingText
from nlp.text.normalizing import JOINER

NOTHING = "\u200b"  # left out by the normal form, and belongs to nothing
_LINES = "p|br|div|li|ul|ol|tr|table|tbody|thead|h[1-6]|hr|pre|blockquote|center"
_CELLS = "td|th"
_INLINE = "b|i|u|s|em|strong|span|font|small|big|sup|sub|strike|del|ins|mark|tt|code"
# An opening <a> stays: its address is read as it stands.
_TAG = re.compile(
    rf"<(?:/a|/?(?:(?P<line>{_LINES})|(?P<cell>{_CELLS})|{_INLINE})(?:\s[^<>]{{0,300}})?/?)>",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,8}[0-9]{0,2});")


def without_markup(text: ListingText) -> ListingText:
    """Return the listing with the HTML of its texts taken away, each as long as before."""
    if not any("<" in content or "&" in content for _name, content in text.written()):
        return text
    return replace(
        text,
        title=plain(text.title),
        description=plain(text.description),
        profile=plain(text.profile),
        ships_text=plain(text.ships_text),
    )


def plain(text: str) -> str:
    """Return ``text`` without tags and character references, as long as it was."""
    if "<" in text:
        text = _TAG.sub(_shown_tag, text)
    return _REFERENCE.sub(_shown_reference, text) if "&" in text else text


def _shown_tag(match: re.Match[str]) -> str:
    shown = "\n" if match["line"] else " " if match["cell"] else NOTHING
    return shown.ljust(len(match[0]), NOTHING)


def _shown_reference(match: re.Match[str]) -> str:
    shown = html.unescape(match[0])
    if len(shown) != 1 or "\ud800" <= shown <= "\udfff":
        return match[0]
    return shown.ljust(len(match[0]), JOINER)
