# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pages in many encodings: the bytes that a value cites decode to the text it was read from."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime

import pytest

from crawler.market import read_page
from crawler.reading import records_of as page_records
from nlp.reading.records import records_of as reading_records
from vestigo.pipeline.imagery.site import PROFILE
from vestigo.pipeline.invented_market import load_into
from vestigo.records import Capture, Listing, Mention, PriceQuote, Quantity, Selector, Span

BTC = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"
DESCRIPTION = '\n[listing.fields.description]\ncss = "p.description"\n'
TITLE = "10g Cocaína – 85% – 300 €"
MORE = f"wickr: greenhouse77, {BTC}; 5g Kétamine für 40 €"


def page(title: str, more: str) -> str:
    return (
        "<html><body><h1 class=listing>" + title + "</h1><p class=cat>Drugs</p>"
        "<p class=price>1 BTC</p><p class=description>" + more + "</p></body></html>"
    )


def entities(text: str) -> str:
    named = {
        "€": "&euro;",
        "–": "&ndash;",
        "í": "&#xED;",
        "é": "&#233;",
        "/": "&#x2F;",
        " ": "&nbsp;",
    }
    return "".join(named.get(c, c) for c in text)


PAGES = {
    "utf-8": (page(TITLE, MORE).encode(), "utf-8"),
    "utf-8 with a mark": (b"\xef\xbb\xbf" + page(TITLE, MORE).encode(), "utf-8"),
    "windows-1252": (page(TITLE, MORE).encode("cp1252"), "windows-1252"),
    "iso-8859-15": (page(TITLE.replace("–", "-"), MORE).encode("iso-8859-15"), "iso-8859-15"),
    "utf-16 little": (b"\xff\xfe" + page(TITLE, MORE).encode("utf-16-le"), "utf-16"),
    "utf-16 big": (b"\xfe\xff" + page(TITLE, MORE).encode("utf-16-be"), "utf-16"),
    "entities": (page(entities(TITLE), entities(MORE)).encode("ascii", "xmlcharrefreplace"), "utf-8"),
    "tags inside a value": (
        page(TITLE.replace("Cocaína", "Co<b>caí</b><i>na</i>"), MORE.replace("greenhouse", "green<b>house</b>")).encode(),
        "utf-8",
    ),
    "a comment inside a value": (
        page(TITLE.replace("10g", "1<!-- 5 -->0g"), MORE).encode(),
        "utf-8",
    ),
    "cdata": (page(TITLE, "<![CDATA[hidden]]>" + MORE).encode(), "utf-8"),
    "astral": (page("💊 " + TITLE, "🎉 " + MORE).encode(), "utf-8"),
    "zero-width": (page(TITLE.replace("Coca", "Co\u200bca"), MORE).encode(), "utf-8"),
    "blanks and lines": (page(TITLE.replace(" ", " \r\n\t "), MORE).encode(), "utf-8"),
}  # fmt: skip


def records_in(body: bytes, charset: str, folder):
    capture = Capture(
        capture_id="c" * 64, uri="http://x.example/q/listing/1", request_method="GET", status=200,
        media_type="text/html", charset=charset, content_sha256="0" * 64, n_body_bytes=len(body),
        observed_at=datetime(2024, 9, 1, 12, tzinfo=UTC), authorization_id="a", account="", warc_name="w",
        warc_offset=0, problem="",
    )  # fmt: skip
    profile = load_into(folder, "planted", PROFILE + DESCRIPTION)
    read = read_page(
        profile, body, uri=capture.uri, status=200, media_type="text/html", charset=charset, problem="", refresh="",
    )  # fmt: skip
    made = page_records(profile, read, capture, body)
    (listing,) = [one for one in made if isinstance(one, Listing)]
    return listing, reading_records(listing, read.texts, capture, body, None)


def shown(span: Span, body: bytes, charset: str) -> str:
    """What a stranger reads in the bytes: decoded, without tags, entities resolved, blanks joined."""
    raw = b"".join(body[part.start : part.end] for part in span.ranges)
    name = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}.get(body[:2], charset)
    text = html.unescape(re.sub(r"<[^>]*>", "", raw.decode(name)))
    return " ".join(text.split())


@pytest.mark.parametrize("name", PAGES)
def test_the_bytes_of_a_value_decode_to_its_text(name, tmp_path):
    body, charset = PAGES[name]
    listing, records = records_in(body, charset, tmp_path)
    assert " ".join(listing.title.replace("\u200b", "").split()).endswith("€")
    spans = [one.span for one in records if getattr(one, "span", None)]
    for span in spans:
        assert all(body[part.start : part.end] == part.raw() for part in span.ranges)
        assert shown(span, body, charset) == " ".join(span.text.split()) != ""
    said = {
        (type(one).__name__, " ".join(one.span.text.replace("\u200b", "").split()))
        for one in records
        if getattr(one, "span", None)
    }
    assert {("Mention", "Cocaína"), ("Quantity", "10g"), ("PriceQuote", "300 €")} <= said
    assert {one.substance_id for one in records if isinstance(one, Mention)} >= {"cocaine"}
    assert {one.grams for one in records if isinstance(one, Quantity)} >= {10}
    assert {one.amount for one in records if isinstance(one, PriceQuote)} >= {300}
    assert {one.value for one in records if isinstance(one, Selector)} == {"greenhouse77", BTC}
    assert {one.field for one in records if isinstance(one, Selector)} == {"description"}
