# SPDX-License-Identifier: AGPL-3.0-or-later
"""Forms in which a text is read: the handle in "name (4.9) [512]", the steps of a path."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from crawler.market.view import Segment, View
from crawler.market.words import plain

FORMS = ("handle", "path", "place", "from", "to", "money", "own", "text")
LONGEST_STEP = 60

_HANDLE_TAIL = re.compile(
    r"\s*(?:[(\[{<★☆⭐✓✔●◆✅|·•].*|\s[-–—~/]\s.*|\s[+-]?[0-9]+(?:[.,][0-9]+)?\s*(?:%|/\s*[0-9]|★|stars?\b|\Z).*"
    r"|\s(?:level|lvl|rank|trust|rating|feedback|sales|nivel|rang|niveau|уровень)\b.*)$",
    re.IGNORECASE | re.DOTALL,
)
_HANDLE_HEAD = re.compile(r"^[\s@:：=–—★☆⭐●◆✓✔]+")
_STEP = re.compile(r"\s*[>›»→⇒⟩❯▸▶]+\s*|\s+(?:/|\\|::|-|–|—|\|)\s+|\s*::\s*")
_ONLY_SIGNS = re.compile(r"[\W_]*")
_FULL_STOP = re.compile(r"[^\W\d_]{3}\.\Z")
_HOME = re.compile(r"(?:https?://[^/]+)?\.?/?(?:index|home|main)?(?:\.\w+)?/?", re.IGNORECASE)


def handle_span(text: str) -> tuple[int, int]:
    """Return where in a text the handle of an account stands, without rating and level."""
    head = _HANDLE_HEAD.match(text)
    start = head.end() if head else 0
    tail = _HANDLE_TAIL.search(text, start + 1) if len(text) > start + 1 else None
    return start, tail.start() if tail else len(text)


def place_span(text: str) -> tuple[int, int]:
    """Return where in a text the name of a place stands, without flags and arrows."""
    head = re.match(r"[^\w(]+", text)
    start = head.end() if head else 0
    text = re.split(r"\s*;\s", text)[0]
    tail = re.search(r"[\s,;:|→>–—-]+$", text)
    end = tail.start() if tail and tail.start() > start else len(text)
    return start, end - 1 if _FULL_STOP.search(text, start, end) else end


def joint_at(text: str, joints: Iterable[str]) -> tuple[int, int] | None:
    """Return where "from" ends and "to" begins in a text as "Spain → Worldwide"."""
    found = [(text.find(joint), len(joint)) for joint in joints if text.find(joint) > 0]
    if not found:
        return None
    start, length = min(found, key=lambda item: (item[0], -item[1]))
    return start, start + length


def steps_of(view: View, segments: list[Segment], title: str = "") -> list[Segment]:
    """Return the steps of a path (category > subcategory), without the way home."""
    found: list[Segment] = []
    low = plain(title)
    for one in segments:
        if (low and plain(one.leaf.text) == low) or _is_home(one):
            continue
        start = 0
        for match in _STEP.finditer(one.text):
            found.append(_part(one, start, match.start()))
            start = match.end()
        found.append(_part(one, start, len(one.text)))
    steps = [one for one in found if one is not None and _is_step(one)]
    steps = [one for one in steps if _link(one) is not None or not _is_said(view, one)]
    known = "home.everything" if any(_is_home(one) for one in segments) else "home.word"
    kept = [one for one in steps if not view.words.has("home.everything", one.text)]
    return kept[1:] if kept and view.words.has(known, kept[0].text) else kept


def without(steps: list[Segment], title: str) -> list[Segment]:
    """Return the steps of a path without the title of the page at its end."""
    low = plain(title)
    kept = [one for one in steps if plain(one.text) != low]
    if kept and len(kept) > 1 and kept[-1].text.endswith(("…", "...")):
        start = plain(kept[-1].text.rstrip("….").strip())
        kept = kept[:-1] if low.startswith(start) else kept
    return kept


def _part(one: Segment, start: int, end: int) -> Segment:
    text = one.text[start:end]
    start += len(text) - len(text.lstrip(" :："))
    return Segment(
        one.number,
        one.leaf,
        one.start + start,
        one.start + start + len(one.text[start:end].rstrip()),
        one.line,
    )


def _is_said(view: View, one: Segment) -> bool:
    """Return whether a text is a label or a word before the path: "You are here:", "in"."""
    words, text = view.words, one.text
    known = words.concepts(text) or text.rstrip().endswith((":", "："))
    return bool(known or words.has("category.weak", text) or words.has("vendor.weak", text))


def _is_step(one: Segment) -> bool:
    text = one.text
    return bool(text) and len(text) <= LONGEST_STEP and not _ONLY_SIGNS.fullmatch(text)


def _is_home(one: Segment) -> bool:
    link = _link(one)
    return link is not None and leads_home(link)


def leads_home(link: Any) -> bool:
    """Return whether a link leads to the front page of its site."""
    return bool(_HOME.fullmatch(link.get("href") or ""))


def _link(one: Segment) -> Any:
    element = one.holder
    while element is not None and element.tag != "a":
        element = element.getparent()
    return element
