# SPDX-License-Identifier: AGPL-3.0-or-later
"""Finding what repeats on a page: cards of other listings, rows of feedback."""

from __future__ import annotations

from collections import Counter
from typing import Any

from crawler.market.money import find_money
from crawler.market.view import View, spell

ALIKE = 0.6
MOST_SHARE = 0.35
LEAST_TITLE = 8


def mark_cards(view: View, title: str) -> None:
    """Mark siblings alike that each have a link and a price as the zone ``cards``.

    What shows the ``title`` of the page itself (in lower case) is no card: the first
    post of a topic is made as its replies are.
    """
    for parent in list(view.length):
        groups: dict[tuple[Any, ...], list[Any]] = {}
        for child in parent:
            if view.length[child]:
                groups.setdefault((child.tag, child.get("class")), []).append(child)
        for group in groups.values():
            if len(group) > 1 and _are_cards(view, group):
                for child in group:
                    if not _shows(view, child, title):
                        view.marked.setdefault(child, set()).add("cards")
    view.forget_zones()


def _shows(view: View, element: Any, title: str) -> bool:
    shown = (" ".join(one.text.casefold().split()) for one in view.inside(element))
    return any(len(text) >= LEAST_TITLE and text in title for text in shown)


def _are_cards(view: View, group: list[Any]) -> bool:
    longest = MOST_SHARE * view.length[view.document.root]
    if any(view.length[child] > longest for child in group):
        return False
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
