# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo nlp market``: texts beside what the market shows."""

from __future__ import annotations

import csv
import io
import json
import lzma
from datetime import date
from decimal import Decimal

import pytest
from click.testing import CliRunner

from nlp.model import GivenPrice, ListingText
from nlp.scoring.market import market_report
from vestigo.cli.nlp import nlp as group
from vestigo.rates import RateTable

RATES = """date,currency,btc_price,source
2017-04-20,USD,1200,a table of ours
2017-04-20,EUR,1000,a table of ours
"""


def usd(amount):
    return GivenPrice(amount=Decimal(amount), currency="USD")


def test_same_other_and_silent_substances_are_told_apart():
    report = market_report(
        [
            ListingText(title="1g coke", category=("Drugs", "Cocaine")),
            ListingText(title="1g MDMA", category=("Drugs", "Cocaine"), id="wrong place"),
            ListingText(title="the best of the best", category=("Drugs", "Cocaine")),
        ]
    )
    row = report["substance"]["of_market"]["cocaine"]
    assert (row["same"]["count"], row["same"]["of"], row["silent"]) == (1, 2, 1)
    assert [d["id"] for d in report["differences"]] == ["wrong place"]
    assert report["differences"][0]["text"] == ["mdma"]


def test_the_category_takes_no_part_in_what_the_text_says():
    report = market_report([ListingText(title="5g of the usual", category=("Drugs", "Heroin"))])
    assert report["substance"]["silent"] == 1
    assert report["class"]["table"] == {"drug": {"none": 1}}


def test_classes_stand_in_a_table_of_market_and_text():
    report = market_report(
        [
            ListingText(title="Glock 19 with 2 magazines", category=("Weapons",)),
            ListingText(title="1g MDMA", category=("Weapons",)),
        ]
    )
    assert report["class"]["table"] == {"weapon": {"drug": 1, "weapon": 1}}
    assert report["class"]["same"]["share"] == "0.5000"


def test_a_price_of_the_text_is_compared_within_three_percent():
    texts = [
        ListingText(title="1g MDMA 40 USD", price=usd(41)),
        ListingText(title="1g MDMA 40 USD", price=usd(60)),
        ListingText(title="1g MDMA", price=usd(60)),
        ListingText(title="1g MDMA 40 EUR", price=usd(48), listed_on=date(2017, 4, 20)),
    ]
    row = market_report(texts)["price"]
    assert (row["same"]["count"], row["other"], row["silent"]) == (1, 1, 2)


def test_with_rates_other_currencies_are_compared_on_the_day_of_the_listing(tmp_path):
    (tmp_path / "rates.csv").write_text(RATES, "utf-8")
    rates = RateTable.read([tmp_path / "rates.csv"])
    text = ListingText(title="1g MDMA 40 EUR", price=usd(48), listed_on=date(2017, 4, 20))
    assert market_report([text], rates)["price"]["same"]["count"] == 1
    undated = ListingText(title="1g MDMA 40 EUR", price=usd(48))
    assert market_report([undated], rates)["price"]["silent"] == 1


def test_the_command_reads_lines_and_tells_what_is_none(tmp_path):
    lines = tmp_path / "lines.jsonl"
    good = {"id": "a", "title": "1g coke", "category": ["Drugs", "Heroin"]}
    lines.write_text(json.dumps(good) + "\nno json\n", "utf-8")
    result = CliRunner().invoke(group, ["market", "--differences", str(lines)])
    assert result.exit_code == 0
    assert "substance                    same 0.0000" in result.output
    assert '"market": "heroin", "text": ["cocaine"]' in result.output
    assert f"{lines}:2" in result.output
    found = CliRunner().invoke(group, ["market", "--json", str(lines)])
    assert json.loads(found.stdout)["listings"] == 1


def market_2017(data):
    with lzma.open(data / "listings/market-2017.jsonl.xz", "rt", encoding="utf-8") as handle:
        for row in map(json.loads, handle):
            price = usd(row["price_usd"]) if row["price_usd"] else None
            yield ListingText(title=row["title"], category=tuple(row["category"]), price=price)


def agora(data):
    with lzma.open(data / "listings/agora-2014-2015.csv.xz", "rb") as handle:
        for row in csv.DictReader(io.TextIOWrapper(handle, "utf-8", errors="replace")):
            yield ListingText(title=row["title"], category=tuple(row["category"].split("/")))


# What the market declares is no truth: its fentanyl is full of analogues, its ecstasy of MDA.
@pytest.mark.real
@pytest.mark.parametrize(("texts", "least"), [(market_2017, "0.88"), (agora, "0.95")])
def test_real_titles_agree_with_their_market(real_data, texts, least):
    report = market_report(texts(real_data))
    assert Decimal(report["substance"]["same"]["share"]) >= Decimal(least)
    assert Decimal(report["class"]["same"]["share"]) >= Decimal("0.92")
