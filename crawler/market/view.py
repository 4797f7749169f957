# SPDX-License-Identifier: AGPL-3.0-or-later
"""A page as a person sees it: lines of texts, and in what zone of the page each stands.

A *leaf* is one text between mark-up, a *segment* a part of a leaf between separators
("|", "·"), a *line* what stands between two block edges or line breaks.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

from lxml import etree

from crawler.market.attributes import attribute_runs
from crawler.market.document import BLOCKS, Document, split_marks
from crawler.market.headed import mark_headed, up
from crawler.market.hiding import hidden_classes, is_hidden, is_skipped
from crawler.market.sourced import cut_text, join_texts
from crawler.market.unwritten import shown_choices, shown_in_attributes
from crawler.market.words import Words, market_words
from crawler.market.zones import ZoneReader
from vestigo.records.text import SourcedText

MOST_LEAVES = 20_000
MOST_IN_LINE = 60  # pieces of one line: what reads a line compares them with each other

_BLOCK_STYLE = re.compile(r"display\s*:\s*(?:block|flex|grid|table|list-item)", re.IGNORECASE)
_SHORT_WORD = re.compile(r"[^\W\d_]\.$")
_WHOLE_AMOUNT = re.compile(r"[0-9]\s?[^\s\w.,]\s*$")
_SEPARATOR = re.compile(r"\s*[|·•¦┃]\s*")
_FRACTION = re.compile(r"[0-9][.,][0-9]")


@dataclass(slots=True)
class Leaf:
    """One text between mark-up: ``holder`` is the element that it stands in.

    ``sign``: a flag or icon shows it, by an attribute.
    """

    run: int
    text: str
    holder: Any
    gap: bool
    sign: bool = False


@dataclass(slots=True)
class Segment:
    """Characters [start, end) of a leaf; ``apart`` where a separator stands before it."""

    number: int
    leaf: Leaf
    start: int
    end: int
    line: int
    apart: bool = False

    @property
    def text(self) -> str:
        """Return the displayed text."""
        return self.leaf.text[self.start : self.end]

    @property
    def holder(self) -> Any:
        """Return the element that the text stands in."""
        return self.leaf.holder


@dataclass
class View:
    """The lines of one page; ``zones`` of an element tell what part of the page it is in."""

    document: Document
    words: Words
    segments: list[Segment] = field(default_factory=list)
    lines: list[list[Segment]] = field(default_factory=list)
    length: Counter[Any] = field(default_factory=Counter)
    spans: dict[Any, tuple[int, int]] = field(default_factory=dict)
    _zones: dict[Any, frozenset[str]] = field(default_factory=dict)
    marked: dict[Any, set[str]] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()

    def line_text(self, line: list[Segment]) -> str:
        """Return the displayed text of segments of one line."""
        return spell(line)[0]

    def sourced(self, segments: list[Segment]) -> SourcedText:
        """Return the text of ``segments`` with the bytes that it came from."""
        texts = [
            cut_text(self.document.run_text(one.leaf.run), one.start, one.end) for one in segments
        ]
        return join_texts(texts, ["", *(_between(a, b) for a, b in pairwise(segments))])

    def inside(self, element: Any) -> list[Segment]:
        """Return the segments in an element."""
        first, last = self.spans.get(element, (0, -1))
        return self.segments[first : last + 1]

    @cached_property
    def _reader(self) -> ZoneReader:
        return ZoneReader(self)

    def zones(self, element: Any) -> frozenset[str]:
        """Return the names of the zones that an element stands in."""
        found = self._zones.get(element)
        if found is None:
            parent = element.getparent()
            above = self.zones(parent) if parent is not None else frozenset()
            found = above | self._reader.own(element) | self.marked.get(element, set())
            self._zones[element] = found
        return found

    def forget_zones(self) -> None:
        """Drop what is remembered of zones, after more were marked."""
        self._zones.clear()


def spell(segments: list[Segment], *, apart: bool = False) -> tuple[str, list[int]]:
    """Return the displayed text of segments and where each begins in it.

    ``apart`` puts a space between words of two elements that have none between them.
    """
    text, starts = "", []
    for before, one in zip([None, *segments], segments, strict=False):
        text += _between(before, one) if before is not None else ""
        if apart and before is not None and _run_together(text, before, one):
            text += " "
        starts.append(len(text))
        text += one.text
    return text, starts


def _run_together(text: str, before: Segment, one: Segment) -> bool:
    """Return whether the words or amounts of two elements touch.

    So do "Price" and "$12", "12 €" and "Price", "$ 511.26" and "0.0123 BTC", "1 pc." and "12 €",
    "12 €" and "0.0123 BTC"; but "$" and "12", or "12" and ".50", are one amount.
    """
    if text[-1:].isalnum() and one.text[:1].isalpha():
        return True
    if before.leaf is one.leaf or text[-1:].isspace():
        return False
    if text[-1:].isalpha() or one.text[:1].isalpha():
        return True
    if one.text[:1].isdigit() and (_SHORT_WORD.search(text) or _WHOLE_AMOUNT.search(before.text)):
        return True
    return (
        text[-1:].isdigit()
        and one.text[:1].isdigit()
        and bool(_FRACTION.search(before.text) or _FRACTION.search(one.text))
    )


def cut_segments(segments: list[Segment], starts: list[int], low: int, high: int) -> list[Segment]:
    """Return what stands at [low, high) of the joined text of segments."""
    found = []
    for one, start in zip(segments, starts, strict=True):
        first, last = max(low - start, 0), min(high - start, len(one.text))
        if first < last:
            found.append(replace(one, start=one.start + first, end=one.start + last))
    return found


def _between(before: Segment, after: Segment) -> str:
    if before.line != after.line:
        return ", " if before.holder.tag == after.holder.tag == "li" else " "
    if before.leaf is not after.leaf and _are_names(before, after):
        return ", "
    if before.leaf is after.leaf:
        return after.leaf.text[before.end : after.start]
    return " " if after.leaf.gap else ""


def _are_names(before: Segment, after: Segment) -> bool:
    """Return whether two signs stand side by side that say names: two flags."""
    signs = before.leaf.sign and after.leaf.sign
    return signs and before.text[-1:].isalpha() and after.text[:1].isalpha()


def view_of(document: Document, words: Words | None = None) -> View:
    """Return the page as lines, with the zones that class names and headings tell."""
    view = View(document, words or market_words())
    view.hidden = hidden_classes(document.root)
    body = document.root.find("body") if document.root.tag == "html" else document.root
    if body is not None:
        _fill(view, body)
    mark_headed(view)
    view.forget_zones()
    return view


def _fill(view: View, body: Any) -> None:
    line: list[Segment] = []
    gap = False
    for step in _steps(view, body):
        if step is None:
            line, gap = _closed(view, line), False
            continue
        text, holder = step
        for run, piece in split_marks(text):
            shown = _shown(view.document, run, piece)
            gap = gap or piece[:1].isspace()
            if not shown and "\n" in piece and any(one.tag == "pre" for one in up(holder, 4)):
                line, gap = _closed(view, line), False
            if shown and run is not None and len(view.segments) < MOST_LEAVES:
                leaf = Leaf(run, shown, holder, gap and bool(line), _is_sign(holder, run))
                _count(view, holder, len(shown))
                if "\n" in piece and any(one.tag == "pre" for one in up(holder, 4)):
                    line = _add_kept(view, line, leaf, piece)
                else:
                    _add(view, line, leaf, 0, len(shown))
                line, gap = _closed(view, line) if len(line) >= MOST_IN_LINE else line, False
            gap = gap or piece[-1:].isspace()
    _closed(view, line)


def _is_sign(holder: Any, run: int) -> bool:
    return run in attribute_runs(holder).values()


def _shown(document: Document, run: int | None, piece: str) -> str:
    if run is None or not piece.strip():
        return ""
    return " ".join(piece.split()) if piece.isascii() else document.run_text(run).text


def _add_kept(view: View, line: list[Segment], leaf: Leaf, piece: str) -> list[Segment]:
    """Add a text of ``<pre>``, whose line breaks count; return the line that it ends in."""
    start = 0
    for number, part in enumerate(piece.split("\n")):
        if number:
            line = _closed(view, line)
        length = len(" ".join(part.split()))
        if length:
            _add(view, line, leaf, start, min(start + length, len(leaf.text)))
            start += length + 1
    return line


def _add(view: View, line: list[Segment], leaf: Leaf, start: int, end: int) -> None:
    """Add the parts of a leaf between separators."""
    apart = False
    for match in _SEPARATOR.finditer(leaf.text, start, end):
        if match.start() > start:
            _put(view, line, leaf, start, match.start(), apart=apart)
        start, apart = match.end(), True
    if start < end:
        _put(view, line, leaf, start, end, apart=apart)
    elif apart:
        view.marked.setdefault(leaf.holder, set())
        line.append(Segment(-1, leaf, end, end, len(view.lines), apart=True))


def _put(view: View, line: list[Segment], leaf: Leaf, start: int, end: int, *, apart: bool) -> None:
    if line and line[-1].number < 0:
        line.pop()
        apart = True
    one = Segment(len(view.segments), leaf, start, end, len(view.lines), apart)
    view.segments.append(one)
    line.append(one)
    for element in up(leaf.holder, 500):
        view.spans[element] = (view.spans.get(element, (one.number, 0))[0], one.number)


def _count(view: View, element: Any, n: int) -> None:
    while element is not None:
        view.length[element] += n
        element = element.getparent()


def _closed(view: View, line: list[Segment]) -> list[Segment]:
    if line and line[-1].number < 0:
        line.pop()
    if line:
        view.lines.append(line)
    return []


def _steps(view: View, body: Any) -> Iterator[tuple[str, Any] | None]:
    """Yield the strings of the page with their elements, None where a line ends."""
    walk = etree.iterwalk(body, events=("start", "end"))
    for event, element in walk:
        block = is_block(element)
        if event == "start":
            if block:
                yield None
            if view.hidden and is_hidden(view.hidden, element):
                walk.skip_subtree()
                continue
            if is_skipped(element):
                yield from shown_choices(view, element)
                walk.skip_subtree()
                continue
            yield from shown_in_attributes(view, element)
            if element.text:
                yield element.text, element
            continue
        if block or element.tag == "br":
            yield None
        if element is not body and element.tail:
            yield element.tail, element.getparent()


def is_block(element: Any) -> bool:
    """Return whether an element stands on lines of its own."""
    style = element.get("style")
    return element.tag in BLOCKS or bool(style and _BLOCK_STYLE.search(style))
