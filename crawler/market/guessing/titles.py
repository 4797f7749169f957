# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which text of a page might be the title of a listing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from crawler.market.forms import leads_home
from crawler.market.guessing.sight import Guess, Sight, link_of, place_of, same
from crawler.market.money import find_money
from crawler.market.view import Segment, spell

LEAST = 1.5
LONGEST = 250
USUAL = 160
SHORTEST = 3
LONGEST_SIGN = 5
MOST_OF_NAME = 4
_BY_TAG = {
    "h1": 4.0,
    "h2": 3.0,
    "h3": 2.2,
    "h4": 1.4,
    "h5": 0.8,
    "big": 1.0,
    "strong": 0.5,
    "b": 0.5,
    "caption": 1.0,
    "legend": 1.0,
}
_BIG = re.compile(
    r"font-size\s*:\s*(?:(?P<px>[0-9]+)(?:\.[0-9]+)?(?:px|pt)|(?P<em>[0-9]+(?:\.[0-9]+)?)r?em|(?P<word>x+-large|large|larger))",
    re.IGNORECASE,
)
_CALLED_RANK = re.compile(r"(?:^|\s)h([1-5])(?:\s|$)")
_CALLED_BIG = re.compile(
    r"(?:^|\s)(?:text-(?:[2-9]?xl)|display-[1-6]|fs-[1-3]|lead|big|large)(?:\s|$)"
)
_BIG_PX = 17
_BIG_EM = 1.2
_NUMBERED = re.compile(
    r"(?P<label>[^\W\d_]+)\W+(?:n\.?\s?[º°o]?|nr|no|#|№|id)?\W*[0-9]+\W*$", re.IGNORECASE
)
_PATH = re.compile(r"\w\s*[»›→▸⟩❯>]\s*\w")
_LETTERS = re.compile(r"[^\W\d_]{2}")


def title_guesses(sight: Sight) -> list[Guess]:
    """Return what may be the title, with points."""
    labelled = {one.value[0].number: (one.label, one.strong) for one in sight.labelled("title")}
    found = []
    for line in sight.view.lines:
        for segments in _units(line):
            text = spell(segments)[0]
            if SHORTEST <= len(text) <= LONGEST and _LETTERS.search(text):
                guess = _guess(sight, text, segments)
                label, strong = labelled.get(segments[0].number, ("", False))
                if label and len(line) <= len(segments) + 1:
                    guess.label = label
                    guess.add(5 if strong else 2.5, f"label “{label}”")
                else:
                    guess.points -= min(2.5, 0.5 * sight.repeats(segments[0].holder))
                found.append(guess)
    _raise_first_rank(found)
    _raise_first_line(sight, found)
    _set_site_back(sight, found)
    _set_head_back(sight, found)
    _set_names_back(sight, found)
    return found


def _raise_first_rank(guesses: list[Guess]) -> None:
    """Give the first heading of the highest rank on the page at least the points of an ``h2``."""
    heads = [(rank, one) for one in guesses if one.points > 0 and (rank := _rank(one.place))]
    first = min(heads, key=lambda item: (item[0], item[1].segments[0].number), default=None)
    if first is not None:
        first[1].points += max(0.0, _BY_TAG["h2"] - _BY_TAG[f"h{first[0]}"])


def _raise_first_line(sight: Sight, guesses: list[Guess]) -> None:
    """Where nothing looks like a title, take the line right above the first label."""
    if any(one.points >= LEAST for one in guesses) or not sight.first_label:
        return
    above = [
        one
        for one in guesses
        if one.segments[0].line < sight.first_label and one.points > -LEAST
        if _is_whole_line(sight, one)
    ]
    if above:
        above[-1].add(LEAST + 0.5, "right above the labels")


def _rank(element: Any) -> int:
    """Return 1 to 5 for what stands in a heading, 0 for anything else."""
    for _n in range(3):
        rank = heading_rank(element) if element is not None else 0
        if rank:
            return rank
        element = element.getparent() if element is not None else None
    return 0


def heading_rank(element: Any) -> int:
    """Return the rank of a heading by tag, role or class (``h2``), 0 for anything else."""
    if re.fullmatch("h[1-5]", element.tag):
        return int(element.tag[1])
    if element.get("role") == "heading":
        level = element.get("aria-level") or "2"
        return int(level) if level in ("1", "2", "3", "4", "5") else 2
    found = _CALLED_RANK.search(element.get("class") or "")
    return int(found[1]) if found else 0


def _set_head_back(sight: Sight, guesses: list[Guess]) -> None:
    """Prefer, of two headings, the one below the line of the account: that above is the site's."""
    heads = [one for one in guesses if ("heading" in one.why or one.label) and one.points > LEAST]
    above = [one for one in heads if one.segments[0].line <= sight.account_line]
    labelled = any(one.label for one in heads if one not in above)
    if len(above) < len(heads):
        for one in above:
            is_site = labelled or same(one.value) == sight.head_title
            one.points -= 4.5 if is_site else 2.5


