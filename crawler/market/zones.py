# SPDX-License-Identifier: AGPL-3.0-or-later
"""What part of a page an element is, by its name, its classes and what it holds."""

from __future__ import annotations

import re
from collections import Counter
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from crawler.market.words import plain

if TYPE_CHECKING:
    from crawler.market.view import View

ROOTS = frozenset({"html", "body"})
FEW_LINKS = 2
FAR_BELOW = 4
_AROUND = frozenset({"frame", "aside"})
_BY_CLASS = ("related", "feedback", "options", "tiers")
_BY_TOKEN = ("account", "frame", "aside", "description", "struck")
_STRUCK = re.compile(r"text-decoration[\w-]*\s*:[^;]*line-through", re.IGNORECASE)
_FRAME = re.compile(
    r"(?:site|page|top|main|global)[-_]?(?:header|head|nav|navigation|bar|menu|footer)",
    re.IGNORECASE,
)


def tokens_of(element: Any) -> list[str]:
    """Return the classes and the id of an element."""
    return f"{element.get('class', '')} {element.get('id', '')}".split()


class ZoneReader:
    """Tells the zones of the elements of one page."""

    def __init__(self, view: View) -> None:
        self._view = view

    def own(self, element: Any) -> frozenset[str]:
        """Return the zones that the element itself is, by its name, classes and contents."""
        name = element.tag
        if (
            name in ROOTS
            or self._view.length[element] > self._view.length[self._view.document.root] * 0.6
        ):
            return frozenset()
        tokens = tokens_of(element)
        found = self._by_tokens(element, tokens)
        if name in ("nav", "footer") or (name == "header" and element.getparent().tag in ROOTS):
            found.add("frame")
        if name == "aside":
            found.add("aside")
        if name in ("select", "button", "input"):
            found.add("choice")
        if name in ("s", "del", "strike") or _STRUCK.search(element.get("style") or ""):
            found.add("struck")
        if found & _AROUND and self._holds_listing(element):
            found -= _AROUND
        return frozenset(found)

    def _by_tokens(self, element: Any, tokens: list[str]) -> set[str]:
        """Return what classes and id say."""
        words = self._view.words
        found = {zone for zone in _BY_CLASS if words.named(f"{zone}.class", tokens)}
        found |= {zone for zone in _BY_TOKEN if words.listed(f"{zone}.class", tokens)}
        if "account" in found and (self._repeats(tokens) or self._is_below_account(element)):
            found.discard("account")  # of those who wrote the posts of a forum
        if "frame" in found and self._heads_boxes(element, tokens):
            found.discard("frame")  # heads of boxes are called as the head of the page
        if any(_FRAME.fullmatch(token) for token in tokens):
            found.add("frame")
        return found

    def _is_below_account(self, element: Any) -> bool:
        """Return whether who is logged in was told well above: this is another account."""
        first, last = self._view.spans.get(element, (0, -1))
        told = self._account_told
        if not told or last < first or any(first <= number <= last for number in told):
            return False
        return self._view.segments[first].line - self._view.segments[told[0]].line > FAR_BELOW

    @cached_property
    def _account_told(self) -> list[int]:
        """Return the numbers of texts as "Log out"."""
        near = self._view.words.lists["account.near"]
        return [one.number for one in self._view.segments if plain(one.text) in near]

    def _heads_boxes(self, element: Any, tokens: list[str]) -> bool:
        """Return whether several elements without links are called so."""
        linked = next(element.iter("a"), None) is not None
        return not linked and all(self._tokens[token] > FEW_LINKS for token in tokens)

    def _repeats(self, tokens: list[str]) -> bool:
        return all(self._tokens[token] > 1 for token in tokens)

    @cached_property
    def _tokens(self) -> Counter[str]:
        """Return how many elements have each class or id."""
        return Counter(token for element in self._view.length for token in tokens_of(element))

    def _holds_listing(self, element: Any) -> bool:
        """Return whether what is called a frame or a side box tells of the listing itself.

        A box of buying at the side says where the goods are sent from; a heading with at
        most a link or two is the head of the page, not of the site.
        """
        first, last = self._view.spans.get(element, (0, -1))
        if any(first < number <= last for number in self._places_told):
            return True
        n_links = sum(1 for _link in element.iter("a"))
        heads = next(element.iter("h1", "h2", "h3"), None) is not None
        return heads and n_links < FEW_LINKS and element.getparent().tag not in ROOTS

    @cached_property
    def _places_told(self) -> list[int]:
        """Return the numbers of the texts that are a place behind "ships from" or "ships to"."""
        found = []
        for one, after in pairwise(self._view.segments):
            known = {*self._view.words.concepts(one.text), *self._view.words.inline(one.text)[0]}
            if known & {"ships_from", "ships_to"} and self._view.words.names_place(after.text):
                found.append(after.number)
        return found
