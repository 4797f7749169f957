# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every field of one page guessed together."""

from __future__ import annotations

from dataclasses import dataclass

from crawler.market.guessing import categories, prices, shipping, titles, vendors
from crawler.market.guessing.categories import category_guesses
from crawler.market.guessing.prices import price_guesses
from crawler.market.guessing.shipping import ships_guesses
from crawler.market.guessing.sight import Guess, Sight, best
from crawler.market.guessing.titles import title_guesses
from crawler.market.guessing.vendors import vendor_guesses
from crawler.market.guessing.witness import add_witness, witness_of

FIELDS = ("title", "price", "vendor", "category", "ships_from", "ships_to")
LEAST = {
    "title": titles.LEAST, "price": prices.LEAST, "vendor": vendors.LEAST,
    "category": categories.LEAST,
    "ships_from": shipping.LEAST, "ships_to": shipping.LEAST,
}  # fmt: skip


@dataclass(slots=True)
class Guessed:
    """The guesses of each field on one page, and the best of each."""

    all: dict[str, list[Guess]]
    best: dict[str, Guess | None]


def guess_fields(sight: Sight) -> Guessed:
    """Return every guess for every field of the page."""
    witness = witness_of(sight.document.root)
    found = {"title": title_guesses(sight)}
    add_witness(witness, "title", found["title"])
    title = best(found["title"], LEAST["title"])
    found["price"] = price_guesses(sight, title)
    found["vendor"] = vendor_guesses(sight, title)
    for name in ("price", "vendor"):
        add_witness(witness, name, found[name])
    vendor = best(found["vendor"], LEAST["vendor"])
    found["category"] = category_guesses(sight, title, vendor)
    add_witness(witness, "category", found["category"])
    for name in ("ships_from", "ships_to"):
        found[name] = ships_guesses(sight, name)
    return Guessed(found, {name: best(found[name], LEAST[name]) for name in FIELDS})
