# SPDX-License-Identifier: AGPL-3.0-or-later
"""Listings whose title or text names what they do not sell: doubts, tests, rivals, requests.

``doubted.jsonl`` has language, title, description and ``offered``: the substances on offer.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nlp.model import ListingText
from nlp.reading.reader import read

OFFERED = ("stated", "implied")
LISTINGS = [
    json.loads(line)
    for line in Path(__file__).with_name("doubted.jsonl").read_text("utf-8").splitlines()
]


def offered(**fields):
    return sorted(row.id for row in read(ListingText(**fields)).substances if row.status in OFFERED)


@pytest.mark.parametrize("listing", LISTINGS, ids=lambda one: one["title"])
def test_only_what_is_sold_is_on_offer(listing):
    expected = listing["offered"]
    assert offered(**{k: v for k, v in listing.items() if k != "offered"}) == expected


@pytest.mark.parametrize(
    ("title", "description", "expected"),
    [
        ("Need speed? 10 g wet", "10 g 60 EUR.", ["amphetamine"]),
        ("Ketamine 5 g, test report inside", "5 g 120 EUR, 84 %.", ["ketamine"]),
        ("Who said ketamine is dead?", "1 g 30 EUR, 5 g 120 EUR.", ["ketamine"]),
        ("Cocaine, never cut", "1 g 80 EUR. Not to be compared with speed.", ["cocaine"]),
        ("Reagent tested MDMA 1 g", "1 g 20 EUR.", ["mdma"]),
    ],
)
def test_a_question_or_a_test_of_the_goods_leaves_them_on_offer(title, description, expected):
    assert offered(language="en", title=title, description=description) == expected
