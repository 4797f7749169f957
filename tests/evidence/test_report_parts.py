# SPDX-License-Identifier: AGPL-3.0-or-later
"""The parts of documents: harmless text, quotes, numbers, drawings, errors, kept PDFs."""

from __future__ import annotations

import io
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pypdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vestigo.errors import ConfigurationError, InputError, UsageError, VerificationError
from vestigo.evidence.bundle import settle, view_at
from vestigo.evidence.bundle.documents.quoting import Surroundings
from vestigo.evidence.bundle.documents.times import LoggedStamp, LogTimes
from vestigo.evidence.bundle.documents.wanted import documents_of_a_new_case, wanted_documents
from vestigo.evidence.bundle.thirds import MASK, ThirdParties
from vestigo.evidence.report import blocks, drawings, typesetting, writing
from vestigo.evidence.report.as_text import as_text
from vestigo.evidence.report.blocks import Document
from vestigo.evidence.report.glyphs import drawn_points, shown
from vestigo.evidence.report.keeping import Kept
from vestigo.evidence.report.typesetting import typesetter
from vestigo.evidence.stamping.not_before import LoggedAnchor, read_header
from vestigo.i18n import DOCUMENT_LANGUAGES, speaking
from vestigo.pipeline.derived_files import remove_derived_files

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
BUYER = "b***r77"
MARKUP = '#panic("x") $x^2$ *b* _i_ @ref <label> // /* ``` \\u{41} #import "x" [#eval("1")] = H'
HOSTILE = ("\x00\x1b[31m", "\u202eevil\u2066", "\u200b\u200d\ufeff", "עברית العربية", "漢字", "😀",
           "a" + "\u0301" * 500, "\U000e0041", "\ud800", "\u2028\u2029", "x" * 5000, "\n" * 3000,
           MARKUP, "\\" * 50, '"quoted"', "\uffff\u00ad", "\t\r\n\v\f", "=cmd|' /C calc'!A0")  # fmt: skip


@pytest.fixture(scope="module")
def setter(tmp_path_factory):
    with typesetter(tmp_path_factory.mktemp("setting")) as made:
        yield made


def document(*found, title="T", **more):
    given = dict(author="U", language="en", at=AT, head=("U", "T"), foot="F", blocks=list(found))
    return Document(title=title, **given | more)


def read(content):
    reader = pypdf.PdfReader(io.BytesIO(content))
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def test_both_fonts_draw_every_mark_that_is_shown(setter):
    every = "".join(map(chr, drawn_points()))
    assert every == shown(every)
    setter.pdf(document(blocks.paragraph(every), blocks.paragraph(blocks.mono(every))))


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_set_as_text_in_every_place(setter, text):
    rows = [(text, blocks.mono(text), blocks.quote(text, text, text, text))]
    made = setter.pdf(
        document(
            blocks.heading(text or "-", 1), blocks.paragraph(text), blocks.note(text),
            blocks.bullets([text]), blocks.steps([text]), blocks.facts([(text, blocks.mono(text))]),
            blocks.box([blocks.paragraph(blocks.strong(text))], warning=True),
            blocks.tiles([(text, text)]), blocks.table((text, text, "c"), (1, 1, 1), rows, text),
            drawings.trail([drawings.Stop(text, text), drawings.Stop(text, text, text, text)],
                           ends=True, caption=text, alternative=text, mark=text),
            title=text, author=text, head=(text, text), foot=text,
        )
    )  # fmt: skip
    assert made.startswith(b"%PDF")


def test_typst_markup_stands_on_the_page_as_it_was_written(setter):
    made = read(setter.pdf(document(blocks.paragraph(blocks.mono(MARKUP)))))
    assert MARKUP.replace(" ", "") in made.replace(" ", "")


def test_what_turns_or_hides_text_is_shown_by_its_number():
    assert shown("a\u202eb\x1b\u200d\u05d0😀漢\u0301") == (
        "a\\u202eb\\x1b\\u200d\\u05d0\\U0001f600\\u6f22\\u0301"
    )
    assert shown("Ünïcödé — ñ €") == "Ünïcödé — ñ €"


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(st.characters(), max_size=80))
def test_any_text_is_set_and_only_drawn_marks_reach_the_page(setter, text):
    one = document(blocks.paragraph(text), blocks.facts([("x", blocks.mono(text))]), title=text)
    harmless = one.plain()["blocks"][0]["text"]
    assert set(map(ord, harmless)) - {10} <= set(drawn_points())
    setter.pdf(one)


