# SPDX-License-Identifier: AGPL-3.0-or-later
"""Texts from a tree still know their bytes, and no page can forge that."""

import html
import re

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from crawler.market.charset import decode_body
from crawler.market.document import parse_document
from crawler.market.sourced import cut_text, decode_entity

PIECES = st.sampled_from(
    ["word", "two words", "caf\xe9", "\u20ac", "\U0001f600", "&amp;", "&eacute;", "&#233;", "&nbsp;", " ",
     "\n", "  \t", "&lt;b&gt;", "a&b", "&bogus;", "<br>", "<b>", "</b>", "<i class='x>y'>", "</i>",
     "<!-- c -->", "\ue000", "\ue001", "&#xe000;0&#xe001;", "<p>", "</p>", "&#x1b;", "\u202e", "<3",
     "\x00", "\x1b", "<script>if (a<b) x</script>", "</", "< ", "0"]
)  # fmt: skip


def document_of(markup):
    body = markup if isinstance(markup, bytes) else markup.encode("utf-8")
    return parse_document(decode_body(body)), body


def text_at(document, path, **options):
    return document.text_of(document.root.xpath(path), **options)


def redone(text, body):
    """Read the quoted bytes again as a verifier would: decode, entities, no white space."""
    span = text.span("c" * 64, body)
    raw = "".join(piece.raw().decode("utf-8", "replace") for piece in span.ranges)
    shown = re.sub(r"&(?:#\w+;?|\w+;?)", lambda match: decode_entity(match.group()), raw)
    return "".join(shown.split())


def test_white_space_is_collapsed_and_entities_are_decoded():
    document, body = document_of("<p>  a &amp;\n b&nbsp; <b>c</b>d</p>")
    text = text_at(document, "//p")
    assert text.text == "a & b cd"
    assert [body[a:b] for a, b in text.byte_ranges(0, 8)] == [b"a &amp;\n b&nbsp; ", b"c", b"d"]


def test_line_breaks_are_kept_where_asked():
    document, _body = document_of("<div>a<br>b <br/> c<p>d</p>e<pre>x\n  y\n\nz</pre></div>")
    assert text_at(document, "//div", lines=True).text == "a\nb\nc\nd\ne\nx\ny\n\nz"
    assert text_at(document, "//div").text == "a b c d e x y z"


def test_a_textarea_keeps_its_lines_and_its_mark_up_is_text():
    document, _body = document_of("<body><textarea>-----\nkey <b> &amp;\n</textarea>after")
    assert text_at(document, "//textarea", lines=True).text == "-----\nkey <b> &"
    assert text_at(document, "//body").text == "----- key <b> & after"


def test_scripts_styles_and_comments_are_no_text():
    document, _body = document_of(
        "<body>a<script>document.write('<p>x</p>')</script>b<!-- <p>c</p> -->d<style>p{}</style>"
    )
    assert text_at(document, "//body").text == "abd"


def test_an_a_that_closes_itself_still_holds_its_text():
    document, _body = document_of('<p><a class="v" href="/x#"/>name</a> after</p>')
    assert text_at(document, "//a").text == "name"


def test_a_page_cannot_forge_a_mark():
    document, body = document_of("<p>first</p><h1>\ue0000\ue001&#xe000;0&#xe001;title</h1>")
    text = text_at(document, "//h1")
    assert text.text == "\ue0000\ue001\ue0000\ue001title"
    assert redone(text, body) == text.text


def test_control_characters_and_bidi_marks_are_kept_as_they_stand():
    document, _body = document_of("<p>&#x1b;[31m\u202ered&#7;</p>")
    assert text_at(document, "//p").text == "\x1b[31m\u202ered\x07"


@pytest.mark.parametrize(
    ("entity", "shown"),
    [("&#0;", "\ufffd"), ("&#x110000;", "\ufffd"), ("&#xD800;", "\ufffd"), ("&#128;", "\u20ac"),
     ("&#x1F600;", "\U0001f600"), ("&amp", "&"), ("&notit;", "\xacit;"), ("&nosuch;", "&nosuch;"),
     ("&#x;", "\ufffd"), ("&#99999999999999999999;", "\ufffd"), ("&#x1b;", "\x1b"), ("&#65", "A")],
)  # fmt: skip
def test_character_references_are_read_as_browsers_read_them(entity, shown):
    assert decode_entity(entity) == shown


def test_a_source_that_ends_in_a_tag_is_not_complete():
    assert document_of("<p>a</p>")[0].complete
    assert not document_of("<p>a</p><a href='/x")[0].complete
    assert not document_of('<p>a</p><a href="x>y')[0].complete


def test_selectors_see_the_displayed_text():
    document, _body = document_of("<dl><dt>Ships &amp; more</dt><dd>x</dd></dl>")
    assert text_at(document, "//dt[contains(., 'Ships & more')]/following-sibling::dd").text == "x"
    assert "Ships & more" in document.plain_text()


@pytest.mark.parametrize(
    "piece",
    ["<", "<a b='", '<a b="', "<!--", "<script>", "<textarea>", "&", "<b>", "</", "<!", "<a ="],
)
def test_a_page_of_nothing_but_openings_ends_in_time(piece):
    document, _body = document_of("<body>" + piece * 30_000)
    assert document.root is not None


def test_a_page_of_nothing_parses_to_nothing():
    assert parse_document(decode_body(b"")).root is None


@settings(max_examples=300)
@given(st.lists(PIECES, max_size=30))
def test_a_text_is_what_its_bytes_say(pieces):
    document, body = document_of(
        "<html><body><div id='x'>" + "".join(pieces) + "</div></body></html>"
    )
    for lines in (False, True):
        for element in document.root.xpath("//*"):
            text = document.text_of([element], lines=lines)
            assert redone(text, body) == "".join(text.text.split())
            assert text.text == text.text.strip()


@given(st.lists(PIECES, max_size=15), st.data())
def test_a_part_of_a_text_cites_a_part_of_its_bytes(pieces, data):
    document, body = document_of("<p>" + "".join(pieces) + "</p>")
    text = document.text_of([document.root])
    start = data.draw(st.integers(0, len(text.text)))
    end = data.draw(st.integers(start, len(text.text)))
    assume(start < end)
    part = cut_text(text, start, end)
    assert part.text == text.text[start:end]
    assert part.byte_ranges(0, len(part.text)) == text.byte_ranges(start, end)
    again = cut_text(part, 0, len(part.text))
    assert again.span("c" * 64, body) == part.span("c" * 64, body)


def test_html_unescape_is_still_what_named_references_rest_on():
    assert all(decode_entity(f"&{name}") == value for name, value in html.entities.html5.items())
