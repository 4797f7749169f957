# SPDX-License-Identifier: AGPL-3.0-or-later
"""The measure of speed: what it runs, what it refuses, what it calls beyond a limit."""

from __future__ import annotations

import json

import pytest

from nlp.lexicon.loading import shipped_lexicon
from nlp.model import ListingText
from nlp.scoring.gold import of_values
from nlp.scoring.peers import Naming, list_finder, naive_finder
from vestigo.cli.output import emit_json
from vestigo.errors import InputError
from vestigo.pipeline.nlp_benchmark import (
    Wanted,
    given_texts,
    invented_texts,
    measure,
    missed,
    with_descriptions,
)
from vestigo.pipeline.nlp_peers import beside

TEXTS = [ListingText(title=f"{n} g MDMA", description="Best quality. ") for n in range(1, 8)]


def test_a_small_measure_runs_the_command_and_compares_the_bytes(tmp_path, capsys):
    measured = measure(
        TEXTS, Wanted(n_titles=20, n_single=10, n_texts=5, workers=1, n_first=1), tmp_path
    )
    figures = measured["figures"]
    assert figures["identical"] is True
    emit_json(measured)  # no number in it that JSON of ours refuses
    assert json.loads(capsys.readouterr().out)["figures"]["many_titles"] == 20
    assert figures["million_titles_s"] is None  # never scaled up
    assert figures["many_titles"] == 20
    lines = (tmp_path / "many.jsonl").read_text("utf-8").splitlines()
    assert len({json.loads(line)["title"] for line in lines}) == 20


def test_what_is_beyond_a_limit_is_named():
    good = {"titles_per_s": 3000, "texts_per_s": 1000, "million_titles_s": None,
            "first_answer_s": 2.5, "peak_mb": 600, "identical": True}  # fmt: skip
    assert missed(good) == []
    bad = {**good, "titles_per_s": 2999, "million_titles_s": 361, "identical": False}
    assert missed(bad) == ["identical", "titles_per_s", "million_titles_s"]


def test_invented_texts_are_many_and_descriptions_have_their_length():
    texts = invented_texts()
    assert len({text.title for text in texts}) == len(texts) > 1000
    assert {len(one) for one in with_descriptions(texts)} == {1000}


def test_texts_without_a_title_are_refused(tmp_path):
    path = tmp_path / "texts.jsonl"
    path.write_text('nothing\n{"title": ""}\n', "utf-8")
    with pytest.raises(InputError) as caught:
        given_texts(path)
    assert caught.value.code == "E-NLP-025"


def test_peers_are_scored_on_the_same_texts_with_names_made_ids(tmp_path, monkeypatch):
    monkeypatch.setattr("vestigo.pipeline.nlp_peers.drug_ner_finder", lambda: None)
    path = tmp_path / "list.json"
    path.write_text(json.dumps({"mdma": {"aliases": ["molly"]}, "nonsense": {}}), "utf-8")
    gold = of_values([
        {"id": "1", "title": "5 g molly", "gold": {"substances": [{"id": "mdma", "status": "stated"}]}}
    ])  # fmt: skip
    found = beside(TEXTS, gold, path, 3)
    assert found["list"]["f1"]["all"]["f1"] == "1.0000"
    assert found["vestigo"]["titles_per_cpu_s"] > 0
    assert found["naive_pattern"]["f1"]["all"]["f1"] == "0.0000"
    assert found["drug_named_entity_recognition"] is None


def test_a_list_of_terms_and_one_that_is_none(tmp_path):
    path = tmp_path / "list.txt"
    path.write_text("ketamine\n\nspecial k\n", "utf-8")
    finder = list_finder(path)
    assert finder("5g Special K and KETAMINE") == {"ketamine", "special k"}
    broken = tmp_path / "list.json"
    broken.write_text("[1]", "utf-8")
    with pytest.raises(InputError) as caught:
        list_finder(broken)
    assert caught.value.code == "E-NLP-024"


def test_names_are_ids_of_the_lexicon_or_slugs_of_themselves():
    naming = Naming(shipped_lexicon())
    assert naming.ids(["MDMA", "Some New Thing"]) == {"mdma", "some_new_thing"}
    assert naive_finder(shipped_lexicon())("10 g ketamine") == {"ketamine"}
