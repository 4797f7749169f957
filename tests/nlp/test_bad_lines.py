# SPDX-License-Identifier: AGPL-3.0-or-later
"""Lines that are no listing, or are one with something wrong in it: one answer each, exit 0."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from nlp.lines.answering import read_lines
from nlp.text.normalizing import MAX_CODE_POINTS
from vestigo.cli.nlp import nlp as group

COKE = '"title": "10g coke"'
DEEP = "nested too deep"
LINES = [
    ("", None, "empty line", 0), ("  \t", None, "empty line", 0), ("{", None, "not JSON", 0),
    ("NaN", None, "not a JSON object", 0), ("[]", None, "not a JSON object", 0), ('"x"', None, "not a JSON object", 0),
    ('{"id":"a"}{"id":"b"}', None, "not JSON", 0), ("\x00\x01", None, "not JSON", 0),
    ("[" * 10_000 + "]" * 10_000, None, DEEP, 0), ('{"a":' * 10_000 + "1" + "}" * 10_000, None, DEEP, 0),
    ('{"id":"a", %s, "x":1e99999999999999999999}', "a", None, 1), ('{"id":"a", %s, "x":' + "9" * 6000 + "}", "a", None, 1),
    ('{"id":"a", %s, "price":{"amount":NaN,"currency":"EUR"}}', "a", "price has no number", 1),
    ('{"id":"a", %s, "price":{"amount":-Infinity}}', "a", "price has no number", 1),
    ('{"id":"a", %s, "price":{"amount":1e400,"currency":"EUR"}}', "a", "price has an amount that no price has", 1),
    ('{"id":"a", %s, "price":{"amount":"-5","currency":"EUR"}}', "a", "price has an amount that no price has", 1),
    ('{"id":"a", %s, "price":{"amount":"1_000"}}', "a", "price has no number", 1),
    ('{"id":"a", %s, "price":{"amount":"١٢"}}', "a", "price has no number", 1),
    ('{"id":"a", %s, "price":{"amount":true}}', "a", "price has no number", 1),
    ('{"id":"a", %s, "price":{"amount":5,"currency":"Euros or so"}}', "a", "price has a currency that is no code", 1),
    ('{"id":"a", %s, "price":{"amount":5,"currency":["EUR"]}}', "a", "price has a currency that is no code", 1),
    ('{"id":"a", %s, "price":[5]}', "a", "price is not an object", 1), ('{"id":"a", %s, "price":{}}', "a", None, 1),
    ('{"id":"a", %s, "category":"Drugs"}', "a", "category is not a list of strings", 1),
    ('{"id":"a", %s, "category":[["Drugs"]]}', "a", "category is not a list of strings", 1),
    ('{"id":"a", %s, "description":["x"]}', "a", "description is not a string", 1),
    ('{"id":"a", %s, "profile":{"x":1}}', "a", "profile is not a string", 1),
    ('{"id":"a", %s, "ships_text":1}', "a", "ships_text is not a string", 1),
    ('{"id":"a", %s, "language":["en"]}', "a", "language is not a string", 1),
    ('{"id":"a", %s, "language":"Spanish"}', "a", "language is not a code", 1),
    ('{"id":"a", %s, "language":"ES-mx"}', "a", None, 1), ('{"id":"a", %s, "language":""}', "a", None, 1),
    ('{"id":"a", %s, "listed_on":20240101}', "a", "listed_on is not a date", 1),
    ('{"id":"a", %s, "listed_on":"2024-02-30"}', "a", "listed_on is not a date", 1),
    ('{"id":"a", %s, "listed_on":"2024-01-01T10:00:00Z"}', "a", None, 1),
    ('{"id":"a", %s, "id":"b"}', "b", "id stands twice", 1), ('{"id":{"x":1}, %s}', None, "id is not a string", 1),
    ('{"id":true, %s}', None, "id is not a string", 1), ('{"id":NaN, %s}', None, "id is not a string", 1),
    ('{"id":17, %s}', "17", None, 1), ('{"id":1.50, %s}', "1.50", None, 1), ('{"id":null, %s}', None, None, 1),
    ('\ufeff{"id":"a", %s}', "a", None, 1), ('{"id":"a", %s}\r\n', "a", None, 1),
    ('{"id":"a", "title":"10g coke \\ud800"}', "a", None, 1), ('{"id":"\\ud800", %s}', "\ud800", None, 1),
    ('{"id":"a", "title":"10g\\u0000coke"}', "a", None, 1), ('{"id":"a", "title":"10g coke\u2028\u0085"}', "a", None, 1),
]  # fmt: skip


@pytest.mark.parametrize(("line", "name", "reason", "n_substances"), LINES)
def test_one_answer_that_says_what_is_wrong(strict, line, name, reason, n_substances):
    line = line.replace("%s", COKE)
    (answer,) = read_lines([line])
    listing = json.loads(line.removeprefix("\ufeff"), parse_int=str) if n_substances else {}
    strict(answer, listing)
    assert answer["id"] == name
    assert len(answer["substances"]) == n_substances
    assert [reason in one["reason"] for one in answer["unread"]] == ([True] if reason else [])


def test_the_command_gives_line_for_line_and_ends_with_0():
    lines = [line.replace("%s", COKE) for line, *_expected in LINES if "\n" not in line]
    text = "\n".join(lines).encode("utf-8", "surrogatepass") + b"\n\xff\xfe\x00\n"
    result = CliRunner().invoke(group, ["read", "--jsonl"], input=text, standalone_mode=False)
    assert result.exception is None
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert len(answers) == len(lines) + 1
    assert [one["id"] for one in answers[:-1]] == [
        name for line, name, *_rest in LINES if "\n" not in line
    ]


def test_a_megabyte_is_read_and_what_is_beyond_is_said(strict):
    listing = {"title": "10g coke", "description": "x" * (MAX_CODE_POINTS + 7)}
    (answer,) = read_lines([json.dumps(listing)])
    strict(answer, listing)
    (unread,) = answer["unread"]
    assert unread["span"] == [MAX_CODE_POINTS, MAX_CODE_POINTS + 7]
    assert unread["field"] == "description"


@pytest.mark.parametrize(
    "text",
    ["1g coke " * 12_000, "\x00\x01\xff" * 30_000, "🎉" * 60_000, "مرحبا " * 20_000, "<b>&nbsp;" * 12_000, "買10克冰毒" * 12_000],
    ids=["listings", "binary", "emoji", "right to left", "html", "mixed scripts"],
)  # fmt: skip
def test_long_texts_of_every_kind(strict, text):
    listing = {"title": text[:500], "description": text, "category": [text[:100]]}
    (answer,) = read_lines([json.dumps(listing)])
    strict(answer, listing)


def test_an_object_of_very_many_keys_is_no_more_work():
    line = json.dumps({"title": "10g coke", **{f"key{n}": n for n in range(200_000)}})
    (answer,) = read_lines([line])
    assert len(answer["substances"]) == 1


def test_a_line_of_ten_megabytes_is_one_line():
    line = json.dumps({"id": "big", "title": "10g coke", "other": "x" * 10_000_000})
    (answer,) = read_lines([line])
    assert (answer["id"], answer["unread"]) == ("big", [])
