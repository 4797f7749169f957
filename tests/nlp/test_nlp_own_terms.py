# SPDX-License-Identifier: AGPL-3.0-or-later
"""A unit's own terms: checked row by row, kept in a case, cited by its records."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from nlp.lexicon.loading import TERM_COLUMNS, load_lexicon, shipped_lexicon
from nlp.model import ListingText
from nlp.reading.own_terms import reader_with, terms_of
from nlp.upkeep.checking import check
from nlp.upkeep.unknown_words import SeenText, masked, unknown_words
from vestigo.cli.nlp import nlp as group
from vestigo.errors import ConfigurationError, ExitCode
from vestigo.pipeline.reading import case_reader
from vestigo.pipeline.session import open_session
from vestigo.places import config_root
from vestigo.records import CERTAIN, Listing, Method
from vestigo.store.folder import CaseFolder

FOLDER = config_root() / "lexicon"
HEAD = ",".join(TERM_COLUMNS)
GOOD = "zorblax,en,street,mdma,stated,strong,,unit_notes,"
SOURCES = """[unit_notes]
title = "Notes of the unit"
address = "file 12"
version = "2026-11"
licence = "internal"
"""


def own(tmp_path, *rows, sources=SOURCES, head=HEAD):
    path = tmp_path / "own.csv"
    path.write_text("\n".join((head, *rows)) + "\n", "utf-8")
    if sources:
        (tmp_path / "own.sources.toml").write_text(sources, "utf-8")
    return path


def run(*words):
    return CliRunner().invoke(group, ["lexicon", *map(str, words)], standalone_mode=False)


def test_an_own_term_is_read_and_the_digest_follows_it_and_its_sources(tmp_path):
    path = own(tmp_path, GOOD)
    reader = reader_with([path])
    found = reader.read(ListingText(title="5 g zorblax")).substances
    assert [(row.id, row.term_source) for row in found] == [("mdma", "unit_notes")]
    first = reader.lexicon.digest
    assert first != shipped_lexicon().digest
    own(tmp_path, GOOD.replace("zorblax", "florbazol"))
    assert not reader_with([path]).read(ListingText(title="5 g zorblax")).substances
    assert reader_with([path]).read(ListingText(title="5 g florbazol")).substances
    assert reader_with([path]) is reader_with([path])
    own(tmp_path, GOOD, sources=SOURCES.replace("2026-11", "2026-12"))
    assert load_lexicon(FOLDER, [path]).digest != first


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("zorblax,en,street,no_such_substance,stated,strong,,unit_notes,", "E-NLP-003"),
        ("zorblax,en,street,mdma,stated,strong,,no_such_source,", "E-NLP-003"),
        ("zorblax,en,slang,mdma,stated,strong,,unit_notes,", "E-NLP-002"),
        ("zorblax,en,street,mdma,sold,strong,,unit_notes,", "E-NLP-002"),
        ("zorblax,en,street,mdma,stated,strong,,curated,", "E-NLP-002"),
        ("zorblax,en,street", "E-NLP-002"),
        (",en,street,mdma,stated,strong,,unit_notes,", "E-NLP-002"),
        ("zorblax,en,street,mdma,stated,strong,,unit_notes,,,more", "E-NLP-002"),
        ("---,en,street,mdma,stated,strong,,unit_notes,", "E-NLP-008"),
        ("mdma,en,street,mdma,stated,strong,,unit_notes,", "E-NLP-008"),
    ],
)
def test_every_bad_row_is_named_with_its_line(tmp_path, row, code):
    path = own(tmp_path, GOOD, row)
    faults = check(FOLDER, [path])
    assert [(fault.code, fault.where) for fault in faults] == [(code, f"{path}:3")]
    result = run("check", path, "--json")
    assert result.return_value == ExitCode.CONFIGURATION
    assert json.loads(result.stdout)["faults"][0]["code"] == code


def test_all_faults_are_named_not_only_the_first(tmp_path):
    bad = "zorblax,en,slang,mdma,stated,strong,,unit_notes,"
    assert len(check(FOLDER, [own(tmp_path, bad, GOOD, bad, GOOD)])) == 3


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "E-NLP-001"), (b"\xff\xfe\x00", "E-NLP-006"), (b"a,b\n1,2\n", "E-NLP-001"),
     (HEAD.encode() + b"\n\x00\xff,", "E-NLP-006")],
)  # fmt: skip
def test_a_file_that_is_no_term_file_is_a_fault_and_no_traceback(tmp_path, content, code):
    path = tmp_path / "own.csv"
    path.write_bytes(content)
    assert [fault.code for fault in check(FOLDER, [path])] == [code]
    with pytest.raises(ConfigurationError):
        reader_with([path])


def test_a_source_of_the_same_name_is_refused(tmp_path):
    name = next(name for name in shipped_lexicon().sources if name != "curated")
    path = own(tmp_path, GOOD, sources=SOURCES + SOURCES.replace("unit_notes", name))
    assert "E-NLP-006" in [fault.code for fault in check(FOLDER, [path])]


def test_the_shipped_lexicon_has_no_fault():
    assert check(FOLDER, []) == []


def test_a_word_is_still_shown_and_counts_stand_without_one():
    assert "substance=mdma" in run("mdma").stdout
    assert json.loads(run("mdma", "--json").stdout)["rows"]
    assert json.loads(run("--json").stdout)["terms"] > 1000


@pytest.fixture
def case(tmp_path):
    return CaseFolder.create(tmp_path / "case", title="T", unit="U").path


def test_terms_are_kept_in_the_case_and_the_log_holds_their_digest(tmp_path, case):
    result = run("extend", own(tmp_path, GOOD), "--case", case, "--json")
    assert json.loads(result.stdout)["terms"] == ["own.csv"]
    with open_session(case) as session:
        reader = case_reader(session)
        events = [e for e in session.custody.events() if e.reason == "own terms kept"]
    assert reader.read(ListingText(title="5 g zorblax")).substances[0].id == "mdma"
    assert json.loads(result.stdout)["lexicon"] == reader.lexicon.digest
    assert [event.details["file"] for event in events] == ["own.sources.toml", "own.csv"]


def test_wrong_terms_are_refused_and_nothing_is_kept(tmp_path, case):
    result = run("extend", own(tmp_path, GOOD, "x,y"), "--case", case)
    assert result.exception.code == "E-NLP-009"
    assert not (case / "terms").exists()


def test_settings_name_files_and_patterns_relative_to_the_case(tmp_path):
    (tmp_path / "terms").mkdir()
    for name in ("b.csv", "a.csv", "a.sources.toml"):
        (tmp_path / "terms" / name).write_text("", "utf-8")
    found = terms_of({"terms": ["terms/*.csv", "more.csv"]}, tmp_path)
    assert [path.name for path in found] == ["more.csv", "a.csv", "b.csv"]
    assert terms_of({"terms": []}, tmp_path) == ()


def seen(vendor, title, **more):
    return SeenText(vendor, ListingText(id=title, title=title, **more))


def test_one_account_cannot_flood_the_report():
    loud = [seen("loud", f"{n} g wibblewobble") for n in range(1, 60)]
    quiet = [seen("a", "5 g florptastic"), seen("b", "2 g florptastic best")]
    report = unknown_words(reader_with(()), [*loud, *quiet])
    assert [row["words"] for row in report["words"]] == ["florptastic"]
    assert report["words"][0]["vendors"] == report["words"][0]["listings"] == 2
    everything = unknown_words(reader_with(()), [*loud, *quiet], least=1)["words"]
    assert [row["words"] for row in everything][:2] == ["florptastic", "wibblewobble"]


def test_what_is_understood_or_far_from_a_quantity_is_no_news():
    texts = [
        seen(v, title)
        for v in "ab"
        for title in ("5 g cocaine florp", "florptastic", "best quality 5 g free shipping to Spain",
                      "custom listing for florpbuyer 5 g")
    ]  # fmt: skip
    assert unknown_words(reader_with(()), texts)["words"] == []


def test_two_words_are_one_name_and_what_the_market_declared_stands_beside():
    texts = [
        seen(v, f"{n} g Florp Wobble", category=("Drugs", "MDMA")) for n, v in ((1, "a"), (5, "b"))
    ]
    (row,) = unknown_words(reader_with(()), texts)["words"]
    assert (row["words"], row["declared"]) == ("florp wobble", {"mdma": 2})


def test_examples_show_no_identifier():
    shown = masked("5 g florp mail me@example.org or +34 600 123 456")
    assert "example.org" not in shown
    assert "600 123" not in shown
    assert shown.startswith("5 g florp")


def test_the_listings_of_a_case_are_reported_and_the_look_is_logged(case):
    with open_session(case) as session:
        rows = [
            Listing(
                sources=("s",), method=Method(rule="t.v1", settings_sha256="0" * 64),
                confidence=CERTAIN, observed_at=datetime(2024, 1, 1, tzinfo=UTC), market="m",
                listing_key=vendor, title=f"{vendor} 5 g florp", description="",
                vendor_handle=vendor, category=(), price_amount=None, price_currency=None,
                ships_from=None, ships_to=None, feedback_count=None, listed_on=None, spans=(),
            )
            for vendor in ("ann", "bob")
        ]  # fmt: skip
        session.ledger.append(rows)
    result = run("unknown", "--case", case, "--json")
    assert [row["words"] for row in json.loads(result.stdout)["words"]] == ["florp"]
    with open_session(case, write=False) as session:
        assert "nlp lexicon unknown" in [event.reason for event in session.custody.events()]


def test_a_file_or_a_case_is_named_not_both(tmp_path, case):
    assert run("unknown").exception.code == "E-NLP-023"
    path = tmp_path / "l.jsonl"
    path.write_text(
        '{"vendor":"a","title":"5 g florp"}\nnothing\n{"vendor":"b","title":"5 g florp"}\n'
    )
    assert "florp" in run("unknown", path).stdout
    assert run("unknown", path, "--case", case).exception.code == "E-NLP-023"
