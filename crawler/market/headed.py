# SPDX-License-Identifier: AGPL-3.0-or-later
"""Zones that begin below a heading: related listings, feedback, options, a description."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crawler.market.view import Segment, View

_ENDS_SENTENCE = re.compile(r"[:：]\s*$")


def mark_headed(view: View) -> None:
    """Mark what stands below a heading as "Related listings" or "Feedback" as that zone."""
    for line in view.lines:
        zone = _zone_of_heading(view, line)
        if not zone:
            continue
        head = line[0].holder
        while head.getparent() is not None and view.length[head.getparent()] <= view.length[head]:
            head = head.getparent()
        view.marked.setdefault(head, set()).add(zone)
        for sibling in head.itersiblings():
            if _ends_zone(head, sibling):
                break
            view.marked.setdefault(sibling, set()).add(zone)


def _zone_of_heading(view: View, line: list[Segment]) -> str:
    text = view.line_text(line)
    holder = line[0].holder
    is_heading = any(_is_h(element.tag) for element in up(holder, 3))
    if len(text) > 80 or (_ENDS_SENTENCE.search(text) and not is_heading):  # noqa: PLR2004 - a heading is short
        return ""
    names = {element.tag for element in up(holder, 4)}
    if "dt" in names or "a" in names or (not is_heading and _is_label_cell(holder)):
        return ""
    for zone in ("related", "feedback", "options", "tiers", "description"):
        known = view.words.lists[
            f"{zone}.heading" if zone != "description" else "description.label"
        ]
        if _is_headed(text, known, long=is_heading):
            return zone
    return ""


def _is_headed(text: str, known: frozenset[str], *, long: bool) -> bool:
    low = " ".join(re.sub(r"[(\[{].*|[0-9]+|[:：—–\-]+$", " ", text.casefold()).split())
    if low in known:
        return True
    return long and any(low.startswith(f"{word} ") for word in known if len(word) > 5)  # noqa: PLR2004 - no short words


def _is_label_cell(holder: Any) -> bool:
    for element in up(holder, 3):
        if element.tag in ("td", "th"):
            cells = [cell for cell in element.getparent() if cell.tag in ("td", "th")]
            return len(cells) > 1
    return False


def _ends_zone(head: Any, sibling: Any) -> bool:
    if _is_h(head.tag):
        return _is_h(sibling.tag) and sibling.tag <= head.tag
    alike = sibling.tag == head.tag and sibling.get("class") == head.get("class")
    return _is_h(sibling.tag) or (alike and head.tag not in ("tr", "div", "p", "li"))


def _is_h(name: str) -> bool:
    return len(name) == 2 and name[0] == "h" and name[1].isdigit()  # noqa: PLR2004 - h1 to h6


def up(element: Any, n: int) -> Iterator[Any]:
    """Yield an element and up to ``n`` - 1 of those around it."""
    while element is not None and n > 0:
        yield element
        element, n = element.getparent(), n - 1
