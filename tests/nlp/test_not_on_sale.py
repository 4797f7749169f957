# SPDX-License-Identifier: AGPL-3.0-or-later
"""Stock and presents are no offers, in six languages; what only looks like them is one."""

from __future__ import annotations

import pytest

from nlp.model import ListingText
from nlp.reading.reader import read


def grams(title: str, description: str = ""):
    offers = read(ListingText(title=title, description=description)).offers
    return [format(o.grams.normalize(), "f") for o in offers if o.grams is not None]


@pytest.mark.parametrize(
    "stock",
    ["stock 2 kg", "2 kg in stock", "Vorrat 2 kg", "auf Lager: 2 kg", "Lagerbestand 2 kg",
     "tengo 2 kg en stock", "existencias: 2 kg", "estoque 2 kg", "em estoque: 2 kg",
     "2 kg en stock", "voorraad 2 kg", "op voorraad: 2 kg", "(stock 2 kg)"],
)  # fmt: skip
def test_what_lies_in_stock_is_no_option(stock):
    assert grams(f"Cocaine 1g 80 EUR, {stock}") == ["1"]


@pytest.mark.parametrize(
    "title",
    ["Free sample 0.2 g with each order", "Gratis Probe 0,2 g bei jeder Bestellung",
     "Muestra gratis 0,2 g con cada pedido", "Amostra grátis 0,2 g em cada pedido",
     "Échantillon gratuit 0,2 g avec chaque commande",
     "Gratis sample 0,2 g bij elke bestelling",
     "Passport Germany + free sample of weed 1g", "Reisepass + kostenlose Probe Gras 1 g",
     "Pasaporte + muestra gratuita de hierba 1 g", "Passaporte + amostra grátis de maconha 1 g",
     "Passeport + échantillon offert de beuh 1 g", "Paspoort + gratis proefje wiet 1 g"],
)  # fmt: skip
def test_a_free_sample_beside_an_order_is_no_offer(title):
    assert grams(title) == []
    assert grams("Passport Germany", title) == []


@pytest.mark.parametrize(
    ("title", "offered"),
    [
        ("UK STOCK 5g weed", ["5"]),
        ("In stock: 5 g weed 45 EUR", ["5"]),
        ("Weed 1 g 10 EUR, in stock 10 g 80 EUR", ["1", "10"]),
        ("Free sample MDMA 0.1g", ["0.1"]),
        ("MDMA sample 0.2 g 10 EUR", ["0.2"]),
        ("Cocaine 1 g free shipping with each order", ["1"]),
    ],
)
def test_a_stock_with_a_price_and_a_sample_that_is_the_product_are_offers(title, offered):
    assert grams(title) == offered
