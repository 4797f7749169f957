# SPDX-License-Identifier: AGPL-3.0-or-later
"""Spans: code points of a text back to the bytes they came from."""

from hypothesis import given
from hypothesis import strategies as st

from vestigo.records import ByteRange, Piece, SourcedText

BODY = b"<b>caf\xc3\xa9 &amp; t\xff</b>"


def test_an_exact_piece_can_be_cut_inside():
    text = SourcedText("café", (Piece(0, 4, 3, 8, offsets=(0, 1, 2, 3, 5)),))
    span = text.span("c" * 64, BODY, 2, 4)
    assert [(r.start, r.end, r.quoted) for r in span.ranges] == [(5, 8, "fé")]
    assert span.text == "fé"


def test_an_entity_is_quoted_whole_and_neighbours_are_joined():
    pieces = (
        Piece(0, 5, 3, 9, offsets=(0, 1, 2, 3, 5, 6)),
        Piece(5, 6, 9, 14, exact=False),
        Piece(6, 7, 14, 15),
    )
    span = SourcedText("café & ", pieces).span("c" * 64, BODY)
    assert [r.quoted for r in span.ranges] == ["café &amp; "]


def test_bytes_that_are_not_utf_8_are_quoted_in_base64():
    piece = ByteRange.cut(BODY, 15, 17)
    assert piece.encoding == "base64"
    assert piece.raw() == b"t\xff"


@given(st.binary(max_size=40), st.data())
def test_what_is_cut_is_what_stands_there(body, data):
    start = data.draw(st.integers(0, len(body)))
    end = data.draw(st.integers(start, len(body)))
    assert ByteRange.cut(body, start, end).raw() == body[start:end]


@given(st.text(alphabet="aé€😀 ", max_size=30), st.data())
def test_any_part_of_a_text_maps_to_its_own_bytes(text, data):
    body = b"<p>" + text.encode() + b"</p>"
    offsets = [0]
    for character in text:
        offsets.append(offsets[-1] + len(character.encode()))
    piece = Piece(0, len(text), 3, 3 + offsets[-1], offsets=tuple(offsets))
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    span = SourcedText(text, (piece,)).span("", body, start, end)
    assert b"".join(r.raw() for r in span.ranges).decode() == text[start:end]
