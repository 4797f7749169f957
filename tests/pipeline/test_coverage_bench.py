# SPDX-License-Identifier: AGPL-3.0-or-later
"""Estimates against known truth: simulated passes, and one real crawl with its records."""

import json
import re

import pytest
from click.testing import CliRunner

from crawler.market import load_profile
from vestigo.cli.app import program
from vestigo.evidence.keys import create_keys, unlock_keys
from vestigo.pipeline.coverage import pass_coverages, pass_document
from vestigo.pipeline.coverage_bench.judging import figures, met
from vestigo.pipeline.coverage_bench.real import SMALL, judge_real
from vestigo.pipeline.coverage_bench.simulated import judge_models, sightings_of
from vestigo.pipeline.coverage_sheet import coverage_attachments, sheet
from vestigo.pipeline.reading import read_captures
from vestigo.pipeline.sealing import seal_case, view_to_seal
from vestigo.pipeline.session import open_session
from vestigo.records import Capture, CoverageEstimate
from vestigo.store import CaseFolder
from vestigo.training.simulated import HELD_OUT, MODELS, simulate

MARKET = "range-table"
PASSPHRASE = "a passphrase for practice only"


def vestigo(*words):
    return CliRunner().invoke(program(), [str(word) for word in words])


def test_twenty_simulated_passes_are_within_the_limits():
    judged = judge_models([*MODELS, *HELD_OUT], 20, 500)
    assert len({one.name for one in judged}) > 10
    assert met(judged), figures(judged)


def test_a_simulation_is_the_same_for_a_seed_and_another_for_another():
    for model in ("independent", "outages", "contagious"):
        assert simulate(model, 7) == simulate(model, 7)
        assert simulate(model, 7) != simulate(model, 9)


def test_a_simulation_says_nothing_that_a_crawl_could_not_know():
    crawl = simulate("blocks", 3)
    seen = {row.listing for row in sightings_of(crawl) if row.pass_no == len(crawl.passes)}
    assert seen
    assert crawl.truth > sum(state == "on-sale" for _w, state in crawl.passes[-1].values())


def test_limits_that_are_not_kept_are_told():
    judged = judge_models(["pages"], 6, 1)
    wrong = [type(one)(one.name, one.seed, one.truth * 3, one.estimate) for one in judged]
    assert met(judged)
    assert not met(wrong)
    assert figures(wrong)["truth_above"] == 6
    assert not met([])


@pytest.fixture(scope="module")
def crawled(tmp_path_factory):
    """One small world crawled twice over loopback, every fourth page broken."""
    work = tmp_path_factory.mktemp("coverage") / "small"
    return judge_real(SMALL, work), work / "case"


@pytest.mark.timeout(240)
def test_a_real_crawl_with_losses_holds_the_truth(crawled):
    judged, case = crawled
    assert judged.estimate.abstained == ""
    assert judged.holds, judged.document()
    assert judged.estimate.on_sale < judged.truth
    first, second = pass_coverages(CaseFolder.open(case))
    assert first.pages.failed == {"broken-off": first.pages.failed["broken-off"]}
    assert "earlier" in second.listings.ways
    assert set(first.listings.ways) == {"category", "search", "vendor"}


@pytest.mark.timeout(240)
def test_the_archive_says_what_the_frontier_says(crawled):
    _judged, case = crawled
    with open_session(case) as session:
        profiles = [load_profile(MARKET)]
        read_captures(session, profiles)
        records = list(session.ledger.of_kind(CoverageEstimate))
        assert read_captures(session, profiles).n_new_records == 0
        captures = {one.capture_id for one in session.ledger.of_kind(Capture)}
        frontiers = pass_coverages(session.folder)
    assert [(one.market, one.pass_no) for one in records] == [(MARKET, 1), (MARKET, 2)]
    for record, seen in zip(records, frontiers, strict=True):
        assert record.sources
        assert set(record.sources) <= captures
        listings = seen.listings
        assert {one.name: one.n for one in record.ways} == listings.ways
        assert (record.on_sale_low, record.on_sale_estimate, record.on_sale_high) == (
            listings.low, listings.total, listings.high,
        )  # fmt: skip
        assert (record.pages_known, record.pages_waiting) == (seen.pages.known, 0)
        assert {one.name: one.n for one in record.pages_failed} == seen.pages.failed


