# SPDX-License-Identifier: AGPL-3.0-or-later
"""HTML left in a text: read as it shows, with places in the text as it was given."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.model import ListingText
from nlp.reading.reader import read
from nlp.text.markup import plain, without_markup

PIECES = st.sampled_from(
    ["<br>", "<b>", "</b>", "<td>", "&euro;", "&#8364;", "&amp;", "&nbsp;", "&#0;", "&#xD800;",
     "&frac12;", "&nope;", "<", "&", ";", "1 g", "cocaine", " ", "50", "\u20ac", "é", "\u0301"]
)  # fmt: skip


def cuts(description: str):
    reading = read(ListingText(title="Cocaine", description=description))
    shown = [(str(p.amount), p.currency) for p in reading.prices]
    places = [p.place for p in (*reading.offers, *reading.prices, *reading.selectors)]
    return reading, shown, [description[p.start : p.end] for p in places if p.field != "title"]


@pytest.mark.parametrize(
    ("description", "expected"),
    [
        ("1g &#8364;50<br>5g &#8364;200", ["1g", "5g", "&#8364;50", "&#8364;200"]),
        ("<td>1g</td><td>&euro;50</td><td>5g</td><td>200&euro;</td>",
         ["1g", "5g", "&euro;50", "200&euro;"]),
        ("<p>1&nbsp;g &#x20ac;50</p><p>5 g &#x20AC;200</p>",
         ["1&nbsp;g", "5 g", "&#x20ac;50", "&#x20AC;200"]),
    ],
)  # fmt: skip
def test_prices_of_tables_and_references(description, expected):
    reading, shown, places = cuts(description)
    assert shown == [("50", "EUR"), ("200", "EUR")]
    assert [offer.grams for offer in reading.offers] == [1, 5]
    assert places == expected


@pytest.mark.parametrize(
    ("description", "grams", "place"),
    [("5 <i>g</i> now", "5", "5 <i>g"), ("<b>2&frac12;</b> g", "2.5", "2&frac12;</b> g")],
)
def test_a_tag_inside_a_quantity(description, grams, place):
    reading, _shown, places = cuts(description)
    assert [str(offer.grams) for offer in reading.offers] == [grams]
    assert places == [place]


@pytest.mark.parametrize(
    "text",
    ["Telegram: <b>green_shop77</b> Wickr: <b>green77</b>",
     "Telegram: green_shop77 Wickr: *green77*", "Telegram: **green_shop77**, wickr: «green77»",
     'my wickr is "green77", my telegram is "green_shop77"'],
)  # fmt: skip
def test_handles_in_bold_and_in_quotes(text):
    reading, _shown, places = cuts(text)
    found = {(s.kind, s.value) for s in reading.selectors}
    assert found == {("telegram", "green_shop77"), ("wickr", "green77")}
    assert set(places) == {"green_shop77", "green77"}


@pytest.mark.parametrize("text", ['wickr "accepted"', "Signal: *only*", "telegram 'soon'"])
def test_a_word_in_quotes_is_no_handle(text):
    assert cuts(text)[0].selectors == ()


def test_an_address_in_angle_brackets_and_a_link_stay():
    text = '<shop@mail-example.com> <a href="https://t.me/green_shop77">chat</a>'
    assert plain(text).startswith(text[:-4])
    reading, _shown, _places = cuts(text)
    found = {s.value for s in reading.selectors}
    assert {"shop@mail-example.com", "green_shop77"} <= found


def test_a_plain_text_is_the_same_object():
    text = ListingText(title="Cocaine 1 g 50 EUR")
    assert without_markup(text) is text


@given(st.lists(PIECES, max_size=30).map("".join))
def test_no_code_point_moves(text):
    assert len(plain(text)) == len(text)
    reading = read(ListingText(title="Cocaine", description=text))
    for item in (*reading.offers, *reading.prices, *reading.substances):
        assert 0 <= item.place.start < item.place.end <= max(len(text), len("Cocaine"))