def test_the_same_document_gives_the_same_bytes_in_another_typesetter(setter, tmp_path):
    one = document(blocks.paragraph("x"), blocks.paragraph(blocks.mono("é" * 90)))
    with typesetter(tmp_path) as other:
        assert other.pdf(one) == setter.pdf(one)
    assert list(tmp_path.iterdir()) == []
    assert setter.pages(one)[0].startswith(b"\x89PNG")


def kinds_of_blocks():
    points = [(AT, Decimal("1.5")), (AT + timedelta(days=3), Decimal(2))]
    return [
        blocks.heading("T", 1), blocks.paragraph("p"), blocks.note("n"), blocks.bullets(["b"]),
        blocks.steps(["s"]), blocks.box([blocks.paragraph("inner")]), blocks.tiles([("5", "pages")]),
        blocks.facts([("label", blocks.parts(["one", blocks.mono("two")]))]), blocks.page_break(),
        blocks.table(("h",), (1,), [(blocks.quote("be", "fore", "after", "bytes 1"),)], "MARK"),
        drawings.bars([("name", 3, "3")], "caption bars", "three"),
        drawings.intervals([("m", 3, 2, 5, 9, "3 known")], "caption", "told", "MARK"),
        drawings.price_line(points, "EUR", "caption price", "prices told"),
        drawings.trail([drawings.Stop("a", "start")] * 3, ends=True, caption="c", alternative="t", mark="MARK"),
    ]  # fmt: skip


def test_every_kind_of_block_is_set_and_has_a_text_form(setter):
    one = document(*kinds_of_blocks())
    page = read(setter.pdf(one))
    text = as_text(one)
    for part in ("inner", "5", "pages", "two", "fore", "MARK", "caption price", "start"):
        assert part in page
        assert part in text
    assert "be»fore«after (bytes 1)" in text
    assert "prices told" in text


def test_drawings_are_whole_numbers_on_one_scale():
    line = drawings.price_line(
        [(AT, Decimal(10)), (AT + timedelta(days=1), Decimal(30)), (AT + timedelta(days=2), Decimal(20))],
        "EUR", "", "",
    )  # fmt: skip
    assert [point[0] for point in line["points"]] == [0, 500, 1000]
    assert line["points"][1][1] > line["points"][2][1] > line["points"][0][1]
    (row,) = drawings.intervals([("m", 50, 60, 80, 100, "")], "", "", "")["rows"]
    assert (row["known"], row["low"], row["middle"], row["high"]) == (500, 600, 800, 1000)
    flat = drawings.price_line([(AT, Decimal(1)), (AT, Decimal(1))], "EUR", "", "")
    assert all(0 <= y <= 1000 for _x, y in flat["points"])


@pytest.mark.parametrize(
    ("language", "amount", "number", "day"),
    [("en", "1.50000000 BTC", "1,234", "March 1, 2026"), ("es", "1.50000000 BTC", "1,234", "1 de marzo de 2026"),
     ("pt", "1,50000000 BTC", "1.234", "1 de março de 2026"), ("fr", "1,50000000 BTC", "1\u202f234", "1er mars 2026")],
)  # fmt: skip
def test_numbers_and_days_are_written_as_the_language_does(language, amount, number, day):
    with speaking(language):
        assert writing.bitcoin(150_000_000) == amount
        assert writing.count(1234) == number
        assert writing.day(AT.date()) == day
        assert writing.instant(AT) == "2026-03-01 12:00:00 UTC"
        assert writing.day(None) == writing.instant(None) == writing.unknown()
    assert shown("1\u202f234") == "1\u00a0234"


def page_of(world, body):
    settle(world.folder, world.ledger, world.custody)
    view = view_at(world.folder, world.ledger, world.custody, None)
    return Surroundings("c", body, "utf-8", ThirdParties(view))


def span(body, words, capture_id="c"):
    start = body.index(words)
    piece = {
        "start": start,
        "end": start + len(words),
        "quoted": words.decode(),
        "encoding": "utf-8",
    }
    return {"capture_id": capture_id, "ranges": [piece], "text": words.decode()}


@pytest.mark.parametrize(
    "spelled", [BUYER, "b&#42;**r77", "b%2A%2A%2Ar77", "B***R77"], ids=["plain", "entity", "percent", "capitals"]
)  # fmt: skip
def test_a_third_person_beside_a_value_is_masked_however_the_page_spells_it(world, spelled):
    body = f"<p>by {spelled} <b>10 g</b> to {spelled}</p>".encode()
    cell = page_of(world, body).quoted(span(body, b"10 g"), hidden=False)
    assert cell["quote"][1] == "10 g"
    assert spelled not in str(cell)


