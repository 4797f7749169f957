# SPDX-License-Identifier: AGPL-3.0-or-later
"""Choosing, over all pages at once, where a field stands.

Each page proposes places by its own guesses; each place is tried on every page.  One
that gives good guesses everywhere wins over one that is good on a single page: what is
odd on one page is outvoted by the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from crawler.market.guessing.judging import Judged
from crawler.market.guessing.reading import LEAST
from crawler.market.guessing.sight import Guess
from crawler.market.learning.places import selectors_of, weight_of
from crawler.market.money import Money
from crawler.market.profile_words import GUESSED
from crawler.market.seeing import by_label, money_at, outside_others, segments_at
from crawler.market.selecting import Select, css_select
from crawler.market.view import spell
from crawler.market.words import plain
from vestigo.errors import ConfigurationError

FORMS = {
    "title": ("text", "own"), "price": ("money",), "vendor": ("handle",), "category": ("path",),
    "ships_from": ("place", "from"), "ships_to": ("place", "to"),
}  # fmt: skip
MOST_GUESSES = 5
NEAR_BEST = 5.0
WRONG = -4.0
MISSING = {
    "title": -5.0,
    "price": -5.0,
    "vendor": -2.0,
    "category": -1.5,
    "ships_from": -0.8,
    "ships_to": -0.8,
}
LABEL_BONUS = {
    "title": 0.0,
    "price": 1.2,
    "vendor": 1.0,
    "category": 0.5,
    "ships_from": 2.0,
    "ships_to": 2.0,
}


@dataclass(slots=True)
class Place:
    """One way to find a field: a label or a selector, with the form it is read in."""

    kind: str
    source: str
    form: str
    points: float = 0.0
    values: list[Any] = field(default_factory=list)
    n_places: list[int] = field(default_factory=list)
    why: list[str] = field(default_factory=list)
    agrees: int = 0


def choose_places(pages: Sequence[Judged], name: str, titles: Sequence[str]) -> list[Place]:
    """Return the ways to find a field, the best first; none where no page has it."""
    places = {(one.kind, one.source, one.form): one for one in _proposed(pages, name)}
    for place in places.values():
        _try(place, pages, name, titles)
    if not any(is_enough(one, name) for one in places.values()):
        guessed = Place("label", GUESSED, "")
        _try(guessed, pages, name, titles)
        places["label", GUESSED, ""] = guessed
    good = [one for one in places.values() if any(value is not None for value in one.values)]
    return sorted(good, key=lambda one: (-one.points, len(one.source), one.source))


def is_enough(place: Place, name: str) -> bool:
    """Return whether a place is good enough to be proposed."""
    return place.points >= min(LEAST[name], 1.0)


def _proposed(pages: Sequence[Judged], name: str) -> Iterator[Place]:
    for page in pages:
        guesses = sorted(page.guessed.all[name], key=lambda one: -one.points)[:MOST_GUESSES]
        for guess in guesses:
            if guess.points < guesses[0].points - NEAR_BEST or guess.points < LEAST[name] - 1:
                continue
            if guess.label:
                yield Place("label", guess.label, "")
            for selector in selectors_of(guess.place):
                for form in FORMS[name]:
                    yield Place("css", selector, form)


def _try(place: Place, pages: Sequence[Judged], name: str, titles: Sequence[str]) -> None:
    """Read the place on every page and add up what the pages' guesses say of it."""
    total = 0.0
    why: dict[str, None] = {}
    for page, title in zip(pages, titles, strict=True):
        value, n_places = read_place(place, page, name, title)
        place.values.append(value)
        place.n_places.append(n_places)
        if value is None:
            total += MISSING[name]
            continue
        guess = _guess_of(page, name, value)
        total += max(guess.points, WRONG) if guess is not None else WRONG
        total -= 0.2 * min(max(0, n_places - 1), 5)
        why.update(dict.fromkeys(guess.why if guess is not None else ()))
        own = page.guessed.best[name]
        place.agrees += own is not None and _same(own.value, value)
    place.why = list(why)
    place.points = total / len(pages) + _variety(place, name)
    place.points += LABEL_BONUS[name] if place.kind == "label" else weight_of(place.source)


def _guess_of(page: Judged, name: str, value: Any) -> Guess | None:
    fitting = [one for one in page.guessed.all[name] if _same(one.value, value)]
    return max(fitting, key=lambda one: one.points, default=None)


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, Money) and isinstance(other, Money):
        return (one.amount, one.currency) == (other.amount, other.currency)
    return bool(one == other)


def _variety(place: Place, name: str) -> float:
    """Return points for values that differ between pages where they must."""
    shown = [str(value) for value in place.values if value is not None]
    if len(shown) < 2:  # noqa: PLR2004 - two to compare
        return 0.0
    if name == "title":
        return 1.0 if len(set(shown)) == len(shown) else (-5.0 if len(set(shown)) == 1 else 0.0)
    if name == "price":
        return 0.5 if len(set(shown)) > 1 else -1.5
    if name == "category" and len(set(shown)) == 1 and len(place.values[0] or ()) == 1:
        return -1.0
    return 0.3 if name == "vendor" and len(set(shown)) > 1 else 0.0


def read_place(place: Place, page: Judged, name: str, title: str) -> tuple[Any, int]:
    """Return what a place gives on a page (as the profile's reader would), and how many fit."""
    if place.kind == "label":
        guess = by_label(page.sight, name, (place.source,))
        return (guess.value if guess is not None else None), 1
    select = compiled(place.source)
    nodes = outside_others(page.sight, select.nodes(page.sight.document.root)) if select else []
    if name == "price":
        found = money_at(page.sight, nodes, "", "")
        return (found[0] if found else None), len(nodes)
    for element in nodes:
        segments = segments_at(page.sight, element, place.form, title)
        if segments and name == "category":
            return tuple(one.text for one in segments), len(nodes)
        if segments:
            return spell(segments)[0], len(nodes)
    return None, len(nodes)


_COMPILED: dict[str, Select | None] = {}


def compiled(source: str) -> Select | None:
    """Return a compiled selector, None where it cannot be one."""
    if source not in _COMPILED:
        try:
            _COMPILED[source] = css_select(source, plain(source))
        except ConfigurationError:
            _COMPILED[source] = None
    return _COMPILED[source]
