# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading a page with no profile at all: less sure, and marked ``unprofiled``."""

from __future__ import annotations

import re

from crawler.market.charset import decode_body
from crawler.market.classifying import OTHER, charset_problem, looks_like_html, may_begin_html
from crawler.market.document import Document, parse_document
from crawler.market.fields import ListingFields, PageReading, Price
from crawler.market.guessing.judging import ORDERS, Judged, is_surely_offer, judge_page
from crawler.market.guessing.sight import Guess, Sight
from crawler.market.wall import wall_kind
from vestigo.records.text import SourcedText

UNPROFILED = "unprofiled"
_END = re.compile(
    r"</(?:html|body|div|table|center|main|footer|p)\s*>\s*(?:<!--[^>]*-->\s*)*\Z", re.IGNORECASE
)
_END_OF_HTML = re.compile(r"</html\s*>", re.IGNORECASE)
TAIL_WINDOW = 2048
_BY_WORDS = ("captcha", "queue", "ban", "maintenance", "soft-404")
_KEY = re.compile(r"(?P<key>[^/?&=.]+)(?:\.html?)?/?$")


def read_unprofiled(body: bytes, *, uri: str) -> PageReading:
    """Return what a page seems to say; never raises for what stands on it.

    ``texts`` are with their bytes as always; of description, feedback and dates nothing
    is guessed.
    """
    decoded = decode_body(body)
    if not looks_like_html(decoded.text):
        truncated = may_begin_html(decoded.text)
        failed = () if truncated else ("document: this is no HTML page",)
        return PageReading("other", truncated, decoded.charset, failed_assertions=failed)
    document = parse_document(decoded)
    problems = tuple(charset_problem(decoded))
    if document.root is None or seems_cut(document):
        return PageReading("other", True, decoded.charset, failed_assertions=problems)
    wall = wall_kind(document.root, uri, None)
    judged = judge_page(Sight(document)) if wall in ("", *_BY_WORDS) else None
    if judged is None or (wall and not is_surely_offer(judged)):
        return PageReading(wall, False, decoded.charset, failed_assertions=problems)
    if judged.kind != "listing":
        kind = OTHER if judged.kind == ORDERS else judged.kind
        return PageReading(kind, False, decoded.charset, failed_assertions=problems)
    return _reading(judged, decoded.charset, problems, uri)


def seems_cut(document: Document) -> bool:
    """Return whether a page ends in the middle: inside a tag, or behind a bare text.

    The end tag of ``html`` may be left out, so that any closed block may be the end.
    """
    tail = document.decoded.text[-TAIL_WINDOW:]
    return not document.complete or not (_END.search(tail) or _END_OF_HTML.search(tail))


def _reading(judged: Judged, charset: str, problems: tuple[str, ...], uri: str) -> PageReading:
    best = judged.guessed.best
    price, category = best["price"], best["category"]
    key = _KEY.search(uri)
    listing = ListingFields(
        key=key["key"] if key else "",
        title=_text(best["title"]) or "",
        description="",
        vendor=_text(best["vendor"]),
        category=category.value if category else (),
        prices=(Price(price.value.amount, price.value.currency),) if price else (),
        ships_from=_text(best["ships_from"]),
        ships_to=_text(best["ships_to"]),
        feedback_count=None,
        listed_on=None,
    )
    return PageReading(
        "listing", False, charset, failed_assertions=problems, listing=listing, texts=_texts(judged)
    )


def _text(guess: Guess | None) -> str | None:
    return str(guess.value) if guess is not None else None


def _texts(judged: Judged) -> dict[str, SourcedText]:
    view = judged.sight.view
    found = {}
    for name, guess in judged.guessed.best.items():
        if guess is None:
            continue
        if name == "category":
            found.update(
                {f"category.{n}": view.sourced([one]) for n, one in enumerate(guess.segments)}
            )
        else:
            found["price.0" if name == "price" else name] = view.sourced(guess.segments)
    return found