def test_a_name_that_reaches_over_the_edge_of_the_words_is_masked(world):
    body = f"<p>sold to {BUYER} again</p>".encode()
    cell = page_of(world, body).quoted(span(body, b"r77 again"), hidden=False)
    assert cell["quote"] == ["", MASK, ""]


def test_the_edge_of_the_surroundings_never_cuts_a_name(world):
    body = (f"<p>{BUYER}" + " " * 1 + "x" * 44 + "</p>10 g").encode()
    cell = page_of(world, body).quoted(span(body, b"10 g"), hidden=False)
    assert not any(part in cell["quote"][0] for part in ("r77", "77 "))


def test_hidden_words_foreign_captures_and_other_codings_are_quoted_rightly(world):
    body = "año 10 g".encode("latin-1")
    page = page_of(world, body)
    latin = Surroundings("c", body, "iso-8859-1", page.thirds)
    piece = {"start": 0, "end": 3, "quoted": "YfFv", "encoding": "base64"}
    assert (
        latin.quoted({"capture_id": "c", "ranges": [piece], "text": "año"}, hidden=False)["quote"][
            1
        ]
        == "año"
    )
    assert page.quoted(span(body, b"10 g"), hidden=True)["quote"] == ["", MASK, ""]
    assert page.quoted(span(body, b"10 g", "other"), hidden=False)["quote"] == ["", "10 g", ""]
    assert Surroundings("c", body, "no-such", page.thirds).quoted(span(body, b"10 g"), hidden=False)


def test_time_is_bracketed_by_what_the_log_holds():
    header = "0" * 136 + f"{int(AT.timestamp()):08x}" + "ffff7f20" + "0" * 8
    for nonce in range(200):
        text = (
            "01000000"
            + "00" * 64
            + int(AT.timestamp()).to_bytes(4, "little").hex()
            + "ffff7f20"
            + f"{nonce:08x}"
        )
        try:
            header = read_header(text, "regtest", "node")
            break
        except InputError:
            continue
    times = LogTimes(
        (LoggedAnchor(3, AT, header),),
        (LoggedStamp(9, 7, "tsa-a", AT), LoggedStamp(8, 6, "tsa-b", AT - timedelta(hours=1))),
    )
    assert [str(line) for line in times.around(2)] == [
        "logged before 2026-03-01 11:00:00 UTC: time stamp of tsa-b (event 8)"
    ]
    lines = [str(line) for line in times.around(7)]
    assert "before 2026-03-01 10:00:00 UTC (event 3)" in lines[0]
    assert "tsa-a (event 9)" in lines[-1]
    assert "no time stamp" in [str(line) for line in times.around(8)][-1]
    assert "own clock only" in str(next(LogTimes().around(5)))
    assert "own clock only" in str(next(times.around(None)))


