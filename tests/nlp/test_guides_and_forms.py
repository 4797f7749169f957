# SPDX-License-Identifier: AGPL-3.0-or-later
"""Guides are no drugs, a strain's name is no form, cash on delivery is no refund."""

from __future__ import annotations

import pytest

from nlp.model import ListingText
from nlp.reading.reader import read


@pytest.mark.parametrize(
    "title",
    ["How to cook meth guide PDF", "COMPLETE HEROIN SYNTHESIS GUIDE", "Meth recipe ebook",
     "Anleitung: Meth kochen PDF", "Kokain Herstellung Anleitung eBook",
     "Guía para cocinar metanfetamina PDF", "Manual de síntesis de MDMA",
     "Guia completo de síntese de LSD PDF", "Como fazer metanfetamina - tutorial",
     "Guide de synthèse de la MDMA PDF", "Comment fabriquer de la méthamphétamine ebook",
     "Handleiding MDMA synthese PDF", "Hoe maak je speed - handboek"],
)  # fmt: skip
def test_a_guide_sells_no_drug(title):
    reading = read(ListingText(title=title, description="Pure product in an hour. 20 EUR"))
    assert {row.status for row in reading.substances} == {"mentioned"}
    assert [goods.goods_class for goods in reading.goods] == ["other"]


@pytest.mark.parametrize(
    "title",
    ["MDMA 5g + free dosing guide PDF", "MDMA crystals 5g, perfect synthesis", "Pure meth",
     "LSD 100ug tabs, PDF test report"],
)  # fmt: skip
def test_goods_with_a_guide_beside_are_goods(title):
    assert {row.status for row in read(ListingText(title=title)).substances} == {"stated"}


@pytest.mark.parametrize(
    ("title", "forms"),
    [("Girl Scout Cookies 28g", []), ("Cookies and cream 3.5g", []),
     ("Weed cookies 5 pieces 100mg THC", ["edible"]),
     ("Girl Scout Cookies edible brownies 28g", ["edible"]), ("MDMA crystals 1g", ["crystal"])],
)  # fmt: skip
def test_the_name_of_a_strain_is_no_form(title, forms):
    assert read(ListingText(title=title)).values("forms") == forms


@pytest.mark.parametrize(
    ("text", "terms"),
    [("Pago contra reembolso", []), ("Pagamento contra reembolso", []),
     ("Envoi contre remboursement", []), ("Reembolso del 100% si no llega", ["refund"]),
     ("Remboursement si perdu", ["refund"])],
)  # fmt: skip
def test_cash_on_delivery_is_no_refund(text, terms):
    assert read(ListingText(title="Weed 5g", description=text)).values("terms") == terms
