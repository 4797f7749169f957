# SPDX-License-Identifier: AGPL-3.0-or-later
"""Names and codes of countries in a text, with cities and regions (``nlp.shipping.v1``)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from nlp.fields import FieldText
from nlp.ships_field import SHIPS_FIELD
from nlp.text import normalize

MAX_NAME_WORDS = 5
SHORT_CODES = 2
# Codes that are words or marks in capitals ("IN STOCK", "4 PM"): only in a list ("NL/BE/DE").
ORDINARY_WORDS = frozenset(
    ["IN", "IT", "NO", "IS", "AT", "BE", "ME", "SO", "TO", "PM", "AM", "AS", "MY", "DO", "BY",
     "LA", "DE", "ES", "EN", "AD", "AL", "GO", "IM", "LI", "MA", "NA", "PA", "RE", "SE", "SI",
     "TV", "VC", "VA", "ML", "MG", "MC", "GR", "CC", "PE", "MM", "MD", "MS", "MR", "PS", "ID",
     "AI", "GS", "HM", "IO", "KG", "NE", "NU", "SA", "SC", "SM", "SS", "ST", "SH", "TC", "TD",
     "TM", "SR", "AG", "PW"]
)  # fmt: skip
NAME_SIGNS = str.maketrans(".'-", "   ")
AUSTRALIAN = ("", "to", "domestic", "-", "2", "only", "shipping", ".", ",", "wide", "stock")
LIST_SIGNS = ("/", ",", "&", "+", "und", "en", "et", "y", "e", "and", "|")
BEFORE_CODES = ("aus", "nach", "vanuit", "naar", "uit", "vers", "depuis", "innerhalb", "binnen",
                "versand", "verzending", "nur", "alleen")  # fmt: skip


@dataclass(frozen=True, slots=True)
class CountryFound:
    """A country, EU or WORLDWIDE named in tokens [first, last)."""

    code: str
    first: int
    last: int


class CountryNames:
    """Country names of the lexicon, looked up by their words."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._by_words = {
            tuple(normalize(name).normal.translate(NAME_SIGNS).split()): code
            for name, code in names.items()
        }
        self._beginnings = frozenset(
            words[:n] for words in self._by_words for n in range(1, len(words) + 1)
        )
        self._first = frozenset(words[0] for words in self._beginnings)
        self._codes = frozenset(code for code in names.values() if len(code) == SHORT_CODES)
        self._looked_at = self._first | {code.lower() for code in (*self._codes, "UK")}

    def find(self, field: FieldText) -> Iterator[CountryFound]:
        """Yield the countries of a field in order, longest name first."""
        behind = 0
        looked_at = self._looked_at
        if looked_at.isdisjoint(field.vocabulary()):
            return
        for index, text in enumerate(field.texts):
            if text not in looked_at or index < behind:
                continue
            named = text in self._first
            found = self._at(field, index) if named else self._code(field, index)
            if found is not None:
                yield found
                behind = found.last

    def _at(self, field: FieldText, index: int) -> CountryFound | None:
        words: list[str] = []
        best: CountryFound | None = None
        for last in range(index, min(len(field.tokens), index + 2 * MAX_NAME_WORDS)):
            token = field.tokens[last]
            if token.kind == "word":
                words.append(token.text)
            elif token.text not in (".", "-", "'") or not words:
                break
            known = tuple(words)
            if known not in self._beginnings:
                break
            code = self._by_words.get(known)
            if code and token.kind == "word" and not _says_from(field, index, last):
                best = CountryFound(code, index, last + 1)
        return best or self._code(field, index)

    def _code(self, field: FieldText, index: int) -> CountryFound | None:
        """Return an ISO code in capitals ("NL/BE/DE"); in lower case they are words."""
        token = field.tokens[index]
        if token.kind != "word" or len(token.text) != SHORT_CODES:
            return None
        written = field.normal.cut(token.start, token.end)
        code = {"UK": "GB"}.get(written, written)
        before = field.tokens[index - 1] if index else None
        if before is not None and (
            before.text == "$" or (before.kind == "num" and before.end == token.start)
        ):
            return None  # "60 $CA", "24HR"
        if code not in self._codes:
            return None
        ordinary = code in ORDINARY_WORDS and field.name != SHIPS_FIELD
        if ordinary and not _in_a_list(field, index):
            return None
        return CountryFound(code, index, index + 1)


def _says_from(field: FieldText, first: int, last: int) -> bool:
    """Whether "aus" is the German word for from and not Australia ("Aus to Aus")."""
    if first != last or field.tokens[first].text != "aus":
        return False
    written = field.normal.cut(field.tokens[first].start, field.tokens[first].end)
    return not written.isupper() and field.text(first + 1) not in AUSTRALIAN


def _in_a_list(field: FieldText, index: int) -> bool:
    """Whether the code stands in a list ("NL/BE/DE", "DE, AT und CH") or behind "nach"."""
    if field.text(index - 1) in BEFORE_CODES:
        return True
    return (
        any(
            field.text(index + step) in LIST_SIGNS and _is_code(field, index + 2 * step)
            for step in (-1, 1)
        )
        or (field.text(index + 1) == "-" and field.text(index + 2) == ">")
        or (field.text(index - 1) == ">" and field.text(index - 2) == "-")
    )


def _is_code(field: FieldText, index: int) -> bool:
    """Whether two capitals stand at ``index``."""
    if not 0 <= index < len(field.tokens) or len(field.tokens[index].text) != SHORT_CODES:
        return False
    token = field.tokens[index]
    return token.kind == "word" and field.normal.cut(token.start, token.end).isupper()
