# SPDX-License-Identifier: AGPL-3.0-or-later
"""Currencies of places, numbers in words and packages beside a price, on invented texts."""

from __future__ import annotations

from decimal import Decimal

import pytest

from nlp.model import GivenPrice, ListingText
from nlp.reading.reader import read


def reading(title, description="", language="en", price=None):
    shown = None
    if price:
        amount, currency = price.split()
        shown = GivenPrice(amount=Decimal(amount), currency=currency)
    return read(ListingText(title=title, description=description, language=language, price=shown))


def prices(*args, **kwargs):
    return [(str(p.amount), p.currency, p.per) for p in reading(*args, **kwargs).prices]


def per_unit(*args, **kwargs):
    found = reading(*args, **kwargs).unit_prices
    return sorted(f"{p.amount.normalize():f}/{p.per_unit}" for p in found)


@pytest.mark.parametrize(
    ("title", "description", "language", "currency"),
    [
        ("Acid tabs 10 x 100ug", "Ten for $60. Posted inside the US only.", "en", "USD"),
        ("Weed 7 g", "$70. Ships across Canada.", "en", "CAD"),
        ("Weed 7 g", "$70. From Canada to the US.", "en", None),
        ("Weed 7 g", "$70. Shipped from Germany to the US.", "en", None),
        ("Weed 7 g", "$70 in plain envelopes.", "en", None),
        ("Perico 1 gramo", "Gramo 60 mil, cinco gramos 250 mil. Envíos a toda Colombia.", "es",
         "COP"),
        ("Perico 1 gramo", "Gramo 60, cinco gramos 250. Envíos a toda Colombia.", "es", None),
    ],
)  # fmt: skip
def test_an_amount_without_currency_has_that_of_the_one_country_named(
    title, description, language, currency
):
    assert {code for _amount, code, _per in prices(title, description, language)} == {currency}


@pytest.mark.parametrize(
    ("title", "description", "language", "expected"),
    [
        ("Ketamine", "I sell 5g at ninety-five pounds (£95).", "en", ["19/g"]),
        ("Speed 10 g / 25 g", "70 € les dix, 150 € les vingt-cinq", "fr", ["6/g", "7/g"]),
        ("Weed 10 g", "For you: 10 g at seventy-five quid", "en", ["7.5/g"]),
    ],
)
def test_numbers_in_words_with_a_dash_are_one_number(title, description, language, expected):
    assert per_unit(title, description, language) == expected


def test_pounds_of_money_are_no_weight():
    found = reading("Ketamine", "I sell 5g at ninety-five pounds (£95).")
    assert [offer.grams for offer in found.offers] == [Decimal(5)]


def test_the_price_before_postage_in_brackets_is_that_of_the_goods():
    found = prices("Kéta 1g", "42€ frais de port en sus (6€).", "fr")
    assert found == [("42", "EUR", "package"), ("6", "EUR", "postage")]


@pytest.mark.parametrize("title", ["Norinco 9x19", "AK munitie 7.62x39", "AR-15 5,56x45 neuf"])
def test_a_cartridge_is_no_count(title):
    assert reading(title).offers == ()


@pytest.mark.parametrize(
    ("title", "description", "language", "expected"),
    [
        ("Amnesia 10 g", "Kostet 80 Euro. Zwei Beutel 150 Euro.", "de", ["7.5/g", "8/g"]),
        ("MXiPr 1 g", "€22 for one, €90 for five grams.", "en", ["18/g", "22/g"]),
        # the larger option is the cheaper one: the price left is not that of the option left
        ("MXiPr 1 g", "€122 for one, €90 for five grams.", "en", ["18/g"]),
    ],
)
def test_the_price_left_is_that_of_the_option_left_where_it_fits(
    title, description, language, expected
):
    assert per_unit(title, description, language) == expected


@pytest.mark.parametrize(
    "description", ["1 g de coca + 2 g de keta + 5 pastis = 140 €.", "1 g coca + 5 pastis 90 €"]
)
def test_goods_of_two_kinds_that_are_added_up_have_no_unit_price(description):
    assert per_unit("Combo", description, "es") == []


@pytest.mark.parametrize(
    ("title", "description", "language", "expected"),
    [
        ("Diazepam 10 mg", "Tablets, 15 per strip. Two strips are 30 EUR.", "en", ["1/unit"]),
        ("Tramadol 50 mg", "One blister is ten pieces. Three blisters for 60 dollar.", "en",
         ["2/unit"]),
        ("Ketamina 10 ml x 5 ampolas", "Caixa: R$ 500. Duas caixas: R$ 900.", "pt",
         ["10/ml", "9/ml"]),
        ("Diazepam 10 mg", "Tablets, 15 EUR per strip. Two strips are 28 EUR.", "en", ["14/unit"]),
        ("Diazepam 10 mg", "10 per strip or 20 per strip. Two strips 30 EUR.", "en", ["15/unit"]),
    ],
)  # fmt: skip
def test_boxes_hold_what_the_text_says_of_one(title, description, language, expected):
    assert per_unit(title, description, language) == expected


def test_boxes_of_a_title_multiply_what_one_holds():
    found = reading("Zolpidem 10mg (20 tabs/box) - 3 boxes", price="60 EUR")
    assert [(offer.count, offer.dose_mg) for offer in found.offers] == [(60, Decimal(10))]


@pytest.mark.parametrize(
    ("title", "description", "language", "expected"),
    [
        ("HHC Vape 2 ml", "2 Stück 60 €.", "de", ["15/ml"]),
        ("THC vape 1 ml", "1 piece 30 USD, 3 pieces 75 USD", "en", ["25/ml", "30/ml"]),
        ("Skenan 100mg - 14 gélules", "Boîte de 14. 70 € la boîte, 2 boîtes pour 126 €.", "fr",
         ["4.5/unit", "5/unit"]),
        ("Weed 1/8 - 1/4 - 1/2 - zip", "35 / 60 / 110 / 189 USD, in that order", "en",
         ["6.66666667/g", "7.76287932/g", "8.46262341/g", "9.88700565/g"]),
        ("Pressed oxy pills", "50 for 150 USD, 100 for 250 USD, 1k for 2000 USD", "en",
         ["2.5/unit", "2/unit", "3/unit"]),
    ],
)  # fmt: skip
def test_pieces_and_rows_have_their_unit_prices(title, description, language, expected):
    assert per_unit(title, description, language) == sorted(expected)


@pytest.mark.parametrize("title", ["Zip bags 1/2 price", "1/2 - zip lock"])
def test_a_zip_weighs_an_ounce_only_in_a_row(title):
    assert Decimal("28.35") not in {offer.grams for offer in reading(title).offers}


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Lyrica 150er, 56 St. OVP", ["2/unit"]),
        ("Crack ready rocks 0.2 x 14", ["40/g"]),
    ],
)
def test_strengths_and_small_weights_of_titles(title, expected):
    assert per_unit(title, language=None, price="112 EUR") == expected


def test_the_price_that_takes_a_listing_down_gives_no_unit_price():
    assert per_unit("Etizolam 1mg", "Back in two weeks.", price="999 USD") == []


@pytest.mark.parametrize(
    "description", ["250 mg/ml in oil, 2% BA, 18% BB.", "Residual solvent under 0.4 %."]
)
def test_what_else_is_in_it_is_no_purity(description):
    found = reading("Testosterone enanthate 10 ml", description).marked
    assert not [mark for mark in found if mark.of == "purity_pct"]
