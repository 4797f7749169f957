# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sheets and report of one case in four languages: what they say, what they never show."""

from __future__ import annotations

import hashlib
import importlib.util
import io
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pypdf
import pytest
from PIL import Image

from vestigo.evidence.report.typesetting import Typesetter
from vestigo.records import (
    CERTAIN,
    CountOf,
    CoverageEstimate,
    Judgement,
    Listing,
    Method,
    Screenshot,
    SignalWeight,
    VendorLink,
    probability,
)

LANGUAGES = ("en", "es", "pt", "fr")
BUYER = "b***r77"
SETTINGS = '\n[settings.report]\nformat = "pdf"\nlanguages = ["fr", "en", "pt", "es"]\n'


def png(color, size=(640, 400)):
    """Return a small picture as a browser would have drawn it."""
    out = io.BytesIO()
    Image.new("RGB", size, color).save(out, "PNG")
    return out.getvalue()


def drawn(world, capture, name, content, **more):
    """Record a picture of a page and file it."""
    fields = dict(
        sources=(capture.capture_id,), method=Method(rule="t.v1", settings_sha256="0" * 64),
        confidence=CERTAIN, observed_at=capture.observed_at, uri=capture.uri, file_name=name,
        sha256=hashlib.sha256(content).hexdigest(), n_bytes=len(content), width=640, height=400,
        viewport_width=640, viewport_height=400, cut=False, browser="Chromium 1",
        rendered="archive", scripts=False, pictures=False, n_masked=2, missing=(), withheld=(),
    ) | more  # fmt: skip
    world.folder.derived.mkdir(parents=True, exist_ok=True)
    (world.folder.derived / name).write_bytes(content)
    world.ledger.append([Screenshot(**fields)])


def derived(capture):
    """Return the fields of every derived record."""
    return dict(sources=(capture.record_id,), method=Method(rule="t.hand.v1", settings_sha256="0" * 64),
                confidence=CERTAIN, observed_at=capture.observed_at)  # fmt: skip


def later_records(world):
    """A second price of the first listing, coverage, a candidate link, a judgement."""
    capture = world.captures[3]
    told = dict(market="m", description="", vendor_handle=None, category=(), ships_from=None,
                ships_to=None, feedback_count=None, listed_on=None, spans=())  # fmt: skip
    counts = dict(pages_known=9, pages_fetched=7, pages_waiting=1, pages_refused=(), listings_known=40,
                  pages_failed=(CountOf(name="timeout", n=2),), listings_on_sale=38, listings_gone=2,
                  listings_unresolved=0, ways=(CountOf(name="category", n=40),), n_captures=6)  # fmt: skip
    known = dict(on_sale_estimate=50, on_sale_low=42, on_sale_high=71, unseen_estimate=12,
                 unseen_low=4, unseen_high=33, abstained="")  # fmt: skip
    return [
        Listing(listing_key="1", title="Blue & fine", price_amount=Decimal("2.25"),
                price_currency="EUR", **told, **derived(capture)),
        CoverageEstimate(market="m", pass_no=1, **counts, **known, **derived(capture)),
        CoverageEstimate(market="m", pass_no=2, **counts, **dict.fromkeys(known) | {"abstained": "one-way"},
                         **derived(capture)),
        VendorLink(a="m/seller", b="n/seller", probability=probability("0.91"), band="strong",
                   signals=(SignalWeight(name="pgp", level="same", weight=Decimal("9.00")),),
                   **derived(capture)),
        Judgement(subject="m/seller | n/seller", seen_record_id="0" * 64, verdict="same",
                  person="Ana Ruiz", reason="same key", judged_at=capture.observed_at),
    ]  # fmt: skip


@dataclass(frozen=True)
class Built:
    """A case with documents, and what the setting of one language cost."""

    world: object
    path: Path

    def text(self, name):
        """Return the text of a PDF below ``data/``, white space as one blank."""
        pages = pypdf.PdfReader(self.path / "data" / name).pages
        return " ".join(" ".join(page.extract_text() for page in pages).split())


@pytest.fixture(scope="module")
def built(new_world, tmp_path_factory):
    world = new_world(tmp_path_factory.mktemp("documents") / "case")
    with world.folder.toml.open("a") as handle:
        handle.write(SETTINGS)
    drawn(world, world.captures[1], "one.png", png("red"))
    drawn(world, world.captures[2], "two.png", png("blue"), pictures=True)
    drawn(world, world.captures[2], "bad.png", b"\x89PNG\r\n\x1a\n" + bytes(50))
    world.ledger.append(later_records(world))
    yield Built(world, world.build().path)
    world.ledger.close()


def pdfs(built):
    return sorted((built.path / "data").rglob("*.pdf"))