def test_without_typst_the_remedy_is_said_and_text_is_the_form_of_a_new_case(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(ConfigurationError) as caught, typesetter(tmp_path):
        pass
    assert caught.value.code == "E-EVI-170"
    assert "vestigo[reports]" in caught.value.remedy
    from vestigo.evidence.bundle.documents import wanted

    monkeypatch.setattr(wanted, "can_typeset", lambda: False)
    assert documents_of_a_new_case(["pt"]) == {"report": {"format": "text", "languages": ["pt"]}}


def test_a_case_that_wants_pdf_is_not_sealed_without_typst(world, monkeypatch):
    with world.folder.toml.open("a") as handle:
        handle.write('\n[settings.report]\nformat = "pdf"\n')
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(ConfigurationError) as caught:
        world.build()
    assert caught.value.code == "E-EVI-170"
    assert not list(world.folder.bundles.iterdir())


def test_what_typst_refuses_and_what_is_too_large_are_errors_with_codes(setter, monkeypatch):
    wrong = document({"is": "table", "widths": []})
    with pytest.raises(VerificationError) as caught:
        setter.pdf(wrong)
    assert caught.value.code == "E-EVI-171"
    monkeypatch.setattr(typesetting, "LARGEST", 10)
    with pytest.raises(VerificationError) as caught:
        setter.pdf(document())
    assert caught.value.code == "E-EVI-172"


@pytest.mark.parametrize(
    "lines",
    ['format = "word"', 'languages = ["xx"]', "languages = []", 'languages = "en"', "languages = [1]",
     'show_pictures = "yes"', 'format = ["pdf"]', "languages = 5"],
)  # fmt: skip
def test_settings_of_documents_that_make_no_sense_are_refused(world, lines):
    with world.folder.toml.open("a") as handle:
        handle.write(f"\n[settings.report]\n{lines}\n")
    with pytest.raises(ConfigurationError) as caught:
        wanted_documents(world.folder)
    assert caught.value.code == "E-EVI-173"


def test_the_order_of_languages_never_matters(world):
    both = (
        wanted_documents(world.folder, ["fr", "en"]),
        wanted_documents(world.folder, ["en", "fr"]),
    )
    assert both[0] == both[1]
    assert both[0].languages == ("en", "fr")


def test_a_kept_pdf_of_another_key_or_cut_short_is_made_afresh(setter, tmp_path):
    one = document(blocks.paragraph("x"))
    first = Kept(setter, tmp_path, b"k" * 32)
    made = first.pdf(one)
    assert (first.pdf(one), first.n_made, first.n_found) == (made, 1, 1)
    assert Kept(setter, tmp_path, b"other key" * 4).pdf(one) == made
    (path,) = tmp_path.glob("*.pdf")
    path.write_bytes(path.read_bytes()[:-1])
    again = Kept(setter, tmp_path, b"k" * 32)
    assert (again.pdf(one), again.n_made) == (made, 1)
    assert again.pdf(document(blocks.paragraph("y"))) != made


def test_documents_made_before_go_when_a_record_is_destroyed(world):
    world.folder.sheets.mkdir()
    for name in ("a.pdf", ".b.pdf.part"):
        (world.folder.sheets / name).write_bytes(b"words of an exhibit")
    remove_derived_files(SimpleNamespace(folder=world.folder, ledger=world.ledger), [])
    assert list(world.folder.sheets.iterdir()) == []


def test_the_names_of_the_unit_s_own_accounts_are_masked(world):
    settle(world.folder, world.ledger, world.custody)
    thirds = ThirdParties(view_at(world.folder, world.ledger, world.custody, None))
    assert thirds.masked("signed in as avatar1, seller") == f"signed in as {MASK}, seller"
    assert ThirdParties(None, ["x y"]).masked("X Y z") == f"{MASK} z"


def test_a_report_is_written_logged_and_in_the_language_asked_for(world, vestigo, tmp_path):
    world.ledger.close()
    for name, language, word in (("r.pdf", "pt", b"%PDF"), ("r.txt", "fr", b"Rapport")):
        out = tmp_path / name
        code, stdout, _err = vestigo(
            "case", "report", world.folder.path, "-o", out, "--language", language
        )
        assert code == 0
        assert word in out.read_bytes()
        import hashlib

        digest = hashlib.sha256(out.read_bytes()).hexdigest()
        assert digest in stdout
        event = list(world.custody.events())[-1]
        assert (event.action, event.reason) == ("export", "case report written")
        assert (event.object_sha256, event.details["language"]) == (digest, language)


@pytest.mark.parametrize(("name", "code"), [("r.doc", "E-EVI-174"), ("f/r.txt", "E-EVI-175")])
def test_a_report_that_cannot_be_written_is_an_error(world, vestigo, tmp_path, name, code):
    world.ledger.close()
    (tmp_path / "f").write_text("a file, no folder")
    status, _out, err = vestigo("case", "report", world.folder.path, "-o", tmp_path / name)
    assert status != 0
    assert code in err


def test_a_form_that_is_none_is_a_usage_error():
    from pathlib import Path

    from vestigo.pipeline.reporting import form_of

    with pytest.raises(UsageError):
        form_of(Path("report"))
    assert (form_of(Path("a.PDF")), form_of(Path("a.txt"))) == ("pdf", "text")


def test_a_new_case_speaks_the_languages_asked_for(vestigo, tmp_path):
    words = ("case", "new", tmp_path / "c", "--title", 'a "b" \u202e', "--unit", "u")
    assert vestigo(*words, "--language", "pt", "--language", "fr")[0] == 0
    from vestigo.store import CaseFolder

    section = CaseFolder.open(tmp_path / "c").settings()["report"]
    assert section["languages"] == ["pt", "fr"]
    assert section["format"] == "pdf"
    assert set(DOCUMENT_LANGUAGES) >= set(section["languages"])
