# SPDX-License-Identifier: AGPL-3.0-or-later
"""The measure itself: both gold forms, shares, intervals, agreement, floors."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from nlp.model import ListingText, Offer, Place, Reading, SubstanceFound
from nlp.scoring.agreement import agreement
from nlp.scoring.answers import OfferSaid, close
from nlp.scoring.floors import missed
from nlp.scoring.gold import gold_files, read_gold
from nlp.scoring.score import score
from nlp.scoring.tally import bootstrap, wilson
from vestigo.cli.nlp import nlp as group
from vestigo.errors import InputError, UsageError

AT = Place(field="title", start=0, end=1)


def substance(identity, status):
    return SubstanceFound(
        id=identity, name=identity, unii=None, status=status, schedules=(), place=AT,
        term_source="x", ambiguity="strong",
    )  # fmt: skip


def reader(**values):
    """A reader that always gives the same answer: the measure is what is under test."""
    return lambda text: Reading(id=text.id, language=None, **values)


def line(**gold):
    return {"id": "1", "title": "a text", "language": "es", "gold": gold}


def test_the_full_form_is_scored_per_language_and_only_where_annotated():
    report = score(
        [line(substances=[{"id": "mdma", "status": "stated"}], offers=[]),
         {**line(substances=[]), "id": "2", "language": "fr"}],
        reader(substances=(substance("mdma", "stated"),)),
    )  # fmt: skip
    assert set(report["languages"]) == {"es", "fr"}
    assert report["languages"]["es"]["fields"]["substances"]["f1"] == "1.0000"
    assert report["languages"]["fr"]["fields"]["substances"]["precision"] == "0.0000"
    assert report["fields"]["quantities"]["texts"] == 1
    assert "prices" not in report["fields"]
    assert report["errors"][0] == {
        "id": "2", "language": "fr", "field": "substances", "expected": [], "given": ["mdma"],
    }  # fmt: skip


def test_statuses_are_compared_one_by_one_and_the_offered_set_as_a_whole():
    gold = line(substances=[{"id": "mdma", "status": "implied"}, {"id": "lsd", "status": "stated"}])
    rows = (substance("mdma", "stated"), substance("lsd", "declared"))
    fields = score([gold], reader(substances=rows))["fields"]
    assert fields["substances"]["f1"] == "1.0000"
    assert fields["substances.stated"]["f1"] == "0.0000"
    assert fields["substances.declared"]["precision"] == "0.0000"


def test_what_only_the_market_declares_is_not_asked_of_the_text():
    gold = {**line(substances=[{"id": "mdma", "status": "declared"}]), "category": ["MDMA"]}
    asked = []

    def read(text):
        asked.append(text.category)
        rows = (substance("mdma", "declared"),) if text.category else ()
        return Reading(id=None, language=None, substances=rows)

    fields = score([gold], read)["fields"]
    assert fields["substances"]["right"] == 1
    assert fields["substances.text_only"]["expected"] == 0
    assert asked == [("MDMA",), ()]


def test_the_denied_that_is_offered_is_a_share_of_the_denied():
    rows = [{"id": "mdma", "status": "negated"}, {"id": "lsd", "status": "mentioned"}]
    report = score([line(substances=rows)], reader(substances=(substance("lsd", "stated"),)))
    assert report["shares"]["denied_given_as_offered"]["share"] == "0.5000"


@pytest.mark.parametrize(
    ("given_offer", "gold_offer", "factor"),
    [
        ({"grams": "10"}, {"grams": "1"}, "factor_10"),
        ({"grams": "1"}, {"grams": "2"}, "factor_2"),
        ({"grams": "0.005"}, {"grams": "5"}, "factor_1000"),
        ({"grams": "3"}, {"grams": "7"}, None),
        ({"grams": "5", "count": 2}, {"grams": "5"}, "factor_2"),
    ],
)
def test_errors_by_a_factor(given_offer, gold_offer, factor):
    offer = Offer(
        kind="mass", grams=Decimal(given_offer["grams"]), count=given_offer.get("count"), place=AT
    )
    report = score([line(offers=[{"kind": "mass", **gold_offer}])], reader(offers=(offer,)))
    shares = report["shares"]
    assert shares["factor_errors"]["count"] == (factor is not None)
    if factor:
        assert shares[factor]["count"] == 1


def test_unit_prices_are_right_where_all_of_a_listing_are():
    gold = line(
        offers=[{"kind": "mass", "grams": 5}],
        prices=[{"amount": "100", "currency": "EUR", "per": "package"}],
        unit_prices=[{"amount": "20", "currency": "EUR", "per_unit": "g"}],
    )
    report = score([{**gold, "title": "5 g MDMA 100 EUR"}])
    assert report["shares"]["unit_price_right"]["share"] == "1.0000"
    none = {**gold, "gold": {**gold["gold"], "unit_prices": []}, "title": "5 g MDMA 100 EUR"}
    shares = score([none])["shares"]
    assert shares["unit_price_right"]["share"] is None
    assert shares["unit_price_given_where_none_follows"]["share"] == "1.0000"


@pytest.mark.parametrize(
    "bad",
    [
        "nothing", "[]", '{"title": "no id", "gold": {}}', '{"id": 1, "gold": []}',
        '{"id": "1", "gold": {"offer": []}}',
        '{"id": "1", "gold": {"offers": [{"kind": "mass", "g": 1}]}}',
        '{"id": "1", "gold": {"offers": [{"kind": "mass", "grams": "one"}]}}',
        '{"id": "1", "gold": {"substances": [{"id": "x", "status": "sold"}]}}',
        '{"id": "1", "gold": {"prices": [{"amount": 1}]}}',
        '{"id": "1", "gold": {}}\n{"id": "1", "gold": {}}',
    ],
)  # fmt: skip
def test_a_line_that_is_no_annotation_is_refused_with_its_place(tmp_path, bad):
    path = tmp_path / "gold.jsonl"
    path.write_text(bad, "utf-8")
    with pytest.raises(InputError) as caught:
        read_gold([path])
    assert caught.value.code == "E-NLP-020"
    assert caught.value.where == f"{path}:{bad.count(chr(10)) + 1}"


def test_a_folder_is_its_files_in_order_and_an_empty_one_is_refused(tmp_path):
    for name in ("b.jsonl", "a.jsonl", "RULES.md"):
        (tmp_path / name).write_text("", "utf-8")
    assert [path.name for path in gold_files([tmp_path])] == ["a.jsonl", "b.jsonl"]
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(UsageError):
        gold_files([empty])


def write(path, *rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def test_agreement_counts_and_every_conflict_is_listed_with_its_text(tmp_path):
    one = write(tmp_path / "a.jsonl", line(offers=[{"kind": "mass", "grams": 5}], ships_to=["ES"]))
    other = write(
        tmp_path / "b.jsonl", line(offers=[{"kind": "mass", "grams": 6}], ships_to=["ES"])
    )
    report = agreement([one], [other])
    assert report["fields"]["ships_to"]["f1"] == "1.0000"
    assert report["fields"]["quantities"]["f1"] == "0.0000"
    assert report["conflicts"] == [
        {"id": "1", "language": "es", "field": "quantities",
         "only_a": [{"kind": "mass", "grams": "5"}], "only_b": [{"kind": "mass", "grams": "6"}],
         "text": {"title": "a text"}}
    ]  # fmt: skip
    printed = CliRunner().invoke(group, ["agreement", str(one), str(other), "--conflicts"])
    assert json.loads(printed.stdout)["only_b"] == [{"kind": "mass", "grams": "6"}]
    shown = CliRunner().invoke(group, ["agreement", str(one), str(other)])
    assert "1 conflict " in shown.stdout


def test_annotations_of_other_texts_are_not_compared(tmp_path):
    one = write(tmp_path / "a.jsonl", line())
    other = write(tmp_path / "b.jsonl", {**line(), "title": "another"})
    with pytest.raises(InputError) as caught:
        agreement([one], [other])
    assert caught.value.code == "E-NLP-022"


def test_intervals_hold_the_figure_and_are_the_same_each_time():
    assert wilson(95, 100) == ["0.8882", "0.9785"]  # as published tables give it
    assert wilson(0, 0) is None
    texts = [(1, 1, 1)] * 30 + [(0, 1, 1)] * 10
    low, high = bootstrap(texts)
    assert Decimal(low) < Decimal("0.75") < Decimal(high)
    assert bootstrap(texts) == [low, high]


@given(st.integers(0, 50), st.integers(1, 50))
def test_an_interval_lies_within_zero_and_one(part, more):
    low, high = map(Decimal, wilson(part, part + more))
    assert 0 <= low <= Decimal(part) / (part + more) + Decimal("0.0001")
    assert Decimal(part) / (part + more) - Decimal("0.0001") <= high <= 1


def test_floors_and_ceilings_that_are_missed_are_named():
    report = score([line(offers=[])], reader())
    floors = {
        "floor": [{"set": "held", "language": "es", "field": "quantities", "f1": "0.9"}],
        "ceiling": [{"set": "held", "language": "all", "share": "factor_errors", "most": "0.01"}],
        "least": [{"set": "held", "language": "fr", "share": "unit_price_right", "least": "0.9"}],
    }
    assert len(missed(report, floors, "held")) == 3
    assert missed(report, floors, "dev") == []
    right = score([line(offers=[{"kind": "mass", "grams": 1}])], reader(
        offers=(Offer(kind="mass", grams=Decimal(1), place=AT),)
    ))  # fmt: skip
    assert missed(right, {**floors, "least": []}, "held") == []


def test_amounts_within_three_per_cent_are_close():
    assert close(Decimal(103), Decimal(100))
    assert not close(Decimal("103.1"), Decimal(100))
    assert not close(None, Decimal(1))
    assert OfferSaid("mass", grams=Decimal(1)).plain() == {"kind": "mass", "grams": "1"}
    assert ListingText().title == ""
