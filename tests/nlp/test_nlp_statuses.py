# SPDX-License-Identifier: AGPL-3.0-or-later
"""Offered, denied or only mentioned: the status of every substance, in six languages."""

from __future__ import annotations

import pytest

from nlp.model import ListingText
from nlp.reading.reader import read


def statuses(title="", description="", language=None, **more):
    text = ListingText(title=title, description=description, language=language, **more)
    return {row.id: row.status for row in read(text).substances}


BESIDE = [
    ("en", "5 g ketamine", "No cocaine in this shop.", "cocaine", "negated"),
    ("en", "5 g ketamine", "Mephedrone itself not stocked.", "mephedrone", "negated"),
    ("en", "5 g ketamine", "MDMA discontinued, sorry.", "mdma", "negated"),
    ("en", "5 g ketamine", "2C-B is not available right now.", "2c_b", "negated"),
    ("en", "5 g ketamine", "If you want LSD, look elsewhere.", "lsd", "negated"),
    ("en", "5 g ketamine", "MDMA coming soon.", "mdma", "mentioned"),
    ("en", "5 g ketamine", "Cocaine arrives in March.", "cocaine", "mentioned"),
    ("en", "5 g ketamine", "Do not mix with GHB.", "ghb", "mentioned"),
    ("en", "5 g ketamine", "As strong as methoxetamine.", "mxe", "mentioned"),
    ("en", "5 g ketamine", "MDMA 1 g: $40 as well.", "mdma", "stated"),
    ("en", "5 g ketamine", "Free 1 g MDMA with every order over $200.", "mdma", "mentioned"),
    ("en", "5 g ketamine", "We also sell MDMA, ask.", "mdma", "mentioned"),
    ("en", "5 g ketamine", "Mixed with fentanyl? No.", "fentanyl", "negated"),
    ("en", "5 g ketamine", "Fentanyl free, tested.", "fentanyl", "negated"),
    ("en", "5 g ketamine", "Never ask for heroin.", "heroin", "negated"),
    ("de", "5 g Ketamin", "Ersatz für MXE? Nein.", "mxe", "mentioned"),
    ("de", "5 g Ketamin", "Gestreckt mit Levamisol? Nein.", "levamisole", "negated"),
    ("es", "5 g ketamina", "También vendo MDMA a 30€ el gramo.", "mdma", "stated"),
    ("de", "5 g Ketamin", "Kein verstecktes Fentanyl wie bei anderen.", "fentanyl", "negated"),
    ("de", "5 g Ketamin", "MDMA führen wir nicht.", "mdma", "negated"),
    ("de", "5 g Ketamin", "Kokain haben wir nie verkauft.", "cocaine", "negated"),
    ("de", "5 g Ketamin", "Diazepam ist derzeit ausverkauft.", "diazepam", "negated"),
    ("de", "5 g Ketamin", "MDMA kommt im Herbst.", "mdma", "mentioned"),
    ("de", "5 g Ketamin", "Auf Anfrage: Kokain.", "cocaine", "mentioned"),
    ("de", "5 g Ketamin", "Auch MDMA 1 g 25 €.", "mdma", "stated"),
    ("es", "5 g ketamina", "No ofrezco heroína de momento.", "heroin", "negated"),
    ("es", "5 g ketamina", "La cocaína se acaba de agotar.", "cocaine", "negated"),
    ("es", "5 g ketamina", "Quien quiera LSD, busque otro vendedor.", "lsd", "negated"),
    ("es", "5 g ketamina", "MDMA llegará en abril.", "mdma", "mentioned"),
    ("es", "5 g ketamina", "También cocaína 1 g 60 €.", "cocaine", "stated"),
    ("fr", "5 g kétamine", "Pas de cocaïne ici, jamais.", "cocaine", "negated"),
    ("fr", "5 g kétamine", "Ce n'est pas de l'héroïne.", "heroin", "negated"),
    ("fr", "5 g kétamine", "La cocaïne arrive en septembre.", "cocaine", "mentioned"),
    ("fr", "5 g kétamine", "MDMA sur demande.", "mdma", "mentioned"),
    ("fr", "5 g kétamine", "Aussi cocaïne 1 g 70 €.", "cocaine", "stated"),
    ("nl", "5 g ketamine", "Cocaïne is op.", "cocaine", "negated"),
    ("nl", "5 g ketamine", "MDMA niet op voorraad.", "mdma", "negated"),
    ("nl", "5 g ketamine", "Geen bijmengsel met fentanyl.", "fentanyl", "negated"),
    ("nl", "5 g ketamine", "Cocaïne komt in juni.", "cocaine", "mentioned"),
    ("nl", "5 g ketamine", "Ook MDMA 1 g €20.", "mdma", "stated"),
    ("pt", "5 g cetamina", "Cocaína não vendo.", "cocaine", "negated"),
    ("pt", "5 g cetamina", "Heroína acaba de esgotar.", "heroin", "negated"),
    ("pt", "5 g cetamina", "Quem quer LSD, procure outro vendedor.", "lsd", "negated"),
    ("pt", "5 g cetamina", "MDMA sob encomenda.", "mdma", "mentioned"),
    ("pt", "5 g cetamina", "Também cocaína 1 g 50 €.", "cocaine", "stated"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "title", "description", "substance", "status"), BESIDE)
