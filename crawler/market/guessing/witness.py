# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a page tells programs of its listing: JSON-LD and ``<meta>``, one more witness.

Nobody sees it, so it is never a fact by itself: a text of the page that says the same
gains points, and what the page does not show is not taken.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from crawler.market.guessing.sight import Guess, same
from crawler.market.money import Money, code_of

LONGEST = 200_000
DEEPEST = 8
WORTH = 2.0
TOLD = "told to programs"
_GOODS = frozenset({"product", "individualproduct", "productmodel", "offer", "service"})
_META = {
    "amount": ("product:price:amount", "og:price:amount", "twitter:data1"),
    "currency": ("product:price:currency", "og:price:currency"),
    "vendor": ("product:seller", "og:seller"),
    "category": ("product:category",),
}


@dataclass(slots=True)
class Witness:
    """Texts in plain form by field; ``prices`` are amounts with a code, empty where unknown."""

    texts: dict[str, set[str]] = field(default_factory=dict)
    prices: list[tuple[Decimal, str]] = field(default_factory=list)

    def agrees(self, name: str, value: Any) -> bool:
        """Return whether the value of a field is what programs are told."""
        if isinstance(value, Money):
            return any(
                value.amount == amount and code in ("", value.currency)
                for amount, code in self.prices
            )
        known = self.texts.get(name, set())
        if isinstance(value, tuple):
            return bool(value) and all(same(step) in known for step in value)
        return same(str(value)) in known

    def say(self, name: str, value: Any) -> None:
        """Note a text of a field, whatever stands there instead of a text being passed over."""
        if isinstance(value, str) and value.strip():
            self.texts.setdefault(name, set()).add(same(value))

    def say_price(self, amount: Any, currency: Any) -> None:
        """Note a price, where it is a number."""
        try:
            number = Decimal(str(amount).replace(",", ""))
        except InvalidOperation:
            return
        if number.is_finite():
            self.prices.append((number, code_of(currency) if isinstance(currency, str) else ""))


def witness_of(root: Any) -> Witness:
    """Return what a page tells programs; never raises for what stands there."""
    found = Witness()
    for script in root.iter("script"):
        if (script.get("type") or "").strip().lower() == "application/ld+json":
            _hear(found, script.text or "")
    told = {name: _meta(root, names) for name, names in _META.items()}
    for name in ("vendor", "category"):
        found.say(name, told[name])
    if told["amount"]:
        found.say_price(told["amount"], told["currency"])
    return found


def add_witness(witness: Witness, name: str, guesses: Sequence[Guess]) -> None:
    """Give points to the guesses that say what programs are told."""
    for guess in guesses:
        if witness.agrees(name, guess.value):
            guess.add(WORTH, TOLD)


def _meta(root: Any, names: Sequence[str]) -> str:
    for meta in root.iter("meta"):
        if (meta.get("property") or meta.get("name") or "").lower() in names:
            return meta.get("content") or ""
    return ""


def _hear(found: Witness, text: str) -> None:
    if len(text) > LONGEST:
        return
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return
    things = list(_things(told, 0))
    goods = [one for one in things if _type(one) in _GOODS]
    if goods:
        _of_goods(found, goods[0])
    for trail in (one for one in things if _type(one) == "breadcrumblist"):
        for step in _list(trail.get("itemListElement")):
            item = step.get("item")
            found.say("category", step.get("name"))
            found.say("category", item.get("name") if isinstance(item, Mapping) else None)


def _of_goods(found: Witness, goods: Mapping[str, Any]) -> None:
    found.say("title", goods.get("name"))
    found.say("category", goods.get("category"))
    offers = _list(goods.get("offers")) or [goods]
    for offer in offers[:1]:
        found.say_price(offer.get("price", offer.get("lowPrice")), offer.get("priceCurrency"))
        _say_party(found, offer.get("seller") or goods.get("seller") or goods.get("brand"))


def _say_party(found: Witness, party: Any) -> None:
    found.say("vendor", party.get("name") if isinstance(party, Mapping) else party)


def _things(told: Any, depth: int) -> Iterator[Mapping[str, Any]]:
    """Yield the things at the top, in a list or a graph: not those that are parts of others."""
    if depth > DEEPEST:
        return
    if isinstance(told, list):
        for one in told:
            yield from _things(one, depth + 1)
    elif isinstance(told, dict):
        yield told
        yield from _things([told.get(key) for key in ("@graph", "mainEntity")], depth + 1)


def _list(value: Any) -> list[Mapping[str, Any]]:
    values = value if isinstance(value, list) else [value]
    return [one for one in values if isinstance(one, Mapping)]


def _type(thing: Mapping[str, Any]) -> str:
    kind = thing.get("@type")
    first = kind[0] if isinstance(kind, list) and kind else kind
    return first.rpartition("/")[2].lower() if isinstance(first, str) else ""
