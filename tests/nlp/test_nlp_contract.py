# SPDX-License-Identifier: AGPL-3.0-or-later
"""The contract of ``vestigo nlp read``: lines in, lines out, spans that cut right."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.lines.answering import read_lines
from vestigo.cli.nlp import nlp as group
from vestigo.rates import RateTable

KEYS = [
    "id", "language", "goods", "substances", "offers", "prices", "unit_prices", "purity_pct", "forms",
    "ships_from", "ships_to", "terms", "selectors", "unread", "spans", "flags",
]  # fmt: skip
LISTING = {
    "id": "x1",
    "language": "en",
    "title": "10x ½ g Cocaína 85% - 300 EUR",
    "description": "Ships from Spain to Europe. Wickr: greenhouse77. Full escrow, vacuum sealed powder.",
    "category": ["Drugs", "Stimulants", "Cocaine"],
    "price": {"amount": "0.01", "currency": "btc"},
    "listed_on": "2024-08-25",
    "profile": "telegram @some_shop",
    "ships_text": "From: Spain",
}


def answers(*values, rates=None):
    lines = [value if isinstance(value, str) else json.dumps(value) for value in values]
    return list(read_lines(lines, rates))


def test_the_keys_and_their_order_never_change():
    (answer,) = answers(LISTING)
    assert list(answer) == KEYS
    assert json.dumps(answer)


def test_the_values_of_one_listing():
    (answer,) = answers(LISTING)
    assert answer["language"] == "en"
    assert answer["offers"] == [
        {"kind": "mass", "grams": "0.5", "count": 10, "field": "title", "span": [0, 7]}
    ]
    (substance,) = answer["substances"]
    assert (substance["id"], substance["unii"], substance["status"]) == (
        "cocaine",
        "I5Y540LHVR",
        "stated",
    )
    assert substance["schedules"] == [
        {"convention": "1961", "schedule": "I", "state": "Yellow List 64th edition, 2025"}
    ]
    assert answer["purity_pct"] == ["85"]
    assert answer["unit_prices"] == [{"amount": "0.002", "currency": "BTC", "per_unit": "g"}]
    assert (answer["ships_from"], answer["ships_to"]) == (["ES"], ["EU"])
    assert {s["kind"] for s in answer["selectors"]} == {"wickr", "telegram"}
    assert answer["goods"][0] == {"class": "drug", "source": "declared"}
    assert "escrow" in answer["terms"]
    assert answer["forms"] == ["powder"]


def test_a_substance_that_no_convention_lists_says_none():
    (answer,) = answers({"title": "Sildenafil 100mg 10 tabs"})
    (schedule,) = answer["substances"][0]["schedules"]
    assert (schedule["convention"], schedule["schedule"]) == ("none", None)
    assert "64th edition" in schedule["state"]


def places(answer):
    for key in ("substances", "offers", "prices", "selectors", "spans", "unread"):
        for row in answer[key]:
            if "span" in row:
                yield key, row


def field_text(listing, name):
    if name.startswith("category."):
        return listing["category"][int(name.removeprefix("category."))]
    return listing[name]


def test_every_span_cuts_the_text_it_was_read_from():
    (answer,) = answers(LISTING)
    cuts = {}
    for key, row in places(answer):
        start, end = row["span"]
        cut = field_text(LISTING, row["field"])[start:end]
        assert cut.strip() == cut != ""
        cuts.setdefault(key, []).append(cut)
    assert cuts["substances"] == ["Cocaína"]
    assert cuts["offers"] == ["10x ½ g"]
    assert cuts["prices"] == ["300 EUR"]
    assert "85" in cuts["spans"]


WORDS = st.sampled_from(
    [
        "1g",
        "10x",
        "½",
        "3.5",
        "gr",
        "oz",
        "220mg",
        "µg",
        "pills",
        "XTC",
        "MDMA",
        "Cocaína",
        "85%",
        "300",
        "EUR",
        "€5",
        "$",
        "no",
        "sin",
        "shipping",
        "UK",
        "EU",
        "to",
        "from",
        "\n",
        ".",
        ",",
        "(",
        ")",
        "-",
        "+",
        "/",
        "x",
        "cannabis",
        "Kush",
        "2C-B",
        "﹖",
        "\u200b",
        "🎉",
        "مرحبا",
        "К",
        "wickr:",
        "telegram",
        "@shop_one",
        "1/2",
        "8ball",
        "free",
        "minimum",
        "cada",
        "unidad",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(WORDS, max_size=25), st.lists(WORDS, max_size=40), st.booleans())
def test_spans_hold_on_anything(title, description, drug):
    listing = {
        "title": " ".join(title),
        "description": " ".join(description),
        "category": ["Drugs", "MDMA"] if drug else [],
    }
    (answer,) = answers(listing)
    for _key, row in places(answer):
        start, end = row["span"]
        assert 0 <= start < end <= len(field_text(listing, row["field"]))


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300))
def test_any_text_gives_an_answer(text):
    (answer,) = answers({"title": text, "description": text})
    assert list(answer) == KEYS


BAD = [
    "", "{", "[]", "null", "1", '"text"', '{"id": 5, "title": 7}', '{"category": "Drugs"}', '{"category": [1]}',
    '{"price": "5"}', '{"price": {"amount": "many"}}', '{"price": {"amount": "NaN"}}', '{"listed_on": "yesterday"}', "[" * 100_000,
]  # fmt: skip


@pytest.mark.parametrize("line", BAD)
def test_a_bad_line_gives_a_line_that_says_so(line):
    (answer,) = answers(line)
    assert list(answer) == KEYS
    assert answer["unread"][0]["reason"]
    assert answer["substances"] == []


def test_a_bad_line_keeps_its_id_where_it_has_one():
    assert answers('{"id": "a7", "title": 7}')[0]["id"] == "a7"


def test_order_and_number_of_lines_are_kept():
    lines = [{"id": str(n), "title": f"{n}g MDMA"} if n % 3 else "broken" for n in range(12)]
    ids = [answer["id"] for answer in answers(*lines)]
    assert ids == [str(n) if n % 3 else None for n in range(12)]


def test_null_and_unknown_keys_are_accepted():
    (answer,) = answers({"id": None, "title": None, "price": {"amount": None}, "extra": 1})
    assert answer["unread"] == []


def test_the_same_input_gives_the_same_bytes():
    assert json.dumps(answers(LISTING)) == json.dumps(answers(LISTING))


def test_conversion_names_its_source(tmp_path):
    path = tmp_path / "rates.csv"
    path.write_text("date,currency,btc_price,source\n2024-08-25,USD,60000,exchange A\n", "utf-8")
    (answer,) = answers(LISTING, rates=RateTable.read([path]))
    assert answer["unit_prices"] == [
        {"amount": "0.002", "currency": "BTC", "per_unit": "g"},
        {"amount": "120", "currency": "USD", "per_unit": "g", "rate_source": "exchange A"},
    ]


def test_no_conversion_without_a_date(tmp_path):
    path = tmp_path / "rates.csv"
    path.write_text("date,currency,btc_price,source\n2024-08-25,USD,60000,exchange A\n", "utf-8")
    undated = {**LISTING, "listed_on": None}
    (answer,) = answers(undated, rates=RateTable.read([path]))
    assert len(answer["unit_prices"]) == 1


def test_the_command_reads_standard_input():
    text = json.dumps(LISTING) + "\nbroken\n" + json.dumps({"id": "2", "title": "\u202e 1g MDMA"})
    result = CliRunner().invoke(group, ["read", "--jsonl"], input=text, standalone_mode=False)
    assert result.exception is None
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line["id"] for line in lines] == ["x1", None, "2"]


def test_the_command_reads_files_and_bytes_that_are_no_text(tmp_path):
    path = tmp_path / "in.jsonl"
    path.write_bytes(b"\xff\xfe\x00\n" + json.dumps({"title": "\ud800 1g MDMA"}).encode() + b"\n")
    result = CliRunner().invoke(group, ["read", str(path)], standalone_mode=False)
    assert result.exception is None
    assert len(result.stdout.splitlines()) == 2


def test_the_lexicon_command():
    runner = CliRunner()
    summary = json.loads(runner.invoke(group, ["lexicon", "--json"], standalone_mode=False).stdout)
    assert summary["terms"] > 1000
    rows = json.loads(
        runner.invoke(group, ["lexicon", "Xanax", "--json"], standalone_mode=False).stdout
    )["rows"]
    assert rows[0]["substance"] == "alprazolam"
    assert rows[0]["licence"]
    assert "alprazolam" in runner.invoke(group, ["lexicon", "xanax"], standalone_mode=False).stdout
    assert "terms" in runner.invoke(group, ["lexicon"], standalone_mode=False).stdout
    assert (
        "does not know"
        in runner.invoke(group, ["lexicon", "sandwich"], standalone_mode=False).stdout
    )
