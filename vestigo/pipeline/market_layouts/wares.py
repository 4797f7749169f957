# SPDX-License-Identifier: AGPL-3.0-or-later
# ruff: noqa: E501 - lists of invented words in long lines
"""Offers of the wild layouts: a second pool of words, apart from the one the method was made with."""

from __future__ import annotations

from decimal import Decimal
from random import Random

from vestigo.pipeline.market_layouts.offers import Offer

_GOODS = (
    "Colombian flake", "Blue Dream shatter", "Netflix lifetime account", "Bromazolam pellets", "Driving licence template",
    "hash - Ketama dry sift", "Amnesia Haze (indoor)", "RDP access", "LSD blotter Hofmann", "VPN 1-year key",
    "4-MMC crystals", "Modafinil", "Golden Teacher truffles", "Guide: opsec for beginners", "Kamagra oral jelly",
    "2C-B pills pink", "fresh cc dump lists tutorial", "Peruvian tea leaves", "Xanaflex bars", "speed paste 70%",
)  # fmt: skip
_MORE = ("", "", "", " 3.5g", " - 7G", " x10", " x 25", " [EU-EU]", " *NDD*", " 1oz | stealth", " (100 pcs)", " 120µg", ", free sample", " -- bulk 0.5kg", " @ 9$/g", " 2mg x 60", " ✈ tracked", " 1/4 lb")  # fmt: skip
_HANDLES = (
    "CafeRacer", "420Dreams", "pharma.direct", "BIG-BOSS", "mrs_jones", "Vadim77", "lechat_noir", "KoalaKing", "deadpool", "GoldenGate420",
    "xXx_Store", "alpineherbs", "Tio-Paco", "MedExpress", "snowman", "BerlinBoys", "aquarius9", "Sr.Cactus", "RoyalMailer", "tulpenboer",
)  # fmt: skip
_TREES = {
    "en": (("Drugs", "Cannabis", "Flowers"), ("Drugs", "Stimulants"), ("Drugs", "Psychedelics", "LSD"), ("Digital Goods", "Software"), ("Fraud", "Guides & Tutorials"), ("Prescription",), ("Services", "Hosting"), ("Counterfeits", "Documents")),
    "es": (("Drogas", "Cannabis"), ("Digital", "Cuentas"), ("Farmacia", "Ansiolíticos"), ("Guías",)),
    "pt": (("Drogas", "Maconha"), ("Digital", "Contas"), ("Farmácia", "Comprimidos")),
    "fr": (("Drogues", "Cannabis"), ("Numérique", "Comptes"), ("Pharmacie", "Anxiolytiques")),
    "de": (("Drogen", "Cannabis", "Blüten"), ("Digitales", "Konten"), ("Apotheke", "Tabletten")),
    "ru": (("Стимуляторы", "Кристаллы"), ("Каннабис", "Шишки"), ("Цифровые товары", "Аккаунты")),
    "it": (("Droghe", "Cannabis"), ("Digitale", "Account"), ("Farmacia", "Compresse")),
    "pl": (("Narkotyki", "Marihuana"), ("Cyfrowe", "Konta"), ("Apteka", "Tabletki")),
}  # fmt: skip
_FROM = {
    "en": ("Australia", "Netherlands", "USA", "United Kingdom", "Germany", "Belgium", "India", "Sweden", "China", "Canada", "Europe", "Hong Kong", "Czech Republic", "Undeclared", "South Africa"),
    "es": ("España", "Países Bajos", "Perú", "Alemania", "Argentina"),
    "pt": ("Brasil", "Portugal", "Países Baixos", "Paraguai"),
    "fr": ("France", "Pays-Bas", "Belgique", "Suisse", "Maroc"),
    "de": ("Deutschland", "Niederlande", "Österreich", "Schweiz", "Tschechien"),
    "ru": ("Москва", "Санкт-Петербург", "Россия", "Казахстан", "Екатеринбург"),
    "it": ("Italia", "Paesi Bassi", "Spagna", "Germania", "Albania"),
    "pl": ("Polska", "Niemcy", "Czechy", "Holandia", "Wielka Brytania"),
}  # fmt: skip
_TO = {
    "en": ("Worldwide", "Europe", "USA", "Australia, New Zealand", "Worldwide, except Australia", "United States, Canada, Mexico", "Germany", "Netherlands, Belgium, Luxembourg", "EU + UK", "Anywhere"),
    "es": ("Todo el mundo", "Europa", "España, Portugal", "América Latina"),
    "pt": ("Mundo todo", "Brasil", "Europa", "Portugal, Espanha"),
    "fr": ("Monde entier", "Europe", "France, Suisse", "France métropolitaine"),
    "de": ("Weltweit", "Europa", "Deutschland, Österreich", "EU"),
    "ru": ("Весь мир", "Россия", "Россия, Казахстан", "СНГ"),
    "it": ("Tutto il mondo", "Europa", "Italia, Svizzera", "UE"),
    "pl": ("Cały świat", "Europa", "Polska", "Polska, Czechy"),
}  # fmt: skip
_SAYINGS = (
    "Stealth is vacuum sealed.", "Orders before noon ship the same day.", "No FE under 5 sales.", "We ship from Monday to Friday.",
    "Contact us for 100g at $450.00.", "Do not leave feedback before arrival.", "Reship 50% if you have 10 orders.", "PGP only!", "Tested in a lab: 84% pure.",
    "Price drops at 3 or more.", "Ships from our second stock when needed.", "Vendor since 2014 on other places.",
)  # fmt: skip


def ware(chance: Random, number: int, language: str) -> Offer:
    """Return an invented offer of the second pool; amounts from 3 to 2,500 and 0.0005 to 3 coins."""
    return Offer(
        number=number,
        title=chance.choice(_GOODS) + chance.choice(_MORE),
        vendor=chance.choice(_HANDLES),
        category=chance.choice(_TREES[language]),
        ships_from=chance.choice(_FROM[language]),
        ships_to=chance.choice(_TO[language]),
        amount=Decimal(chance.randrange(50_001, 300_000_000)) / 100_000_000,
        fiat=Decimal(chance.randrange(300, 250_000)) / 100,
        stock=chance.randrange(1, 900),
        sales=chance.randrange(0, 4000),
        rating=Decimal(chance.randrange(380, 500)) / 100,
        text=" ".join(chance.sample(_SAYINGS, chance.randrange(1, 8))),
    )
