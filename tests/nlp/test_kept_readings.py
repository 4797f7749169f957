# SPDX-License-Identifier: AGPL-3.0-or-later
"""Readings that are kept: the same answer for the same texts, another for any other one."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from nlp.lines.sharding import NEW_OBJECTS, Rules, read_parcels
from nlp.model import GivenPrice, ListingText, Reading
from nlp.reading import kept
from nlp.reading.kept import KeptReadings
from nlp.reading.reader import ListingReader, shipped_reader

TEXT = ListingText(
    id="1",
    title="5 g ketamine",
    description="Pure, 85 %. Ships from NL.",
    category=("Drugs", "Dissociatives"),
    language="en",
    price=GivenPrice(amount=Decimal(50), currency="EUR"),
    profile="Wickr: somebody",
    ships_text="NL",
)


def test_the_same_texts_have_the_same_reading_under_their_own_id():
    reader = ListingReader(shipped_reader().lexicon)
    first = reader.read(TEXT)
    again = reader.read(replace(TEXT, id="2"))
    assert (first.id, again.id) == ("1", "2")
    assert replace(again, id="1") == first
    assert again.offers is first.offers  # not read a second time


@pytest.mark.parametrize(
    "other",
    [
        {"title": "6 g ketamine"},
        {"description": "Pure, 84 %. Ships from NL."},
        {"profile": "Wickr: somebody2"},
        {"ships_text": "DE"},
        {"category": ("Drugs",)},
        {"language": "nl"},
        {"price": None},
        {"price": GivenPrice(amount=Decimal("50.00"), currency="EUR")},
        {"price": GivenPrice(amount=Decimal(50), currency="USD")},
        {"title": "", "description": "5 g ketamine"},
    ],
)
def test_whatever_a_reading_takes_makes_another_one(other):
    readings = KeptReadings()
    readings.keep(TEXT, Reading(id="1", language="en"))
    assert readings.get(TEXT) is not None
    assert readings.get(replace(TEXT, **other)) is None


def test_what_was_not_asked_for_longest_goes_and_long_texts_are_not_kept(monkeypatch):
    monkeypatch.setattr(kept, "MOST", 3 * kept.LEAST + 40)
    readings = KeptReadings()
    texts = [ListingText(title=f"{n} g of it") for n in range(4)]
    for text in texts[:3]:
        readings.keep(text, Reading(id=None, language=None))
    assert readings.get(texts[0]) is not None
    readings.keep(texts[3], Reading(id=None, language=None))
    assert [readings.get(text) is not None for text in texts] == [True, False, True, True]
    long = ListingText(description="x" * (kept.LARGEST + 1))
    readings.keep(long, Reading(id=None, language=None))
    assert readings.get(long) is None


def test_the_collector_is_as_it_was_behind_the_last_line():
    import gc

    before = gc.get_threshold()
    answers = read_parcels([b'{"title": "1 g mdma"}'] * 2, Rules())
    next(answers)
    assert gc.get_threshold()[0] == NEW_OBJECTS
    assert len(list(answers)) == 1
    assert gc.get_threshold() == before
