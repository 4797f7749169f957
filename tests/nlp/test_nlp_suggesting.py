# SPDX-License-Identifier: AGPL-3.0-or-later
"""The trained layer: made again it is the same, it only suggests, and a changed one is refused."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from nlp.model import ListingText
from nlp.reading.reader import shipped_reader
from nlp.upkeep import suggest_measuring, suggesting
from nlp.upkeep.suggest_measuring import measure
from nlp.upkeep.suggest_model import load, save
from nlp.upkeep.suggesting import labelled, suggest, title_words, train
from nlp.upkeep.unknown_words import SeenText
from vestigo.cli.nlp import nlp as group
from vestigo.errors import InputError, UsageError

NAMES = ("MDMA", "cocaine", "ketamine", "heroin", "LSD", "amphetamine", "Xanax", "hash")


def seen(title, vendor="v"):
    return SeenText(vendor, ListingText(id=title, title=title))


KNOWN = [
    seen(f"{n} g {name} {tail}", vendor=str(n))
    for n in (1, 2, 5, 10, 25)
    for name in NAMES
    for tail in ("high quality", "free shipping")
]


@pytest.fixture(scope="module")
def model():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(suggesting, "EPOCHS", 12)
        return train(labelled(KNOWN, shipped_reader()))


def test_the_names_that_the_lexicon_knows_are_the_labels():
    (one,) = labelled([seen("5 g MDMA crystal"), seen("nothing known")], shipped_reader())
    assert [one.words[a:b] for a, b in one.names] == [("mdma",)]


def test_identifiers_are_no_words_to_learn_from():
    assert "example" not in title_words("5 g MDMA me@example.org")[0]


def test_a_word_where_names_stand_is_suggested_and_known_ones_are_not(model):
    titles = [seen("5 g florbazol high quality", v) for v in "ab"] + KNOWN[:5]
    rows = suggest(model, shipped_reader(), titles)
    assert [(row["words"], row["vendors"]) for row in rows][:1] == [("florbazol", 2)]
    assert not {name.lower() for name in NAMES} & {row["words"] for row in rows}


def test_trained_again_it_is_the_same(model, tmp_path, monkeypatch):
    monkeypatch.setattr(suggesting, "EPOCHS", 12)
    notes = [save(train(labelled(KNOWN, shipped_reader())), tmp_path / n, {}) for n in "ab"]
    assert notes[0] == notes[1]
    loaded, note = load(tmp_path / "a")
    assert note["sha256"] == notes[0]["sha256"]
    titles = [seen("5 g florbazol high quality")]
    assert suggest(loaded, shipped_reader(), titles) == suggest(model, shipped_reader(), titles)
    with pytest.raises(UsageError):
        save(model, tmp_path / "a", {})


def test_a_changed_or_foreign_model_is_refused(model, tmp_path):
    save(model, tmp_path / "m", {})
    next((tmp_path / "m" / "model" / "ner").glob("cfg")).write_text("{}")
    for folder in (tmp_path / "m", tmp_path):
        with pytest.raises(InputError) as caught:
            load(folder)
        assert caught.value.code == "E-NLP-027"


def test_names_taken_out_are_looked_for(monkeypatch):
    blind, said = [], [{"words": "postage paid"}]

    def suggested(_language, reader, _seen):
        blind.append(reader)
        return said

    monkeypatch.setattr(suggest_measuring, "train", lambda _texts: None)
    monkeypatch.setattr(suggest_measuring, "suggest", suggested)
    nothing = measure(shipped_reader(), KNOWN, held=2)
    assert (nothing["found"], nothing["found_share"]["share"]) == ([], "0.0000")
    one, other = nothing["held"]
    known = {row.id: row.name for row in shipped_reader().lexicon.substances.values()}
    for name in (one, other):
        title = ListingText(title=f"5 g {known[name]}")
        assert name in {row.id for row in shipped_reader().read(title).substances}
        assert name not in {row.id for row in blind[0].read(title).substances}

    said.append({"words": f"best {known[one]}"})
    figures = measure(shipped_reader(), KNOWN, held=2)
    assert figures["found"] == [one]
    assert figures["found_share"]["of"] == 2
    assert figures["right_of_top_50"]["share"] == "0.5000"


def test_too_few_titles_are_refused(tmp_path):
    path = tmp_path / "l.jsonl"
    path.write_text(json.dumps({"title": "5 g MDMA"}) + "\n", "utf-8")
    words = ["suggest", "train", str(path), "--to", str(tmp_path / "m")]
    result = CliRunner().invoke(group, words, standalone_mode=False)
    assert result.exception.code == "E-NLP-028"
    assert not (tmp_path / "m").exists()
