# SPDX-License-Identifier: AGPL-3.0-or-later
"""Captured text in sheets, tables and plain texts: harmless, masked, and still readable."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vestigo.evidence.bundle.plaintext import plain_text
from vestigo.evidence.bundle.thirds import MASK, ThirdParties
from vestigo.evidence.harmless import csv_cell, csv_row, harmless_line, harmless_lines

DANGEROUS = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]"
)


@given(st.text())
def test_no_control_or_bidi_mark_survives(text):
    assert not DANGEROUS.search(harmless_lines(text))
    assert "\n" not in harmless_line(text)


@given(st.text(st.characters(categories=("L", "N", "P", "S", "Zs"))))
def test_plain_words_are_left_as_they_are(text):
    assert harmless_line(text) == text


def test_lone_surrogates_and_far_planes_are_escaped():
    assert harmless_line("\ud800") == "\\ud800"
    assert harmless_line("\U000e0001") == "\\U000e0001"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "\r=1", "  @x",
                                  "\uff1d1"])  # fmt: skip
def test_formulas_are_neutralised_in_tables(text):
    assert csv_cell(text).startswith("\"'")


@pytest.mark.parametrize("text", ["x;=1+1", 'x"; "=1', "x;;+1", "x; \t@SUM(A1)", "x;\uff1d1"])
def test_formulas_are_neutralised_where_a_spreadsheet_parts_cells_at_semicolons(text):
    parted = csv_row(["before", text]).strip().split(";")
    assert not any(cell.strip(' "')[:1] in tuple("=+-@\uff1d") for cell in parted[1:] if cell)


def test_a_semicolon_before_plain_words_is_left_as_it_is():
    assert csv_cell("5 g; 10 g; a=b") == '"5 g; 10 g; a=b"'


@given(st.lists(st.text(), min_size=1, max_size=4))
def test_a_row_is_one_row_whatever_stands_in_it(cells):
    rows = list(csv.reader(io.StringIO(csv_row(cells), newline="")))
    assert len(rows) == 1
    assert len(rows[0]) == len(cells)
    assert not any(cell[:1] in ("=", "+", "-", "@") for cell in rows[0])


class View:
    """Just enough of a case for the masking."""

    n_entries = 1

    def __init__(self, **kinds):
        import json

        self.ledger = self
        self._kinds = {
            kind: [json.dumps(body).encode() for body in bodies] for kind, bodies in kinds.items()
        }

    def bodies_of(self, kind, up_to):
        yield from (("id", body) for body in self._kinds.get(kind, []))


def masked(text: str, *buyers: str, vendors: tuple[str, ...] = (), said: str = "") -> str:
    feedback = [{"buyer_handle": name, "text": said, "spans": []} for name in buyers]
    view = View(feedback=feedback, vendor_account=[{"handle": v} for v in vendors])
    return ThirdParties(view).masked(text)


@pytest.mark.parametrize(
    ("text", "buyers", "expected"),
    [
        ("great, says Bob77.", ["bob77"], f"great, says {MASK}."),
        ("BOB77 and bob777", ["bob77"], f"{MASK} and bob777"),
        ("by b***7 today", ["b***7"], f"by {MASK} today"),
        ("by Jane Doe!", ["jane doe"], f"by {MASK}!"),
        ("write a@b.example now", ["a@b.example"], f"write {MASK} now"),
        ("nobody here", [], "nobody here"),
        ("ok ok", ["ok"], "ok ok"),
        ("x.y regular", ["x.*y"], "x.y regular"),
    ],
)
def test_third_persons_are_masked_as_whole_names(text, buyers, expected):
    assert masked(text, *buyers) == expected


def test_a_vendor_who_also_buys_stays_visible():
    assert masked("seller1 here", "seller1", vendors=("Seller1",)) == "seller1 here"


@pytest.mark.parametrize(
    "contact",
    [
        "me@mail.example",
        "+57 300 111 2222",
        "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
        "@jane_doe",
    ],
)
def test_what_buyers_write_of_themselves_is_masked(contact):
    assert masked(f"reach {contact} now", "bob77", said=f"thanks, {contact}") == f"reach {MASK} now"


def test_selectors_of_third_persons_are_masked_as_written_and_as_read():
    selector = {"party": "third", "value": "+573001112222", "span": {"text": "300 111 2222"}}
    vendor = {"party": "vendor", "value": "v@x.example", "span": None}
    thirds = ThirdParties(View(selector=[selector, vendor]))
    assert thirds.masked("call 300 111 2222 or v@x.example") == f"call {MASK} or v@x.example"


HTML = "text/html"


def test_plain_text_has_the_words_and_none_of_the_code():
    page = b"<html><head><title>t</title><style>p{}</style></head><body><h1>A  b</h1><script>x()</script><p>c<br>d<p>e</body>"
    assert plain_text(page, HTML, "utf-8") == "A b\nc\nd\ne\n"


@pytest.mark.parametrize(
    ("body", "charset", "expected"),
    [
        ("<p>a\u00f1o".encode("latin-1"), "iso-8859-1", "a\u00f1o\n"),
        (b"<p>caf\xe9", "utf-8", "caf\ufffd\n"),
        (b"<p>x", "no-such-charset", "x\n"),
        (b"<p>x\x00y", "utf-8", "x\ufffdy\n"),
        (b"", "utf-8", ""),
        (b"<!-- only -->", "utf-8", "\n"),
        (b"<p>&lt;b&gt; &#x202e;", "utf-8", "<b> \u202e\n"),
    ],
)
def test_odd_pages_have_a_text(body, charset, expected):
    assert (plain_text(body, HTML, charset) or "").strip() == expected.strip()


def test_external_entities_are_not_fetched(tmp_path):
    (tmp_path / "secret").write_text("planted")
    page = f'<!DOCTYPE html [<!ENTITY x SYSTEM "file://{tmp_path}/secret">]><p>&x;</p>'.encode()
    assert "planted" not in (plain_text(page, HTML, "utf-8") or "")


def test_other_media_types():
    assert plain_text(b"a\r\nb", "text/plain", "") == "a\r\nb"
    assert plain_text(b"\x89PNG", "image/png", "") is None
    assert plain_text(b"x", "", "") is None


@pytest.mark.parametrize("depth", [10, 300, 3000, 20_000])
def test_a_deeply_nested_page_keeps_its_text(depth):
    """The tree of libxml2 ends at 255 elements, and with it ended the text."""
    page = b"<p>1 g &amp; more" + b"<div>" * depth + b"x<script>no</script><p>y"
    assert plain_text(page, HTML, "utf-8") == "1 g & more\nx\ny\n"
