# SPDX-License-Identifier: AGPL-3.0-or-later
"""Labels on a page ("Ships from") and the texts that stand with them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby, takewhile
from typing import Any

from crawler.market.view import Segment, View
from crawler.market.words import plain
from crawler.market.zones import ROOTS

LONGEST_VALUE = 160
FEW = 2
LONGEST_UNKNOWN = 30
_CELLS = ("td", "th")
_SENTENCE = re.compile(r"[.;!?]\s+")
_LEAD = re.compile(r"[\s:：=–—-]*")
_COLON = re.compile(r"\s*(?<!:)[:：](?!:)")
_NO_LABEL = re.compile(r"[0-9/@]|https?$")


@dataclass(slots=True)
class Labelled:
    """A label and the segments of its value (empty where none is shown).

    ``concepts`` is empty for a label that the vocabulary does not know; ``strong`` tells
    that the page itself ties both (a table, a list of terms, a colon).
    """

    concepts: tuple[str, ...]
    label: str
    at: Segment
    value: list[Segment]
    strong: bool


def labels_of(view: View) -> list[Labelled]:
    """Return every label of the page with its value, in page order."""
    return [found for one in view.segments for found in _labels_at(view, one)]


def _labels_at(view: View, one: Segment) -> Iterator[Labelled]:
    text = one.text
    concepts = view.words.concepts(text)
    if concepts:
        if _may_be_label(one):
            value, strong = _value_beside(view, one)
            yield Labelled(concepts, plain(text), one, value, strong)
            yield from _weak(view, one)
        return
    known, rest = view.words.inline(text)
    if rest:
        yield from _inline(view, one, known, rest)
        if rest >= len(text):
            yield from _weak(view, one)  # "in:" before a link
        return
    concept, start = view.words.phrase(text)
    if concept:
        value = _led([_part(one, start), *_rest_of_line(view, one)])
        yield Labelled((concept,), plain(text[:start]), one, value, strong=False)
    yield from _at_end(view, one)
    if not concept:
        yield from _weak(view, one)


def _at_end(view: View, one: Segment) -> Iterator[Labelled]:
    """Yield the label that ends a text of several sentences: "on 2021-10-28. Ships from"."""
    tail = _SENTENCE.split(one.text)[-1]
    known = view.words.labels.get(plain(tail), ()) if tail != one.text else ()
    value = _led(_rest_of_line(view, one)) if known else []
    if value:
        yield Labelled(known, plain(tail), one, value, strong=False)


def _weak(view: View, one: Segment) -> Iterator[Labelled]:
    """Yield links behind words as "by" (a vendor) and "in" (a category)."""
    word = plain(one.text).rpartition(" ")[2]
    if len(one.text) > LONGEST_VALUE or _link_of(one) is not None:
        return
    rest = _rest_of_line(view, one)
    if not rest or _link_of(rest[0]) is None:
        return
    if word in view.words.lists["vendor.weak"]:
        yield Labelled(("vendor",), f"…{word}", one, rest[:1], strong=False)
    if word in view.words.lists["category.weak"]:
        yield Labelled(("category",), f"…{word}", one, _path_of(rest), strong=False)


def _path_of(segments: list[Segment]) -> list[Segment]:
    """Return the links at the beginning of a line, with the signs between them."""
    return list(takewhile(lambda one: _link_of(one) is not None or not _has_word([one]), segments))


def _inline(view: View, one: Segment, known: tuple[str, ...], rest: int) -> Iterator[Labelled]:
    """Yield the labels of a text as "From: Spain, to: EU"."""
    text = one.text
    label = plain(text[:rest])
    if not known and (_NO_LABEL.search(label) or len(label) > LONGEST_UNKNOWN):
        return
    if rest >= len(text):
        value, strong = _value_beside(view, one)
        yield Labelled(known, label, one, value, strong)
        return
    part = _part(one, rest)
    later = _label_inside(view, part.text)
    if later is None:
        value = _led([part, *_rest_of_line(view, one)])
        yield Labelled(known, label, one, value, strong=True)
        return
    begin, concepts, after = later
    end = part.start + len(part.text[:begin].rstrip(" ,;./(-–|"))
    yield Labelled(known, label, one, [replace(part, end=end)], strong=True)
    yield from _inline(view, _part(part, begin), concepts, after - begin)


def _label_inside(view: View, text: str) -> tuple[int, tuple[str, ...], int] | None:
    """Return begin, concepts and end of a known label with a colon further on in a text."""
    for match in _COLON.finditer(text):
        words = list(re.finditer(r"[^\s,;(/]+", text[: match.start()]))
        for first in words[-4:]:
            concepts = view.words.labels.get(plain(text[first.start() : match.start()]), ())
            if concepts and first.start() > 0:
                end = match.end()
                return first.start(), concepts, end + len(text[end:]) - len(text[end:].lstrip())
    return None


def _part(one: Segment, start: int) -> Segment:
    return replace(one, start=one.start + start)


def _may_be_label(one: Segment) -> bool:
    """Return whether a known word is no link of the site's menu, nor a unit ("/ piece")."""
    if one.text.startswith("/"):
        return False
    return _link_of(one) is None or one.text.rstrip().endswith((":", "："))