def _set_names_back(sight: Sight, guesses: list[Guess]) -> None:
    """Prefer a later heading to the first text of the page that is its whole title.

    A page whose ``<title>`` is the name of the market says it again at its top; so do
    headings that end in "Market" or "Forum".
    """
    later = [one for one in guesses if one.points >= LEAST and one.segments[0].number > 0]
    for one in guesses:
        words = same(one.value).split()
        named = 0 < len(words) <= MOST_OF_NAME and words[-1] in sight.words.lists["home.site"]
        if named:
            one.points -= 2.5
        whole = same(one.value) == sight.head_title and one.segments[0].number == 0
        is_first = named or link_of(one.place) is not None or not _rank(one.place)
        rivals = [other for other in later if same(other.value) != same(one.value)]
        if whole and is_first and rivals:
            one.points -= 6.0


def _set_site_back(sight: Sight, guesses: list[Guess]) -> None:
    """Prefer, of two texts that make up the page's title, the one further down.

    The other is the name of the site, which often is the only heading of first rank.
    """
    head = sight.head_title
    firsts = [one for one in guesses if head.startswith(same(one.value))]
    lasts = [one for one in guesses if head.endswith(same(one.value))]
    pairs = [(a, b) for a in firsts for b in lasts if _make_up(same(a.value), same(b.value), head)]
    if not pairs:
        return
    found = [one for pair in pairs[:1] for one in pair]
    later = max(found, key=lambda one: one.segments[0].number)
    for one in guesses:
        if any(same(one.value) == same(other.value) for other in found):
            one.points += 2.5 if same(one.value) == same(later.value) else -2.5


def _make_up(first: str, last: str, head: str) -> bool:
    rest = head[len(first) : len(head) - len(last)]
    return 0 < len(rest) <= LONGEST_SIGN and not any(c.isalnum() for c in rest)


def _units(line: list[Segment]) -> Iterator[list[Segment]]:
    """Yield the whole line, and its parts where it has several texts, cut at signs or whole."""
    leaves = [list(group) for _leaf, group in groupby(line, key=lambda one: id(one.leaf))]
    if len(leaves) > 1:
        yield from ([one] for one in line)
        yield from (leaf for leaf in leaves if len(leaf) > 1)
    yield line


def _guess(sight: Sight, text: str, segments: list[Segment]) -> Guess:
    place = place_of(segments)
    guess = Guess(text, segments, place, -sight.cost(place, "description", "choice"))
    guess.points -= segments[0].line * 0.02
    _heading(sight, guess, place)
    _page_title(sight, guess, text)
    _looks(sight, guess, text, segments)
    if sight.is_called(place, "title"):
        guess.add(2.0, "its class")
    return guess


def _heading(sight: Sight, guess: Guess, place: Any) -> None:
    found = max((_points_of(one) for one in sight.tight(place)), default=0.0)
    large = any(is_large(one) for one in sight.tight(place))
    if found or large:
        guess.add(max(found, 2.0 if large else 0.0), "heading" if found > 1 else "large letters")
    bold = any(one.tag in ("b", "strong") for one in sight.tight(place))
    if bold and guess.segments[0].line < sight.first_label and _is_whole_line(sight, guess):
        guess.add(1.3, "bold above the labels")
    if any(one.get("itemprop") == "name" for one in sight.tight(place)):
        guess.add(2.5, "microdata")
    link = link_of(place)
    if link is not None:
        guess.points -= 5.0 if leads_home(link) else 1.5


def _is_whole_line(sight: Sight, guess: Guess) -> bool:
    number = guess.segments[0].line
    n_there = sum(one.line == number for one in sight.view.segments)
    return n_there == len(guess.segments)


def _points_of(element: Any) -> float:
    rank = heading_rank(element)
    return _BY_TAG[f"h{rank}"] if rank else _BY_TAG.get(element.tag, 0.0)


def is_large(element: Any) -> bool:
    """Return whether an element is set in large letters, by its tag, class or style."""
    if _CALLED_BIG.search(element.get("class") or ""):
        return True
    if element.tag == "font":
        return element.get("size", "") in ("4", "5", "6", "7", "+1", "+2", "+3")
    match = _BIG.search(element.get("style") or "")
    if match is None:
        return False
    return bool(
        match["word"]
        or (match["px"] and int(match["px"]) >= _BIG_PX)
        or (match["em"] and float(match["em"]) >= _BIG_EM)
    )


def _page_title(sight: Sight, guess: Guess, text: str) -> None:
    low = same(text)
    if len(low) > SHORTEST and low in sight.head_title:
        guess.add(1 + 3.5 * len(low) / len(sight.head_title), "page title")
    if low and low in sight.social_title:
        guess.add(1 + 3 * len(low) / len(sight.social_title), "og:title")


def _looks(sight: Sight, guess: Guess, text: str, segments: list[Segment]) -> None:
    """Take points from what looks like something else."""
    words = sight.words
    if words.concepts(text) or words.has("home.word", text):
        guess.points -= 6
    known, rest = words.inline(segments[0].text)
    if known and "title" not in known and rest:
        guess.points -= 5
    if any(
        words.has(name, text)
        for name in ("not_listing.heading", "related.heading", "feedback.heading", "account.near")
    ):
        guess.points -= 8
    if words.names_place(text):
        guess.points -= 3
    if _PATH.search(text) and any(link_of(one.holder, 3) is not None for one in segments[:1]):
        guess.points -= 4
    if (number := _NUMBERED.match(text)) and words.concepts(number["label"]):
        guess.points -= 4
    money = list(find_money(text))
    if money and sum(one.end - one.start for one in money) > len(text) * 0.6:
        guess.points -= 6
    if len(text) > USUAL:
        guess.points -= 3
    if sight.is_account(segments[0].holder):
        guess.points -= 4
