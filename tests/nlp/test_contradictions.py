# SPDX-License-Identifier: AGPL-3.0-or-later
"""What title and text say of one option: a menu agrees, another amount or price does not."""

from __future__ import annotations

from decimal import Decimal

import pytest

from nlp.model import GivenPrice, ListingText
from nlp.reading.reader import read

FLAG = "title_and_text_differ"


@pytest.mark.parametrize(
    ("title", "description"),
    [
        ("Weed 5g 45 EUR", "1 g 10 EUR, 5 g 45 EUR, 10 g 80 EUR"),
        ("Weed 5g", "1 g 10 EUR\n5 g 45 EUR\n10 g 80 EUR"),
        ("Weed 5g 45 EUR", "5 g of good weed"),
        ("Weed 5g 45 EUR", "5 g 50 USD"),
        ("Weed 5g 45 EUR", "5 g 45 EUR, with tracking 5 g 50 EUR"),
        ("Weed 5g 45 EUR", "Minimum 5 g. Shipping 5 EUR."),
        ("Xanax 2mg", "10 pills 20 EUR\n100 pills 150 EUR"),
        ("10 XTC pills 50 EUR", "10 pills 220mg 50 EUR\n50 pills 200 EUR"),
    ],
)
def test_a_text_that_holds_the_option_of_the_title_agrees(title, description):
    assert FLAG not in read(ListingText(title=title, description=description)).flags


@pytest.mark.parametrize(
    ("title", "description"),
    [
        ("Weed 5g 45 EUR", "5 g 50 EUR"),
        ("Weed 5g 45 EUR", "1 g 10 EUR, 5 g 50 EUR, 10 g 80 EUR"),
        ("1g cocaine", "This listing is for 100g."),
        ("1g MDMA 40 EUR", "You get 100g. 900 EUR"),
    ],
)
def test_another_amount_or_another_price_is_marked(title, description):
    assert FLAG in read(ListingText(title=title, description=description)).flags


def test_an_option_of_two_prices_has_no_unit_price_and_the_others_have_theirs():
    text = ListingText(title="Weed 5g 45 EUR", description="1 g 10 EUR, 5 g 50 EUR, 10 g 80 EUR")
    assert [price.amount for price in read(text).unit_prices] == [10, 8]
    given = GivenPrice(amount=Decimal(45), currency="EUR")
    alone = ListingText(title="Weed 5g 45 EUR", description="5 g 50 EUR", price=given)
    assert read(alone).unit_prices == ()
