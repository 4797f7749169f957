# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the reading commands say where input or output is not as they need it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nlp.lines.answering import read_lines
from nlp.reading.own_terms import reader_with
from nlp.scoring.gold import gold_files, read_gold
from nlp.upkeep.suggest_model import load
from vestigo.cli.nlp import _write
from vestigo.cli.standard_input import standard_output
from vestigo.errors import ConfigurationError, InputError, SourceUnreachable, UsageError

LINE = {"id": "1", "title": "Weed 5g", "gold": {"substances": []}}


def put(path: Path, *lines: dict[str, object]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return path


def test_a_folder_of_sets_is_read_without_its_conflicts(tmp_path):
    put(tmp_path / "dev" / "en.jsonl", LINE)
    put(tmp_path / "held" / "en.jsonl", LINE)
    put(tmp_path / "conflicts.jsonl", {"id": "1", "field": "prices"})
    assert [path.parent.name for path in gold_files([tmp_path])] == ["dev", "held"]
    assert len(read_gold([tmp_path])) == 2


def test_an_id_twice_in_one_set_is_refused(tmp_path):
    put(tmp_path / "a.jsonl", LINE)
    put(tmp_path / "b.jsonl", LINE)
    with pytest.raises(InputError, match="second time"):
        read_gold([tmp_path])


def test_a_listing_without_annotation_is_no_annotated_text(tmp_path):
    path = put(tmp_path / "g.jsonl", {"id": "1", "title": "Weed 5g"})
    with pytest.raises(InputError, match="no annotation"):
        read_gold([path])


def test_a_key_twice_inside_the_price_is_named():
    line = '{"title":"Weed 5g","price":{"amount":1,"amount":2,"currency":"EUR"},"x":{"amount":1,"amount":1}}'
    (answer,) = read_lines([line])
    reasons = [row["reason"] for row in answer["unread"]]
    assert reasons == ["price.amount stands twice: the last is read"]


def test_a_closed_standard_output_is_said(monkeypatch):
    monkeypatch.setattr("sys.stdout", None)
    with pytest.raises(UsageError) as refused:
        standard_output()
    assert refused.value.code == "E-CFG-009"


def test_a_full_disk_cuts_the_answers_and_is_said():
    with (
        open("/dev/full", "wb", buffering=0) as full,  # noqa: PTH123 - a device
        pytest.raises(SourceUnreachable) as refused,
    ):
        _write(full, b"{}\n")
    assert refused.value.code == "E-NLP-029"


def test_own_terms_that_are_not_there_are_no_part_of_the_installation(tmp_path):
    with pytest.raises(ConfigurationError) as refused:
        reader_with([tmp_path / "nope.csv"])
    assert refused.value.code == "E-NLP-004"
    assert "path" in (refused.value.remedy or "")


def test_a_folder_without_a_model_is_said_in_words(tmp_path):
    with pytest.raises(InputError) as refused:
        load(tmp_path)
    assert "Errno" not in str(refused.value)
