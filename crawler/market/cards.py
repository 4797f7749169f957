# SPDX-License-Identifier: AGPL-3.0-or-later
"""Finding what repeats on a page: cards of other listings, rows of feedback."""

from __future__ import annotations

from collections import Counter
from typing import Any

from crawler.market.money import find_money
from crawler.market.view import View, spell
from crawler.market.words import plain
from crawler.market.zones import tokens_of

ALIKE = 0.6
MOST_SHARE = 0.35
LEAST_TITLE = 8
LEAST_ROWS = 4


def mark_cards(view: View, title: str) -> None:
    """Mark siblings alike that each have a link and a price as the zone ``cards``.

    What shows the ``title`` of the page itself (in lower case) is no card: the first
    post of a topic is made as its replies are.
    """
    for parent in list(view.length):
        _mark_replies(view, parent)
        groups: dict[tuple[Any, ...], list[Any]] = {}
        for child in parent:
            if view.length[child]:
                groups.setdefault((child.tag, child.get("class")), []).append(child)
        rows = [child for child in parent if child.tag == "tr" and view.length[child]]
        if _is_list(view, rows):
            for row in rows:
                view.marked.setdefault(row, set()).add("cards")
        for group in groups.values():
            if len(group) > 1 and _are_cards(view, group):
                for child in group:
                    if not _shows(view, child, title):
                        view.marked.setdefault(child, set()).add("cards")
    view.forget_zones()


def _mark_replies(view: View, parent: Any) -> None:
    """Mark the posts below the first of a topic as feedback: others wrote them."""
    known = view.words.lists["feedback.post"]
    posts = [
        child
        for child in parent
        if view.length[child] and child.tag not in ("td", "th")
        if not known.isdisjoint(token.lower() for token in tokens_of(child))
    ]
    for child in posts[1:]:
        view.marked.setdefault(child, set()).add("feedback")


def _shows(view: View, element: Any, title: str) -> bool:
    shown = (" ".join(one.text.casefold().split()) for one in view.inside(element))
    return any(len(text) >= LEAST_TITLE and text in title for text in shown)


def _is_list(view: View, rows: list[Any]) -> bool:
    """Return whether rows below the heads "Item", "Price" show several offers: a table of sales."""
    if len(rows) < LEAST_ROWS or not any(cell.tag == "th" for cell in rows[0]):
        return False
    heads = [plain(one.text) for one in view.inside(rows[0])]
    if not any("title" in view.words.labels.get(head, ()) for head in heads):
        return False
    priced = [row for row in rows[1:] if any(True for _m in find_money(_text(view, row)))]
    return len(priced) >= LEAST_ROWS - 1


def _heads(view: View, table: Any) -> tuple[str, ...]:
    return tuple(plain(one.text) for cell in table.iter("th") for one in view.inside(cell))


def _text(view: View, element: Any) -> str:
    return spell(view.inside(element), apart=True)[0]


def _are_cards(view: View, group: list[Any]) -> bool:
    longest = MOST_SHARE * view.length[view.document.root]
    if any(view.length[child] > longest for child in group):
        return False
    if group[0].tag == "table" and len({_heads(view, child) for child in group}) > 1:
        return False  # one of the listing itself, one of others
    offers = [child for child in group if _is_offer(view, child)]
    if len(offers) < 2 or len(offers) < len(group) - 1:  # noqa: PLR2004 - one may lack its price
        return False
    shapes = [_shape(child) for child in offers]
    return all(_alike(shapes[0], shape) >= ALIKE for shape in shapes[1:])


def _is_offer(view: View, element: Any) -> bool:
    if not any(link.get("href") for link in element.iter("a")):
        return False
    return any(True for _money in find_money(spell(view.inside(element))[0]))


def _shape(element: Any) -> Counter[Any]:
    return Counter((node.tag, node.get("class")) for node in element.iter())


def _alike(one: Counter[Any], other: Counter[Any]) -> float:
    return (one & other).total() / max(1, (one | other).total())
