# SPDX-License-Identifier: AGPL-3.0-or-later
# ruff: noqa: E501, PLR2004 - pages are long lines, invented by chance
"""Invented offers for invented pages: nothing here is from a real market."""

from __future__ import annotations

import html
from dataclasses import dataclass
from decimal import Decimal
from random import Random

_NOUNS = (
    "ceramic mug",
    "Orange Kush",
    "field notebook",
    "PURE crystal salt",
    "green tea",
    "SIM card",
    "gift voucher",
    "Moon Rocks",
    "brass compass",
    "wool blanket",
    "e-book bundle",
    "White Widow",
    "cutting board",
    "vitamin tablets",
    "silver coin",
    "phone stand",
    "Lemon Haze",
    "city guide",
    "pepper mix",
    "mushroom kit",
)
_LEADS = (
    "★ NEW ★ ",
    "",
    "",
    "",
    "Premium ",
    "[SALE] ",
    "50% off! ",
    "Original ",
    "AAA+ ",
    "Top-Quality ",
)
_SIZES = (
    "5g",
    "10 pcs",
    "1 kg",
    "100 x 20mg",
    "3.5 g",
    "2x",
    "1/2 oz",
    "50 tabs @ $2",
    "(500ml)",
    "size L",
    "28g",
    "per 0.5 gram",
)
_HANDLES = (
    "greenleaf",
    "Dr_Tulip",
    "NordicPost",
    "la-botica",
    "kiosk88",
    "Mr.Pepper",
    "TheBakery",
    "sunrise_co",
    "oldharbour",
    "PolarBear",
    "kraftwerk7",
    "ElMolino",
    "x0rd",
    "DutchGarden",
    "papelero",
    "ZenShop",
    "blue.heron",
    "quickpost24",
    "andromeda",
    "TeaHouse",
)
_COUNTRIES = {
    "en": ("Spain", "Germany", "Netherlands", "United Kingdom", "Canada", "Poland", "United States", "France"),
    "es": ("España", "Alemania", "Países Bajos", "Reino Unido", "México", "Polonia", "Colombia", "Francia"),
    "pt": ("Portugal", "Alemanha", "Espanha", "Reino Unido", "Brasil", "Polônia", "Bélgica", "França"),
    "fr": ("Espagne", "Allemagne", "Pays-Bas", "Royaume-Uni", "Canada", "Pologne", "Belgique", "France"),
    "de": ("Spanien", "Deutschland", "Niederlande", "Österreich", "Schweiz", "Polen", "Belgien", "Frankreich"),
    "nl": ("Spanje", "Duitsland", "Nederland", "Oostenrijk", "Zwitserland", "Polen", "België", "Frankrijk"),
    "ru": ("Россия", "Германия", "Нидерланды", "Украина", "Беларусь", "Польша", "Латвия", "Казахстан"),
}  # fmt: skip
_TARGETS = {
    "en": ("Worldwide", "European Union", "Worldwide except US", "United States, Canada", "Domestic", "EU, UK"),
    "es": ("Todo el mundo", "Unión Europea", "Todo el mundo excepto EE.UU.", "España"),
    "pt": ("Mundo inteiro", "União Europeia", "Brasil", "Portugal, Espanha"),
    "fr": ("Monde entier", "Union européenne", "France", "France, Belgique"),
    "de": ("Weltweit", "Europäische Union", "Deutschland", "Weltweit außer USA"),
    "nl": ("Wereldwijd", "Europese Unie", "Nederland, België", "Wereldwijd behalve VS"),
    "ru": ("Весь мир", "Россия", "СНГ", "Россия, Беларусь"),
}  # fmt: skip
_CATEGORIES = (
    ("Household", "Kitchen"), ("Household", "Textiles"), ("Food", "Tea & Coffee"), ("Food", "Spices"), ("Digital", "E-Books"),
    ("Digital", "Guides"), ("Herbs", "Buds"), ("Herbs", "Concentrates", "Crumble"), ("Pharmacy", "Tablets"), ("Collecting", "Coins"), ("Other",),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Offer:
    """One invented offer; ``amount`` is in coins, ``fiat`` in an ordinary currency."""

    number: int
    title: str
    vendor: str
    category: tuple[str, ...]
    ships_from: str
    ships_to: str
    amount: Decimal
    fiat: Decimal
    stock: int
    sales: int
    rating: Decimal
    text: str

    @property
    def t(self) -> str:
        """Return the title for HTML."""
        return html.escape(self.title)

    @property
    def path(self) -> str:
        """Return the category for HTML, its steps joined."""
        return html.escape(" > ".join(self.category))

    @property
    def leaf(self) -> str:
        """Return the last step of the category for HTML."""
        return html.escape(self.category[-1])


_WORDS = (
    "carefully",
    "packed",
    "and",
    "sent",
    "within",
    "one",
    "day",
    "please",
    "read",
    "our",
    "terms",
    "before",
    "you",
    "order",
    "we",
    "answer",
    "every",
    "message",
    "quality",
    "is",
    "what",
    "counts",
    "for",
    "us",
    "no",
    "returns",
)


def invented_offer(chance: Random, number: int, language: str = "en") -> Offer:
    """Return an offer with texts in ``language`` (titles stay as sellers write them)."""
    title = f"{chance.choice(_LEADS)}{chance.choice(_NOUNS)} {chance.choice(_SIZES)}".strip()
    if chance.random() < 0.3:
        title += chance.choice(
            (
                " - best price",
                " | free tracking",
                " (from Spain)",
                " € 12 value",
                " – only 0.01 BTC!",
                " [restock]",
            )
        )
    return Offer(
        number=number,
        title=title,
        vendor=chance.choice(_HANDLES),
        category=chance.choice(_CATEGORIES),
        ships_from=chance.choice(_COUNTRIES[language]),
        ships_to=chance.choice(_TARGETS[language]),
        amount=Decimal(chance.randrange(100, 900000)) / 1_000_00000,
        fiat=Decimal(chance.randrange(300, 250000)) / 100,
        stock=chance.randrange(1, 500),
        sales=chance.randrange(0, 900),
        rating=Decimal(chance.randrange(400, 500)) / 100,
        text=" ".join(chance.choice(_WORDS) for _n in range(chance.randrange(15, 90))).capitalize()
        + ".",
    )
