# SPDX-License-Identifier: AGPL-3.0-or-later
"""A point and three digits: thousands of pieces, thousands of grams, or decimals."""

from __future__ import annotations

from decimal import Decimal

import pytest

from nlp.model import GivenPrice, ListingText
from nlp.reading.reader import read


def reading_of(title: str, **fields):
    return read(ListingText(title=title, **fields))


@pytest.mark.parametrize(
    ("title", "count"),
    [
        ("1.000 Ecstasy Pillen 900 EUR", 1000),
        ("1.000 Ecstasy Pillen 180mg MDMA 900 EUR", 1000),
        ("1.000 bunte XTC Pillen 900 EUR", 1000),
        ("1.000 rote Xanax 2mg Tabletten 900 EUR", 1000),
        ("1.000 pink Tesla pills 220mg 900 EUR", 1000),
        ("2.500 rote Pillen MDMA 1.900 EUR", 2500),
        ("10.000 LSD blotters 100ug 9.000 EUR", 10_000),
        ("5.000 lovely blue punisher 250mg", 5000),
        ("2.500 orange owls 240mg", 2500),
    ],
)
def test_a_count_has_no_decimals_whatever_stands_between(title, count):
    (offer,) = reading_of(title).offers
    assert (offer.kind, offer.count) == ("units", count)


@pytest.mark.parametrize(
    ("title", "description", "grams"),
    [
        ("2.500 g Kokain 90.000 EUR", "", 2500),
        ("1.000 g cocaine 40.000 EUR", "", 1000),
        ("2.500 g cocaine", "Preis 90.000 EUR", 2500),
    ],
)
def test_masses_are_written_as_the_amounts_of_the_listing_are(title, description, grams):
    reading = reading_of(title, description=description)
    assert [offer.grams for offer in reading.offers] == [grams]
    (price,) = reading.unit_prices
    assert price.amount == reading.prices[0].amount / grams


@pytest.mark.parametrize("title", ["1.000 g cocaine 40 EUR", "3.500 g coke 1.250 BTC"])
def test_a_mass_that_nothing_settles_has_no_unit_price(title):
    reading = reading_of(title)
    assert reading.offers
    assert reading.unit_prices == ()


def test_a_given_price_settles_nothing():
    given = GivenPrice(amount=Decimal(80), currency="EUR")
    assert reading_of("1.000 g cocaine", price=given).unit_prices == ()


@pytest.mark.parametrize(
    ("title", "language", "amount"),
    [("1.000 g cocaine 40.50 EUR", None, "40.5"), ("1.000 g cocaine 40 EUR", "en", "40"),
     ("1.000 g Kokain 40000 EUR", "de", "40")],
)  # fmt: skip
def test_decimals_elsewhere_or_the_language_settle_it(title, language, amount):
    (price,) = reading_of(title, language=language).unit_prices
    assert str(price.amount) == amount
