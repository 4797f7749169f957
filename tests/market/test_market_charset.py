# SPDX-License-Identifier: AGPL-3.0-or-later
"""Bytes to characters and back to bytes, whatever a page declares."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.market.charset import decode_body

WESTERN = "caf\xe9 \u20ac"


def bytes_of(decoded, body, start, end):
    return body[decoded.at(start) : decoded.at(end)]


def test_the_header_is_believed_before_the_meta():
    body = b'<meta charset="utf-8">' + WESTERN.encode("cp1252")
    assert decode_body(body, "windows-1252").text.endswith(WESTERN)
    assert decode_body(body, "windows-1252").problem == ""


def test_the_meta_is_believed_where_there_is_no_header():
    body = b'<meta http-equiv=x content="text/html; charset=koi8-r">\xf0'
    decoded = decode_body(body)
    assert (decoded.charset, decoded.text[-1]) == ("koi8-r", "\u041f")


def test_a_byte_order_mark_beats_both_and_its_bytes_are_counted():
    body = b"\xef\xbb\xbfcaf\xc3\xa9"
    decoded = decode_body(body, "windows-1252")
    assert decoded.text == "caf\xe9"
    assert bytes_of(decoded, body, 3, 4) == b"\xc3\xa9"


def test_utf_16_with_its_mark_is_read():
    body = WESTERN.encode("utf-16")
    decoded = decode_body(body)
    assert decoded.text == WESTERN
    assert bytes_of(decoded, body, 3, 4) == "\xe9".encode("utf-16-le")


def test_without_any_declaration_utf_8_comes_first_then_windows_1252():
    assert decode_body(WESTERN.encode()).charset == "utf-8"
    fallen = decode_body(WESTERN.encode("cp1252"))
    assert (fallen.text, fallen.charset, fallen.problem) == (WESTERN, "windows-1252", "")


def test_a_page_that_says_utf_8_and_is_not_is_read_and_reported():
    decoded = decode_body(b'<meta charset="utf-8">caf\xe9')
    assert decoded.text.endswith("caf\xe9")
    assert decoded.problem == "declared utf-8, read as windows-1252"


def test_one_bad_byte_among_good_ones_does_not_spoil_the_rest():
    body = "caf\xe9 \u20ac ".encode() + b"\xff!"
    decoded = decode_body(body, "utf-8")
    assert decoded.text == "caf\xe9 \u20ac \ufffd!"
    assert decoded.problem == "1 bytes are not valid utf-8"
    assert bytes_of(decoded, body, 7, 8) == b"\xff"


@pytest.mark.parametrize("name", ["rot13", "unicode_escape", "idna", "utf-7", "zip", "../../x"])
def test_a_codec_that_is_no_charset_of_the_web_is_not_believed(name):
    decoded = decode_body(b"caf\xc3\xa9", name)
    assert (decoded.text, decoded.charset) == ("caf\xe9", "utf-8")
    assert name in decoded.problem


@pytest.mark.parametrize("name", ["shift_jis", "gb18030", "big5", "euc-jp", "euc-kr"])
def test_multi_byte_charsets_keep_the_places_of_their_characters(name):
    shown = "a\u4e00b"
    body = shown.encode(name)
    decoded = decode_body(body, name)
    assert decoded.text == shown
    assert bytes_of(decoded, body, 1, 2) == "\u4e00".encode(name)
    assert decoded.at(3) == len(body)


def test_broken_multi_byte_text_is_reported():
    decoded = decode_body(b"a\x81", "shift_jis")
    assert "not valid shift_jis" in decoded.problem


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_every_character_knows_its_own_utf_8_bytes(text):
    body = text.encode()
    decoded = decode_body(body, "utf-8")
    shown = decoded.text
    for index, character in enumerate(shown):
        assert bytes_of(decoded, body, index, index + 1).decode() == character


@given(st.binary(), st.sampled_from(["", "utf-8", "windows-1252", "gb18030", "shift_jis"]))
def test_whatever_the_bytes_the_places_cover_all_of_them_in_order(body, charset):
    decoded = decode_body(body, charset)
    places = [decoded.at(index) for index in range(len(decoded.text) + 1)]
    assert places == sorted(places)
    assert places[-1] == len(body)
    decoded.text.encode("utf-8")


@pytest.mark.parametrize("name", ["windows-1251", "koi8-r", "iso-8859-7"])
def test_another_alphabet_that_nobody_declared_is_doubted(name):
    text = {"iso-8859-7": "Ελληνικά"}.get(name, "Кокаин из Перу")
    decoded = decode_body(f"<p>{text}".encode(name))
    assert decoded.problem == "none declared, read as windows-1252: this may be another alphabet"
    assert decode_body(f'<meta charset="{name}"><p>{text}'.encode(name)).problem == ""


@pytest.mark.parametrize("text", ["año señal ñandú", "créée à l’été, œuvre", "Größenmaß Übergröße"])
def test_accents_of_latin_letters_are_not(text):
    assert decode_body(f"<p>{text}".encode("windows-1252")).problem == ""
