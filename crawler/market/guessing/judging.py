# SPDX-License-Identifier: AGPL-3.0-or-later
"""What kind of page this seems to be, with no profile to say so."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import Any

from crawler.market.guessing.reading import Guessed, guess_fields
from crawler.market.guessing.sight import Sight, same
from crawler.market.view import View
from crawler.market.words import plain

ORDERS = "orders"  # what the person bought: no kind of page that is kept
LEAST_SURE = 1.0
FIRST = 2
_HEADED = {"account_page": "vendor", "list_page": "category", "orders_page": ORDERS}
VERY_SURE = 3.0
TOLD = 2.5
_KEY = "BEGIN PGP PUBLIC KEY BLOCK"
MANY_CARDS = 4
FACTS_TOLD = 2
SHORT_PAGE = 600
LONGEST_HEADING = 60
_ORDER = re.compile(
    r"(?P<word>[^\W\d_]+)\s*(?:[#№:]|n[º°o]?\.?|nr\.?|no\.?|id)?[\s:#]*[0-9a-f-]*[0-9][0-9a-f-]*"
)
_CAPTCHA = "//input[contains(@name, 'captcha')] | //img[contains(@src, 'captcha')]"
_PASSWORD = "//input[@type='password']"  # noqa: S105 - a selector


@dataclass(slots=True)
class Judged:
    """A page with its guesses and the kind that it seems to be of."""

    sight: Sight
    guessed: Guessed
    kind: str


def judge_page(sight: Sight) -> Judged:
    """Return the page with the guesses of its fields and its likely kind.

    A page is taken for a listing only where a title, a price and something that only
    listings have (a vendor, a place that it ships from, a label of its price) are there.
    """
    if sight.guessed is None:
        sight.guessed = guess_fields(sight)
        sight.kind = _kind(sight, sight.guessed)
    return Judged(sight, sight.guessed, sight.kind)


def _kind(sight: Sight, guessed: Guessed) -> str:
    root = sight.document.root
    heading = _error_heading(sight)
    sure = _sureness(guessed)
    named = _named_kind(sight, guessed)
    if named and not (named == "category" and _is_told_offer(guessed, sure)):
        return named
    if (heading and sure < VERY_SURE) or (root.xpath(_PASSWORD) and sure < LEAST_SURE + 1):
        return _apart(root, heading)
    if sure >= LEAST_SURE:
        return "listing"
    if root.xpath(_CAPTCHA):
        return "captcha"
    n_cards = _n_cards(sight.view)
    return "category" if n_cards >= MANY_CARDS else "other"


def _is_told_offer(guessed: Guessed, sure: float) -> bool:
    """Return whether an offer stands there with a price that is called one, beside a menu."""
    price = guessed.best["price"]
    told = price is not None and bool(price.label) and price.points >= VERY_SURE
    return told and sure >= VERY_SURE and guessed.best["vendor"] is not None


def _begins(sight: Sight, guessed: Guessed, name: str) -> bool:
    """Return whether the title or a first heading is that of a kind of page: "Profile of …"."""
    title = guessed.best["title"]
    texts = [same(str(title.value))] if title is not None else []
    known = sight.words.lists[name]
    return any(
        text == word or text.startswith(f"{word} ")
        for text in (*texts, *_first_headings(sight))
        for word in known
    )


def _named_kind(sight: Sight, guessed: Guessed) -> str:
    """Return the kind that a heading or the signs of an account tell, empty where none does."""
    for name, kind in _HEADED.items():
        if _begins(sight, guessed, f"{name}.begin"):
            return kind
    for heading in _first_headings(sight):
        if _heads_feedback(sight, heading):
            return "feedback"
        if _heads_order(sight, heading):
            return ORDERS
    return "vendor" if _is_signed_by_account(sight, guessed) else ""


def _heads_feedback(sight: Sight, heading: str) -> bool:
    """Return whether a heading is that of a page of feedback: "Feedback: kanal7"."""
    known = sight.words.lists["feedback.heading"]
    word, sign, name = (part.strip() for part in heading.partition(":"))
    if word not in known:
        return False
    if sign:
        return bool(name) and not any(c.isdigit() or c == "%" for c in name[:1])
    return not name and sight.head_title.startswith(word)


def _heads_order(sight: Sight, heading: str) -> bool:
    """Return whether a heading is that of one order: "Commande #65584"."""
    match = _ORDER.fullmatch(heading)
    return match is not None and match["word"] in sight.words.lists["orders_page.numbered"]


def _is_signed_by_account(sight: Sight, guessed: Guessed) -> bool:
    """Return whether the signs of an account stand on a page, and no price that is told as one."""
    price = guessed.best["price"]
    told = price is None or bool(price.label) or price.points >= TOLD
    if told:
        return False
    signs = (_KEY,) if guessed.best["vendor"] is None else ()
    known = sight.words.lists["account_page.sign"]
    facts = sight.words.lists["account_page.fact"]
    n_facts = len({_before_colon(one.text) for one in sight.view.segments} & facts)
    return n_facts >= FACTS_TOLD or any(
        plain(one.text) in known or one.text.strip("- ") in signs for one in sight.view.segments
    )


def _before_colon(text: str) -> str:
    """Return the name that a text begins with: "Member since: 2018" tells "member since"."""
    name, colon, _value = text.partition(":")
    return plain(name) if colon else ""


def _first_headings(sight: Sight) -> list[str]:
    """Return the first headings of the page: that of the site may stand before its own."""
    lines = (
        line
        for line in sight.view.lines
        if any(one.tag in ("h1", "h2", "h3") for one in sight.tight(line[0].holder))
        if not sight.view.zones(line[0].holder) & {"frame", "aside", "related", "cards"}
    )
    return [same(sight.view.line_text(line)) for line in islice(lines, FIRST)]


def _apart(root: Any, heading: str) -> str:
    if root.xpath(_PASSWORD):
        return "login"
    return "captcha" if root.xpath(_CAPTCHA) else ("soft-404" if heading else "other")


def _error_heading(sight: Sight) -> str:
    """Return a heading as "Not found" that stands over the whole page, empty where none does."""
    known = sight.words.lists["not_listing.heading"]
    for line in sight.view.lines:
        text = same(sight.view.line_text(line))
        if len(text) > LONGEST_HEADING or sight.view.zones(line[0].holder) & {
            "frame",
            "cards",
            "related",
            "account",
        }:
            continue
        is_heading = any(one.tag in ("h1", "h2", "h3") for one in sight.tight(line[0].holder))
        if is_heading and (text in known or any(_has_word(text, word) for word in known)):
            return text
    title = sight.head_title
    return title if any(title.startswith(word) for word in known if len(word) > 4) else ""  # noqa: PLR2004


def _has_word(text: str, word: str) -> bool:
    return len(word) > 6 and f" {word} " in f" {text} "  # noqa: PLR2004 - "error" alone may stand in a title


def _sureness(guessed: Guessed) -> float:
    best = guessed.best
    if best["title"] is None or best["price"] is None:
        return 0.0
    sure = sum(best[name] is not None for name in ("vendor", "ships_from", "ships_to")) * 1.0
    sure += 1.0 if best["price"].label or best["price"].points > 1.5 else 0.0  # noqa: PLR2004
    sure -= 0.5 if best["price"].points < 0 and best["vendor"] is None else 0.0
    return sure + (0.5 if best["category"] is not None else 0.0)


def is_surely_offer(judged: Judged) -> bool:
    """Return whether so much of a listing is there that no word of it makes it a wall."""
    return _sureness(judged.guessed) >= VERY_SURE


def is_offer(judged: Judged) -> bool:
    """Return whether a title and a price of its own stand on a page, whatever its kind."""
    return _sureness(judged.guessed) >= LEAST_SURE


def _n_cards(view: View) -> int:
    return sum("cards" in zones for zones in view.marked.values())
