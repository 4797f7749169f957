# SPDX-License-Identifier: AGPL-3.0-or-later
"""Menus whose units and currencies are left out, on invented texts."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.model import GivenPrice, ListingText
from nlp.reading.reader import read


def reading(title, description, price=None, language="en", category="Drugs"):
    shown = None
    if price:
        amount, currency = price.split()
        shown = GivenPrice(amount=Decimal(amount), currency=currency)
    return read(
        ListingText(
            title=title,
            description=description,
            price=shown,
            language=language,
            category=(category,),
        )
    )


def prices(*args, **kwargs):
    return [
        f"{p.amount.normalize():f} {p.currency}" + ("" if p.per == "package" else f" {p.per}")
        for p in reading(*args, **kwargs).prices
    ]


def options(*args, **kwargs):
    out = []
    for offer in reading(*args, **kwargs).offers:
        said = (offer.count, offer.grams, offer.dose_mg, offer.ml)
        marks = ("x", "g", "mg", "ml")
        out.append(
            " ".join(
                f"{Decimal(v).normalize():f}{m}"
                for v, m in zip(said, marks, strict=True)
                if v is not None
            )
        )
    return out


@pytest.mark.parametrize(
    ("title", "description", "price", "language", "expected"),
    [
        ("Coke", "1g ...... 70\n2g ...... 130\n5g ...... 300\n(all in quid)", "70 GBP", "en",
         ["70 GBP", "130 GBP", "300 GBP"]),
        ("Xanax 2mg", "10 for 40, 50 for 170, 100 for 300", "40 USD", "en",
         ["40 USD", "170 USD", "300 USD"]),
        ("Cocaína", "Medio 25 euros, um 45, cinco 190.", None, "pt",
         ["25 EUR", "45 EUR", "190 EUR"]),
        ("Tusi", "1 gramo 60 mil, 5 gramos 270 mil, 10 gramos 500 mil pesos", "60000 COP", "es",
         ["60000 COP", "270000 COP", "500000 COP"]),
        ("Speed", "10 g = 40, 25 g = 90, 50 g = 150 (Euro)", "40 EUR", "de",
         ["40 EUR", "90 EUR", "150 EUR"]),
        ("Speed 50g/100g/250g", "140 / 250 / 550 euros", None, "fr",
         ["140 EUR", "250 EUR", "550 EUR"]),
        ("Vapes 1g", "One for fifty bucks, two for ninety.", "50 USD", "en",
         ["50 USD", "90 USD"]),
    ],
)  # fmt: skip
def test_amounts_of_a_menu_are_prices_without_their_currency(
    title, description, price, language, expected
):
    assert sorted(prices(title, description, price, language)) == sorted(expected)


@pytest.mark.parametrize(
    ("description", "price"),
    [
        ("5 g for a party of 40, 10 g lasts us 3 weeks.", "90 EUR"),
        ("PMK CAS 28578-16-7, shipped since 2019, 14 markets.", "900 EUR"),
        ("In 2014 we had 3 markets, in 2016 we had 5, now 2.", "50 EUR"),
        ("Tent 12x12, 4 tubs, 14 years, 3 times.", "50 EUR"),
    ],
)
def test_numbers_that_no_menu_orders_are_no_prices(description, price):
    assert prices("Speed 5 g", description, price) == []


@pytest.mark.parametrize(
    ("title", "description", "language", "expected"),
    [
        ("Heroin no 4", "Half 70$, single 130$, two and a half 300$", "en", ["0.5g", "1g", "2.5g"]),
        ("Cristal (metanfetamina)", "medio 250, gramo 450, bola 1400 pesos", "es",
         ["0.5g", "1g", "3.5g"]),
        ("Shrooms", "quarter 45$, half zip 80$, zip 140$", "en", ["7.0875g", "14.175g", "28.35g"]),
        ("Valium 10mg Roche", "28 £30. 84 £80. 500 £390.", "en",
         ["28x 10mg", "84x 10mg", "500x 10mg"]),
        ("MDMA 1 / 3 / 5 g", "", "en", ["1g", "3g", "5g"]),
        ("Poppers 10ml", "one 7 euro, three 18 euro", "en", ["10ml", "3x 10ml"]),
    ],
)  # fmt: skip
def test_bare_options_have_the_unit_that_the_listing_says(title, description, language, expected):
    assert options(title, description, None, language) == expected


def test_equal_options_of_other_words_and_prices_are_two_offers():
    found = reading("Truffels vers", "Hollandia 15 g €14, Atlantis 15 g €12", None, "nl")
    assert [p.amount.quantize(Decimal("0.01")) for p in found.unit_prices] == [
        Decimal("0.93"), Decimal("0.80"),
    ]  # fmt: skip
    assert len(found.offers) == 2


def test_amounts_that_fall_where_counts_rise_are_those_of_one():
    body = "10 stuks €3, 50 stuks €2,20, 100 stuks €1,80"
    assert prices("XTC Maybach 230mg", body, None, "nl") == [
        "3 EUR unit", "2.2 EUR unit", "1.8 EUR unit",
    ]  # fmt: skip


def test_several_packages_are_known_by_the_price_of_one():
    assert options("Lachgas 2 kg", "€65 per tank, 2 voor €120, 5 voor €275", None, "nl") == [
        "2000g", "2x 2000g", "5x 2000g",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("description", "expected"),
    [("Montréal, la livre 1900$", "453.6g"), ("Lyon, la livre 1900 €", "500g")],
)
def test_a_livre_is_that_of_the_country(description, expected):
    assert options("Pot : une livre", description, None, "fr") == [expected]


def test_two_doses_with_a_slash_are_two_options_where_the_second_is_larger():
    assert options("DMT 250mg / 500mg / 1g", "") == ["0.25g", "0.5g", "1g"]
    assert options("Suboxone 8mg/2mg 10 films", "") == ["10x 8mg"]


def test_an_old_price_makes_no_second_offer():
    assert options("Koks 1 g", "1 g 75 €, statt 1 g 90 €", None, "de") == ["1g"]


def test_the_doses_of_a_title_go_to_the_options_of_their_stamp():
    title = "Red Tesla 200mg & blue Punisher 240mg MDMA"
    body = "TESLA x10 40€ x50 165€ ||| PUNISHER x10 45€ x50 190€"
    assert options(title, body) == ["10x 200mg", "50x 200mg", "10x 240mg", "50x 240mg"]


@pytest.mark.parametrize(
    ("title", "description", "language", "expected"),
    [
        ("Schore 2,5 g Packerl", "2,5 g um 110 €, zwei Packerl um 200 €", "de", ["2.5g", "2x 2.5g"]),
        ("Haschplatte 100g", "230€ die Platte, 3 Platten für 630€", "de", ["100g", "3x 100g"]),
        ("Diazepam 10 mg strip van 10", "€8 per strip, 5 strips €35", "nl",
         ["10x 10mg", "50x 10mg"]),
        ("Suboxone 8mg, 10 strips", "10 strips $120", "en", ["10x 8mg"]),
    ],
)  # fmt: skip
def test_counted_packages_are_multiples_of_what_one_holds(title, description, language, expected):
    assert options(title, description, None, language) == expected


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ("Weed, fifteen quid a gram", ["15 GBP g"]),
        ("Minimum order fifty quid", []),
        ("Postage five quid", ["5 GBP postage"]),
    ],
)
def test_amounts_in_words_obey_the_rules_of_amounts_in_figures(description, expected):
    assert prices("Weed 10 g", description) == expected


def test_a_bare_amount_that_the_market_shows_has_its_currency():
    found = prices("Speed", "5 g 150, postage 9 EUR", "150 USD")
    assert found == ["150 USD", "9 EUR postage"]


@pytest.mark.parametrize(
    ("description", "language", "expected"),
    [
        ("Versand innerhalb DE 3,90 €, Österreich 8,90 €", "de",
         ["3.9 EUR postage", "8.9 EUR postage"]),
        ("Xpresspost 18 flat", "en", ["18 EUR postage"]),
        ("Frete grátis acima de 500. Caixa térmica +R$80", "pt", ["80 BRL postage"]),
        ("40 €, port compris : 39,90 €", "fr", ["40 EUR", "39.9 EUR"]),
    ],
)  # fmt: skip
def test_what_sending_costs_is_postage(description, language, expected):
    assert prices("Speed 5 g", description, "99 EUR", language) == expected


def test_a_price_from_a_count_on_is_no_option():
    title, body = "Temazepam 20mg 30 capsules", "€30 per doosje, bij 3 doosjes €25 per doosje."
    assert options(title, body, None, "nl") == ["30x 20mg"]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.integers(1, 40), min_size=2, max_size=5, unique_by=int.bit_length),
    st.integers(8, 60),
)
def test_a_rising_menu_is_read_whole(sizes, each):
    sizes.sort()
    lines = "\n".join(f"{size}g ..... {size * each}" for size in sizes)
    found = reading("Speed", lines, f"{sizes[0] * each} EUR")
    assert [offer.grams for offer in found.offers] == [Decimal(size) for size in sizes]
    assert [price.amount for price in found.prices] == [Decimal(size * each) for size in sizes]


def test_counts_of_two_medicines_are_no_steps_of_one():
    said = "Rivotril 28 cp : 40€. Valium 40 cp : 35€."
    reading = read(ListingText(title="Rivotril 2 mg + Valium 10 mg", description=said))
    assert [price.per for price in reading.prices] == ["package", "package"]
