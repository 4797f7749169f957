# SPDX-License-Identifier: AGPL-3.0-or-later
"""Turns of phrase of real listings that were once misread, in invented texts."""

from __future__ import annotations

from decimal import Decimal

import pytest

from nlp.model import ListingText
from nlp.reading.reader import read


def _substances(title, description=""):
    reading = read(ListingText(title=title, description=description or None))
    return {row.id: row.status for row in reading.substances}


def _prices(title, description=""):
    reading = read(ListingText(title=title, description=description or None))
    return [(price.amount, price.per) for price in reading.prices]


def _grams(title, description=""):
    reading = read(ListingText(title=title, description=description or None))
    return [offer.grams for offer in reading.offers if offer.kind == "mass"]


def _marked(of, title, description=""):
    reading = read(ListingText(title=title, description=description or None))
    return [mark.value for mark in reading.marked if mark.of == of]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("0.4g MDMA - Honeycomb - 82% - Escrow", {"mdma": "stated"}),
        ("20g Ethylone - Moonrock", {"ethylone": "stated"}),
        ("50g a-PPP crystal/a-PVP perfect replacement", {"alpha_ppp": "stated", "alpha_pvp": "mentioned"}),
        ("alpha-PHP perfect replacement for alpha-PVP 2g", {"alpha_php": "stated", "alpha_pvp": "mentioned"}),
        ("4-methyl-PHP / 4m-PHP 100g", {"mphp": "stated"}),
        ("25g Soft Paki Zero Polm", {"cannabis_resin": "stated"}),
    ],
)  # fmt: skip
def test_a_word_beside_a_name_is_no_second_substance(title, expected):
    assert _substances(title) == expected


@pytest.mark.parametrize(
    "description",
    ["I need not introduce this phenethylamine.", "Do not take it for junk mail.",
     "The presses are hard and don't crumble.", "Helps with chronic pain."],
)  # fmt: skip
def test_an_ordinary_word_of_a_description_is_no_substance(description):
    assert _substances("2C-I 100mg", description) == {"2c_i": "stated"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Same Day Free Shipping $49 AUD", [(Decimal(49), "package")]),
        ("for 80 EUR. Free shipping from 200 EUR.", [(Decimal(80), "package")]),
        ("for 80 EUR. Shipping is free from 200 EUR.", [(Decimal(80), "package")]),
        ("for 80 EUR, free shipping for orders of 200 EUR", [(Decimal(80), "package")]),
        ("for 80 EUR. Elsewhere it costs anywhere from 240 EUR", [(Decimal(80), "package")]),
    ],
)
def test_an_amount_from_which_postage_is_free_is_no_price(text, expected):
    assert _prices("1g coke", text) == expected


@pytest.mark.parametrize(
    "menu",
    ["$18 g | $48 1/8 | $85 1/4 | $150 1/2 | $180 oz", "$18 g, $48 1/8 oz, $85 1/4 oz, $150 1/2 oz, $180 oz",
     "g $18 | 1/8 $48 | 1/4 $85 | 1/2 $150 | oz $180"],
)  # fmt: skip
def test_a_menu_of_ounces_without_their_unit_is_paired_with_its_prices(menu):
    reading = read(ListingText(title="Blue Dream", description=menu))
    assert [str(o.grams) for o in reading.offers] == ["1", "3.54", "7.09", "14.17", "28.35"]
    assert [round(u.amount, 2) for u in reading.unit_prices] == [
        Decimal(text) for text in ("18", "13.56", "11.99", "10.59", "6.35")
    ]


def test_a_bar_parts_an_option_from_the_next_amount():
    reading = read(ListingText(title="weed", description="$18 1g | $48 3.5g | $85 7g"))
    assert [round(u.amount, 2) for u in reading.unit_prices] == [
        Decimal(18), Decimal("13.71"), Decimal("12.14")]  # fmt: skip


@pytest.mark.parametrize(
    ("title", "description", "expected"),
    [
        ("2c-b 100mg (Hydrochloride salt)", "100mg pure 2c-b powder.", [Decimal("0.1")]),
        ("weed 1\\8oz 45 bucks", "", [Decimal("3.54")]),
        ("Insulin Syringes 1CC X 28G X 1/2", "", []),
        ("28g heroin", "", [Decimal(28)]),
    ],
)
def test_masses_as_markets_write_them(title, description, expected):
    assert _grams(title, description) == expected


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ("Delivery success rate: 99%", []),
        ("The success rate of such drugs is very high, above 90%; however people differ.", []),
        ("Purity: 92%", ["92"]),
        ("A Sativa/Indica hybrid, 60/40%.", []),
        ("due to a 90% concentration of sativa", []),
        ("a THC level of 18-23% and a CBD ranging 0.7-1.0%", ["18", "23", "0.7", "1"]),
    ],
)
def test_a_rate_of_something_else_is_no_purity(description, expected):
    assert _marked("purity_pct", "1g coke", description) == expected


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ("READ THE SHIPPING INFO ON MY VENDOR PAGE FOR ANY CHANGE", []),
        ("DO NOT ASK ME ANYTHING TO DO WITH SHIPPING AT ALL", []),
        ("The same costs anywhere from 20 to 30", []),
        ("The number is only given to SR admins", []),
        ("Orders to the USA must be signedfor", []),
        ("Ships to SR/GY/BR", ["SR", "GY", "BR"]),
    ],
)
def test_a_word_in_capitals_or_a_condition_is_no_destination(description, expected):
    assert _marked("ships_to", "1g coke", description) == expected


def test_a_sheet_of_a_hundred_and_its_price_are_two_numbers():
    assert _prices("LSD 100 ug", "25 uds 125 €, plancha de 100 400 €") == [
        (Decimal(125), "package"), (Decimal(400), "package")]  # fmt: skip


def test_a_word_of_a_name_is_no_stock():
    assert _marked("ships_from", "Pasta base de Perú", "10 gramos, se envía en sobre") == []


@pytest.mark.parametrize(
    ("text", "count", "each"),
    [("100 tablets in 10 blisters for 85 EUR", 100, "0.85"), ("two 8-balls of coke for 400 EUR", 2, "57.14")],
)  # fmt: skip
def test_packs_that_hold_the_pieces_and_balls_that_are_counted(text, count, each):
    reading = read(ListingText(title="Xanax" if "tablets" in text else "coke", description=text))
    assert [offer.count for offer in reading.offers] == [count]
    assert [round(price.amount, 2) for price in reading.unit_prices] == [Decimal(each)]