@pytest.mark.timeout(240)
def test_the_command_shows_counts_estimate_and_method(crawled):
    _judged, case = crawled
    shown = vestigo("crawl", "coverage", case, "--all-passes")
    assert shown.exit_code == 0, shown.output
    assert re.search(r"failed \(broken-off\) +\d+  █", shown.output)
    assert shown.output.count("95 % interval") == 4
    document = json.loads(vestigo("crawl", "coverage", case, "--json").output)
    last = pass_coverages(CaseFolder.open(case))[-1]
    assert document == {"passes": [json.loads(json.dumps(pass_document(last)))], "lost": {}}
    unknown = vestigo("crawl", "coverage", case, "--market", "nowhere")
    assert "E-CRA-070" in str(unknown.exception or unknown.output)


@pytest.mark.timeout(240)
def test_the_bundle_holds_the_coverage_and_verifies(crawled):
    _judged, case = crawled
    folder = CaseFolder.open(case)
    create_keys(folder, PASSPHRASE)
    with open_session(case) as session:
        read_captures(session, [load_profile(MARKET)])
        built = seal_case(session, unlock_keys(folder, PASSPHRASE))
        again = coverage_attachments(view_to_seal(session, built.checkpoint))
        records = list(session.ledger.of_kind(CoverageEstimate))
    files = {}
    sheets = {f"coverage.{language}.txt" for language in ("en", "es", "pt", "fr")}
    for name in ("coverage.json", *sheets, "coverage_estimate.jsonl"):
        files[name] = (built.path / "data" / "crawl" / name).read_bytes()
        assert files[name] == again.get(f"crawl/{name}", files[name])
    assert len(again) == 5
    document = json.loads(files["coverage.json"])
    assert [one["record_id"] for one in document["passes"]] == [r.record_id for r in records]
    assert "ESTIMATE" in files["coverage.en.txt"].decode()
    assert "ESTIMACIÓN" in files["coverage.es.txt"].decode()
    assert "ESTIMATIVA" in files["coverage.pt.txt"].decode()
    assert "ESTIMATION :" in files["coverage.fr.txt"].decode()
    for language in ("pt", "fr"):
        assert " listings" not in files[f"coverage.{language}.txt"].decode()


def test_a_case_without_crawls_says_so(tmp_path):
    assert vestigo("case", "new", tmp_path / "c", "--title", "t", "--unit", "u").exit_code == 0
    shown = vestigo("crawl", "coverage", tmp_path / "c")
    assert shown.exit_code == 0
    assert "Nothing was crawled" in shown.output
    assert "No pass of a crawl" in sheet([])


def observed(tmp_path, *lines):
    path = tmp_path / "observations.jsonl"
    path.write_text("\n".join(lines), "utf-8")
    return vestigo("crawl", "coverage", "--observations", path, "--json")


def line(listing, ways=("category", "vendor"), state="on-sale", pass_no=1):
    return json.dumps({"pass": pass_no, "listing": listing, "ways": list(ways), "state": state})


def test_observations_of_others_are_estimated(tmp_path):
    shown = observed(tmp_path, *(line(f"k{n}") for n in range(40)), "")
    assert shown.exit_code == 0, shown.output
    assert json.loads(shown.output)["estimate"]["on_sale"] == 40


@pytest.mark.parametrize(
    "bad",
    [
        "no json",
        "[]",
        '{"pass": 1}',
        line("k", state="sold"),
        line("", ()),
        line("k", pass_no=0),
        line("k", pass_no=10**9),
        '{"pass": true, "listing": "k", "ways": [], "state": "gone"}',
        '{"pass": 1, "listing": "k", "ways": "category", "state": "gone"}',
        '{"pass": 1, "listing": "k", "ways": [["x"]], "state": "gone"}',
        line("twice") + "\n" + line("twice"),
        "[" * 100_000,
    ],
)
def test_lines_that_are_no_observations_are_refused_with_their_number(tmp_path, bad):
    shown = observed(tmp_path, line("first"), bad)
    said = str(shown.exception or "") + shown.output
    assert shown.exit_code != 0
    assert "E-CRA-071" in said
    assert "observations.jsonl:" in said
