# SPDX-License-Identifier: AGPL-3.0-or-later
"""One page prepared for guessing, and what a guess is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from crawler.market.cards import mark_cards
from crawler.market.document import Document
from crawler.market.labels import Labelled, labels_of
from crawler.market.view import Segment, View, view_of
from crawler.market.words import Words, market_words
from crawler.market.zones import tokens_of

TIGHT = 3
ACCOUNT_REACH = 4
ACCOUNT_LENGTH = 250
ACCOUNT_SHARE = 0.4
SHORT_BOX = 40
MOST_WORDS = 4
_SPACE = re.compile(r"\s+")
_ENDS = re.compile(r"[.!?…]\s*$|[.!?]\s")

ZONE_COST = {
    "frame": 4, "related": 7, "cards": 7, "feedback": 6, "account": 5, "options": 5, "tiers": 4,
    "aside": 2, "description": 1, "struck": 4, "choice": 1.2,
}  # fmt: skip


@dataclass(slots=True)
class Guess:
    """A value that a field may have, where it stands, and points for and against it.

    ``label`` is the plain label that it stands with, empty where there is none; ``place``
    the smallest element that holds it; ``why`` names what spoke for it.
    """

    value: Any
    segments: list[Segment]
    place: Any
    points: float
    label: str = ""
    why: list[str] = field(default_factory=list)

    def add(self, points: float, why: str) -> None:
        """Add points; what speaks for the guess is remembered by its name."""
        self.points += points
        if points > 0:
            self.why.append(why)


class Sight:
    """A page as lines, zones and labels."""

    def __init__(self, document: Document, words: Words | None = None) -> None:
        self.document = document
        self.guessed: Any = None  # what ``guess_fields`` made of it, once it was asked
        self.kind = ""  # what the page seems to be, once it was judged
        self.view: View = view_of(document, words)
        mark_cards(self.view, self.head_title)
        self.words = self.view.words
        self.labels: list[Labelled] = labels_of(self.view)

    @cached_property
    def head_title(self) -> str:
        """Return the text of ``<title>`` in lower case."""
        return self._head("//title")

    @cached_property
    def social_title(self) -> str:
        """Return what ``og:title`` says, in lower case."""
        found = self.document.root.xpath(
            "//meta[@property='og:title' or @name='twitter:title']/@content"
        )
        return same(str(found[0])) if found else ""

    @cached_property
    def alike(self) -> Counter[Any]:
        """Return how many texts stand in elements of the same make."""
        return Counter(make_of(holder) for holder in {one.holder for one in self.view.segments})

    def repeats(self, element: Any) -> int:
        """Return how many other texts stand in elements of the same make, where it has marks."""
        if not (element.get("class") or element.get("style")) and element.tag not in ("li", "td"):
            return 0
        return self.alike[make_of(element)] - 1

    @cached_property
    def told(self) -> set[int]:
        """Return the segments that a label says to be a vendor or a category."""
        known = {"vendor", "category"}
        values = (one.value for one in self.labels if known & set(one.concepts))
        return {one.number for value in values for one in value}

    @cached_property
    def first_label(self) -> int:
        """Return the line of the first label that a listing has, 0 where there is none."""
        known = {"price", "vendor", "ships_from", "ships_to"}
        lines = [one.at.line for one in self.labels if known & set(one.concepts) and one.value]
        return min(lines, default=0)

    def cost(self, element: Any, *free: str) -> float:
        """Return the points that a place in a zone costs; ``free`` zones cost nothing."""
        return sum(ZONE_COST.get(zone, 0) for zone in self.view.zones(element) if zone not in free)

    def tight(self, element: Any, least: int = 0) -> Iterator[Any]:
        """Yield an element and the elements around it that hold little more than it.

        ``least``: a length that is little in any case.
        """
        length = self.view.length[element]
        for _n in range(TIGHT):
            if element is None or self.view.length[element] > max(length * TIGHT + 10, least):
                return
            yield element
            element = element.getparent()

    def is_called(self, element: Any, name: str) -> bool:
        """Return whether class, id or microdata of a place are in the list ``name``.class."""
        return any(
            self.words.named(f"{name}.class", (*tokens_of(one), one.get("itemprop", "")))
            or self._part_called(one, name)
            for one in self.tight(element, SHORT_BOX)
        )

    def is_account(self, element: Any) -> bool:
        """Return whether a place is beside the links of the account that is logged in."""
        whole = self.view.length[self.document.root]
        for _n in range(ACCOUNT_REACH):
            longest = min(ACCOUNT_LENGTH, whole * ACCOUNT_SHARE)
            if element is None or self.view.length[element] > longest:
                return False
            inside = [one.number for one in self.view.inside(element)]
            n_known = sum(number in self._account_words[0] for number in inside)
            if n_known > 1 or (n_known and len(inside) <= TIGHT):
                return True
            if not self._account_words[1].isdisjoint(inside):
                return True
            element = element.getparent()
        return False

    @cached_property
    def _account_words(self) -> tuple[set[int], set[int]]:
        """Return which segments are words of the account, and which begin with one."""
        near = self.words.lists["account.near"]
        whole: set[int] = set()
        begun: set[int] = set()
        for one in self.view.segments:
            text = same(one.text)
            if text in near:
                whole.add(one.number)
            words = text.replace(",", " ,").split()[: MOST_WORDS + 1]
            if "description" in self.view.zones(one.holder):
                continue  # "Hi all, …"
            if len(words) > MOST_WORDS and _ENDS.search(one.text):
                continue  # a sentence as "Orders before noon are sent the same day."
            if any(" ".join(words[:n]).rstrip(":：") in near for n in range(1, len(words))):
                begun.add(one.number)
        return whole, begun

    @cached_property
    def account_line(self) -> int:
        """Return the last line above the first label that names the account, -1 where none does."""
        known = self._account_words[0] | self._account_words[1]
        lines = [one.line for one in self.view.segments if one.number in known]
        return max((line for line in lines if line < self.first_label), default=-1)

    def labelled(self, concept: str) -> Iterator[Labelled]:
        """Yield the labels of a concept that have a value."""
        return (one for one in self.labels if concept in one.concepts and one.value)

    def _part_called(self, element: Any, name: str) -> bool:
        known = self.words.lists[f"{name}.class"]
        tokens = [*tokens_of(element), *data_of(element)]
        return any(
            part in known for token in tokens for part in re.split(r"[-_\s]+", token.lower())
        )

    def _head(self, path: str) -> str:
        found = self.document.root.xpath(path)
        return same(self.document.text_of(found[:1]).text) if found else ""


def sight_of(document: Document, words: Words | None = None) -> Sight:
    """Return the page as ``Sight`` has it, made once for each vocabulary."""
    known = words or market_words()
    found: Sight | None = document.seen.get(id(known))
    if found is None:
        found = document.seen[id(known)] = Sight(document, known)
    return found


def same(text: str) -> str:
    """Return a text as two are compared: one space, lower case, no edge signs."""
    return _SPACE.sub(" ", text).strip(" :：·|>»›,-–—").casefold()


def data_of(element: Any) -> list[str]:
    """Return the values of attributes that name a part of a page for programs."""
    return [
        element.get(name, "")
        for name in (
            "itemprop",
            "data-testid",
            "data-test",
            "data-field",
            "data-role",
            "name",
            "rel",
        )
        if element.get(name)
    ]


def make_of(element: Any) -> Any:
    """Return tag and class of an element and of the one around it."""
    parent = element.getparent()
    above = (parent.tag, parent.get("class")) if parent is not None else None
    return element.tag, element.get("class"), element.get("style"), above


def place_of(segments: Iterable[Segment]) -> Any:
    """Return the smallest element that holds every segment."""
    holders = [one.holder for one in segments]
    place = holders[0]
    above = {id(element) for element in _line_up(holders[-1])}
    while place.getparent() is not None and id(place) not in above:
        place = place.getparent()
    return place


def link_of(element: Any, n: int = 4) -> Any:
    """Return the link around a place, None where there is none."""
    for _n in range(n):
        if element is None or element.tag == "a":
            return element
        element = element.getparent()
    return None


def best(guesses: Iterable[Guess], least: float) -> Guess | None:
    """Return the guess with most points (the first of equals), None below ``least``."""
    found = max(guesses, key=lambda one: one.points, default=None)
    return found if found is not None and found.points >= least else None


def _line_up(element: Any) -> Iterator[Any]:
    while element is not None:
        yield element
        element = element.getparent()
