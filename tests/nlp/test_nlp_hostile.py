# SPDX-License-Identifier: AGPL-3.0-or-later
"""Bad input: long, binary, mixed, hostile.  Work grows with the length, not faster."""

from __future__ import annotations

import sys

import pytest

from nlp.model import ListingText
from nlp.reading.reader import read

UNITS = {
    "digits": "1",
    "quantities": "1g MDMA ",
    "prices": "5 EUR ",
    "percent": "5% pure ",
    "countries": "ships to Spain ",
    "mails": "a@b.example ",
    "at signs": "@",
    "points": "a.",
    "hex": "0123 ",
    "slashes": "1/",
    "blocks": "-----BEGIN PGP PUBLIC KEY BLOCK-----",
    "lines": "1g\n",
    "kush": "og kush hash ",
    "phones": "+1 2 3 ",
    "onions": "aaaaaaaaaaaaaaaa.onion ",
    "telegram": "telegram telegram ",
    "marks": "\u200b\u0301",
    "times and bare": "5x 7 ",
    "spellings": "2-c-b, ",
    "countries by code": "NL, ",
    "doses of a common word": "cristal 5 mg ",
    "weighed kush": "og kush hash 5g ",
    "products": "MXE / DCK: 1 g each\n",
}


@pytest.mark.parametrize("title", ["Lean 5 fl", "5 fl", "syrup 16 fl of", "16 fluid"])
def test_a_text_that_ends_within_a_unit_is_read(title):
    assert all(offer.place.end <= len(title) for offer in read(ListingText(title=title)).offers)


def filled(text):
    """One text in every field, in the language whose common words mean most substances."""
    return ListingText(
        title=text, description=text, category=(text,), profile=text, ships_text=text, language="es"
    )


def steps_of(text):
    """How many lines of Python a reading runs through: a measure that no load changes."""
    steps = 0

    def trace(_frame, event, _argument):
        nonlocal steps
        steps += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        read(filled(text))
    finally:
        sys.settrace(before)
    return steps


@pytest.mark.parametrize("name", UNITS)
def test_work_grows_with_the_length_and_not_faster(name):
    unit = UNITS[name]
    read(filled(unit))
    small, large = (steps_of(unit * (size // len(unit))) for size in (2_000, 8_000))
    assert large < 1000 + 6 * small


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\n" * 50,
        "\x00\x01\x02",
        "\ud800",
        "🎉" * 20,
        "مرحبا بالعالم 10 g",
        "<b>1g</b> MDMA",
        "=HYPERLINK(1)",
        "{{7*7}}",
        "../../etc/passwd",
    ],
)
def test_odd_texts_are_read(text):
    reading = read(ListingText(title=text, description=text, category=(text,), profile=text))
    assert reading.id is None


def test_html_left_in_does_not_hide_the_words():
    reading = read(ListingText(title="<b>1g</b> <i>MDMA</i>"))
    assert [row.id for row in reading.substances] == ["mdma"]
    assert [offer.grams for offer in reading.offers] == [1]


def test_more_than_the_limit_is_said():
    reading = read(ListingText(description="\n".join(f"{n}g cocaine" for n in range(1, 400))))
    assert any("more than" in item.reason for item in reading.unread)
