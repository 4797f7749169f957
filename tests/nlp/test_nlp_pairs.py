# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which price is of which option: lists side by side, sums, units, old prices (invented)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.model import GivenPrice, ListingText
from nlp.reading.reader import read


def reading(title, description="", price=None):
    shown = None
    if price:
        amount, currency = price.split()
        shown = GivenPrice(amount=Decimal(amount), currency=currency)
    return read(ListingText(title=title, description=description, price=shown, category=("Drugs",)))


def per_unit(title, description="", price=None):
    found = reading(title, description, price).unit_prices
    return [f"{u.amount.quantize(Decimal('.01')).normalize():f}/{u.per_unit}" for u in found]


def options(title):
    out = []
    for offer in reading(title).offers:
        said = (offer.count, offer.grams, offer.dose_mg)
        marks = zip(said, ("x", "g", "mg"), strict=True)
        out.append(" ".join(f"{Decimal(v).normalize():f}{m}" for v, m in marks if v is not None))
    return out


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("MDMA 3.5g / 7g / 14g: 60€ / 110€ / 200€", ["17.14/g", "15.71/g", "14.29/g"]),
        ("MDMA 3.5g / 7g / 14g : 60 / 110 / 200 EUR", ["17.14/g", "15.71/g", "14.29/g"]),
        ("Cocaine 1g/5g/10g 70/300/550 EUR", ["70/g", "60/g", "55/g"]),
        ("Hash 1g 5g 10g 10€ 45€ 80€", ["10/g", "9/g", "8/g"]),
        ("Coke 1g|3g|5g 80€|220€|350€", ["80/g", "73.33/g", "70/g"]),
        ("MDMA 5g, 10g, 20g - 60 EUR, 110 EUR, 200 EUR", ["12/g", "11/g", "10/g"]),
        ("Cocaína 1g, 5g y 10g a 60€, 250€ y 450€", ["60/g", "50/g", "45/g"]),
        ("MDMA 0.5g, 1g, 2.5g = 20, 35, 80 €", ["40/g", "35/g", "32/g"]),
        ("Cocaine 1g / 2g - 60 / 110 EUR", ["60/g", "55/g"]),
        ("Speed 10/25/50g: €60/110/200", ["6/g", "4.4/g", "4/g"]),
        ("LSD 5, 10, 25 blotters - 40, 70, 150 EUR", ["8/unit", "7/unit", "6/unit"]),
        ("Kokain 1g, 5g und 10g für 60€, 250€ und 450€ + 10€ Versand",
         ["60/g", "50/g", "45/g"]),
    ],
)  # fmt: skip
def test_prices_listed_behind_the_sizes_belong_to_them_in_order(title, expected):
    assert per_unit(title) == expected
    assert per_unit("Stuff", f"Best quality. {title}. Ships fast.") == expected


def test_a_list_of_prices_may_stand_on_the_line_below_and_without_a_currency():
    assert per_unit("Hash", "Sizes: 5g / 10g / 25g\nPrices: 30 / 55 / 120 EUR") == [
        "6/g", "5.5/g", "4.8/g",
    ]  # fmt: skip
    assert per_unit("Hash", "10g 25g 50g 60 130 240", "60 EUR") == ["6/g", "5.2/g", "4.8/g"]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Coke 1 g 60€ 2 g 110€ 5 g 250€", ["60/g", "55/g", "50/g"]),
        ("MDMA 1g, 2g, 5g: 60€/g, 55€/g, 50€/g", ["60/g", "55/g", "50/g"]),
        ("Weed 1oz (28g) 60€ 70$", ["2.14/g"]),
    ],
)
def test_other_menus_are_no_lists_side_by_side(title, expected):
    assert per_unit(title) == expected


@settings(max_examples=30, deadline=None)
@given(
    st.sets(st.sampled_from([1, 2, 3, 5, 10, 20, 25, 50]), min_size=2, max_size=5).map(sorted),
    st.integers(8, 60),
    st.sampled_from([" / ", ", ", " | ", " - "]),
)
def test_each_size_of_a_list_has_the_price_of_its_place(sizes, each, sign):
    left = sign.join(f"{size}g" for size in sizes)
    right = sign.join(f"{size * each}€" for size in sizes)
    found = reading("Speed", f"{left}: {right}").unit_prices
    assert [price.amount for price in found] == [Decimal(each)] * len(sizes)


@pytest.mark.parametrize(
    ("title", "description", "price", "expected"),
    [
        ("Xanax 2mg x 100 (price is per pill)", "", "1.5 USD", "1.5/unit"),
        ("100 x 2mg Xanax per pill", "", "1.5 USD", "1.5/unit"),
        ("Xanax 2mg 100 pcs, each", "", "1.5 USD", "1.5/unit"),
        ("Cocaine 10 g - price per gram", "", "60 USD", "60/g"),
        ("100 XTC", "The price is per pill.", "2 EUR", "2/unit"),
        ("100 XTC Pillen - Preis pro Stück", "", "2 EUR", "2/unit"),
        ("Kokain 10 g Grammpreis", "", "60 EUR", "60/g"),
        ("100 XTC", "El precio es por pastilla.", "2 EUR", "2/unit"),
        ("Cocaïne 10 g prix au gramme", "", "60 EUR", "60/g"),
        ("100 xtc pillen prijs per stuk", "", "2 EUR", "2/unit"),
        ("100 xtc", "Preço por unidade.", "2 EUR", "2/unit"),
        ("100 Xanax 2mg", "2 € per pill", "2 EUR", "2/unit"),
    ],
)
def test_where_the_text_says_so_the_shown_price_is_that_of_one(title, description, price, expected):
    assert per_unit(title, description, price) == [expected]