def test_each_exhibit_has_a_sheet_in_each_language_and_the_case_a_report(built):
    names = {path.relative_to(built.path / "data").as_posix() for path in pdfs(built)}
    folders = {name.rsplit("/", 1)[0] for name in names}
    assert folders == {"exhibits/0002", "exhibits/0003", "exhibits/0004", "report"}
    assert {name.split(".")[-2] for name in names} == set(LANGUAGES)
    assert len(names) == 4 * len(LANGUAGES)


def test_both_verifiers_accept_the_bundle(built, stranger):
    for run in stranger:
        done = run(built.path, built.world.folder.anchors)
        assert done.returncode == 0, done.stdout


def test_the_sheet_says_what_when_under_which_authority_and_with_what(built):
    text = built.text("exhibits/0002/sheet.en.pdf")
    capture = built.world.captures[1]
    for part in ("Exhibit 0002", "What this is", "How to check it", "What it does not prove",
                 "http://m.test/listing/1", "2026-03-01 12:01:00 UTC", "R-1 (Court)", "vestigo",
                 "own clock only", "name withheld", capture.capture_id, capture.content_sha256,
                 "Blue & fine", "Blue &amp; fine", "1.50", "test.hand.v1", "100 %",
                 "The page as a browser drew it", "WARC segment closed", "not known"):  # fmt: skip
        assert part in text, part


def test_a_value_stands_beside_its_words_in_their_surroundings(built):
    text = built.text("exhibits/0002/sheet.en.pdf").replace(" ", "")
    assert "<h1>Blue&amp;fine</h1>" in text
    assert "bytes45–60ofthepage" in text


def test_a_picture_is_printed_only_if_it_is_sound_and_shows_no_pictures(built):
    def pictures(name):
        reader = pypdf.PdfReader(built.path / "data" / name)
        return sum(len(page.images) for page in reader.pages)

    assert pictures("exhibits/0002/sheet.en.pdf") == 1
    assert pictures("exhibits/0003/sheet.en.pdf") == 0
    text = built.text("exhibits/0003/sheet.en.pdf")
    assert "it shows the pictures of the page" in text
    assert "cannot be read as a picture" in text


def test_third_persons_and_the_unit_s_accounts_are_nowhere(built):
    for path in pdfs(built):
        text = built.text(path.relative_to(built.path / "data"))
        assert BUYER not in text, path
        assert "avatar1" not in text, path
    assert "█████" in built.text("exhibits/0002/sheet.fr.pdf")


def test_hostile_text_is_escaped_and_never_markup(built):
    text = built.text("exhibits/0002/sheet.en.pdf")
    assert "\u202e" not in text
    assert "\x1b" not in text


def test_page_one_of_the_report_is_for_anybody(built):
    reader = pypdf.PdfReader(built.path / "data/report/report.en.pdf")
    first = " ".join(reader.pages[0].extract_text().split())
    for part in ("Case report", "Unit of tests", "What was found", "What it does not prove",
                 "How to check it", "exit code 0", "under 1 authorization", "Case \\u202e of tests",
                 "candidates, not facts"):  # fmt: skip
        assert part in first, part


def test_the_report_marks_heuristics_and_names_method_error_and_alternatives(built):
    text = built.text("report/report.en.pdf")
    for part in ("HEURISTIC: inferred by a rule that can err", "fifo accounting", "test.hand.v1",
                 "Error rate in this case not known", "No other trail was followed",
                 "Stopped at a tagged service", "0.00000020 BTC", "R-1", "after event"):  # fmt: skip
        assert part in text, part


def test_the_report_draws_prices_and_coverage_and_names_who_judged(built):
    text = built.text("report/report.en.pdf")
    for part in ("Prices over time", "2.25 EUR", "1.50 EUR", "exhibits 0002, 0004",
                 "38 seen on sale; estimate 50 (42 to 71)", "of 40 known offers 38 were shown", "computed, not observed", "no estimate, every",
                 "12 of them were probably never seen", "Accounts that may belong together",
                 "strong", "91 %", "Ana Ruiz", "same key"):  # fmt: skip
        assert part in text, part


@pytest.mark.parametrize(
    ("language", "parts"),
    [
        ("es", ("Informe del caso", "Qué no prueba", "1 de marzo de 2026", "HEURÍSTICA", "no se sabe")),
        ("pt", ("Relatório do caso", "O que não prova", "1 de março de 2026", "HEURÍSTICA", "0,00000020 BTC")),
        ("fr", ("Rapport de l’affaire", "Ce que cela ne prouve pas", "1er mars 2026", "HEURISTIQUE", "0,00000020 BTC")),
    ],
)  # fmt: skip
def test_a_report_is_of_one_language_throughout(built, language, parts):
    text = built.text(f"report/report.{language}.pdf")
    for part in parts:
        assert part in text, part
    for english in ("What was found", "not known", "Exhibits", "Judgements", "HEURISTIC:"):
        assert english not in text
    reader = pypdf.PdfReader(built.path / f"data/report/report.{language}.pdf")
    assert reader.trailer["/Root"]["/Lang"].startswith(language)
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]


