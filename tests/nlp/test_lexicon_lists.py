# SPDX-License-Identifier: AGPL-3.0-or-later
"""The lists of the INCB in the lexicon: every entry, under every name that they print."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter

import pytest

from nlp.lexicon.loading import NOT_KNOWN, shipped_lexicon
from nlp.lines.answering import read_lines
from nlp.text.normalizing import normalize

INCB = re.compile(r"incb_(yellow|green|red)_list")
EDITIONS = {
    "1961": ("yellow64", "Yellow List 64th edition, 2025"),
    "1971": ("green36", "Green List 36th edition, 2025"),
    "1988": ("red23", "Red List 23rd edition, July 2025"),
}
COUNTS = {
    ("1961", "I"): 135, ("1961", "II"): 10, ("1961", "IV"): 18,
    ("1971", "I"): 33, ("1971", "II"): 65, ("1971", "III"): 9, ("1971", "IV"): 69,
    ("1988", "table_I"): 43, ("1988", "table_II"): 8,
}  # fmt: skip
# Entries that the parser of the Yellow List lost; they stand in the Belgian table of UN schedules.
LOST = {
    "COCAE FOLIUM": "coca_leaf",
    "MORPHINE METHOBROMIDE": "morphine_methobromide",
    "PARA-FLUOROFENTANYL": "para_fluorofentanyl",
    "TETRAHYDROFURANYLFENTANYL": "tetrahydrofuranylfentanyl",
}
LOST_STATE = 'latest "RD modification" date in the file: 24-4-2024'
# What defines a class behind the name of an entry; it is no name.
DEFINITIONS = (
    ", the following isomers and their stereochemical variants",
    " and its stereochemical variants",
)
SEVERAL = {"tetrahydrocannabinol": {"I", "II"}, "delta-9-tetrahydrocannabinol": {"I", "II"}}


@pytest.fixture(scope="module")
def rows(real_data):
    with (real_data / "nlp/schedules/schedules.csv").open(encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


@pytest.fixture(scope="module")
def entries(rows):
    """The rows of the three lists."""
    return [row for row in rows if row["jurisdiction"] == "UN" and INCB.search(row["source"])]


def _names(row):
    """Every name that a row prints, the short name in brackets apart."""
    for name in (row["name"], *filter(None, row["other_names"].split("; "))):
        for text in DEFINITIONS:
            name = name.removesuffix(text)  # noqa: PLW2901 - what is left is the name
        yield name


def _read(rows, names):
    """The substances that the reading gives for each name of a row as the title of an offer."""
    lines = [
        json.dumps({"title": f"1 g {name}", "language": row["language"]})
        for row, name in zip(rows, names, strict=True)
    ]
    return [answer["substances"] for answer in read_lines(lines)]


def _ids(substances):
    return {row["id"] for row in substances if row["status"] == "stated"}


@pytest.mark.real
def test_the_lists_hold_what_their_editions_count(entries):
    found = Counter(
        (row["convention"], row["schedule"]) for row in entries if row["language"] == "en"
    )
    assert found == COUNTS


@pytest.mark.real
def test_every_entry_is_read_under_each_of_its_names_with_its_schedule_and_edition(entries):
    named = [(row, name) for row in entries for name in _names(row)]
    wrong = []
    for (row, name), found in zip(named, _read(*zip(*named, strict=True)), strict=True):
        wanted = {
            "convention": row["convention"],
            "schedule": row["schedule"],
            "state": EDITIONS[row["convention"]][1],
        }
        if len(found) != 1 or wanted not in found[0]["schedules"]:
            wrong.append((name, row["language"], found))
    assert not wrong
    assert len(named) > 600


@pytest.mark.real
def test_an_entry_has_the_same_id_in_each_language_of_the_list(entries):
    english = {row["name"]: _ids(found) for row, found in _with_reading(entries, "en")}
    n_translated = 0
    for language in ("fr", "es"):
        for row, found in _with_reading(entries, language):
            name = re.match(r"en: (.*?)(?:; CAS .*)?$", row["note"]).group(1)
            assert _ids(found) == english[name], row
            n_translated += 1
    assert n_translated == 100


def _with_reading(entries, language):
    chosen = [row for row in entries if row["language"] == language]
    return zip(chosen, _read(chosen, [row["name"] for row in chosen]), strict=True)


def _spellings(name):
    """How sellers write a name: hyphens as blanks or left out, blanks as hyphens."""
    yield name.replace("-", " ").strip()
    if "," not in name:
        yield name.replace(" ", "-")
    if " " not in name and all(len(part) > 1 for part in name.split("-")):
        yield name.replace("-", "")


@pytest.mark.real
def test_blanks_and_hyphens_do_not_matter(entries):
    named = [
        (row, name) for row in entries for name in _names(row) if not re.search(r"[\[({’]", name)
    ]
    expected = {
        name: _ids(found)
        for (_r, name), found in zip(named, _read(*zip(*named, strict=True)), strict=True)
    }
    spelt = [
        (row, name, other) for row, name in named for other in _spellings(name) if other != name
    ]
    read = _read([row for row, _n, _o in spelt], [other for _r, _n, other in spelt])
    wrong = [
        (name, other, _ids(found))
        for (_row, name, other), found in zip(spelt, read, strict=True)
        if _ids(found) != expected[name]
    ]
    assert not wrong
    assert len(spelt) > 200


@pytest.mark.real
def test_the_lost_entries_are_cited_from_the_belgian_table(rows):
    belgian = {
        row["name"]: row
        for row in rows
        if row["jurisdiction"] == "UN" and "legal_GUI" in row["source"] and row["schedule"] == "I"
    }
    for name, substance in LOST.items():
        assert name in belgian
        cited = [
            row
            for row in _schedule_rows()
            if row["substance"] == substance and row["source"] == "be2024"
        ]
        assert [(r["convention"], r["schedule"], r["state"]) for r in cited] == [
            ("1961", "I", LOST_STATE)
        ]


def _schedule_rows():
    from vestigo.places import config_root

    with (config_root() / "lexicon/schedules.csv").open(encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


def test_each_edition_gives_as_many_entries_as_it_holds():
    """139 narcotic drugs: 135 of the list and four that its parser lost."""
    n_lost = sum(row["source"] == "be2024" for row in _schedule_rows())
    assert n_lost == 4
    assert COUNTS["1961", "I"] + n_lost == 139


def test_only_the_lists_give_a_schedule():
    """No secondary, unofficial, undated or historical row, no national list."""
    for row in _schedule_rows():
        source, state = EDITIONS[row["convention"]]
        lost = (row["source"], row["state"]) == ("be2024", LOST_STATE)
        assert lost or (row["source"], row["state"]) == (source, state), row


@pytest.mark.real
def test_no_schedule_stands_in_the_lexicon_that_the_lists_do_not_give(entries):
    english = [row for row in entries if row["language"] == "en"]
    given = set()
    for row, found in zip(english, _read(english, [row["name"] for row in english]), strict=True):
        given |= {(substance, row["convention"], row["schedule"]) for substance in _ids(found)}
    given.add(("cannabis_concentrate", "1961", "I"))  # "cannabis resin, extracts and tinctures"
    own = {
        (row["substance"], row["convention"], row["schedule"])
        for row in _schedule_rows()
        if row["source"] != "be2024" and row["schedule"] != NOT_KNOWN
    }
    assert own == given


def test_a_group_or_mixture_has_no_schedule_that_nobody_gave():
    lexicon = shipped_lexicon()
    for substance in (
        "tusi",
        "synthetic_cannabinoids",
        "bmk_glycidate",
        "pmk_glycidate",
        "coca_paste",
    ):
        assert [row.schedule for row in lexicon.schedules[substance]] == [NOT_KNOWN]


# Sources of national names: the jurisdictions of their rows.
NATIONAL = {
    "us_lists": "US",
    "ca_cdsa": "CA",
    "fr1990": "FR",
    "br_dou": "BR",
    "br_rdc": "BR",
    "pt_dar": "PT",
    "st_penal": "ST",
}


def _squeezed(text):
    for letter, name in (("α", "alpha"), ("β", "beta"), ("ß", "beta")):
        text = text.replace(letter, name)
    return "".join(c for c in normalize(text).normal if c.isalnum())


@pytest.mark.real
def test_a_national_name_stands_in_the_list_that_it_cites(rows):
    printed = {
        (row["jurisdiction"], _squeezed(part))
        for row in rows
        for name in (row["name"], *row["other_names"].split("; "))
        for part in (name, *re.split(", | or | and |[()]", name))
        if "stored GitHub file" not in row["source"]
    }
    wrong = [
        term
        for term in shipped_lexicon().terms
        if term.source in NATIONAL and (NATIONAL[term.source], _squeezed(term.term)) not in printed
    ]
    assert not wrong
