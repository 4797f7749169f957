# SPDX-License-Identifier: AGPL-3.0-or-later
"""Telling the listing pages among saved pages from the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crawler.market.charset import decode_body
from crawler.market.classifying import looks_like_html
from crawler.market.document import parse_document
from crawler.market.guessing.generic import seems_cut
from crawler.market.guessing.judging import Judged, is_offer, judge_page
from crawler.market.guessing.sight import Sight
from crawler.market.zones import tokens_of

LEAST_ALIKE = 0.25
AS_ALIKE = 0.7
ENOUGH = 3


@dataclass(slots=True)
class LearnedPage:
    """A saved page: ``judged`` is None for no whole page, ``kind`` what it seems to be."""

    name: str
    judged: Judged | None
    kind: str
    why: str


def learned_page(name: str, body: bytes) -> LearnedPage:
    """Return a page with its guesses and likely kind; never raises for what stands on it."""
    decoded = decode_body(body)
    if not looks_like_html(decoded.text):
        return LearnedPage(name, None, "other", "no HTML page")
    document = parse_document(decoded)
    if document.root is None:
        return LearnedPage(name, None, "other", "no HTML page")
    if seems_cut(document):
        return LearnedPage(name, None, "other", "cut before its end")
    judged = judge_page(Sight(document))
    return LearnedPage(name, judged, judged.kind, "")


def set_apart(pages: Sequence[LearnedPage]) -> list[LearnedPage]:
    """Return the listing pages of the commonest make; the others are given another kind.

    Where too few pages look like listings by themselves, those of no known kind are
    taken too: what they have in common may still show a title and a price.
    """
    listings = [page for page in pages if page.kind == "listing" and page.judged is not None]
    if len(listings) < ENOUGH:
        likely = [
            page for page in pages if page.kind in ("listing", "other") and page.judged is not None
        ]
        for page in likely:
            page.kind = "listing"
        listings = likely
    shapes = [_shape(page.judged) for page in listings]
    if len(listings) < 2:  # noqa: PLR2004 - nothing to compare
        return listings
    sums = [sum(_alike(one, other) for other in shapes) for one in shapes]
    middle = shapes[sums.index(max(sums))]
    listings, shapes = _joined(pages, listings, shapes, middle)
    kept = []
    for page, shape in zip(listings, shapes, strict=True):
        if _alike(shape, middle) >= LEAST_ALIKE:
            kept.append(page)
        else:
            page.kind, page.why = "other", "another layout than the other listings"
    return kept


def _joined(
    pages: Sequence[LearnedPage],
    listings: list[LearnedPage],
    shapes: list[Counter[Any]],
    middle: Counter[Any],
) -> tuple[list[LearnedPage], list[Counter[Any]]]:
    """Return the listings with those pages that are made as they are and show a price."""
    found = list(zip(listings, shapes, strict=True))
    for page in pages:
        if page in listings or page.judged is None or page.kind not in ("other", "category"):
            continue
        shape = _shape(page.judged)
        if is_offer(page.judged) and _alike(shape, middle) >= AS_ALIKE:
            page.kind = "listing"
            found.append((page, shape))
    found.sort(key=lambda item: pages.index(item[0]))
    return [page for page, _shape_of in found], [shape for _page, shape in found]


def _shape(judged: Judged | None) -> Counter[Any]:
    assert judged is not None  # listings have been judged
    root = judged.sight.document.root
    marks = {
        (one.tag, token)
        for one in root.iter()
        if isinstance(one.tag, str)
        for token in ("", *tokens_of(one))
    }
    return Counter(marks)


def _alike(one: Counter[Any], other: Counter[Any]) -> float:
    return (one & other).total() / max(1, (one | other).total())
