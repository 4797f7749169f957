# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a verifier finds is told in the language of the page; what has no words says that it is English."""

from __future__ import annotations

import ast
from itertools import product

import pytest

from vestigo.console.proving.findings import found_in_case, told
from vestigo.i18n import DOCUMENT_LANGUAGES, SOURCE_LANGUAGE, speaking

OTHERS = [one for one in DOCUMENT_LANGUAGES if one != SOURCE_LANGUAGE]
WORDS_OF_OTHERS = ("verify_error(", "last_line(", "str(error)")  # of openssl, of zlib
AS_EVENTS_SAY = ("keys rotated", "operator key added", "key revoked")
INNER = {"why": ["left out, but not listed", "a reversed redaction"], "text": ["not before: own clock only"],
         "counts": ["7 records (7 redacted), 7 events"], "reason": AS_EVENTS_SAY,
         "kind": ["trace", "cash_out_point"], "where": ["event 7"],
         "who": ["before it", "that it names"], "network": ["bitcoin"]}  # fmt: skip


def fillings(node):
    """Return what may stand in a place of a sentence, as far as its expression tells."""
    if isinstance(node, ast.IfExp):
        return said(node)
    name = ast.unparse(node)
    if any(one in name for one in WORDS_OF_OTHERS):
        return ["no reason given"]
    if "shown_time" in name:
        return (
            ["2026-01-01T00:00:00Z", "own clock only"]
            if " if " in name
            else ["2026-01-01T00:00:00Z"]
        )
    for known, values in INNER.items():
        if name == known or name.endswith(f"['{known}']"):
            return list(values)
    if name in ("said", "buried", "still", "newer", "absent") or "check_consistency" in name:
        return [""]
    return ["7"]


def said(node):
    """Return every text that an expression can give, places filled."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    if isinstance(node, ast.IfExp):
        return said(node.body) + said(node.orelse)
    if isinstance(node, ast.BinOp):
        return [
            "".join(both)
            for both in product(
                said(node.left) or ["7 stamps: not after own clock only"], said(node.right) or [""]
            )
        ]
    if isinstance(node, ast.JoinedStr):
        parts = [[one.value] if isinstance(one, ast.Constant) else fillings(one.value)
                 for one in node.values]  # fmt: skip
        whole = ["".join(chosen) for chosen in product(*parts)]
        return [one.replace("7; operators", "handed over: 7, each by the key before it; operators")
                for one in whole]  # fmt: skip
    return []


def sentences_of(tree):
    """Yield each sentence that a check of the verifier can say."""
    for function in (one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)):
        for node in ast.walk(function):
            if (
                isinstance(node, ast.Return)
                and node.value
                and (function.name.startswith("check_") or function.name == "broken_link")
            ):
                yield from said(node.value)
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name == "fault" and function.name != "verify":
                yield from (f"seal/x: {why}" for why in said(node.args[1]))
            elif name in ("skip", "end") and "check" in function.name:
                yield from said(node.args[0])
            elif name == "ValueError":
                yield from (f"the bundle: cannot be read: '{why}'" for why in said(node.args[0]))


@pytest.fixture(scope="module")
def verifier(repository):
    return ast.parse((repository / "vestigo/evidence/stranger/verify.py").read_text("utf-8"))


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_of_the_verifier_has_words(verifier, language):
    wanted = sorted({one.removeprefix("; ") for one in sentences_of(verifier) if one})
    assert len(wanted) > 200
    with speaking(language):
        silent = [one for one in wanted if not all(piece.is_told for piece in told(one))]
    assert silent == []


def test_a_sentence_keeps_its_places_and_counts_as_the_page_does():
    with speaking("pt"):
        (piece,) = told("12345 captures in 7 WARC records")
        assert piece.text == "capturas: 12.345, em registros WARC: 7"
        (piece,) = told("data/records/tag.jsonl:3: not in canonical form, or in the wrong file")
        assert piece.text.startswith("data/records/tag.jsonl:3: ")
        assert "canônica" in piece.text


def test_several_parts_are_told_one_by_one():
    with speaking("fr"):
        (piece,) = told("7 exhibits proved; no earlier bundle")
        assert piece.text == "pièces prouvées : 7; aucun dossier scellé antérieur"
        pieces = told("none; a remark of a later verifier")
        assert [piece.is_told for piece in pieces] == [True, False]
        assert pieces[1].text == "a remark of a later verifier"


def test_words_of_another_program_are_marked_as_english():
    with speaking("es"):
        pieces = told("seal/statement.json.p7s: not signed by the unit: Verification failure")
        assert [piece.is_told for piece in pieces] == [True, False]
        assert pieces[1].text == "Verification failure"
        pieces = told("the bundle: cannot be read: 'a transaction is cut'")
        assert [piece.text for piece in pieces] == [
            "el paquete: no se puede leer: «una transacción está cortada»"
        ]


@pytest.mark.parametrize(
    "detail", ["never said before", "x" * 5000, "; ; ; : : : ", "{n} {why}", "event 7"]
)
def test_what_is_not_known_stays_as_it_is(detail):
    for language in DOCUMENT_LANGUAGES:
        with speaking(language):
            text = "".join(piece.text for piece in told(detail))
            assert text == detail or language != SOURCE_LANGUAGE
    with speaking("en"):
        assert [piece.text for piece in told(detail)] == [detail]


def test_a_check_of_the_case_names_what_it_found():
    with speaking("pt"):
        assert (
            found_in_case("archive", "x.warc")[0].text
            == "x.warc: o registro não tem nenhum evento disso"
        )
        assert (
            found_in_case("time", "3 stamps are pending")[0].text
            == "carimbos do tempo pendentes: 3"
        )
        assert all(one.is_told for one in found_in_case("keys", "event 5 (keys rotated): ab, 2026"))
