# SPDX-License-Identifier: AGPL-3.0-or-later
"""The archived body as text, with spans marked where their bytes stand.

The text is cut from the archived, decoded body by byte ranges; nothing of it comes
from a record.  A captured page is never rendered: its tags are left out, its
entities decoded, and what remains is shown as text.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

MOST_BYTES = 2_000_000
MOST_PIECES = 20_000
CONTEXT = 120
_TAG = re.compile(rb"<(?=[A-Za-z/!?])")
_NAME = re.compile(rb"/?([A-Za-z][A-Za-z0-9]*)")
_SPACE = re.compile(r"[ \t\r\n\f]+")
_NUMBERED = re.compile(r"&#(?:[xX]0*([0-9a-fA-F]{1,6})|0*([0-9]{1,7}));?")
_BLOCKS = frozenset(
    b"address article aside blockquote br dd div dl dt fieldset footer form h1 h2 h3 h4 h5 h6 "
    b"header hr li main nav ol option p pre section table tbody tfoot thead title tr ul".split()
)
_CELLS = frozenset({b"td", b"th"})
_SILENT = (b"script", b"style")


@dataclass(frozen=True, slots=True)
class Mark:
    """Bytes [start, end) that a record cites; ``kind`` names the colour, ``label`` the value."""

    start: int
    end: int
    kind: str
    label: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A run of text with the mark that covers it, or of masked bytes of a third person."""

    text: str
    mark: Mark | None = None
    masked: bool = False


def text_view(
    body: bytes, charset: str, marks: Sequence[Mark], masks: Sequence[tuple[int, int]] = ()
) -> list[Shown]:
    """Return the readable text of an HTML body: tags left out, marks kept."""
    shown: list[Shown] = []
    for start, end, separator in _regions(body[:MOST_BYTES]):
        if separator:
            shown.append(Shown(separator))
        elif len(shown) < MOST_PIECES:
            shown.extend(
                Shown(_SPACE.sub(" ", _references_read(one.text)), one.mark, one.masked)
                for one in source_view(body, charset, marks, masks, start, end)
            )
    return _tidied(shown)


def source_view(
    body: bytes, charset: str, marks: Sequence[Mark], masks: Sequence[tuple[int, int]] = (),
    start: int = 0, end: int | None = None,
) -> list[Shown]:  # fmt: skip
    """Return bytes [start, end) of the body as they stand, decoded, with marks."""
    stop = min(len(body), start + MOST_BYTES) if end is None else end
    near = [mark for mark in marks if mark.start < stop and mark.end > start]
    hidden = [mask for mask in masks if mask[0] < stop and mask[1] > start]
    edges = {start, stop}
    for low, high in [(m.start, m.end) for m in near] + hidden:
        edges.update((max(low, start), min(high, stop)))
    cuts = sorted(edges)
    return [_piece(body, charset, near, hidden, low, high) for low, high in pairwise(cuts)]


def around(
    body: bytes, charset: str, mark: Mark, masks: Sequence[tuple[int, int]] = ()
) -> list[Shown]:
    """Return the bytes of one mark with some context before and after, as they stand."""
    low = _whole_character(body, max(0, mark.start - CONTEXT))
    high = _whole_character(body, min(len(body), mark.end + CONTEXT))
    return source_view(body, charset, [mark], masks, low, max(high, mark.end))


def outside_text(body: bytes, marks: Sequence[Mark]) -> list[Mark]:
    """Return the marks that stand in the markup (an attribute, say), not in the text."""
    regions = [(start, end) for start, end, sep in _regions(body[:MOST_BYTES]) if not sep]
    return [
        mark
        for mark in marks
        if not any(start < mark.end and mark.start < end for start, end in regions)
    ]


def decoded(raw: bytes, charset: str) -> str:
    """Return ``raw`` as text; bytes that the charset does not know stay visible."""
    try:
        if b"<a".decode(charset) == "<a":
            return raw.decode(charset, "backslashreplace")
    except (LookupError, UnicodeError, ValueError):
        pass
    return raw.decode("utf-8", "backslashreplace")


def _references_read(text: str) -> str:
    """Return ``text`` with character references read, as browsers do; none vanishes.

    ``html.unescape`` drops references to control characters: they would be hidden.
    """
    return html.unescape(_NUMBERED.sub(_kept, text))


def _kept(found: re.Match[str]) -> str:
    if html.unescape(found.group()):
        return found.group()
    point = int(found.group(1), 16) if found.group(1) else int(found.group(2))
    return chr(point)


def _piece(
    body: bytes, charset: str, marks: Sequence[Mark], masks: Sequence[tuple[int, int]],
    low: int, high: int,
) -> Shown:  # fmt: skip
    covering = [m for m in marks if m.start <= low and high <= m.end]
    mark = min(covering, key=lambda m: (m.end - m.start, m.kind == "field"), default=None)
    if any(start < high and low < end for start, end in masks):
        return Shown("", mark, masked=True)
    return Shown(decoded(body[low:high], charset), mark)


def _regions(body: bytes) -> Iterator[tuple[int, int, str]]:
    """Yield text regions ``(start, end, "")`` and separators ``(at, at, text)`` in order."""
    lowered, at, absent = body.lower(), 0, set[bytes]()
    while (found := _TAG.search(body, at)) is not None:
        begin = found.start()
        if begin > at:
            yield at, begin, ""
        name = _NAME.match(lowered, begin + 1)
        tag = name.group(1) if name else b""
        end = _after(lowered, begin, tag, absent)
        if end < 0:
            yield begin, len(body), ""
            return
        if tag in _BLOCKS:
            yield begin, begin, "\n"
        elif tag in _CELLS:
            yield begin, begin, "  "
        at = end
    if at < len(body):
        yield at, len(body), ""


def _after(lowered: bytes, begin: int, tag: bytes, absent: set[bytes]) -> int:
    """Return where the tag, comment or silent element at ``begin`` ends, -1 where it does not.

    An end that is not there is looked for once only: hostile pages repeat openings.
    """
    closing = b"-->" if lowered.startswith(b"<!--", begin) else b">"
    if tag in _SILENT and lowered[begin + 1 : begin + 2] != b"/":
        closing = b"</" + tag
    if closing in absent:
        closing = b">"
    end = lowered.find(closing, begin)
    if end < 0 and closing != b">":
        absent.add(closing)
        closing = b">"
        end = lowered.find(closing, begin)
    return end if end < 0 or closing.startswith(b"</") else end + len(closing)


def _whole_character(body: bytes, at: int) -> int:
    """Return ``at``, moved on over the middle of a UTF-8 character."""
    while at < len(body) and body[at] & 0xC0 == 0x80:  # noqa: PLR2004 (UTF-8 continuation byte)
        at += 1
    return at


def _tidied(shown: list[Shown]) -> list[Shown]:
    """Return the runs without blank lines and without empty runs after a line's end."""
    kept: list[Shown] = []
    breaks = 1
    for one in shown:
        blank = not one.masked and one.mark is None and not one.text.strip()
        if blank and "\n" in one.text:
            breaks += 1
            if breaks > 1:
                continue
            one = Shown("\n")  # noqa: PLW2901 (white space around a break is not shown)
        elif blank and breaks:
            continue
        elif not blank:
            if breaks and one.mark is None and not one.masked:
                one = Shown(one.text.lstrip(" "))  # noqa: PLW2901 (no indent after a break)
            breaks = int(one.text.endswith("\n"))
        kept.append(one)
    return kept
