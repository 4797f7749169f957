# SPDX-License-Identifier: AGPL-3.0-or-later
"""The normal form and its way back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.text.lexing import tokenize
from nlp.text.normalizing import normalize


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("Cocaína", "cocaina"),
        ("½", "1/2"),
        ("1½ g", "1 1/2 g"),
        ("150µg", "150ug"),
        ("150μg", "150ug"),
        ("ＭＤＭＡ", "mdma"),
        ("М\u200bDMA", "mdma"),
        ("С0caine", "c0caine"),
        ("Straße", "strasse"),
        ("10×5", "10x5"),
        ("Водка", "водка"),
        ("١٢ g", "12 g"),
        ("a\u0301", "a"),
        ("", ""),
    ],
)
def test_normal_form(text, normal):
    assert normalize(text).normal == normal


def test_a_span_leads_back_to_the_original():
    text = normalize("¼ oz of co\u200bcaína")
    start = text.normal.index("cocaina")
    assert text.cut(start, start + 7) == "co\u200bcaína"
    assert text.cut(0, 3) == "¼"


def test_a_combining_mark_belongs_to_its_letter():
    text = normalize("coca\u0301ina")
    assert text.cut(0, 4) == "coca\u0301"


@given(st.text(max_size=200))
def test_every_span_lies_in_the_original_and_in_order(text):
    normal = normalize(text)
    places = [normal.span(i, i + 1) for i in range(len(normal.normal))]
    assert all(0 <= start < end <= len(text) for start, end in places)
    assert [start for start, _end in places] == sorted(start for start, _end in places)


@given(st.text(max_size=200))
def test_normal_form_has_no_capitals_and_no_invisible_marks(text):
    normal = normalize(text).normal
    assert all(c == c.lower() or not c.lower().isascii() for c in normal)
    assert "\u200b" not in normal
    assert "\u202e" not in normal


@given(st.text(max_size=200))
def test_tokens_are_cut_from_the_normal_text_in_order(text):
    normal = normalize(text).normal
    end = 0
    for token in tokenize(normal):
        assert normal[token.start : token.end] == token.text
        assert token.start >= end
        end = token.end


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("10xlsd", ["10", "x", "lsd"]),
        ("10 xtc", ["10", "xtc"]),
        ("10xtc", ["10", "xtc"]),
        ("speedpaste", ["speed", "paste"]),
        (".5 g", [".5", "g"]),
        ("1.000,50", ["1.000,50"]),
        ("2c-b", ["2", "c", "-", "b"]),
        ("a\nb", ["a", "\n", "b"]),
    ],
)
def test_tokens(text, tokens):
    assert [token.text for token in tokenize(text)] == tokens