def _link_of(one: Segment) -> Any:
    element = one.holder
    for _n in range(4):
        if element is None or element.tag == "a":
            return element
        element = element.getparent()
    return None


def _rest_of_line(view: View, one: Segment) -> list[Segment]:
    """Return what follows in the same line, up to a separator or another label."""
    found: list[Segment] = []
    for other in view.segments[one.number + 1 :]:
        if other.line != one.line or other.apart or _is_label(view, other):
            break
        found.append(other)
    return found


def _before_in_line(view: View, one: Segment) -> list[Segment]:
    """Return what stands before a label that ends its line ("Spain" above "Ships from")."""
    found: list[Segment] = []
    for other in reversed(view.segments[: one.number]):
        if other.line != one.line or one.apart or other.apart or _is_label(view, other):
            break
        found.insert(0, other)
    return found if _has_word(found) else []


def _is_label(view: View, one: Segment) -> bool:
    text = one.text
    if text.rstrip().endswith((":", "：")) or (view.words.concepts(text) and _may_be_label(one)):
        return len(plain(text)) > 1
    known, rest = view.words.inline(text)
    return bool(known) or (rest > 0 and not _NO_LABEL.search(plain(text[:rest])))


def _led(segments: list[Segment]) -> list[Segment]:
    found: list[Segment] = []
    for one in segments:
        lead = _LEAD.match(one.text)
        start = lead.end() if lead and not found else 0
        if start < len(one.text):
            found.append(_part(one, start))
    return found


def _value_beside(view: View, one: Segment) -> tuple[list[Segment], bool]:
    """Return the value of a label that stands alone in its text."""
    rest = _led(_rest_of_line(view, one))
    if rest:
        return rest, True
    before = _before_in_line(view, one)
    if before:
        return before, False
    if view.length[one.holder] > len(one.text):
        return _value_below(view, one), True
    cell = _pure(view, one.holder)
    if cell.tag in _CELLS:
        value = _value_of_cell(view, cell)
        return value, not _heads_many(cell, value)
    if cell.tag == "dt":
        return _value_of_term(view, cell), True
    value = _value_near(view, cell)
    return value, _is_pair(view, cell, value)


def _value_below(view: View, one: Segment) -> list[Segment]:
    """Return the value of a label that shares its element with other lines."""
    inside = view.inside(one.holder)
    lines = _lines_of(inside)
    place = next((n for n, line in enumerate(lines) if one in line), len(lines))
    if all(_is_label(view, line[0]) for line in lines):
        beside = next((item for item in one.holder.itersiblings() if view.length[item]), None)
        others = _lines_of(view.inside(beside)) if beside is not None else []
        return others[place] if len(others) == len(lines) else []
    if place + 1 < len(lines) and not _is_label(view, lines[place + 1][0]):
        return lines[place + 1]
    return []


def _lines_of(segments: list[Segment]) -> list[list[Segment]]:
    return [list(line) for _number, line in groupby(segments, key=lambda one: one.line)]


def _pure(view: View, element: Any) -> Any:
    """Return the outermost element that holds nothing but this text."""
    while (
        element.tag not in (*_CELLS, "dt", *ROOTS)
        and element.getparent() is not None
        and view.length[element.getparent()] == view.length[element]
    ):
        element = element.getparent()
    return element


def _value_of_cell(view: View, cell: Any) -> list[Segment]:
    row = cell.getparent()
    cells = [item for item in row if item.tag in _CELLS]
    place = cells.index(cell)
    if place + 1 < len(cells):
        later = [view.inside(item) for item in cells[place + 1 :]]
        signs = [bool(inside) and not _has_word(inside) for inside in later]
        beside = later[1] if signs[0] and len(later) > 1 else later[0]
        if not _heads_columns(view, cells, place):
            return _short(beside)
    below = next((item for item in row.itersiblings() if item.tag == "tr"), None)
    if below is None and row.getparent() is not None and row.getparent().tag == "thead":
        body = next((item for item in row.getparent().itersiblings() if item.tag == "tbody"), None)
        below = body.find("tr") if body is not None else None
    if below is None:
        return []
    others = [item for item in below if item.tag in _CELLS]
    if len(cells) == len(others):
        return _short(view.inside(others[place]))
    return []


