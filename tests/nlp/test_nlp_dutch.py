# SPDX-License-Identifier: AGPL-3.0-or-later
"""Dutch listings (the Netherlands, Flanders), each an invented text."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("10 gram wiet", {"cannabis": "stated"}),
        ("1 ons hasj", {"cannabis_resin": "stated"}),
        ("5g coke", {"cocaine": "stated"}),
        ("cocaïneblokken 1 kilo", {"cocaine": "stated"}),
        ("ketaminekristallen 10 g", {"ketamine": "stated"}),
        ("amfetaminepasta 1 kg", {"amphetamine": "stated"}),
        ("hasjblokken 100 g", {"cannabis_resin": "stated"}),
        ("100 xtc-pillen", {"mdma": "stated"}),
        ("Paddo's gedroogd 30 gram", {"psilocybin": "stated"}),
        ("Truffels 15 gram", {"psilocybin": "stated"}),
        ("Pep pasta 50 g", {"amphetamine": "stated"}),
        ("25 zegels 100 µg", {"lsd": "stated"}),
        ("Lachgas tank 2 kg", {"nitrous_oxide": "stated"}),
        ("Lachgascilinder 640 g", {"nitrous_oxide": "stated"}),
        ("Miauw 5 g vervanger van 3-MMC", {"mephedrone": "stated", "3_mmc": "mentioned"}),
        ("Heroïne 5g, geen fentanyl", {"heroin": "stated", "fentanyl": "negated"}),
        ("Wiet zonder THC 10 g", {"cannabis": "stated", "thc": "negated"}),
        ("Cocaïne test 5 stuks", {"cocaine": "mentioned"}),
        ("Kwart kilo speed en een ons hasj", {"amphetamine": "stated", "cannabis_resin": "stated"}),
    ],
)
def test_substances(said, title, expected):
    assert said(title).statuses == expected


def test_what_else_a_description_says_is_not_on_offer(said):
    text = "We hebben ook coke. Ketamine is helaas uitverkocht. Beter dan speed. Geen MDMA."
    assert said("Heroïne 5g", text).statuses == {
        "heroin": "stated",
        "cocaine": "mentioned",
        "ketamine": "negated",
        "amphetamine": "mentioned",
        "mdma": "negated",
    }


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("anderhalve gram ketamine", [("mass", "1.5", None)]),
        ("half pond wiet", [("mass", "250", None)]),
        ("2 ons hasj", [("mass", "200", None)]),
        ("Vijf gram paddo's", [("mass", "5", None)]),
        ("10x 1g coke", [("mass", "1", 10)]),
        ("1.000 stuks XTC", [("units", "", 1000)]),
        ("2 strips van 10 Diazepam 10mg", [("units", "10", 20)]),
        ("Temazepam 20mg, strip van 10", [("units", "20", 10)]),
        ("Oxycodon 20mg 2 doosjes van 28", [("units", "20", 56)]),
        ("LSD zegels 25 stuks 100 µg", [("units", "0.1", 25)]),
        ("Cocaïne 10g + 1g gratis", [("mass", "10", None)]),
        ("GHB 500 ml", [("volume", "500", None)]),
    ],
)
def test_quantities(said, title, expected):
    assert said(title).offers == expected


@pytest.mark.parametrize(
    "text",
    [
        "Dosering: maximaal 120 mg.",
        "Minimaal 5 g per bestelling.",
        "Nog 200 g op voorraad.",
        "Neem 0,2 g om te beginnen.",
    ],
)
def test_what_is_no_quantity(said, text):
    assert said("Cocaïne", text).offers == []


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Coke 50 euro per gram", [("50", "EUR", "g")]),
        ("Ketamine, gramprijs 15 euro", [("15", "EUR", "g")]),
        ("Speed, 1.500 euro per kilo", [("1500", "EUR", "kg")]),
        ("20 pillen à €3", [("3", "EUR", "unit")]),
        ("Wiet 3,5g 30 piek", [("30", "EUR", "package")]),
        ("xtc 1000 stuks €1.200,50", [("1200.5", "EUR", "package")]),
        ("Viagra 40 tabletten €1,20 per tablet", [("1.2", "EUR", "unit")]),
        ("3-MMC 5g €60, verzendkosten €6,95",
         [("60", "EUR", "package"), ("6.95", "EUR", "postage")]),
        ("100 pillen €180 i.p.v. €220", [("180", "EUR", "package")]),
        ("Valse biljetten van 20 euro, 50 stuks", []),
    ],
)  # fmt: skip
def test_prices(said, title, expected):
    assert said(title).prices == expected


@pytest.mark.parametrize(
    ("text", "ships_from", "ships_to"),
    [
        ("Verzonden vanuit Nederland naar België, Duitsland en Frankrijk.",
         ["NL"], ["BE", "DE", "FR"]),
        ("Verzending alleen naar Nederland, geen verzending naar de VS.", [], ["NL"]),
        ("Levering enkel binnen België.", ["BE"], ["BE"]),
        ("Bezorging in heel Nederland.", [], ["NL"]),
        ("Levering in NL, BE en DE", [], ["NL", "BE", "DE"]),
        ("Coke uit Peru, hasj uit Marokko.", [], []),
    ],
)  # fmt: skip
def test_shipping(said, text, ships_from, ships_to):
    found = said("Cocaïne 1 g", text)
    assert (found.ships_from, found.ships_to) == (ships_from, ships_to)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Coke 90% zuiver", ["90"]),
        ("Amfetamine, zuiverheid: 70-75%.", ["70", "75"]),
        ("Amfetamine. Vochtigheid 15%. Herverzending 50%. 20% korting.", []),
    ],
)
def test_purity(said, text, expected):
    assert said("Poeder", text).purity == expected


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Pistool met munitie", "weapon"),
        ("Vals geld", "counterfeit_money"),
        ("Paspoort België", "document"),
        ("Rijbewijs Nederland", "document"),
    ],
)
def test_other_goods(said, title, expected):
    found = said(title)
    assert expected in found.goods
    assert found.statuses == {}


@pytest.mark.parametrize("title", ["Stuff for 5 g", "Half an inch, 5 g", "Bruins jersey 2 pieces"])
def test_a_dutch_word_in_an_english_title_is_none(said, title):
    assert said(title).statuses == {}
