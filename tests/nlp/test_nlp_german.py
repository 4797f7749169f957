# SPDX-License-Identifier: AGPL-3.0-or-later
"""German listings (Germany, Austria, Switzerland), each an invented text."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("10 Gramm Gras Amnesia", {"cannabis": "stated"}),
        ("5g Schnee", {"cocaine": "stated"}),
        ("Koks 1g", {"cocaine": "stated"}),
        ("10 Pappen 150 µg", {"lsd": "stated"}),
        ("20 Teile à 4 €", {"mdma": "stated"}),
        ("Emma 5g mit 84 % Reinheit", {"mdma": "stated"}),
        ("Ott 3,5g für 30 Euro", {"cannabis": "stated"}),
        ("Ott 25g und Hasch 10g", {"cannabis": "stated", "cannabis_resin": "stated"}),
        ("Shore 5g, kein Fentanyl", {"heroin": "stated", "fentanyl": "negated"}),
        ("Pep Paste 50 g", {"amphetamine": "stated"}),
        ("Speedpaste 50g", {"amphetamine": "stated"}),
        ("Kokainbrocken 5g", {"cocaine": "stated"}),
        ("Amphetaminpaste 100g", {"amphetamine": "stated"}),
        ("Haschplatte 100 Gramm", {"cannabis_resin": "stated"}),
        ("Ketaminkristalle 3 g", {"ketamine": "stated"}),
        ("Methadontabletten 40 mg", {"methadone": "stated"}),
        ("Zauberpilze 30 g", {"psilocybin": "stated"}),
        ("Tilidin Tropfen 50 ml", {"tilidine": "stated"}),
        ("GBL Felgenreiniger 500 ml", {"gbl": "stated"}),
        ("Ersatz für 3-MMC, 5 g", {"3_mmc": "mentioned"}),
        ("MDMA-Ersatz 6-APB 2g", {"6_apb": "stated", "mdma": "mentioned"}),
        ("Kokaintest 5 Stück", {"cocaine": "mentioned"}),
        ("Hanfblüten CBD 18%, THC-frei, 5g", {"cannabis": "stated", "thc": "negated"}),
    ],
)
def test_substances(said, title, expected):
    assert said(title).statuses == expected


def test_what_else_a_description_says_is_not_on_offer(said):
    text = "Wir haben auch Koks. Ketamin ist leider ausverkauft. Besser als Speed. Kein MDMA."
    assert said("Heroin 5 g", text).statuses == {
        "heroin": "stated",
        "cocaine": "mentioned",
        "ketamine": "negated",
        "amphetamine": "mentioned",
        "mdma": "negated",
    }


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("anderthalb Gramm Kokain", [("mass", "1.5", None)]),
        ("Ein halbes Pfund Zauberpilze", [("mass", "250", None)]),
        ("Kokain 0,5 g", [("mass", "0.5", None)]),
        ("10x 1g Koks", [("mass", "1", 10)]),
        ("1.000 Stück XTC", [("units", "", 1000)]),
        ("100 Pillen XTC 220mg", [("units", "220", 100)]),
        ("2 Packungen à 20 Tabletten Diazepam 10 mg", [("units", "10", 40)]),
        ("Xanax 0,5mg, 3 Packungen mit je 30 Tabletten", [("units", "0.5", 90)]),
        ("Kokain 10g (+1g gratis dazu)", [("mass", "10", None)]),
        ("Polamidon 100 ml Flasche 5mg/ml", [("volume", "100", None)]),
    ],
)
def test_quantities(said, title, expected):
    assert said(title).offers == expected


@pytest.mark.parametrize(
    "text",
    [
        "Dosierung: 120 mg nicht überschreiten.",
        "Mindestens 5 g pro Bestellung.",
        "Noch 200 g auf Lager.",
        "Für den Anfang 0,2 g nehmen.",
    ],
)
def test_what_is_no_quantity(said, text):
    assert said("Kokain", text).offers == []


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Koks 70 € das Gramm", [("70", "EUR", "g")]),
        ("Amphetamin, Grammpreis 8 €", [("8", "EUR", "g")]),
        ("Ein Kilo Amphetamin, 1.850 €/kg", [("1850", "EUR", "kg")]),
        ("20 Teile à 4 €", [("4", "EUR", "unit")]),
        ("Tilidin 100mg 50 Tabletten, Stückpreis 3 €", [("3", "EUR", "unit")]),
        ("Diazepam 10mg 50 Stk. - 45,- €", [("45", "EUR", "package")]),
        ("Marihuana 100g Fr. 800.-", [("800", "CHF", "package")]),
        ("Koks 1 kg 1'200.50 CHF", [("1200.5", "CHF", "package")]),
        ("Xanax 30 Stück 60 Euronen, Porto 3,90 €",
         [("60", "EUR", "package"), ("3.9", "EUR", "postage")]),
        ("100 Teile 180 € statt 220 €", [("180", "EUR", "package")]),
        ("Heroin 5 g, versandkostenfrei ab 100 €", []),
        ("Falsche 20 Euro Scheine, 50 Stück", []),
    ],
)  # fmt: skip
def test_prices(said, title, expected):
    assert said(title).prices == expected


@pytest.mark.parametrize(
    ("text", "ships_from", "ships_to"),
    [
        ("Versand aus den Niederlanden nach Deutschland, Österreich und in die Schweiz.",
         ["NL"], ["DE", "AT", "CH"]),
        ("Versand innerhalb Deutschlands, keine Lieferung nach Österreich.", ["DE"], ["DE"]),
        ("Lieferung nach DE, AT und CH", [], ["DE", "AT", "CH"]),
        ("Lager in Belgien, Lieferung weltweit außer USA.", ["BE"], ["WORLDWIDE"]),
        ("Gras aus Holland, Koks aus Kolumbien.", [], []),
    ],
)  # fmt: skip
def test_shipping(said, text, ships_from, ships_to):
    found = said("Kokain 1 g", text)
    assert (found.ships_from, found.ships_to) == (ships_from, ships_to)


def test_aus_is_from_and_in_capitals_australia(said):
    assert said("5g Koks, Versand aus Deutschland").ships_from == ["DE"]
    assert said("5g cocaine AUS to AUS").ships_to == ["AU"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Kokain 87% rein", ["87"]),
        ("Amphetamin, Reinheit 70 bis 75 %.", ["70", "75"]),
        ("Amphetamin. Restfeuchte 15%. Neuversand zu 50%. 20% Rabatt.", []),
    ],
)
def test_purity(said, text, expected):
    assert said("Pulver", text).purity == expected


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Scharfe Pistole mit Munition", "weapon"),
        ("Falschgeld 50er", "counterfeit_money"),
        ("Reisepass Deutschland", "document"),
        ("Führerschein Klasse B", "document"),
    ],
)
def test_other_goods(said, title, expected):
    assert expected in said(title).goods


@pytest.mark.parametrize("title", ["5 g pep talk", "Emma Stone poster 5 pieces", "North shore 5 g"])
def test_a_german_word_in_an_english_title_is_none(said, title):
    assert said(title).statuses.keys().isdisjoint({"mdma", "heroin"})
