# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a layout is: a function from an offer to a page, with the truth of what it shows."""

from __future__ import annotations

import html
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random

from vestigo.pipeline.market_layouts.offers import Offer, invented_offer

SHARE_MISSING = 0.4
LAYOUTS: dict[str, Layout] = {}


@dataclass(frozen=True, slots=True)
class Shown:
    """A page and what stands on it: None (or nothing) where a field is not shown."""

    page: str
    title: str
    amount: str
    currency: str
    vendor: str | None
    category: tuple[str, ...]
    ships_from: str | None
    ships_to: str | None


@dataclass(slots=True)
class Site:
    """The invented market around an offer: chance, other offers, the account, what is missing."""

    chance: Random
    language: str
    me: str
    others: list[Offer] = field(default_factory=list)
    buyers: list[str] = field(default_factory=list)
    missing: frozenset[str] = frozenset()
    category: tuple[str, ...] | None = None

    def has(self, name: str) -> bool:
        """Return whether the field is shown on this page."""
        return name not in self.missing

    def maybe(self, name: str, text: str) -> str:
        """Return ``text``, or nothing where the field is missing on this page."""
        return text if self.has(name) else ""


Draw = Callable[[Offer, Site], str]
Price = Callable[[Offer], tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Layout:
    """A layout: how a page is drawn, which price it shows first, which fields it has.

    ``batch`` tells whether the method was made with it; ``doors`` draws its own pages that
    are no listings for a seed, ``ware`` invents its offers.
    """

    name: str
    draw: Draw
    price: Price
    language: str
    fields: frozenset[str]
    optional: frozenset[str]
    leaf: bool
    apart: tuple[str, ...]
    batch: str = "development"
    ware: Callable[[Random, int, str], Offer] = invented_offer
    doors: Callable[[int], dict[str, str]] | None = None


def coins(offer: Offer, currency: str = "BTC") -> tuple[str, str]:
    """Return the price in coins as the page shows it, with its code."""
    return f"{offer.amount:.8f}".rstrip("0"), currency


def fiat(currency: str) -> Price:
    """Return the price in an ordinary currency."""
    return lambda offer: (f"{offer.fiat:.2f}", currency)


def layout(
    price: Price,
    *,
    language: str = "en",
    lacks: tuple[str, ...] = (),
    optional: tuple[str, ...] = (),
    leaf: bool = False,
    apart: tuple[str, ...] = (),
    held_out: bool = False,
) -> Callable[[Draw], Draw]:
    """Register a drawing function as a layout of its own name."""

    def register(draw: Draw) -> Draw:
        fields = {"vendor", "category", "ships_from", "ships_to"} - set(lacks)
        name = draw.__name__
        LAYOUTS[name] = Layout(
            name,
            draw,
            price,
            language,
            frozenset(fields),
            frozenset(optional),
            leaf,
            apart,
            "held_out" if held_out else "development",
        )
        return draw

    return register


def show(one: Layout, seed: int, number: int, *, rich: bool) -> Shown:
    """Return one page of a layout; ``rich`` pages show every field that the layout has."""
    chance = Random(  # noqa: S311 - invented pages, no secret
        f"{seed}-{one.name}-{number}"
    )
    offer = one.ware(chance, number * 37 + 1000, one.language)
    site = Site(
        chance,
        one.language,
        "wanderer7",
        [one.ware(chance, number * 37 + 2000 + n, one.language) for n in range(4)],
        [f"{chance.choice('abcdxyz')}***{chance.choice('0123456789k')}" for _n in range(5)],
        frozenset()
        if rich
        else frozenset(name for name in sorted(one.optional) if chance.random() < SHARE_MISSING),
    )
    page = one.draw(offer, site)
    amount, currency = one.price(offer)
    has = {name for name in one.fields if site.has(name)}
    return Shown(
        page,
        offer.title,
        amount,
        currency,
        offer.vendor if "vendor" in has else None,
        (offer.category[-1:] if one.leaf else offer.category) if "category" in has else (),
        offer.ships_from if "ships_from" in has else None,
        offer.ships_to if "ships_to" in has else None,
    )


def wrap(title: str, body: str, head: str = "", end: str = "</body></html>") -> str:
    """Return a whole page."""
    head = f'<meta charset="utf-8"><title>{title}</title>{head}'
    return f"<!DOCTYPE html><html><head>{head}</head>\n<body>{body}\n{end}\n"


def comma(amount: Decimal, thousands: str = ".") -> str:
    """Return an amount as in much of Europe: 1.234,50."""
    return f"{amount:,.2f}".replace(",", " ").replace(".", ",").replace(" ", thousands)


def coin(offer: Offer) -> str:
    """Return the amount in coins as shown."""
    return coins(offer)[0]


def e(text: str) -> str:
    """Return a text for HTML."""
    return html.escape(text)