def _heads_many(cell: Any, value: list[Segment]) -> bool:
    """Return whether a value is the first of several below the head of a column."""
    row = next(value[0].holder.iterancestors("tr"), None) if value else None
    if row is None or row is cell.getparent():
        return False
    return any(len(other) == len(row) for other in row.itersiblings("tr"))


def _has_word(segments: list[Segment]) -> bool:
    return any(c.isalnum() for one in segments for c in one.text)


def _heads_columns(view: View, cells: list[Any], place: int) -> bool:
    beside = view.inside(cells[place + 1])
    if cells[place].tag == "th" and cells[place + 1].tag == "th":
        return True
    return (
        bool(beside)
        and len(beside) == 1
        and bool(view.words.concepts(beside[0].text))
        and cells[place + 1].tag == cells[place].tag
    )


def _value_of_term(view: View, term: Any) -> list[Segment]:
    terms = [term]
    for other in term.itersiblings("dt", "dd", preceding=True):
        if other.tag != "dt":
            break
        terms.insert(0, other)
    place = len(terms) - 1
    after = list(term.itersiblings("dt", "dd"))
    n_more = next((n for n, item in enumerate(after) if item.tag == "dd"), len(after))
    values = after[n_more:]
    values = values[: next((n for n, item in enumerate(values) if item.tag == "dt"), len(values))]
    if len(terms) + n_more == 1:
        return _short([one for item in values[:1] for one in view.inside(item)])
    return _short(view.inside(values[place])) if len(values) == len(terms) + n_more else []


def _value_near(view: View, label: Any) -> list[Segment]:
    """Return the value of a label in a block of its own: beside it, in a column, above it."""
    parent = label.getparent()
    if parent is None or label.tag in ROOTS:
        return []
    _first, last = view.spans[label]
    _begin, end = view.spans[parent]
    if last < end:
        return _value_behind(view, label, view.segments[last + 1])
    column = _value_in_column(view, label)
    if column:
        return column
    before = [item for item in label.itersiblings(preceding=True) if view.length[item]]
    if len(before) == 1 and parent.tag not in ROOTS:
        value = view.inside(before[0])
        return [] if any(_is_label(view, one) for one in value) else _short(value)
    return []


def _is_pair(view: View, label: Any, value: list[Segment]) -> bool:
    """Return whether a label and its value are all that stands in a row."""
    parent = label.getparent()
    if parent is None or parent.tag in ROOTS or not value or value != view.inside(parent)[1:]:
        return False
    filled = [item for item in parent if view.length[item]]
    return len(filled) == 2 and filled[0] is label and not (parent.text or "").strip()  # noqa: PLR2004 - a pair


def _value_behind(view: View, label: Any, after: Segment) -> list[Segment]:
    if _is_label(view, after):
        return _value_in_column(view, label)
    sibling = after.holder
    parent = label.getparent()
    if sibling is parent:
        return _line_from(view, after)
    while sibling.getparent() is not None and sibling.getparent() is not parent:
        sibling = sibling.getparent()
    inside = view.inside(sibling)
    if sum(len(one.text) for one in inside) <= LONGEST_VALUE and not any(
        _is_label(view, one) for one in inside[1:]
    ):
        return inside
    return _line_from(view, after)


def _line_from(view: View, one: Segment) -> list[Segment]:
    return [one, *_rest_of_line(view, one)]


def _value_in_column(view: View, label: Any) -> list[Segment]:
    """Return the value in the second of two columns, the first being labels only."""
    column = label.getparent()
    names = [item for item in column if view.length[item]]
    other = next((item for item in column.itersiblings() if view.length[item]), None)
    if other is None or label not in names:
        return []
    values = [item for item in other if isinstance(item.tag, str) and item.tag != "br"]
    place = names.index(label)
    if any(len(view.inside(item)) > FEW for item in names):
        return []
    n_known = sum(_is_label(view, one) for item in names for one in view.inside(item)[:1])
    if len(names) != len(values) or n_known * 2 < len(names):
        return []
    value = view.inside(values[place])
    return [] if value and _is_label(view, value[0]) else _short(value)


def _short(segments: list[Segment]) -> list[Segment]:
    """Return a value of usual length, of a longer one only its first line."""
    if sum(len(one.text) for one in segments) <= LONGEST_VALUE:
        return segments
    return [one for one in segments if one.line == segments[0].line]
