# SPDX-License-Identifier: AGPL-3.0-or-later
"""Captured text: nothing acts, nothing hides, marks stand where the bytes stand."""

from __future__ import annotations

import time
from decimal import Decimal
from html.parser import HTMLParser

from hypothesis import given, settings
from hypothesis import strategies as st

from vestigo.console.marking import Mark, around, decoded, outside_text, source_view, text_view
from vestigo.console.masking import _repeats
from vestigo.console.proof import proof_path
from vestigo.console.visible import hidden, plain, quoted, seen
from vestigo.console.words import btc, percent
from vestigo.records import CERTAIN, Cluster, Join, Method


class Tags(HTMLParser):
    """Collects the tags and the text that a browser would see."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)

    def handle_data(self, data):
        self.text += data


@given(st.text())
def test_whatever_the_text_only_our_own_tags_come_out(text):
    found = Tags(str(quoted(text)))
    assert set(found.tags) <= {"bdi", "span"}
    assert not any(hidden(c) for c in found.text if c != "\r")
    assert found.text == plain(text)


def test_marks_that_act_or_hide_are_shown():
    assert plain("a\x1b[31m\u202eb\u200b\x00") == "a\\x1b[31m\\u202eb\\u200b\\x00"
    assert str(seen("<b>\u2028")) == '&lt;b&gt;<span class="esc">\\u2028</span>'
    assert str(seen("\ud800")) == '<span class="esc">\\ud800</span>'
    assert str(seen(None)) == ""


@settings(max_examples=200)
@given(st.binary(max_size=300), st.sampled_from(["utf-8", "latin-1", "undefined", "utf-16", "x"]),
       st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)), max_size=4))  # fmt: skip
def test_the_source_view_loses_no_byte_and_marks_exactly(body, charset, ranges):
    marks = [Mark(min(p), min(max(p), len(body)), "field", "x", "a") for p in ranges
             if min(p) < min(max(p), len(body))]  # fmt: skip
    shown = source_view(body, charset, marks)
    covered = sum(1 for at in range(len(body)) if any(m.start <= at < m.end for m in marks))
    if charset == "latin-1":
        assert "".join(one.text for one in shown) == body.decode("latin-1")
        assert sum(len(one.text) for one in shown if one.mark) == covered
    text_view(body, charset, marks)


def test_tags_scripts_and_comments_are_left_out_and_entities_read():
    body = (b"<!-- <p>no --><p title='x'>one &amp; two</p><script>bad('<p>')</script>"
            b"<style>p{}</style><td>a</td><td>b</td><p>  three </p>")  # fmt: skip
    text = "".join(one.text for one in text_view(body, "utf-8", []))
    assert "one & two" in text
    assert "bad" not in text
    assert "p{}" not in text
    assert "no" not in text
    assert "three" in text


def test_references_to_control_characters_do_not_vanish():
    body = b"a&#27;b&#x1B;c&#x202e;d&#0;e&#x110000;f&lt;&#60;g&#128;"
    text = "".join(one.text for one in text_view(body, "utf-8", []))
    assert text == "a\x1bb\x1bc\u202ed\ufffde\ufffdf<<g\u20ac"


def test_the_narrowest_mark_wins_and_a_reading_before_a_field():
    body = b"Pure MDMA here"
    field, reading = Mark(0, 9, "field", "t", "f"), Mark(5, 9, "substance", "m", "m")
    assert [one.mark for one in source_view(body, "utf-8", [field, reading])] == [
        field, reading, None,
    ]  # fmt: skip
    both = [Mark(0, 4, "field", "t", "f"), Mark(0, 4, "price", "p", "p")]
    assert source_view(body, "utf-8", both)[0].mark == both[1]


def test_a_mark_in_an_attribute_is_reported_and_not_lost():
    body = b'<a data-price="12 BTC">x</a>'
    mark = Mark(15, 21, "price", "p", "p")
    assert outside_text(body, [mark]) == [mark]
    assert any(one.mark == mark for one in source_view(body, "utf-8", [mark]))
    assert outside_text(b"12 BTC", [Mark(0, 6, "price", "p", "p")]) == []


def test_masked_bytes_never_come_out():
    body = "<p>secret_name sold to Zoë_secret_name2 and secret_name.</p>".encode()
    masks = _repeats("secret_name", body)
    assert len(masks) == 2
    for view in (text_view(body, "utf-8", [], masks), source_view(body, "utf-8", [], masks)):
        text = "".join(one.text for one in view)
        assert text.count("secret_name") == 1, "only the longer name that contains it"
    assert _repeats("ab", b"ab ab") == []


def test_context_is_cut_at_whole_characters():
    body = ("é" * 200 + "MARK" + "ñ" * 200).encode()
    at = body.index(b"MARK")
    shown = around(body, "utf-8", Mark(at, at + 4, "field", "x", ""))
    text = "".join(one.text for one in shown)
    assert "\\x" not in text
    assert [one.text for one in shown if one.mark] == ["MARK"]


def test_unknown_and_hostile_charsets_still_give_text():
    for charset in ("undefined", "idna", "utf-16", "rot13", "base64", "", "no-such", "utf-7"):
        assert decoded(b"abc", charset) == "abc"
    assert decoded(b"\xff<", "utf-8") == "\\xff<"


def test_pages_that_repeat_openings_do_not_take_forever():
    start = time.process_time()
    for piece in (b"<script>", b"<!--", b"<a", b'<a "', b"<", b"&amp;<p>"):
        text_view(piece * (200_000 // len(piece)), "utf-8", [])
    assert time.process_time() - start < 20


def test_the_proof_path_is_a_way_or_nothing():
    joins = tuple(Join(txid=str(n), address_a=f"a{n}", address_b=f"a{n + 1}") for n in range(5))
    cluster = Cluster(network="regtest", addresses=tuple(f"a{n}" for n in range(6)), joins=joins,
                      sources=("x",), method=Method(rule="r.v1", settings_sha256=""),
                      confidence=CERTAIN, observed_at=None)  # fmt: skip
    assert [join.txid for join in proof_path(cluster, "a4", "a1")] == ["3", "2", "1"]
    assert proof_path(cluster, "a0", "elsewhere") == []
    assert proof_path(cluster, "a0", "a0") == []


def test_amounts_are_exact():
    assert btc(1) == "0.00000001 BTC"
    assert btc(2_100_000_000_000_000) == "21000000.00000000 BTC"
    assert percent(Decimal("0.4104")) == "41.04 %"
    assert percent(Decimal("1.0000")) == "100 %"
    assert percent(Decimal("0.0000")) == "0 %"
