# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which texts of a page might be the category of its listing, as a path."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from crawler.market.forms import steps_of, without
from crawler.market.guessing.sight import Guess, Sight, link_of, make_of, place_of, same
from crawler.market.money import find_money
from crawler.market.view import Segment
from crawler.market.zones import tokens_of

LEAST = 2.0
LONGEST = 200
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
MOST_STEPS = 7
NEAR = 2
_DRAWN = frozenset({"svg", "img", "i"})
_SENTENCE = re.compile(r"\w+\W+\w+\W+\w+[.!?]\s*$")
MOST_OPEN = 3
_OPEN = frozenset({"active", "current", "selected", "open", "on", "actif", "aktiv", "activo"})
_SIGN = re.compile(r"^\s*(?:[>›»→⇒⟩❯▸▶‹«<\\]|::|[/-]\s*$)|(?:[>›»→⇒⟩❯▸▶\\]|::)\s*$")
_WAY_SIGN = re.compile(r"\s*[>›»→⇒⟩❯▸▶]+\s*|\s+/\s+")
_LETTERS = re.compile(r"[^\W\d_]{2}")
LONGEST_OF_STEP = 30
_PATH_PART = re.compile(r"[^/?&=#.;]+")


def category_guesses(
    sight: Sight, title: Guess | None = None, vendor: Guess | None = None
) -> list[Guess]:
    """Return what may be the category, with points; the value is a tuple of steps."""
    shown = title.value if title is not None else ""
    found = [
        *_by_label(sight),
        *_by_trail(sight),
        *_by_line(sight, title),
        *_by_list(sight, title),
        *_by_open_entry(sight),
        *_by_title(sight, title),
        *_set_menus_back(sight, list(_by_link(sight)), title),
    ]
    kept = []
    for guess in found:
        steps = without(steps_of(sight.view, guess.segments, shown), shown)
        if vendor is not None and len(steps) > 1:
            steps = [one for one in steps if one.text != vendor.value]
        if any(True for one in steps for _money in find_money(one.text)):
            guess.points -= 8
        if steps and len(steps) <= MOST_STEPS:
            guess.value, guess.segments = tuple(one.text for one in steps), steps
            guess.points -= 0.01 * steps[0].line
            kept.append(guess)
    return kept


def _by_label(sight: Sight) -> Iterator[Guess]:
    for label in sight.labelled("category"):
        guess = Guess(
            (), label.value, place_of(label.value), -sight.cost(label.at.holder), label.label
        )
        weak = label.label.startswith("…")
        guess.add(5 if label.strong else (2.5 if weak else 4), f"label “{label.label}”")
        if label.label in ("type", "class", "section", "product type"):
            guess.points -= 1
        if all(sight.words.has("kind_of_goods.word", one.text) for one in label.value):
            guess.points -= 4
        if _SENTENCE.search(label.at.leaf.text[: label.at.start]):
            guess.points -= 4  # "We are a small team. Category: the best"
        if len({one.line for one in label.value}) > NEAR:
            guess.points -= 2.5  # a menu of them
        if label.label in sight.words.lists["home.word"] and _is_heading(label.at.holder):
            guess.points -= 2
        yield guess


def _is_heading(element: Any) -> bool:
    parent = element.getparent()
    return any(one is not None and one.tag in HEADINGS for one in (element, parent))


def _by_trail(sight: Sight) -> Iterator[Guess]:
    """Yield elements that are called breadcrumbs."""
    for element in list(sight.view.spans):
        if not _is_trail(sight, element):
            continue
        parent = element.getparent()
        if parent is not None and _is_trail(sight, parent):
            continue
        segments = sight.view.inside(element)
        if sum(len(one.text) for one in segments) > LONGEST:
            continue
        guess = Guess((), segments, element, -sight.cost(element, "frame", "aside"))
        guess.add(5.2, "breadcrumbs")
        yield guess


def _is_trail(sight: Sight, element: Any) -> bool:
    known = sight.words.lists["category.trail"]
    tokens = [
        *tokens_of(element),
        element.get("aria-label") or "",
        *(element.get("itemtype") or "").split("/")[-1:],
    ]
    return any(
        token.lower() in known
        or "breadcrumb" in token.lower()
        or any(part in known for part in re.split(r"[-_]", token.lower()))
        for token in tokens
    )


def _by_line(sight: Sight, title: Guess | None) -> Iterator[Guess]:
    """Yield elements that hold nothing but links with signs as ">" between them."""
    shown = same(title.value) if title is not None else ""
    for element in list(sight.view.spans):
        segments = _but_title(sight.view.inside(element), shown)
        if not 1 < len(segments) <= MOST_STEPS * 2 or not (
            _is_row(segments) or _is_drawn_row(element)
        ):
            continue
        parent = element.getparent()
        if parent is not None and _is_row(_but_title(sight.view.inside(parent), shown)):
            continue
        late = title is not None and segments[0].line > title.segments[-1].line + 1
        guess = Guess((), segments, element, -sight.cost(element, "frame"))
        guess.add(2.0 if late else 3.6, "links with signs between")
        if len(segments) < len(sight.view.inside(element)):
            guess.add(1.0, "ends in the title")
        if any(_leads_to_category(sight, one) for one in segments):
            guess.add(1.0, "its links")
        if sight.is_account(element) or any(_is_odd(sight, one.text) for one in segments):
            guess.points -= 5
        yield guess


def _is_drawn_row(element: Any) -> bool:
    """Return whether links stand beside each other with a drawn sign between each two."""
    tags = [child.tag for child in element]
    links, signs = tags[::2], tags[1::2]
    return len(links) > 1 and set(links) == {"a"} and len(set(signs)) == 1 and signs[0] in _DRAWN


