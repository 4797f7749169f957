# SPDX-License-Identifier: AGPL-3.0-or-later
"""Options of a listing and the unit price of each: every rule on invented texts."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.model import GivenPrice, ListingText
from nlp.reading.reader import read


def reading(title, description="", price=None, language=None, category=("Drugs",)):
    shown = GivenPrice(amount=Decimal(price), currency="EUR") if price else None
    return read(
        ListingText(
            title=title,
            description=description,
            price=shown,
            language=language,
            category=category,
        )
    )


def _short(offer):
    said = (("g", offer.grams), ("x", offer.count), ("mg", offer.dose_mg), ("ml", offer.ml))
    return " ".join(f"{value.normalize():f}{unit}" if isinstance(value, Decimal)
                    else f"{value}{unit}" for unit, value in said if value is not None)  # fmt: skip


def offers(*args, **kwargs):
    return [_short(offer) for offer in reading(*args, **kwargs).offers]


def per_unit(*args, **kwargs):
    return [
        f"{price.amount.quantize(Decimal('0.01'))}/{price.per_unit}"
        for price in reading(*args, **kwargs).unit_prices
    ]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Anavar 10mg 50 tabs / Winstrol 10mg 50 tabs", ["50x 10mg", "50x 10mg"]),
        ("Ketamine 2 g + MDMA 2 g", ["2g", "2g"]),
        ("Truffels Mexicana 15g x 2 / Pandora 15g x 2", ["2x", "2x"]),
        ("Weed 5 g / Marihuana 5 g", ["5g"]),
        ("Kokain 1 g (1 Gramm)", ["1g"]),
    ],
)
def test_equal_offers_of_different_products_stand_apart(title, expected):
    found = offers(title)
    assert len(found) == len(expected)
    assert all(part in whole for part, whole in zip(expected, found, strict=True))


@pytest.mark.parametrize(
    ("title", "language", "expected"),
    [
        ("Xanax 2mg pressed bars, 30", "en", ["30x 2mg"]),
        ("Diazepam 5mg Hersteller egal 3 x 20", "de", ["60x 5mg"]),
        ("Tramadol 100mg retard, caja de 60", "es", ["60x 100mg"]),
        ("Codeína 30mg cx 12 comp x 3 cx", "pt", ["36x 30mg"]),
        ("Norco 10/325 yellow - 40", "en", ["40x 10mg"]),
        ("Cialis 20 10 tabl", "nl", ["10x 20mg"]),
        ("Oxazepam 50mg 40 st.", "nl", ["40x 50mg"]),
    ],
)
def test_a_dose_and_a_count_of_one_product_are_one_offer(title, language, expected):
    assert offers(title, language=language) == expected


@pytest.mark.parametrize(
    ("title", "language", "expected"),
    [
        ("Crack 10 pedras de 0,3g", "pt", ["0.3g 10x"]),
        ("Speed 4g 2 x 2g bags", "en", ["2g 2x"]),
        ("Mushroom caps 0.25g x 40", "en", ["40x 250mg"]),
        ("Salvia extract 20x 1g", "en", ["1g"]),
        ("Lachgas 640 g, lot de 3", "fr", ["640g 3x"]),
    ],
)
def test_pieces_with_a_weight_each(title, language, expected):
    assert offers(title, language=language) == expected


@pytest.mark.parametrize(
    ("title", "description", "category"),
    [
        ("Pill press TDP, manual", "20 kg of weight, 3000 pieces an hour.", "Equipment"),
        ("Pistol, threaded barrel", "9x19, 15 rounds per magazine.", "Weapons"),
        ("Scale 0.01 g + 200 bags", "", "Equipment"),
    ],
)
def test_machines_calibres_and_bags_are_no_offers(title, description, category):
    assert offers(title, description, category=(category,)) == []


@pytest.mark.parametrize(
    ("title", "description", "price", "language", "expected"),
    [
        ("Speed 10g/25g/50g", "10g = 35 €\n25g = 75 €\n50g = 130 €", "35", "de",
         ["3.50/g", "3.00/g", "2.60/g"]),
        ("Heroin 5 g / 10 g", "5 g 150,- / 10 g 270,-", "150", "de", ["30.00/g", "27.00/g"]),
        ("Xanax 2mg x 50", "", "100", "en", ["2.00/unit"]),
        ("Bromazolam 1mg pellets, 100 stuks, 250 stuks", "100 = €45. 250 = €95.", "45", "nl",
         ["0.45/unit", "0.38/unit"]),
        ("Testosterone 250mg/ml flacon 10 ml", "Deux flacons = 90 €, un = 50 €.", "50", "fr",
         ["5.00/ml", "4.50/ml"]),
        ("Zolpidem 10 mg, 28 comprimés", "28 comprimés 30 euros, ou quatre boîtes pour 100 euros.",
         "30", "fr", ["1.07/unit", "0.89/unit"]),
        ("Rivotril 2mg 30 comp", "30 comp 60 euros, 3 caixas 150 euros", "60", "pt",
         ["2.00/unit", "1.67/unit"]),
        ("MDMA 1 g / 2 g", "one gram 25 EUR, two for 45", "25", "en", ["25.00/g", "22.50/g"]),
        ("Ketamine 1g + 10g", "1g 40 €", "300", "en", ["40.00/g", "30.00/g"]),
    ],
)  # fmt: skip
def test_each_option_has_the_price_that_stands_beside_it(
    title, description, price, language, expected
):
    assert per_unit(title, description, price, language) == expected


@pytest.mark.parametrize(
    ("title", "description", "price"),
    [
        ("Cocaine 1 g", "This listing is for 100 g of cocaine.", "4000"),
        ("Anavar 10mg 50 tabs / Winstrol 10mg 50 tabs", "", "40"),
        ("Custom listing for a friend, cocaine 5 g", "", "300"),
        ("MDMA 1 g", "", "25000"),
    ],
    ids=["contradiction", "one price for two products", "made to order", "holding price"],
)
def test_no_unit_price_where_none_follows(title, description, price):
    assert per_unit(title, description, price) == []


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 90), st.integers(10, 99), st.integers(5, 900))
def test_the_unit_price_times_the_amount_is_the_price(grams, step, euros):
    found = reading(f"Speed {grams}g / {grams + step}g",
                    f"{grams}g: {euros} €\n{grams + step}g: {euros + step} €")  # fmt: skip
    amounts = [price.amount * weight for price, weight in
               zip(found.unit_prices, (grams, grams + step), strict=True)]  # fmt: skip
    assert [round(amount, 3) for amount in amounts] == [euros, euros + step]
