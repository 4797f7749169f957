# SPDX-License-Identifier: AGPL-3.0-or-later
"""Numbers as sellers write them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.lexicon.loading import shipped_lexicon
from nlp.text.language import LanguageDetector
from nlp.text.lexing import tokenize
from nlp.text.values import parse_number, value_at


@pytest.mark.parametrize(
    ("text", "language", "number"),
    [
        ("3.5", "en", "3.5"),
        ("0,5", "en", "0.5"),
        ("1,000", "en", "1000"),
        ("1.000", "es", "1000"),
        ("1.000", "en", "1"),
        ("0.500", "es", "0.5"),
        ("1.234,56", "es", "1234.56"),
        ("1,234.56", "en", "1234.56"),
        ("1.000.000", "en", "1000000"),
        (".1", None, "0.1"),
        ("163.75", None, "163.75"),
        ("1.2.3", None, None),
        ("1" * 40, None, None),
    ],
)
def test_numbers(text, language, number):
    expected = None if number is None else Decimal(number)
    assert parse_number(text, language) == expected


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1/2", "0.5"),
        ("1 1/2", "1.5"),
        ("1/8", "0.125"),
        ("3/4", "0.75"),
        ("12/24", "12"),
        ("1/7", "1"),
        ("2/2", "2"),
    ],
)
def test_fractions(text, number):
    value = value_at(tokenize(text), 0, {}, None)
    assert value is not None
    assert value.number == Decimal(number)


@given(st.decimals(min_value=0, max_value=99999, places=2))
def test_a_decimal_is_read_back(number):
    assert parse_number(str(number), "en") == number


def test_languages():
    detector = LanguageDetector(shipped_lexicon().languages)
    english = "we ship from the netherlands to all of europe and you will have it in a week"
    spanish = "enviamos desde el norte a los clientes que nos compran y es muy discreto para todo"
    assert detector.detect(english.split()) == ("en", "en")
    assert detector.detect(spanish.split()) == ("es", "es")
    assert detector.detect(["5g", "mdma"]) == (None, None)
