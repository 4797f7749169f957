# SPDX-License-Identifier: AGPL-3.0-or-later
"""Building and cutting of texts that know their bytes."""

from __future__ import annotations

import html
import re
import sys
from collections.abc import Iterator, Sequence

from crawler.market.charset import DecodedBody
from vestigo.records.text import Piece, SourcedText

_ATOM = re.compile(
    r"(?P<exact>[^&\s]+(?: [^&\s]+)*)"
    r"|(?P<entity>&(?:#[xX][0-9a-fA-F]+;?|#[0-9]+;?|[A-Za-z][A-Za-z0-9]*;?))"
    r"|(?P<space>\s+)|(?P<ampersand>&)"
)
_NEWLINE = re.compile(r"\r\n?|\n")


class TextBuilder:
    """Joins runs of source characters to one displayed text.

    White space is collapsed to one space, or kept with its line breaks where
    ``keep_space`` (``<pre>``, ``<textarea>``); ``line_break`` and ``block_edge`` come
    from mark-up and have no bytes of their own.
    """

    def __init__(self, decoded: DecodedBody, *, lines: bool) -> None:
        self._decoded = decoded
        self._lines = lines
        self._text: list[str] = []
        self._length = 0
        self._pieces: list[Piece] = []
        self._space: tuple[int, int] | None = None
        self._gap = ""

    def line_break(self) -> None:
        """Note a ``<br>``: a new line, or a space where lines are not kept."""
        self._space = None
        self._gap = self._gap.rstrip(" ") + "\n" if self._lines else " "

    def block_edge(self) -> None:
        """Note the edge of a block: at least one new line."""
        if "\n" not in self._gap:
            self.line_break()

    def blank(self) -> None:
        """Note white space between elements."""
        if self._space is None and not self._gap:
            self._gap = " "

    def run(self, start: int, end: int, *, keep_space: bool = False) -> None:
        """Append the source characters [start, end), entities decoded."""
        source = self._decoded.text
        for match in _ATOM.finditer(source, start, end):
            if match.lastgroup == "space":
                self._white(match.start(), match.end(), keep_space=keep_space)
            elif match.lastgroup == "exact":
                self._append(match.group(), match.start(), match.end(), exact=True)
            else:
                self._entity(match.group(), match.start(), match.end(), keep_space=keep_space)

    def finish(self) -> SourcedText:
        """Return the text; white space at its ends is dropped."""
        return SourcedText("".join(self._text), tuple(self._pieces))

    def _entity(self, entity: str, start: int, end: int, *, keep_space: bool) -> None:
        shown = decode_entity(entity)
        if shown.isspace() and not keep_space:
            self._white(start, end, keep_space=False)
        elif shown:
            self._append(_storable(shown), start, end, exact=False)

    def _white(self, start: int, end: int, *, keep_space: bool) -> None:
        if keep_space and self._lines:
            self._kept_white(start, end)
        elif not self._gap.endswith("\n"):
            first = self._space[0] if self._space and self._space[1] == start else start
            self._space = (first, end)

    def _kept_white(self, start: int, end: int) -> None:
        n_lines = len(_NEWLINE.findall(self._decoded.text[start:end]))
        self._gap += "\n" * n_lines if n_lines else ("" if self._gap.endswith("\n") else " ")

    def _append(self, shown: str, start: int, end: int, *, exact: bool) -> None:
        self._separate()
        at = self._decoded.at
        byte_start, byte_end = at(start), at(end)
        offsets: tuple[int, ...] = ()
        if exact and (self._decoded.offsets or byte_end - byte_start != len(shown)):
            offsets = tuple(at(index) - byte_start for index in range(start, end + 1))
        begin = self._length
        self._push(_storable(shown))
        self._pieces.append(Piece(begin, self._length, byte_start, byte_end, exact, offsets))

    def _separate(self) -> None:
        space, gap = self._space, self._gap
        self._space, self._gap = None, ""
        if not self._length:
            return
        if gap:
            self._push(gap)
        elif space:
            begin = self._length
            self._push(" ")
            first, last = self._decoded.at(space[0]), self._decoded.at(space[1])
            self._pieces.append(Piece(begin, begin + 1, first, last, exact=False))

    def _push(self, text: str) -> None:
        self._text.append(text)
        self._length += len(text)


def decode_entity(entity: str) -> str:
    """Return the characters of one character reference, as a browser shows them.

    ``html.unescape`` alone drops references to control characters, which stand on a
    page as much as any other.
    """
    if not entity.startswith("&#"):
        return html.unescape(entity)
    digits = entity[2:].rstrip(";")
    hexadecimal = digits[:1] in "xX"
    digits = (digits[1:] if hexadecimal else digits).lstrip("0")[:8]
    point = int(digits or "0", 16 if hexadecimal else 10)
    if point == 0 or point > sys.maxunicode:
        return "\ufffd"
    return html.unescape(f"&#{point};") or chr(point)


def cut_text(text: SourcedText, start: int, end: int) -> SourcedText:
    """Return code points [start, end) of ``text`` as a text of its own."""
    return SourcedText(text.text[start:end], tuple(_moved(text.pieces, start, end, -start)))


def join_texts(texts: Sequence[SourcedText], gaps: Sequence[str]) -> SourcedText:
    """Return the texts as one, ``gaps[n]`` before the n-th; gaps have no bytes of their own."""
    joined, pieces = "", []
    for gap, text in zip(gaps, texts, strict=True):
        joined += gap
        pieces += list(_moved(text.pieces, 0, len(text.text), len(joined)))
        joined += text.text
    return SourcedText(joined, tuple(pieces))


def _moved(pieces: tuple[Piece, ...], start: int, end: int, shift: int) -> Iterator[Piece]:
    for piece in pieces:
        first, last = max(piece.start, start), min(piece.end, end)
        if first >= last:
            continue
        if not piece.exact or (first == piece.start and last == piece.end):
            byte_start, byte_end, offsets = piece.byte_start, piece.byte_end, piece.offsets
        else:
            low, high = first - piece.start, last - piece.start
            cut = piece.offsets[low : high + 1]
            base = cut[0] if cut else low
            offsets = tuple(offset - base for offset in cut)
            byte_start = piece.byte_start + base
            byte_end = piece.byte_start + (cut[-1] if cut else high)
        yield Piece(first + shift, last + shift, byte_start, byte_end, piece.exact, offsets)


def _storable(text: str) -> str:
    """Return ``text`` without what UTF-8 cannot hold, length kept."""
    return text if text.isascii() else re.sub("[\ud800-\udfff]", "\ufffd", text)