def test_what_a_description_names_beside_the_product(
    language, title, description, substance, status
):
    assert statuses(title, description, language) == {"ketamine": "stated", substance: status}


def test_a_list_goes_on_in_both_directions():
    found = statuses("5 g ketamine", "No MDMA, cocaine or speed here. GHB and LSD coming soon.")
    assert found.pop("ketamine") == "stated"
    assert {k for k, status in found.items() if status == "negated"} == {
        "mdma", "cocaine", "amphetamine",
    }  # fmt: skip
    assert {k for k, status in found.items() if status == "mentioned"} == {"ghb", "lsd"}


def test_the_own_product_that_is_sold_out_is_still_on_offer():
    assert statuses("5 g ketamine", "Ketamine is sold out until Monday.") == {"ketamine": "stated"}


def test_a_name_before_versus_is_compared_and_this_is_the_other():
    found = statuses("DOM vs DOC: this is DOC, 20 tabs of 2 mg")
    assert found == {"dom": "mentioned", "doc": "stated"}


@pytest.mark.parametrize(
    ("description", "language"),
    [
        ("Has ketamine and MDMA in it.", "en"),
        ("Contains ketamine and MDMA.", "en"),
        ("Laut Test Ketamin + MDMA.", "de"),
        ("Contiene ketamina y MDMA.", "es"),
        ("Mélange de kétamine et MDMA.", "fr"),
        ("Bevat ketamine en MDMA.", "nl"),
        ("Contém cetamina e MDMA.", "pt"),
    ],
)
def test_contents_that_the_text_names_are_rows(description, language):
    found = statuses("2 g tusi", description, language)
    assert found == {"tusi": "stated", "ketamine": "stated", "mdma": "stated"}


def test_a_code_of_the_title_stands_beside_the_category_that_says_otherwise():
    found = statuses("DOB blotters 2.5mg x 10", category=("Psychedelics", "LSD"))
    assert found == {"dob": "stated", "lsd": "declared"}


def test_what_is_only_denied_is_never_given_by_its_category():
    found = statuses("5 g MDA", "This is not MDMA.", category=("Ecstasy", "MDMA"))
    assert found == {"mda": "stated", "mdma": "negated"}


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        ("Perico y merca. Envíos a toda Colombia.", {"cocaine"}),
        ("Hongos y rapé desde Chile, vendedor serio.", {"psilocybin", "rape"}),
        ("Shrooms, hash, ket. Encrypt your address.", {"psilocybin", "cannabis_resin", "ketamine"}),
    ],
)
def test_a_vendor_says_what_he_sells(profile, expected):
    assert {k for k, status in statuses(profile=profile).items() if status == "stated"} == expected


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("10 g Changa", {"changa": "stated"}),
        ("100 g cactus San Pedro", {"san_pedro": "stated"}),
        ("Dianabol 10 mg 100 tabs", {"metandienone": "stated"}),
        ("Primobolan 100 mg/ml 10 ml", {"metenolone": "stated"}),
        ("Turinabol 10 mg 100 tabs", {"chlorodehydromethyltestosterone": "stated"}),
        ("DOC 3mg zegels 10 st.", {"doc": "stated"}),
        ("5 g lysergamides", {}),
    ],
)
def test_ids_are_the_names_that_the_conventions_give(title, expected):
    assert statuses(title) == expected


def classes(title, description="", *category, **more):
    reading = read(ListingText(title=title, description=description, category=category, **more))
    return {goods.goods_class for goods in reading.goods}


@pytest.mark.parametrize(
    ("title", "description", "category", "expected"),
    [
        ("Xanax 2 mg 30 tabs", "", ("Pharmacy",), {"drug"}),
        ("Pregabalin 300 mg 56 caps", "", ("Medicines",), {"drug"}),
        ("Oxandrolone 10 mg 100 tabs", "", ("Drugs", "Steroids"), {"medicine"}),
        ("Sildenafil 100 mg 10 tabs", "", ("Drugs", "Other"), {"medicine"}),
        ("1 g MDMA", "Our test kit is in another listing.", ("Drugs",), {"drug"}),
        ("Cannabis oil 10 ml syringe", "", ("Drugs", "Cannabis"), {"drug"}),
        ("Pill press TDP 5", "Presses MDMA or anything.", ("Equipment",), {"equipment"}),
        ("1 kg BMK glycidate", "", ("Precursors",), {"precursor"}),
        ("500 ml GBL", "", ("Drugs",), {"drug"}),
    ],
)
def test_the_class_is_of_what_is_sold(title, description, category, expected):
    assert classes(title, description, *category) == expected


def test_a_profile_that_names_no_substance_says_its_class():
    assert classes("", profile="Steroids and peptides, shipped from Asia.") == {"medicine"}
