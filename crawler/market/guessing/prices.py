# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which amount of a page might be the price of its listing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from crawler.market.guessing.sight import Guess, Sight, place_of, same
from crawler.market.guessing.titles import is_large
from crawler.market.labels import Labelled
from crawler.market.money import CRYPTO, Money, currency_in, find_money
from crawler.market.view import Segment, cut_segments, spell
from crawler.market.words import plain

LEAST = -1.5
LONG_LINE = 90
_ABOUT = re.compile(
    r"(?:[≈~≃(\[=]|approx\.?|about|ca\.|circa|aprox\.?|env\.|около)\s*$", re.IGNORECASE
)
_MORE = re.compile(r"[+−]\s*$")
_DAYS = re.compile(r"[0-9]\s?(?:days?|d[ií]as?|jours?|tagen?|tage|dagen|дн)\b\W*$", re.IGNORECASE)
_RATE = re.compile(r"(?:=|/|per)\s*$|^\s*(?:=|≈\s*1\s)")
_OTHER_WAY = re.compile(r"^\s?(?:[$€£]|USD\b|EUR\b|GBP\b)", re.IGNORECASE)
_PER_UNIT = re.compile(r"^\s*(?:/|per\b|por\b|pro\b|par\b)\s*\w", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")
_WORDS = re.compile(r"[^\W\d_][^\W\d_' ]*")
_BEFORE = ((_ABOUT, 2.5), (_MORE, 3.0), (_DAYS, 3.0))  # "Standard mail, 5 days: $4"
NEAR = 32
CARD_REACH = 4
BESIDE_ANOTHER = 9.0
CARD_LENGTH = 180
LONG_LINK = 12
AROUND_OTHERS = frozenset({"aside", "frame"})
_MAY_HOLD = frozenset({"vendor", "category", "ships_from", "ships_to"})
_PATH_PART = re.compile(r"[^/?&=#.;]+")
_ACTION = re.compile(
    r"(?:buy|order|add|contact|message|report|view|see|show|more|bookmark|save|share|flag|watch|follow|rate|write|ask|read|leave|print|back|comprar|kaufen|acheter|kopen|купить|what|how|why)\b"
)
LONG_WORD = 9
SENTENCE = 8
MOST_BEFORE = 2


@dataclass(slots=True)
class Found:
    """An amount in a line: the segments that hold it, and which amount of the line it is."""

    money: Money
    segments: list[Segment]
    place: Any
    order: int
    before: str
    after: str


def price_guesses(sight: Sight, title: Guess | None = None) -> list[Guess]:
    """Return what may be the price, with points."""
    labels = _labels_by_segment(sight)
    guesses = []
    for line in parts_of_lines(sight):
        known = next((labels[one.number] for one in line if one.number in labels), None)
        hint = (
            currency_in(known.at.text) or _icon(line) if known and "price" in known.concepts else ""
        )
        found = _in_order(sight, amounts_in(line, hint))
        guesses += [_guess(sight, one, labels, title, line) for one in found]
    return guesses


def _in_order(sight: Sight, found: Iterable[Found]) -> Iterator[Found]:
    """Yield amounts with their order among those that are not struck out."""
    n_struck = 0
    for one in found:
        one.order -= n_struck
        n_struck += "struck" in sight.view.zones(one.place)
        yield one


def parts_of_lines(sight: Sight) -> Iterator[list[Segment]]:
    """Yield the lines of a page, each cut at its separators."""
    for line in sight.view.lines:
        part: list[Segment] = []
        for one in line:
            if one.apart and part:
                yield part
                part = []
            part.append(one)
        yield part


def amounts_in(line: list[Segment], currency: str = "", decimal: str = "") -> Iterable[Found]:
    """Yield the amounts of a line with the segments that hold each."""
    text, starts = spell(line, apart=True)
    for order, money in enumerate(find_money(text, decimal, currency)):
        held = cut_segments(line, starts, money.start, money.end)
        yield Found(money, held, place_of(held), order, text[: money.start], text[money.end :])


def _labels_by_segment(sight: Sight) -> dict[int, Labelled]:
    found: dict[int, Labelled] = {}
    for one in sight.labels:
        for segment in one.value if _MAY_HOLD.isdisjoint(one.concepts) else one.value[:1]:
            held = found.get(segment.number)
            if held is None or held.at.number < one.at.number < segment.number:
                found[segment.number] = one  # the nearest before it
    return found


def _icon(line: list[Segment]) -> str:
    """Return the currency that an icon before the amount names in its class or text."""
    for element in line[0].holder.iter("i", "img", "span"):
        named = re.search(
            r"(?:^|[-_\s])(btc|bitcoin|xmr|monero|ltc|eth)(?:$|[-_\s.])",
            f"{element.get('class', '')} {element.get('alt', '')} {element.get('title', '')}",
            re.IGNORECASE,
        )
        if named:
            return currency_in(named[1])
    return ""


def _guess(
    sight: Sight,
    found: Found,
    labels: dict[int, Labelled],
    title: Guess | None,
    line: list[Segment],
) -> Guess:
    guess = Guess(found.money, found.segments, found.place, -sight.cost(found.place))
    if title is not None and title.value in found.before:
        found.before = found.before.replace(title.value, "")  # no word of it tells of the price
    label = next((labels[one.number] for one in found.segments if one.number in labels), None)
    _by_label(sight, guess, label, found)
    _by_words(sight, guess, found, line)
    _by_looks(sight, guess, found)
    if title is not None:
        _by_title(guess, title, line)
        if _is_beside_another(sight, found.place, title):
            guess.points -= BESIDE_ANOTHER
    if not guess.label:
        guess.points -= min(2.0, 0.4 * sight.repeats(found.segments[0].holder))
    return guess


def _by_last_words(sight: Sight, guess: Guess, found: Found) -> None:
    """Take the beginning of the text that an amount stands in for its label: "Sale price $5"."""
    first = found.segments[0]
    one = sight.view.segments[first.number]
    words = first.leaf.text[one.start : first.start]
    if len(_WORDS.findall(found.after)) < SENTENCE and "price" in sight.words.concepts(words):
        guess.label = plain(words)
        guess.add(4.5, f"label “{guess.label}”")


def _by_label(sight: Sight, guess: Guess, label: Labelled | None, found: Found) -> None:
    if label is None:
        _by_last_words(sight, guess, found)
        return
    if "price" in label.concepts:
        if _is_told(label, guess.value):
            return
        if currency_in(label.label) in CRYPTO and guess.value.currency not in CRYPTO:
            guess.points -= 5  # "BTC price: $ 61,200" is a rate
            return
        guess.label = label.label
        heads_column = not label.strong and any(
            one.tag in ("td", "th") for one in sight.tight(label.at.holder)
        )
        weak = heads_column or label.label in sight.words.lists["price.weak"]
        is_head = heads_column or any(one.tag == "th" for one in sight.tight(label.at.holder))
        if is_head and _is_of_shipping(sight, label.at.holder):
            guess.points -= 5
            return
        guess.add(1 if weak else (6 if label.strong else 4.5), f"label “{label.label}”")
    elif label.concepts == ("title",):
        return
    elif "choice" in sight.view.zones(guess.place) and not _is_against(sight, label.label):
        return  # "Quantity" beside a select box of amounts
    elif label.concepts or _is_against(sight, label.label):
        guess.points -= 5


def _is_of_shipping(sight: Sight, holder: Any) -> bool:
    """Return whether a head of a column stands in a row with "Shipping", "Delivery method"."""
    row = next(holder.iterancestors("tr"), None)
    if row is None:
        return False
    heads = sight.view.inside(row)
    known = sight.words.lists["options.heading"]
    return any(
        same(one.text) in known or "ships_both" in sight.words.concepts(one.text) for one in heads
    )


def _is_told(label: Labelled, money: Money) -> bool:
    """Return whether an amount stands in a sentence: "Price goes down to $4 for regulars"."""
    before, _sign, after = spell(label.value)[0].partition(money.shown)
    n_before, n_after = len(_WORDS.findall(before)), len(_WORDS.findall(after))
    return n_before > MOST_BEFORE or n_before + n_after >= SENTENCE


def _by_words(sight: Sight, guess: Guess, found: Found, line: list[Segment]) -> None:
    before = found.before[-NEAR:]
    if _is_against(sight, before) or (
        found.order == 0 and _is_against(sight, found.after[:NEAR]) and len(found.after) < NEAR
    ):
        guess.points -= 5
    if sight.is_account(found.place) or _RATE.search(found.after) or re.search(r"=\s*$", before):
        guess.points -= 5
    leads = not spell(found.segments)[0][:1].isdigit()
    if leads and found.money.currency in CRYPTO and _OTHER_WAY.search(found.after):
        guess.points -= 5  # "BTC 64210.20$" is a rate
    guess.points -= sum(points for sign, points in _BEFORE if sign.search(before))
    if found.place.tag in ("button", "input") and _is_bought(
        sight, f"{found.before} {found.after}"
    ):
        guess.add(2.5, "on a button of buying")
    if _PER_UNIT.search(found.after):
        guess.points -= 0.3
    guess.points -= 1.5 * found.order
    around = len(_WORDS.findall(f"{found.before} {found.after}"))
    if not around:
        guess.points += 0.6
    elif not _is_set_off(sight, found):
        guess.points -= 1.5 if around >= SENTENCE else 0
        guess.points -= 3 if len(spell(line)[0]) > LONG_LINE else 0


def _is_bought(sight: Sight, text: str) -> bool:
    """Return whether words as "Buy for" stand on a button."""
    known = sight.words.lists["buying.word"]
    return any(word in known for word in _WORD.findall(text.casefold()))


def _is_set_off(sight: Sight, found: Found) -> bool:
    """Return whether an amount is set in bold within a sentence, by itself."""
    length = sum(len(one.text) for one in found.segments)
    return found.place.tag in ("b", "strong", "em") and sight.view.length[found.place] == length


def _is_against(sight: Sight, text: str) -> bool:
    """Return whether words as "balance" or "shipping" stand in a text."""
    words = [same(word) for word in _WORDS.findall(text)]
    near = sight.words.lists["not_price.near"]
    low = " ".join(words)
    return (
        any(word in near for word in words)
        or low in near
        or any(len(w) >= LONG_WORD and w in low for w in near)
    )


def _by_looks(sight: Sight, guess: Guess, found: Found) -> None:
    if sight.is_called(found.place, "price"):
        guess.add(3, "its class")
    if any(one.get("itemprop") in ("price", "offers") for one in sight.tight(found.place)):
        guess.add(3, "microdata")
    if any(
        one.tag in ("h1", "h2", "h3", "h4", "big", "strong", "b")
        for one in sight.tight(found.place)
    ):
        guess.add(0.7, "bold")
    if any(is_large(one) for one in sight.tight(found.place)):
        guess.add(1.2, "large letters")
    if _is_chosen(sight, found.place):
        guess.add(3, "the option that is chosen")
    if found.money.amount == 0:
        guess.points -= 4


def _is_chosen(sight: Sight, place: Any) -> bool:
    """Return whether an amount stands in the row or label of an option that is marked."""
    row = next((one for one in (place, *place.iterancestors("tr", "label"))
                if one.tag in ("tr", "label")), None)  # fmt: skip
    if row is None or sight.view.length[row] > CARD_LENGTH:
        return False
    return any(one.get("checked") is not None for one in row.iter("input"))


def _is_beside_another(sight: Sight, element: Any, title: Guess) -> bool:
    """Return whether a link to another listing stands before it in the same row or card."""
    shown = same(title.value)
    here = sight.view.spans.get(element, (0, 0))[0]
    zones = sight.view.zones(element)
    for _n in range(CARD_REACH):
        if element is None or sight.view.length[element] > CARD_LENGTH:
            return False
        if any(
            _leads_to_another(sight, link, shown)
            for link in element.iter("a")
            if sight.view.spans.get(link, (here, 0))[0] <= here
            and sight.view.zones(link) <= zones | AROUND_OTHERS
        ):
            return True
        element = element.getparent()
    return False


def _leads_to_another(sight: Sight, link: Any, title: str) -> bool:
    inside = sight.view.inside(link)
    if any(one.number in sight.told for one in inside):
        return False
    text = same(" ".join(one.text for one in inside))
    parts = [part.casefold() for part in _PATH_PART.findall(link.get("href") or "")]
    lists = sight.words.lists
    if not text or text == title or any(part in lists["vendor.path"] for part in parts):
        return False
    if any(part in lists["category.path"] for part in parts) or _ACTION.match(text):
        return False
    if any(part in lists["title.path"] for part in parts):
        return " " in text or any(len(part) > 1 for part in parts if part in lists["title.path"])
    if sight.is_called(link, "category") or sight.is_called(link, "vendor"):
        return False
    return " " in text and len(text) >= LONG_LINK


def _by_title(guess: Guess, title: Guess, line: list[Segment]) -> None:
    away = line[0].line - title.segments[0].line
    if {one.number for one in title.segments} & {one.number for one in guess.segments}:
        guess.points -= 6
    guess.points -= (0.03 * away) if away >= 0 else 1.5
