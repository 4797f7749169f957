# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which text of a page might be the handle of the account that sells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from crawler.market.forms import handle_span
from crawler.market.guessing.sight import Guess, Sight, data_of, link_of, make_of, same
from crawler.market.labels import Labelled
from crawler.market.money import find_money
from crawler.market.view import Segment

LEAST = 2.0
LONGEST = 48
SENTENCE = 3
MOST_WORDS = 3
_PATH_PART = re.compile(r"[^/?&=#.;]+")
_ONLY_DIGITS = re.compile(r"[\d\W]+")
_SCORE = re.compile(
    r"[(\[]?\s*(?:[0-9][0-9.,]*\s*%|\+\s?[0-9]+.*[-−–]\s?[0-9]+|★\s*[0-9.,]+.*|[★☆⭐]+.*"
    r"|[0-9.,]+\s*[|/]\s*[0-5][.,][0-9]+|[0-5][.,][0-9]+\s*(?:[|/]\s*[0-9]+|★|☆|⭐)?)\s*[)\]]?"
)
_LETTERS = re.compile(r"[^\W\d_]+")
_COUNTED = re.compile(r"[0-9][0-9.,]*\s+[^\W\d_]+")
_NO_HANDLE = re.compile(
    r"^(?:send|contact|message|view|visit|see|all|more|report|add|follow|ask|pgp|fan|favou?rite|ver|contactar|enviar|mensaje|mensagem|voir|contacter|nachricht|kontakt|alle|bekijk|contacteer|bericht|написать|все|сообщение|click|bookmark|watch|save|flag|rate|write|leave|read)\b",
    re.IGNORECASE,
)


def vendor_guesses(sight: Sight, title: Guess | None = None) -> list[Guess]:
    """Return what may be the vendor's handle, with points."""
    found = [*_by_label(sight), *_by_link(sight), *_by_class(sight), *_by_rating(sight)]
    counts: dict[str, int] = {}
    for guess in found:
        counts[guess.value] = counts.get(guess.value, 0) + 1
    for guess in found:
        _judge(sight, guess, title)
        if counts[guess.value] > 1:
            guess.add(0.5, "named again")
    _set_replies_back(found)
    return found


def _set_replies_back(guesses: list[Guess]) -> None:
    """Prefer, of links of one make to several accounts, the first: who answers stands below."""
    first: dict[Any, Guess] = {}
    for guess in sorted(guesses, key=lambda one: one.segments[0].number):
        holder = guess.segments[0].holder
        if guess.label or link_of(holder) is None:
            continue
        opener = first.setdefault(make_of(holder), guess)
        if opener.value != guess.value:
            guess.points -= 1.5


def handle_in(segments: list[Segment]) -> list[Segment]:
    """Return the part of a value that is the handle: its first link, without rating."""
    linked = [
        one
        for one in segments
        if link_of(one.holder, 3) is not None and not _NO_HANDLE.match(one.text)
    ]
    one = (linked or segments)[0]
    start, end = handle_span(one.text)
    return [replace(one, start=one.start + start, end=one.start + end)]


def _by_label(sight: Sight) -> Iterator[Guess]:
    for label in sight.labelled("vendor"):
        weak = label.label.startswith("…")
        part = handle_in(label.value)
        points = 2.0 if weak else (6.0 if label.strong else 4.5)
        guess = _plain(part, points, label, f"label “{label.label}”")
        if link_of(part[0].holder, 3) is not None:
            guess.add(0.5, "a link")
        yield guess
    for label in sight.labels:
        if label.concepts or not label.value:
            continue
        if plain_in(sight, label):
            part = handle_in(label.value)
            yield _plain(part, 2.0, label, f"word “{label.label}”")


def plain_in(sight: Sight, label: Labelled) -> bool:
    """Return whether a label is one of the weaker words for an account."""
    return label.label in sight.words.lists["vendor.weak"]


def _plain(part: list[Segment], points: float, label: Labelled, why: str) -> Guess:
    place = part[0].holder
    guess = Guess(part[0].text, part, place, 0.0, label.label)
    guess.add(points, why)
    return guess


def _by_link(sight: Sight) -> Iterator[Guess]:
    for one in sight.view.segments:
        link = link_of(one.holder, 3)
        if link is None or not link.get("href"):
            continue
        parts = [unquote(part).casefold() for part in _PATH_PART.findall(link.get("href", ""))]
        known = [
            part
            for part in parts
            if part in sight.words.lists["vendor.path"] or part.startswith("@")
        ]
        if not known:
            continue
        part = handle_in([one])
        guess = Guess(part[0].text, part, part[0].holder, 0.0)
        guess.add(
            3 if known[0] not in ("user", "u", "users", "member", "profile", "profiles") else 2.2,
            f"link to “{known[0]}”",
        )
        if part[0].text.casefold() in parts:
            guess.add(1.5, "named in its link")
        if any(_is_role(sight, near.text) for near in _beside(sight, one)):
            guess.add(1.5, "called a vendor beside it")
        yield guess


