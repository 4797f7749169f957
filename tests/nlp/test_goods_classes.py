# SPDX-License-Identifier: AGPL-3.0-or-later
"""Classes of goods in six languages, goods of none of them, and contradictions that are marked."""

from __future__ import annotations

import pytest

from nlp.model import ListingText
from nlp.reading.reader import read


def classes(title, *category, description=""):
    text = ListingText(title=title, description=description, category=category)
    return [(goods.goods_class, goods.source) for goods in read(text).goods]


STATED = [
    ("Glock 17 with 2 magazines", "weapon"), ("Pistola Beretta 9mm", "weapon"), ("Revólver calibre 38", "weapon"),
    ("Pistolet 9mm neuf", "weapon"), ("Scharfe Pistole 9mm", "weapon"), ("Pistool met munitie", "weapon"),
    ("UK passport, real chip", "document"), ("Pasaporte español", "document"), ("Passaporte português", "document"),
    ("Passeport français", "document"), ("Reisepass deutsch", "document"), ("Nederlands paspoort", "document"),
    ("Counterfeit euro, 20s", "counterfeit_money"), ("Billetes falsos de 50 euros", "counterfeit_money"),
    ("Notas falsas de 20", "counterfeit_money"), ("Faux billets de 20", "counterfeit_money"),
    ("Falschgeld 50er", "counterfeit_money"), ("Vals geld, briefjes van 50", "counterfeit_money"),
    ("Ransomware builder", "hacking"), ("Tarjetas clonadas", "hacking"), ("Cartões clonados", "hacking"),
    ("Logiciel malveillant", "hacking"), ("Schadsoftware-Paket", "hacking"), ("Gehackte accounts", "hacking"),
    ("Rhino horn", "wildlife"), ("Marfil tallado", "wildlife"), ("Marfim antigo", "wildlife"), ("Ivoire sculpté", "wildlife"),
    ("Elfenbein Figur", "wildlife"), ("Ivoor beeldje", "wildlife"),
    ("Pill press TDP 5", "equipment"), ("Báscula de precisión", "equipment"), ("Balança de precisão", "equipment"),
    ("Balance de précision", "equipment"), ("Feinwaage", "equipment"), ("Weegschaal digitaal", "equipment"),
    ("Rolex Submariner replica", "other"), ("Lingote de oro certificado", "other"), ("Goldbarren", "other"),
    ("1g MDMA", "drug"), ("1 kg BMK glycidate", "precursor"), ("Sildenafil 100mg 10 tabs", "medicine"),
]  # fmt: skip


@pytest.mark.parametrize(("title", "name"), STATED)
def test_stated_classes(title, name):
    assert (name, "stated") in classes(title)


@pytest.mark.parametrize(
    ("category", "name"),
    [
        (("Weapons",), "weapon"), (("Armas",), "weapon"), (("Waffen",), "weapon"), (("Wapens",), "weapon"),
        (("Armes",), "weapon"), (("Fraud", "Passports"), "document"), (("Falschgeld",), "counterfeit_money"),
        (("Piratage",), "hacking"), (("Marfim",), "wildlife"), (("Zubehör",), "equipment"),
        (("Precursores",), "precursor"), (("Farmacia",), "medicine"), (("Jewellery", "Watches"), "other"),
        (("Uhren",), "other"), (("Home & Garden",), "other"), (("Drugs", "Cannabis"), "drug"),
    ],
)  # fmt: skip
def test_declared_classes(category, name):
    assert classes("Best offer here", *category) == [(name, "declared")]


def test_other_stands_alone():
    assert classes("1g MDMA", "Home & Garden") == [("drug", "stated")]
    assert classes("Glock 17", "Watches") == [("weapon", "stated")]
    assert classes("Best offer here") == []
    assert classes("3.5g of the good stuff", "Special of the week") == []


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        (ListingText(title="1g MDMA", description="You get 100g."), "title_and_text_differ"),
        (
            ListingText(title="1g cocaine", category=("Drugs", "Ketamine")),
            "category_and_text_differ",
        ),
    ],
)
def test_a_contradiction_gives_both_and_is_marked(text, flag):
    reading = read(text)
    assert flag in reading.flags
    assert len(reading.offers) + len(reading.substances) == 3
    assert reading.unit_prices == ()


def test_what_agrees_is_not_marked():
    reading = read(
        ListingText(title="1g cocaine", description="1g.", category=("Drugs", "Cocaine"))
    )
    assert reading.flags == ()
