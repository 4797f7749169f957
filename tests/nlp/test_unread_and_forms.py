# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a reading says that it could not take in, and words that only look like a form."""

from __future__ import annotations

import json

import pytest

from nlp.lines.answering import read_lines
from nlp.lines.sharding import Rules, read_parcel
from nlp.model import ListingText
from nlp.reading.reader import read


def test_bytes_that_are_not_utf_8_stand_in_unread():
    parcel = read_parcel([b'{"title": "MDMA \xff 5 g"}', b'{"title": "MDMA 5 g"}'], Rules())
    bad, good = (json.loads(line) for line in parcel.output.splitlines())
    assert [row["reason"] for row in bad["unread"]] == ["not UTF-8: some bytes are read as U+FFFD"]
    assert good["unread"] == []
    assert bad["offers"][0]["grams"] == "5"
    assert len(parcel.unreadable) == 1


@pytest.mark.parametrize(("code", "kept"), [("zz", None), ("es", "es"), ("jv", "jv"), ("qq", None)])
def test_a_language_that_is_none_is_left_out_and_told(code, kept):
    (answer,) = read_lines([json.dumps({"title": "Coca 5 g", "language": code})])
    said = [row["reason"] for row in answer["unread"]]
    assert answer["language"] == kept
    assert said == ([] if kept else ["language is not a code of two letters (ISO 639-1)"])


@pytest.mark.parametrize(
    "description",
    ["1g/2g/5g/10g - 20/38/90 EUR", "1g, 2g: 20€ / 38€ / 90€", "1g / 2g / 5g = $20 / $38"],
)
def test_lists_of_unequal_length_are_not_paired(description):
    found = read(ListingText(title="MDMA", description=description))
    assert found.unit_prices == ()
    assert [row.reason for row in found.unread] == [
        "a list of sizes and a list of prices of other length"
    ]
    place = found.unread[0].place
    assert place is not None
    assert description[place.start : place.end].startswith("1g")


def test_lists_of_equal_length_are_paired():
    found = read(ListingText(title="MDMA", description="1g/2g/5g - 20/38/90 EUR"))
    assert [str(price.amount) for price in found.unit_prices] == ["20", "19", "18"]
    assert found.unread == ()


def test_what_is_beyond_the_limit_of_a_field_has_its_place():
    description = "5 g 10 EUR, " * 300
    (row,) = read(ListingText(title="MDMA", description=description)).unread
    assert row.place is not None
    assert 0 < row.place.start < row.place.end <= len(description)


@pytest.mark.parametrize(
    ("title", "forms"),
    [
        ("GSC Cookies 28g", []),
        ("Girl Scout Cookies 28g", []),
        ("Cannabis cookies 10 x 50mg", ["edible"]),
        ("GSC cookies 10 x 50mg", ["edible"]),
    ],
)
def test_cookies_of_a_strain_are_no_food(title, forms):
    marked = read(ListingText(title=title, category=("Cannabis",))).marked
    assert [mark.value for mark in marked if mark.of == "forms"] == forms


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("Guía de cultivo en PDF.", []),
        ("Va con guía de rastreo.", ["tracking"]),
        ("Te paso tu guía el mismo día.", ["tracking"]),
        ("Envío con guía incluida.", ["tracking"]),
    ],
)
def test_a_guide_is_a_tracking_number_only_where_it_is(text, terms):
    marked = read(ListingText(title="Marihuana 10 g", description=text, language="es")).marked
    assert [mark.value for mark in marked if mark.of == "terms"] == terms


@pytest.mark.parametrize(
    ("text", "language", "sent", "to"),
    [
        ("Versand innerhalb von Deutschland.", "de", ["DE"], ["DE"]),
        ("Versand aus NRW innerhalb von Deutschland als Brief.", "de", ["DE"], ["DE"]),
        ("Versand von Deutschland nach Österreich.", "de", ["DE"], ["AT"]),
        ("Versand nur innerdeutsch.", "de", ["DE"], ["DE"]),
        ("Expédié des Pays-Bas, UE uniquement.", "fr", ["NL"], ["EU"]),
        ("USPS Priority inside the lower 48.", "en", ["US"], ["US"]),
        ("Shipped by EMS to most places on Earth.", "en", [], ["WORLDWIDE"]),
        ("Península 24/48 h, Canarias no.", "es", [], ["ES"]),
    ],
)
def test_where_it_is_sent(text, language, sent, to):
    found = read(ListingText(title="MDMA 5 g", description=text, language=language))
    assert (found.values("ships_from"), found.values("ships_to")) == (sent, to)
