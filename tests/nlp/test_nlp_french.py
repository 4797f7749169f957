# SPDX-License-Identifier: AGPL-3.0-or-later
"""French listings (France, Belgium, Switzerland, Quebec), each an invented text."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("10 g de beuh", {"cannabis": "stated"}),
        ("5 g d'herbe de très bonne qualité pour 40 euros", {"cannabis": "stated"}),
        ("Teuchi marocain 25 g", {"cannabis_resin": "stated"}),
        ("Shit 100 g, envoi depuis la France", {"cannabis_resin": "stated"}),
        ("Chnouf 1 g", {"cocaine": "stated"}),
        ("C 0,5 g à 40 balles, la bonne coke", {"cocaine": "stated"}),
        ("20 taz à 5 € l'unité", {"mdma": "stated"}),
        ("un demi gramme de MD", {"mdma": "stated"}),
        ("Kéta 1 g", {"ketamine": "stated"}),
        ("Champis 30 g", {"psilocybin": "stated"}),
        ("GBL 250 ml", {"gbl": "stated"}),
        ("Héroïne brune 2 g", {"heroin": "stated"}),
        ("Purple drank 100 ml codéine", {"codeine": "stated"}),
        ("Prégabaline 300 mg, 56 gélules", {"pregabalin": "stated"}),
        ("Remplaçant légal de la 3-MMC : 5 g", {"3_mmc": "mentioned"}),
        ("Beuh sans THC 10 g", {"cannabis": "stated", "thc": "negated"}),
        ("DMT 1 g, pas de 5-MeO-DMT", {"dmt": "stated", "5_meo_dmt": "negated"}),
        ("Poudre de 4-MMC plus forte que la 3-MMC", {"mephedrone": "stated", "3_mmc": "mentioned"}),
        ("Test de dépistage cocaïne", {"cocaine": "mentioned"}),
    ],
)
def test_substances(said, title, expected):
    assert said(title).statuses == expected


def test_what_else_a_description_says_is_not_on_offer(said):
    text = "On a aussi de la coke, voir mon profil. Rupture de kétamine. Ce n'est pas du speed."
    assert said("Héroïne 5 g", text).statuses == {
        "heroin": "stated",
        "cocaine": "mentioned",
        "ketamine": "negated",
        "amphetamine": "negated",
    }


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("2g5 de coke", [("mass", "2.5", None)]),
        ("Héroïne 1 gramme et demi", [("mass", "1.5", None)]),
        ("Un kilo et demi de beuh", [("mass", "1500", None)]),
        ("10 x 1 g de coke", [("mass", "1", 10)]),
        ("Cinq grammes de champis", [("mass", "5", None)]),
        ("Cannabis 1 once", [("mass", "28.35", None)]),
        ("50 cachets d'ecstasy 220 mg", [("units", "220", 50)]),
        ("2 plaquettes de 10 comprimés de Tramadol 50 mg", [("units", "50", 20)]),
        ("Tramadol 200 mg LP plaquette de 10", [("units", "200", 10)]),
        ("Buvards LSD 150 µg x25", [("units", "0.15", 25)]),
        ("Kétamine 1 litre", [("volume", "1000", None)]),
        ("1g de coke offert pour 10g achetés", [("mass", "10", None)]),
    ],
)
def test_quantities(said, title, expected):
    assert said(title).offers == expected


@pytest.mark.parametrize(
    "text",
    [
        "Dosage conseillé : 0,1 g.",
        "Commande minimum 5 g.",
        "500 g en stocks.",
        "Prendre 0,2 g pour un premier essai.",
    ],
)
def test_what_is_no_quantity(said, text):
    assert said("Cocaïne", text).offers == []


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Beuh 8 balles le gramme", [("8", "EUR", "g")]),
        ("Coke 5 g 1 200,50 € la qualité pour vous", [("1200.5", "EUR", "package")]),
        ("Kilo de coke 28 000 €", [("28000", "EUR", "package")]),
        ("Coke 1 kg 1'200.50 CHF", [("1200.5", "CHF", "package")]),
        ("Coke 1 g 100.- CHF", [("100", "CHF", "package")]),
        ("20 taz à 5 € l'unité", [("5", "EUR", "unit")]),
        ("Subutex 8 mg x 7, 7€50 pièce", [("7.5", "EUR", "unit")]),
        ("Kétamine, prix au gramme : 30 €", [("30", "EUR", "g")]),
        ("Cannabis 1 once 220 $CA", [("220", "CAD", "package")]),
        ("Coke 5 g 300 euros frais de port 7,50 €",
         [("300", "EUR", "package"), ("7.5", "EUR", "postage")]),
        ("100 taz 180 € au lieu de 220 €", [("180", "EUR", "package")]),
        ("Faux billets de 50 €, 20 pièces", []),
    ],
)  # fmt: skip
def test_prices(said, title, expected):
    assert said(title).prices == expected


@pytest.mark.parametrize(
    ("text", "ships_from", "ships_to"),
    [
        ("Expédition depuis l'Espagne vers toute l'Europe.", ["ES"], ["EU"]),
        ("Stock en Belgique, envoi en 48 h vers la France et la Suisse.", ["BE"], ["FR", "CH"]),
        ("Livraison partout en Europe sauf Suisse.", [], ["EU"]),
        ("Envoi uniquement en Suisse.", [], ["CH"]),
        ("Cocaïne de Colombie, hasch du Maroc.", [], []),
        ("Pas d'envoi hors de France.", [], []),
    ],
)
def test_shipping(said, text, ships_from, ships_to):
    found = said("Cocaïne 1 g", text)
    assert (found.ships_from, found.ships_to) == (ships_from, ships_to)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Cocaïne pure à 88 %", ["88"]),
        ("Amphétamine, pureté entre 65 et 70 %", ["65", "70"]),
        ("Amphétamine. Réexpédition à 50 % en cas de perte. Humidité 20 %.", []),
    ],
)
def test_purity(said, text, expected):
    assert said("Poudre", text).purity == expected


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Pistolet 9 mm avec munitions", "weapon"),
        ("Faux billets de 20 €", "counterfeit_money"),
        ("Passeport français", "document"),
        ("Permis de conduire belge", "document"),
    ],
)
def test_other_goods(said, title, expected):
    assert expected in said(title).goods


@pytest.mark.parametrize(
    "title", ["Oh shit, 5 g left", "Vitamin C 5 g", "Trip report in 5 minutes"]
)
def test_a_french_word_in_an_english_title_is_none(said, title):
    assert said(title).statuses.keys().isdisjoint({"cannabis_resin", "cocaine"})