def test_the_text_form_says_the_same(built):
    text = (built.path / "data/report/report.en.txt").read_text("utf-8")
    for part in ("Case report\n===========", "HEURISTIC", "fifo accounting", "1. Get the"):
        assert part in text
    assert BUYER not in text
    assert "\u202e" not in text


def test_the_date_in_a_document_is_that_of_the_case(built):
    reader = pypdf.PdfReader(built.path / "data/report/report.en.pdf")
    assert str(reader.metadata["/CreationDate"]).startswith("D:20260301")


BUILD_AGAIN = """
import sys
from pathlib import Path
from vestigo.clock import system_clock
from vestigo.evidence.bundle import build_bundle
from vestigo.evidence.custody import CustodyLog
from vestigo.evidence.keys import unlock_keys
from vestigo.store import CaseFolder, RecordLedger
folder = CaseFolder.open(Path(sys.argv[1]))
custody = CustodyLog(folder.custody, actor="eve", clock=system_clock)
keys, ledger = unlock_keys(folder, sys.argv[2]), RecordLedger(folder.records)
built = build_bundle(folder, ledger, custody, keys, attachments={}, at_checkpoint=int(sys.argv[3]))
print(built.path)
"""


def test_every_pdf_is_the_same_in_a_process_of_other_zone_language_home_and_fonts(built, tmp_path):
    case = tmp_path / "copy"
    shutil.copytree(built.world.folder.path, case)
    shutil.rmtree(case / "sheets")
    env = {"PATH": os.environ["PATH"], "TZ": "Pacific/Kiritimati", "LC_ALL": "fr_FR.UTF-8",
           "HOME": str(tmp_path), "PYTHONHASHSEED": "4711", "SOURCE_DATE_EPOCH": "1",
           "TYPST_FONT_PATHS": "/usr/share/fonts", "XDG_DATA_HOME": str(tmp_path)}  # fmt: skip
    checkpoint = built.path.name.split("-")[1]
    words = [
        sys.executable,
        "-c",
        BUILD_AGAIN,
        str(case),
        "correct horse battery staple",
        checkpoint,
    ]
    done = subprocess.run(words, env=env, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    again = Path(done.stdout.strip())
    assert pdfs(built)
    for path in pdfs(built):
        same = again / path.relative_to(built.path)
        assert same.read_bytes() == path.read_bytes(), path


def test_building_again_makes_only_what_changed_and_nothing_that_was_exchanged(built, monkeypatch):
    made = []
    original = Typesetter.pdf

    def counted(self, document):
        made.append(document.title)
        return original(self, document)

    monkeypatch.setattr(Typesetter, "pdf", counted)
    built.world.custody.append("access", reason="somebody looked")
    again = built.world.build().path
    assert len(made) == len(LANGUAGES)  # the report tells of the new event; no sheet does
    kept = sorted(built.world.folder.sheets.glob("*.pdf"))
    sheet = (built.path / "data/exhibits/0002/sheet.en.pdf").read_bytes()
    (same,) = [path for path in kept if path.read_bytes().endswith(sheet)]
    same.write_bytes(same.read_bytes()[:32] + b"%PDF-1.7 forged")
    made.clear()
    third = built.world.build(at_checkpoint=int(again.name.split("-")[1])).path
    assert made == ["Exhibit 0002"]
    assert (third / "data/exhibits/0002/sheet.en.pdf").read_bytes() == sheet


def test_verapdf_accepts_every_pdf(built):
    """PDF/A-2a and PDF/UA-1 at once, says a checker that shares no code with Typst."""
    script = Path(__file__).parents[1] / "pdf_checker" / "verapdf.py"
    spec = importlib.util.spec_from_file_location("vestigo_test_verapdf", script)
    checker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(checker)
    try:
        jars = checker.verapdf_jars()
    except (OSError, subprocess.CalledProcessError) as error:
        if os.environ.get("VESTIGO_REQUIRE_VERAPDF") == "1":
            pytest.fail(f"no veraPDF: {error}")
        pytest.skip(f"no veraPDF: {error}")
    forged = built.world.folder.path / "forged.pdf"
    forged.write_bytes(pdfs(built)[0].read_bytes().replace(b"pdfaid:part", b"pdfaid:prat"))
    right = {str(path): "PASS" for path in pdfs(built)}
    assert checker.verdicts(jars, "2a", [*pdfs(built), forged]) == right | {str(forged): "FAIL"}
    assert checker.verdicts(jars, "ua1", pdfs(built)) == right
