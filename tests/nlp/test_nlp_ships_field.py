# SPDX-License-Identifier: AGPL-3.0-or-later
"""The market's field for shipping: short, without a verb, in any language."""

from __future__ import annotations

import pytest

from nlp.model import ListingText
from nlp.reading.reader import read


@pytest.mark.parametrize(
    ("text", "ships_from", "ships_to"),
    [
        ("Pays-Bas", ["NL"], []),
        ("DE", ["DE"], []),
        ("Suisse → Europe", ["CH"], ["EU"]),
        ("ES > UE", ["ES"], ["EU"]),
        ("NL -> FR BE LU CH", ["NL"], ["FR", "BE", "LU", "CH"]),
        ("Nederland → NL, PL", ["NL"], ["NL", "PL"]),
        ("Lager Graz; EU", ["AT"], ["EU"]),
        ("Deutschland weltweit", ["DE"], ["WORLDWIDE"]),
        ("Österreich innerhalb", ["AT"], ["AT"]),
        ("Envoi depuis la Grèce, Europe", ["GR"], ["EU"]),
        ("NL → Europa behalve UK", ["NL"], ["EU"]),
    ],
)
def test_from_and_to(text, ships_from, ships_to):
    reading = read(ListingText(title="1g cocaine", ships_text=text))
    assert (reading.values("ships_from"), reading.values("ships_to")) == (ships_from, ships_to)


@pytest.mark.parametrize(
    ("text", "ships_to"),
    [
        ("Verzendkosten 12,50, alleen binnen de Benelux.", {"BE", "NL", "LU"}),
        ("Versand aus Spanien EU-weit ohne UK.", {"EU"}),
        ("Nach Finnland, Schweden und Polen versenden wir nicht.", set()),
        ("Expédié de Montréal partout au Canada.", {"CA"}),
    ],
)
def test_in_a_description(text, ships_to):
    reading = read(ListingText(title="1g cocaine", description=text))
    assert set(reading.values("ships_to")) == ships_to
