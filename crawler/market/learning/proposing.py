# SPDX-License-Identifier: AGPL-3.0-or-later
"""From saved pages to a proposal: where each field stands and how sure that is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from crawler.market.guessing.judging import Judged
from crawler.market.guessing.reading import FIELDS
from crawler.market.learning.apart import LearnedPage, set_apart
from crawler.market.learning.choosing import Place, choose_places, compiled, is_enough
from crawler.market.learning.further import Part, further_parts, vendor_parts
from crawler.market.learning.places import selectors_of, weight_of
from crawler.market.money import Money
from crawler.market.zones import ROOTS
from vestigo.errors import InputError
from vestigo.i18n import _

LEAST_PAGES = 3
MOST_PAGES = 40
CLOSE = 1.0
MARKED = ("title", "price")
_POSITION = ":nth-"
_HTML_END = re.compile(r"</html\s*>\s*(?:<!--[^>]*-->\s*)*\Z", re.IGNORECASE)


@dataclass(slots=True)
class Chosen:
    """Where a field stands: the place, its rivals, and how sure that is (0 to 1, 4 places)."""

    name: str
    place: Place
    rivals: list[Place]
    sure: Decimal


@dataclass(slots=True)
class Proposal:
    """What a profile needs to know, as learned from ``listings``."""

    pages: Sequence[LearnedPage]
    listings: Sequence[LearnedPage]
    fields: dict[str, Chosen]
    has: list[str]
    lacks: list[str]
    decimal: str
    has_end: bool
    further: Sequence[Part] = ()
    vendor: Sequence[Part] = ()
    n_vendors: int = 0


def learn_layout(pages: Sequence[LearnedPage]) -> Proposal:
    """Return what was learned.

    Raises ``InputError`` E-MAR-006 (too few listings), E-MAR-007 (no title or no price).
    """
    listings = set_apart(pages)
    if len(listings) < LEAST_PAGES:
        raise InputError(
            "E-MAR-006",
            _("Only {n} of {total} pages seem to be listings of one layout.").format(
                n=len(listings), total=len(pages)
            ),
            where=listings[0].name if listings else (pages[0].name if pages else "-"),
            remedy=_("Give three or more saved listing pages of one market."),
        )
    judged = [page.judged for page in listings[:MOST_PAGES] if page.judged is not None]
    fields: dict[str, Chosen] = {}
    titles = [""] * len(judged)
    for name in FIELDS:
        chosen = _chosen(judged, name, titles)
        if chosen is not None:
            fields[name] = chosen
        if name == "title" and chosen is not None:
            titles = [str(value or "") for value in chosen.place.values]
    missing = [name for name in ("title", "price") if name not in fields]
    if missing:
        raise InputError(
            "E-MAR-007",
            _("No place was found that holds the {field} on these pages.").format(field=missing[0]),
            where=listings[0].name,
            remedy=_("Write the profile by hand: see docs/guide/markets.md."),
        )
    others = [page.judged for page in pages if page.judged is not None and page not in listings]
    has = _marks(judged, fields)
    if len(has) < len(MARKED) and fields["price"].place.kind != "label":
        has = []  # a heading alone marks pages of every kind
    lacks = _against(judged, others, has)
    ends = all(_HTML_END.search(one.sight.document.decoded.text) for one in judged)
    sellers = [one for one in others if one.kind == "vendor"]
    return Proposal(
        pages=pages,
        listings=listings,
        fields=fields,
        has=has,
        lacks=lacks,
        decimal=_decimal(judged),
        has_end=ends,
        further=further_parts(judged),
        vendor=vendor_parts(sellers),
        n_vendors=len(sellers),
    )


def _chosen(pages: Sequence[Judged], name: str, titles: Sequence[str]) -> Chosen | None:
    places = choose_places(pages, name, titles)
    if not places or not is_enough(places[0], name):
        return None
    place = places[0]
    rivals = [one for one in places[1:] if one.values != place.values and is_enough(one, name)][:2]
    return Chosen(name, place, rivals, _sure(place, rivals, len(pages)))


def _sure(place: Place, rivals: Sequence[Place], n_pages: int) -> Decimal:
    """Return how often the pages by themselves say the same, less where a rival is near."""
    share = Decimal(place.agrees) / Decimal(max(1, sum(one is not None for one in place.values)))
    found = Decimal(sum(one is not None for one in place.values)) / n_pages
    close = bool(rivals) and rivals[0].points > place.points - CLOSE
    sure = (share + found) / 2 - (Decimal("0.2") if close else 0)
    return max(sure, Decimal("0.05")).quantize(Decimal("0.0001"))


def _marks(pages: Sequence[Judged], fields: dict[str, Chosen]) -> list[str]:
    """Return selectors that every listing has: of its title and of its price."""
    found = []
    for name in MARKED:
        place = fields[name].place
        known = [place.source] if place.kind == "css" else []
        shared = _shared(pages, name, place)
        steady = [one for one in [*known, *shared] if _POSITION not in one]
        for selector in [*steady, *_around(pages, name, place)]:
            if selector not in found:
                found.append(selector)
                break
    return found


def _shared(pages: Sequence[Judged], name: str, place: Place) -> list[str]:
    """Return the selectors of a value's element that every page has, the best first."""
    value = place.values[0]
    guess = next((one for one in pages[0].guessed.all[name] if _is(one.value, value)), None)
    if guess is None:
        return []
    kept = []
    for source in selectors_of(guess.place):
        select = compiled(source)
        if select and all(select.matches(page.sight.document.root) for page in pages):
            kept.append(source)
    return sorted(kept, key=lambda one: (-weight_of(one), one))


def _around(pages: Sequence[Judged], name: str, place: Place) -> list[str]:
    """Return selectors of what is around a value that every page has, the nearest first.

    A position ("the fifth cell") is another one as soon as a field is missing.
    """
    guess = next(
        (one for one in pages[0].guessed.all[name] if _is(one.value, place.values[0])), None
    )
    element = guess.place.getparent() if guess is not None else None
    found = []
    while element is not None and element.tag not in ROOTS:
        for source in selectors_of(element):
            select = compiled(source) if _POSITION not in source and ">" not in source else None
            if select and all(select.matches(page.sight.document.root) for page in pages):
                found.append(source)
        element = element.getparent()
    return found


def _is(one: Any, other: Any) -> bool:
    if isinstance(one, Money) and isinstance(other, Money):
        return one.amount == other.amount
    return bool(one == other)


def _against(pages: Sequence[Judged], others: Sequence[Judged], has: Sequence[str]) -> list[str]:
    """Return selectors that no listing has and that other pages with the same marks have."""
    marks = [select for one in has if (select := compiled(one))]
    roots = [page.sight.document.root for page in others]
    alike = [root for root in roots if all(select.matches(root) for select in marks)]
    found = []
    password = "input[type='password']"  # noqa: S105 - a selector
    select = compiled(password)
    if alike and select and not any(select.matches(page.sight.document.root) for page in pages):
        found.append(password)
    return found


def _decimal(pages: Sequence[Judged]) -> str:
    """Return the decimal sign of the market where its amounts tell it, empty where not."""
    signs = set()
    for page in pages:
        for guess in page.guessed.all["price"]:
            match = re.search(r"[.,](?=[0-9]{1,2}$|[0-9]{4,}$)", guess.value.shown)
            if match and guess.points > -3:  # noqa: PLR2004 - of amounts far from any price nothing follows
                signs.add(match.group())
    return signs.pop() if len(signs) == 1 else ""
