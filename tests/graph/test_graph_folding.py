# SPDX-License-Identifier: AGPL-3.0-or-later
"""Words as they are searched: folded alike in texts and in what is asked."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph import catalogue
from graph.folding import SEARCHED, asked_words, fold, folded_of
from graph.model import NODES
from graph.rebuild import rebuild
from vestigo.errors import UsageError


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("HACHÍS Marroquí", " hachis marroqui "),
        ("nin\u0303o ñandú", " nino nandu "),
        ("straße 10g/100€", " strasse 10g 100 "),
        ("ﬁsh ① ½", " fish 1 1 2 "),
        ("\u202eevil\u202c 😀🧪", " evil "),
        ("日本語 한국", f" 日本語 {unicodedata.normalize('NFKD', '한국')} "),
        ("", ""),
        (" ,;— ", ""),
        ("a\u0000b\nc", " a b c "),
    ],
)
def test_folding(text, folded):
    assert fold(text) == folded


@given(st.text())
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_composed_decomposed_and_capital_texts_are_one(text):
    assert fold(unicodedata.normalize("NFC", text)) == fold(unicodedata.normalize("NFD", text))


@given(st.text(), st.text())
def test_every_word_of_a_text_is_found_in_it(text, more):
    folded = fold(f"{text} {more}")
    assert all(word in folded for word in asked_words(text.replace('"', " ").replace("*", " ")))


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("Hachís marroquí", [" hachis ", " marroqui "]),
        ('"Hachís marroquí" 10g', [" 10g ", " hachis marroqui "]),
        ("hach*", [" hach"]),
        ("@ana_del_sur", [" ana del sur "]),
        ('"not closed', [" not closed "]),
        ('* ** " "', []),
        ("a a A", [" a "]),
    ],
)  # fmt: skip
def test_what_is_asked(asked, words):
    assert asked_words(asked) == words


def test_only_labels_that_are_searched_are_folded():
    assert folded_of("Listing", {"name": "Ñ", "text": "Ñ\nx"}) == " n n x "
    assert folded_of("Address", {"name": "bc1"}) == ""
    for label in SEARCHED:
        assert "folded" in NODES[label]


@pytest.fixture
def store(crowded, embedded):
    rebuild(crowded, embedded)
    return embedded


def found(store, text, **given):
    rows = catalogue.run(store, "search", text=text, **given)
    return [(row["label"], row["key"]) for row in rows]


def test_a_search_finds_words_whatever_their_accents_and_case(store):
    both = [("Listing", "bazar/r1"), ("Listing", "feria/m1")]
    for text in ("éxtasis puro", "EXTASIS", "puro e\u0301xtasis", '"extasis puro"', "extas*"):
        assert found(store, text) == both, text
    assert found(store, '"puro extasis"') == []
    assert found(store, "xtasis") == []
    assert found(store, "extasis", limit=1) == both[:1]


def test_a_search_finds_contacts_accounts_services_and_substances(store):
    assert found(store, "ana del sur") == [("Contact", "telegram:@ana_del_sur")]
    assert ("VendorAccount", "feria/REY") in found(store, "rey")
    assert ("Service", "casa_de_cambio") in found(store, "cambio")
    assert ("Substance", "mdma") in found(store, "MDMA")


def test_a_search_finds_addresses_keys_and_transactions_by_their_key_or_its_beginning(store, world):
    assert found(store, "bcrt1qrey") == [("Address", "bcrt1qrey")]
    assert found(store, "BCRT1QREY") == [("Address", "bcrt1qrey")]
    assert found(store, "bcrt1qmora*") == [("Address", "bcrt1qmora"), ("Address", "bcrt1qmoraotra")]
    assert found(store, "ab" * 20) == [("PGPKey", "AB" * 20)]
    assert found(store, world.txid("t1")) == [("Transaction", world.txid("t1"))]
    assert ("Address", "bcrt1qrey") not in found(store, "bcr*"), "too short a beginning"


@pytest.mark.parametrize("text", ["", "  ", "***", '""', "😀", "\u202e"])
def test_a_search_for_no_word_is_a_wrong_call(store, text):
    with pytest.raises(UsageError, match="holds no word") as caught:
        found(store, text)
    assert caught.value.code == "E-GRA-005"


@pytest.mark.parametrize(
    "text", ["x' OR 1=1 //", "a}) DETACH DELETE n //", "$text", "+a -b && c", "a:b~2"]
)
def test_the_words_of_a_search_are_data(store, text):
    found(store, text)
    assert found(store, "extasis")