@pytest.mark.parametrize(
    ("title", "description", "price", "expected"),
    [
        ("100 XTC pills 250mg MDMA per pill", "", "200 EUR", "2/unit"),
        ("100 Xanax bars 2mg each", "", "200 EUR", "2/unit"),
        ("100 XTC", "All prices are per 100 pills. 250mg per pill.", "200 EUR", "2/unit"),
        ("100 Xanax 2mg", "2 € per pill", "200 EUR", "2/unit"),
        ("5 x 1g carts each", "", "80 EUR", "16/g"),
    ],
)
def test_what_one_holds_says_nothing_of_the_price(title, description, price, expected):
    assert per_unit(title, description, price) == [expected]


@pytest.mark.parametrize(
    "title",
    [
        "2 g MDMA + 3 g Ketamine 120 EUR",
        "Combo 1g coke and 2g weed 100 EUR",
        "5x LSD 150ug + 1 g MDMA for 70 EUR",
        "Kombi 1g Koks und 2g Gras 100 EUR",
        "1g coke y 2g maria 100 EUR",
        "100 EUR: 1g coke + 2g weed",
        "1 g MDMA + 1g coke 100€, 2 g MDMA + 2g coke 180€",
    ],
)
def test_the_price_of_goods_sold_together_is_of_none_of_them(title):
    assert per_unit(title) == []


def test_goods_with_prices_of_their_own_keep_them():
    assert per_unit("1g coke 60 EUR and 2g weed 20 EUR") == ["60/g", "10/g"]
    assert per_unit("5g weed, 10g hash - 50 EUR, 90 EUR") == ["10/g", "9/g"]


@pytest.mark.parametrize(
    "title",
    [
        "Cocaine 1g was 100 EUR now 80 EUR",
        "Cocaine 1 g 80 EUR (before 100 EUR)",
        "Cocaine 1 g 100 EUR, now 80 EUR",
        "Cocaine 1g was €100 now €80",
        "Cocaína 1 g antes 100 € ahora 80 €",
        "Cocaína 1 g de 100 € por 80 €",
        "Cocaïne 1 g avant 100 € maintenant 80 €",
        "Cocaine 1 g van 100 euro voor 80 euro",
        "Kokain 1 g früher 100 € jetzt 80 €",
        "Kokain 1 g 80 EUR statt 100 EUR",
    ],
)
def test_a_former_price_is_not_the_price(title):
    assert per_unit(title) == ["80/g"]
    assert per_unit("Charlie", f"{title}. Ships fast.") == ["80/g"]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Coke 1 g normal 60€, 5 g normal 250€", ["60/g", "50/g"]),
        ("Coke 1 g from 60 EUR to 80 EUR", ["60/g"]),
        ("Weed 1 g now 10 EUR, 5 g now 45 EUR", ["10/g", "9/g"]),
    ],
)
def test_prices_of_several_options_are_no_former_ones(title, expected):
    assert per_unit(title) == expected


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("3 mal 1g Kokain 150 €", ["3x 1g"]),
        ("drei mal 1g Kokain", ["3x 1g"]),
        ("5 fois 1 g cocaïne 300 €", ["5x 1g"]),
        ("3 keer 1 gram coke 150 euro", ["3x 1g"]),
        ("3 por 1 g cocaína 150 €", ["3x 1g"]),
        ("3 times 1g cocaine", ["3x 1g"]),
        ("10x10x2mg Xanax 80€", ["100x 2mg"]),
        ("10 × 10 × 1 mg Alprazolam 80€", ["100x 1mg"]),
        ("2x3x10mg Xanax", ["6x 10mg"]),
        ("2 x 3 x 1 g Cocaine", ["6x 1g"]),
    ],
)
def test_counts_multiply_in_words_and_in_rows(title, expected):
    assert options(title) == expected


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("1/2/5 g coke", ["1g", "2g", "5g"]),
        ("1/2/3 g coke", ["1g", "2g", "3g"]),
        ("1-1/2 oz weed", ["42.525g"]),
        ("1½ oz weed", ["42.525g"]),
        ("2-1/2 g coke", ["2.5g"]),
        ("\u2152 g heroin", ["0.1g"]),
        ("\u2189 g heroin", []),
        ("1e3 g cocaine", []),
        ("Weed 1/2-1 oz", ["14.17g", "28.35g"]),
        ("Weed 1/8/1/4/1/2 oz", ["3.54g", "7.09g", "14.17g"]),
    ],
)
def test_slashes_of_fractions_and_of_lists(title, expected):
    assert options(title) == expected


def test_a_list_of_numbers_with_slashes_has_its_prices_in_order():
    assert per_unit("1/2/5 g coke 40/75/180 EUR") == ["40/g", "37.5/g", "36/g"]