def _but_title(segments: list[Segment], shown: str) -> list[Segment]:
    """Return the segments without the title of the page, where a way ends in it."""
    return [one for one in segments if not shown or same(one.leaf.text) != shown]


def _by_list(sight: Sight, title: Guess | None) -> Iterator[Guess]:
    """Yield lists of links alone that stand right above the title: a way without signs."""
    if title is None:
        return
    first = title.segments[0]
    for element in list(sight.view.spans):
        segments = sight.view.inside(element)
        if element.tag not in ("ol", "ul", "p", "div", "nav") or not 0 < len(segments) < MOST_STEPS:
            continue
        if first.number - segments[-1].number != 1 or not all(
            _leads_to_category(sight, one) or sight.words.has("home.word", one.text)
            for one in segments
        ):
            continue
        if segments[1:] and any(_is_open_text(one) for one in segments):
            continue  # a menu
        guess = Guess((), segments, element, -sight.cost(element, "frame"))
        guess.add(3.2 if segments[1:] else 2.2, "links right above the title")
        yield guess


def _is_row(segments: list[Segment]) -> bool:
    links = [one for one in segments if link_of(one.holder, 3) is not None]
    others = [one for one in segments if link_of(one.holder, 3) is None]
    signs = sum(bool(_SIGN.search(one.text)) for one in others)
    return bool(links) and signs >= max(1, len(links) - 1) and len(others) <= signs + 1


def _is_odd(sight: Sight, text: str) -> bool:
    return any(True for _money in find_money(text)) or sight.words.has("account.near", text)


def _leads_to_category(sight: Sight, one: Segment) -> bool:
    link = link_of(one.holder, 3)
    parts = _PATH_PART.findall(link.get("href") or "") if link is not None else []
    return any(part.casefold() in sight.words.lists["category.path"] for part in parts)


def _by_title(sight: Sight, title: Guess | None) -> Iterator[Guess]:
    """Yield short texts beside the title: "Rings", "Jewellery → Rings".

    One step alone is too weak for a page by itself; several pages may agree on it.
    """
    if title is None:
        return
    for line in sight.view.lines:
        away = line[0].line - title.segments[0].line
        if len(line) > 1 or away == 0 or not -NEAR <= away <= NEAR:
            continue
        one = line[0]
        steps = _WAY_SIGN.split(one.text)
        if not all(_may_be_step(sight, step) for step in steps):
            continue
        guess = Guess((), [one], one.holder, -sight.cost(one.holder))
        guess.add(2.6 if steps[1:] else 1.3, "beside the title")
        yield guess


def _may_be_step(sight: Sight, text: str) -> bool:
    words = sight.words
    return (
        1 < len(text) <= LONGEST_OF_STEP
        and not any(c.isdigit() for c in text)
        and bool(_LETTERS.search(text))
        and not words.concepts(text)
        and not words.is_place(text)
        and not any(words.has(name, text) for name in ("kind_of_goods.word", "home.word"))
        and same(text) not in sight.head_title
    )


def _by_open_entry(sight: Sight) -> Iterator[Guess]:
    """Yield the entries of a menu of categories that are marked as open, one below another."""
    found = [
        one
        for one in sight.view.segments
        if _leads_to_category(sight, one) and _is_open(link_of(one.holder, 3))
    ]
    n_links = sum(_leads_to_category(sight, one) for one in sight.view.segments)
    if 0 < len(found) <= MOST_OPEN and n_links > len(found):
        guess = Guess((), found, found[-1].holder, 0.0)
        guess.add(2.4, "open in the menu")
        yield guess


def _is_open_text(one: Segment) -> bool:
    link = link_of(one.holder, 3)
    return link is not None and _is_open(link)


def _is_open(link: Any) -> bool:
    """Return whether a link, or the entry that holds it alone, is marked as the open one."""
    own = link.getparent()
    alone = own is not None and (
        own.tag in ("li", "dd", "td", "b")
        or (own.tag in ("div", "p", "span") and len(own.findall(".//a")) == 1)
    )
    marked = [link, own] if alone else [link]
    return any(
        one.get("aria-current") in ("page", "true", "location")
        or any(part in _OPEN for token in tokens_of(one) for part in re.split(r"[-_]", token))
        for one in marked
    )


def _set_menus_back(sight: Sight, guesses: list[Guess], title: Guess | None) -> list[Guess]:
    """Take points from links to categories that stand with many others: a menu.

    One beside the title is liked better.
    """
    zones = Counter(sight.view.zones(guess.place) for guess in guesses)
    for guess in guesses:
        n_there = zones[sight.view.zones(guess.place)]
        guess.points -= min(2.5, 0.5 * max(0, n_there - MOST_STEPS // 2))
        away = guess.segments[0].line - title.segments[0].line if title is not None else NEAR + 1
        guess.points += 0.5 if abs(away) <= NEAR else 0
    return guesses


def _by_link(sight: Sight) -> Iterator[Guess]:
    for one in sight.view.segments:
        link = link_of(one.holder, 3)
        called = sight.is_called(one.holder, "category")
        if link is None and not called:
            continue
        linked = _leads_to_category(sight, one)
        if not linked and not called:
            continue
        guess = Guess((), [one], one.holder, -sight.cost(one.holder))
        guess.add(
            (2.4 if called else 0) + (2.0 if linked else 0), "its class" if called else "its link"
        )
        n_alike = sum(
            1 for other in sight.view.segments if other.holder.getparent() is one.holder.getparent()
        )
        n_alike = max(n_alike, sight.alike[make_of(one.holder)])
        guess.points -= min(2.5, 0.5 * max(0, n_alike - 3))
        if sight.words.concepts(one.text):
            guess.points -= 5
        yield guess
