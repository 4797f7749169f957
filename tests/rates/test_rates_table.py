# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rates: of the day or none, an older day only when asked for and marked."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from vestigo.errors import ConfigurationError
from vestigo.rates import RateTable

DAY = date(2024, 8, 25)
TEXT = """date,currency,btc_price,source
2024-08-25,USD,60000.00,exchange A
2024-08-25,EUR,54000.00,exchange A
2024-08-27,USD,61000.00,exchange B
"""


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "rates.csv"
    path.write_text(TEXT, "utf-8")
    return RateTable.read([path])


def test_the_rate_of_the_day(table):
    rate = table.btc(DAY, "usd")
    assert (rate.btc_price, rate.source, rate.on, rate.is_fallback) == (
        60000,
        "exchange A",
        DAY,
        False,
    )
    assert len(table) == 3


def test_a_day_without_a_rate_has_none(table):
    assert table.btc(date(2024, 8, 26), "USD") is None
    assert table.btc(DAY, "GBP") is None


def test_an_older_day_is_marked(table):
    rate = table.btc(date(2024, 8, 26), "USD", fallback_days=3)
    assert (rate.on, rate.is_fallback) == (DAY, True)
    assert table.btc(date(2024, 8, 24), "USD", fallback_days=3) is None
    assert table.btc(date(2024, 8, 30), "USD", fallback_days=2) is None


def test_nothing_is_interpolated(table):
    assert table.convert(Decimal(1), "BTC", "USD", date(2024, 8, 26)) is None


def test_conversion(table):
    converted = table.convert(Decimal("0.5"), "BTC", "USD", DAY)
    assert (converted.amount, converted.currency, converted.source) == (
        Decimal("30000.0000"),
        "USD",
        "exchange A",
    )
    across = table.convert(Decimal(60), "USD", "EUR", DAY)
    assert across.amount == Decimal("54.0000")
    assert table.convert(Decimal(54), "EUR", "BTC", DAY).amount == Decimal("0.0010")
    assert table.convert(Decimal(1), "BTC", "BTC", DAY) is None
    assert table.convert(Decimal(1), "GBP", "USD", DAY) is None


def test_an_older_rate_shows_in_the_source(table):
    converted = table.convert(Decimal(1), "BTC", "USD", date(2024, 8, 26), fallback_days=1)
    assert converted.is_fallback
    assert "2024-08-25" in converted.source


def test_a_folder_and_a_later_file_overrides(tmp_path):
    (tmp_path / "a.csv").write_text(TEXT, "utf-8")
    (tmp_path / "b.csv").write_text(
        "date,currency,btc_price,source\n2024-08-25,USD,1,other\n", "utf-8"
    )
    assert RateTable.read([tmp_path]).btc(DAY, "USD").source == "other"


def test_the_digest_changes_with_the_files(tmp_path, table):
    other = tmp_path / "other.csv"
    other.write_text(TEXT.replace("60000", "60001"), "utf-8")
    assert RateTable.read([other]).digest != table.digest
    assert RateTable([]).digest == ""


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("date,currency,btc_price,source,note\n", "E-NLP-011"),
        ("date,currency,price,source\n", "E-NLP-011"),
        ("", "E-NLP-011"),
        ("date,currency,btc_price,source\n25/08/2024,USD,1,x\n", "E-NLP-012"),
        ("date,currency,btc_price,source\n2024-08-25,usd,1,x\n", "E-NLP-012"),
        ("date,currency,btc_price,source\n2024-08-25,USD,-1,x\n", "E-NLP-012"),
        ("date,currency,btc_price,source\n2024-08-25,USD,NaN,x\n", "E-NLP-012"),
        ("date,currency,btc_price,source\n2024-08-25,USD,1,\n", "E-NLP-012"),
        ("date,currency,btc_price,source\n2024-08-25,USD,1,x,y\n", "E-NLP-012"),
        ("date,currency,btc_price,source\n2024-08-25,USD\n", "E-NLP-012"),
    ],
)
def test_a_bad_file_is_refused_with_its_line(tmp_path, text, code):
    path = tmp_path / "bad.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigurationError) as error:
        RateTable.read([path])
    assert error.value.code == code
    assert str(path) in error.value.where


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ConfigurationError) as error:
        RateTable.read([tmp_path / "none.csv"])
    assert error.value.code == "E-NLP-010"
