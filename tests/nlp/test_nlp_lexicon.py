# SPDX-License-Identifier: AGPL-3.0-or-later
"""The lexicon: nothing without a source, nothing that a check would not notice."""

from __future__ import annotations

import csv
import shutil

import pytest

from nlp.lexicon.loading import NOT_KNOWN, SCHEDULES, load_lexicon, shipped_lexicon
from nlp.text.normalizing import normalize
from vestigo.errors import ConfigurationError
from vestigo.places import config_root

FOLDER = config_root() / "lexicon"


@pytest.fixture
def copy(tmp_path):
    return shutil.copytree(FOLDER, tmp_path / "lexicon")


def test_every_source_is_used_and_complete():
    lexicon = shipped_lexicon()
    used = {term.source for term in lexicon.terms}
    for name in ("schedules.csv", "countries.csv", "places.csv"):
        with (FOLDER / name).open(encoding="utf-8") as handle:
            used |= {row["source"] for row in csv.DictReader(handle)}
    assert used == set(lexicon.sources)


def test_substance_ids_are_slugs():
    assert all(
        i == i.lower() and i.replace("_", "").isalnum() for i in shipped_lexicon().substances
    )


def test_every_schedule_row_has_a_state():
    for rows in shipped_lexicon().schedules.values():
        for row in rows:
            assert row.state
            assert row.schedule in SCHEDULES[row.convention]


def test_no_term_stands_twice_for_one_substance_and_language():
    seen = {}
    for term in shipped_lexicon().terms:
        key = (normalize(term.term).normal, term.language, term.substance)
        assert key not in seen, (term, seen[key])
        seen[key] = term


def test_a_change_changes_the_digest(copy):
    before = load_lexicon(copy).digest
    path = copy / "goods.toml"
    path.write_text(path.read_text("utf-8") + "\n", "utf-8")
    assert load_lexicon(copy).digest != before


def test_a_unit_adds_its_own_terms(copy, tmp_path):
    own = tmp_path / "own.csv"
    own.write_text(
        "term,language,kind,substance,status,ambiguity,context,source,reason\n"
        "frambuesa,es,street,heroin,stated,needs_context,offer,own,\n",
        "utf-8",
    )
    lexicon = load_lexicon(copy, [own])
    assert lexicon.terms[-1].term == "frambuesa"
    assert lexicon.digest != load_lexicon(copy).digest


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("word,en,street,no_such,stated,strong,,own,", "E-NLP-003"),
        ("word,en,street,cocaine,stated,strong,,no_such,", "E-NLP-003"),
        ("word,en,street,cocaine,stated,strong,,,", "E-NLP-003"),
        ("word,en,rumour,cocaine,stated,strong,,own,", "E-NLP-002"),
        ("word,en,street,cocaine,perhaps,strong,,own,", "E-NLP-002"),
        ("word,en,street,cocaine,stated,weak,,own,", "E-NLP-002"),
        ("word,en,street,cocaine,stated,strong,moon,own,", "E-NLP-002"),
        ("word,en,street,cocaine,stated,strong,,curated,", "E-NLP-002"),
    ],
)
def test_a_row_that_is_incomplete_is_refused_with_its_line(copy, tmp_path, row, code):
    own = tmp_path / "own.csv"
    own.write_text(
        "term,language,kind,substance,status,ambiguity,context,source,reason\n" + row + "\n",
        "utf-8",
    )
    with pytest.raises(ConfigurationError) as error:
        load_lexicon(copy, [own])
    assert error.value.code == code
    assert error.value.where.endswith("own.csv:2")


def test_a_word_with_two_meanings_is_refused(copy):
    (copy / "grammar.xx.toml").write_text('[mass]\npfund = "450"\n', "utf-8")
    with pytest.raises(ConfigurationError) as error:
        load_lexicon(copy)
    assert error.value.code == "E-NLP-005"
    assert error.value.where.endswith("grammar.xx.toml: mass")


def test_a_language_adds_words_to_a_list(copy):
    (copy / "grammar.xx.toml").write_text('[cues]\nfree = ["ilmaiseksi"]\n', "utf-8")
    free = load_lexicon(copy).grammar["cues"]["free"]
    assert free[0] == "free"
    assert free[-1] == "ilmaiseksi"


def test_other_columns_are_refused(copy):
    (copy / "terms.csv").write_text("term,source\n", "utf-8")
    with pytest.raises(ConfigurationError) as error:
        load_lexicon(copy)
    assert error.value.code == "E-NLP-001"


def test_a_missing_file_is_named(copy):
    (copy / "schedules.csv").unlink()
    with pytest.raises(ConfigurationError) as error:
        load_lexicon(copy)
    assert error.value.code == "E-NLP-004"


def test_a_source_without_a_licence_is_refused(copy):
    path = copy / "sources.toml"
    path.write_text(
        path.read_text("utf-8")
        + '\n[x]\ntitle = "x"\naddress = "x"\nversion = "1"\nlicence = ""\n',
        "utf-8",
    )
    with pytest.raises(ConfigurationError) as error:
        load_lexicon(copy)
    assert error.value.code == "E-NLP-002"


@pytest.mark.parametrize(
    ("substance", "expected"),
    [
        ("cocaine", {("1961", "I")}),
        ("heroin", {("1961", "I"), ("1961", "IV")}),
        ("codeine", {("1961", "II")}),
        ("mdma", {("1971", "I")}),
        ("ketamine", set()),
        ("alprazolam", {("1971", "IV")}),
        ("flunitrazepam", {("1971", "III")}),
        ("acetone", {("1988", "table_II")}),
        ("p2p", {("1988", "table_I")}),
    ],
)
def test_known_schedules(substance, expected):
    rows = shipped_lexicon().schedules.get(substance, ())
    assert {(row.convention, row.schedule) for row in rows} == expected


@pytest.mark.real
def test_terms_from_dope_stand_in_dope(real_data):
    text = (real_data / "nlp/drug-vocab/DOPE/slangUE.txt").read_text("utf-8")
    known = " ".join(_words(text))
    for term in shipped_lexicon().terms:
        if term.source == "dope":
            assert " ".join(_words(term.term)) in known, term


def _words(text):
    return "".join(c if c.isalnum() else " " for c in normalize(text).normal).split()


@pytest.mark.real
def test_schedule_rows_stand_in_the_lists(real_data):
    listed = set()
    with (real_data / "nlp/schedules/schedules.csv").open(encoding="utf-8") as handle:
        for row in csv.DictReader(handle):
            if row["jurisdiction"] == "UN":
                listed.add((row["convention"], row["schedule"], row["list_state"].split(" (")[0]))
    n_rows = 0
    for rows in shipped_lexicon().schedules.values():
        for row in rows:
            if row.schedule == NOT_KNOWN:
                continue
            assert (row.convention, row.schedule, row.state) in listed
            n_rows += 1
    assert n_rows > 380