def _by_rating(sight: Sight) -> Iterator[Guess]:
    """Yield links beside what is counted of accounts only: "1472 sales · 4.74", "Level 6"."""
    for one in sight.view.segments:
        link = link_of(one.holder, 3)
        if link is None or not link.get("href") or sight.view.zones(one.holder) & {"frame"}:
            continue
        after = sight.view.segments[one.number + 1 : one.number + 3]
        if _leads_elsewhere(sight, link):
            continue
        rated = next((n for n, other in enumerate(after) if is_rating(sight, other.text)), None)
        if rated is None or link_of(after[rated].holder, 3) is not None:
            continue
        part = handle_in([one])
        guess = Guess(part[0].text, part, part[0].holder, 0.0)
        guess.add(2.6 if rated == 0 else 1.6, "rated beside it")
        yield guess


def _leads_elsewhere(sight: Sight, link: Any) -> bool:
    """Return whether a link leads to a category or to another listing."""
    parts = {part.casefold() for part in _PATH_PART.findall(link.get("href") or "")}
    return bool(parts & sight.words.lists["category.path"])


def is_rating(sight: Sight, text: str) -> bool:
    """Return whether a text counts or rates what an account did: "661 trades", "(742|4.96)"."""
    if len(text) > LONGEST or not any(c.isdigit() for c in text):
        return False
    if any(True for _money in find_money(text)):
        return False
    if _SCORE.fullmatch(text):
        return True
    known = sight.words.lists["vendor.counted"]
    return any(word in known for word in _LETTERS.findall(text.casefold()))


def _is_role(sight: Sight, text: str) -> bool:
    """Return whether a text says what an account is: "Vendor", "Verified vendor"."""
    last = text.split()[-1:] if text.count(" ") < MOST_WORDS else [""]
    return "vendor" in sight.words.concepts(text) or "vendor" in sight.words.labels.get(
        last[0].casefold() if last else "", ()
    )


def _beside(sight: Sight, one: Segment) -> list[Segment]:
    return sight.view.segments[max(0, one.number - 1) : one.number + 2]


def _by_class(sight: Sight) -> Iterator[Guess]:
    for one in sight.view.segments:
        if any(
            item in ("seller", "author", "brand")
            for element in sight.tight(one.holder)
            for item in data_of(element)
        ):
            part = handle_in([one])
            guess = Guess(part[0].text, part, part[0].holder, 0.0)
            guess.add(3.0, "microdata")
            yield guess
        elif sight.is_called(one.holder, "vendor"):
            part = handle_in([one])
            guess = Guess(part[0].text, part, part[0].holder, 0.0)
            guess.add(2.4, "its class")
            yield guess


def _is_none(sight: Sight, text: str, holder: Any) -> bool:
    """Return whether a text is a rank, a word as "by", or who wrote a review."""
    words = sight.words
    ranked = words.has("vendor.rank", text) or words.has("vendor.weak", text)
    return ranked or _is_in_review(holder)


def _is_in_review(element: Any) -> bool:
    """Return whether microdata say that a place is part of a review."""
    around = (element, *element.iterancestors())
    return any((one.get("itemprop") or "") in ("review", "reviews", "comment") for one in around)


def _judge(sight: Sight, guess: Guess, title: Guess | None) -> None:
    text: str = guess.value
    holder: Any = guess.segments[0].holder
    guess.points -= sight.cost(holder, "aside", "options") + 0.01 * guess.segments[0].line
    words = sight.words
    if ": " in text or text.endswith((":", "：")):
        guess.points -= 6
    told = bool(guess.label) and link_of(holder, 3) is not None
    if (
        not text
        or len(text) > LONGEST
        or _NO_HANDLE.match(text)
        or (_ONLY_DIGITS.fullmatch(text) and not (told and text.isalnum()))
    ):
        guess.points -= 8
    if _is_none(sight, text, holder):
        guess.points -= 6
    if words.concepts(text) or words.has("account.near", text) or words.has("home.word", text):
        guess.points -= 2 if told else 6
    if any(True for _money in find_money(text)) or (words.names_place(text) and not guess.label):
        guess.points -= 5
    if sight.is_account(holder) or (_COUNTED.fullmatch(text) and not told):
        guess.points -= 4
    if " " in text and not told:
        guess.points -= 0.5 * text.count(" ") + (4 if text.count(" ") >= SENTENCE else 0)
    if title is not None:
        away = guess.segments[0].line - title.segments[0].line
        guess.points -= 1.0 if away < -2 else 0.0  # noqa: PLR2004 - far above the title
        if same(text) == same(title.value):
            guess.points -= 5
