# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a person sees on a page that is no running text: flags, choices, buttons, fixed fields.

A flag says a place by its ``alt`` or ``title``, a select box or a button an amount; an
element for programs (``data-price``, microdata ``content``) says it for machines only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from crawler.market.attributes import attribute_runs
from crawler.market.document import marked_run
from crawler.market.money import find_money
from crawler.market.words import plain

if TYPE_CHECKING:
    from crawler.market.view import View

Step = tuple[str, Any] | None
MOST_OPTIONS = 60
_NAMING = ("alt", "title", "aria-label")
_AMOUNT = re.compile(r"\s*[0-9][0-9.,\s]*\s*")
_AMOUNTS = ("content", "data-price", "data-amount", "data-cost")
_CURRENCIES = ("data-currency", "data-price-currency", "data-cur")


def shown_choices(view: View, element: Any) -> Iterator[Step]:
    """Yield the lines of a select box or button that show amounts."""
    if element.get("hidden") is not None or element.tag not in ("select", "button", "svg"):
        return
    if element.tag == "svg":
        yield from _of_drawing(view, element)
        return
    options = list(element.iter("option"))[:MOST_OPTIONS] if element.tag == "select" else [element]
    for option in options:
        text = view.document.shown_text(option)
        if any(True for _money in find_money(text)):
            yield None
            yield from ((one.text, one) for one in option.iter() if one.text)
            yield None


def _of_drawing(view: View, element: Any) -> Iterator[Step]:
    """Yield the label or place that the title of a drawing names."""
    for title in element.iter("title"):
        text = view.document.shown_text(title).strip()
        if title.text and (plain(text) in view.words.labels or view.words.names_place(text)):
            yield title.text, title
            return


def shown_in_attributes(view: View, element: Any) -> Iterator[Step]:
    """Yield what the attributes of an element show that has no text of its own."""
    runs = attribute_runs(element)
    if not runs:
        return
    if element.tag == "input":
        yield from _of_input(element, runs)
    elif not len(element) and not (element.text or "").strip():
        yield from _of_sign(view, element, runs)
    if element.get("itemprop") == "price" or "data-price" in runs or "data-amount" in runs:
        yield from _of_program(view, element, runs)


def _of_sign(view: View, element: Any, runs: dict[str, int]) -> Iterator[Step]:
    """Yield the place that a flag names, or the label that an icon stands for."""
    for name in _NAMING:
        text = element.get(name) or ""
        label = element.tag != "img" and bool(
            plain(text) in view.words.labels or view.words.inline(text)[0]
        )
        if name in runs and (label or view.words.names_place(text) or _is_face(view, element)):
            yield marked_run(runs[name], text), element
            return


def _is_face(view: View, element: Any) -> bool:
    """Return whether a picture in a link to an account names it, no text being there."""
    link = element.getparent()
    if element.tag != "img" or link is None or link.tag != "a" or not element.get("alt"):
        return False
    if element.get("alt") != link.get("title") or view.document.shown_text(link).strip():
        return False
    parts = (part.casefold() for part in re.split(r"[/?&=]", link.get("href") or ""))
    return any(part in view.words.lists["vendor.path"] for part in parts)


def _of_input(element: Any, runs: dict[str, int]) -> Iterator[Step]:
    """Yield what a field that cannot be changed or a button says."""
    kind = (element.get("type") or "text").lower()
    fixed = element.get("readonly") is not None or element.get("disabled") is not None
    text = element.get("value") or ""
    if "value" not in runs or kind in ("hidden", "password", "checkbox"):
        return
    money = any(True for _money in find_money(text))
    if (fixed and kind == "text") or (money and kind in ("submit", "button")):
        yield marked_run(runs["value"], text), element


def _of_program(view: View, element: Any, runs: dict[str, int]) -> Iterator[Step]:
    """Yield an amount with its currency that stands in attributes only."""
    if any(True for _money in find_money(view.document.shown_text(element))):
        return
    amount = next((name for name in _AMOUNTS if name in runs), "")
    text = element.get(amount) or ""
    if any(True for _money in find_money(text)):
        yield None
        yield marked_run(runs[amount], text), element
        yield None
        return
    currency = _currency_near(element)
    if not _AMOUNT.fullmatch(text) or currency is None:
        return
    yield None
    yield marked_run(runs[amount], text), element
    yield f" {marked_run(*currency)}", element
    yield None


def _currency_near(element: Any) -> tuple[int, str] | None:
    """Return the run and text of the currency of an amount, at it or beside it."""
    parent = element.getparent()
    near = [element, *(parent if parent is not None else ())]
    for one in near:
        runs = attribute_runs(one)
        names = list(_CURRENCIES)
        if one.get("itemprop") == "priceCurrency":
            names.insert(0, "content")
        for name in names:
            if name in runs and one.get(name):
                return runs[name], one.get(name)
    return None
