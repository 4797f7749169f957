# SPDX-License-Identifier: AGPL-3.0-or-later
"""Names and codes of countries in a text, with cities and regions (``nlp.shipping.v2``)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from nlp.scanning.fields import FieldText
from nlp.text.lexing import tokenize
from nlp.text.normalizing import normalize
from nlp.trade.ships_field import SHIPS_FIELD

MAX_NAME_WORDS = 5
SHORT_CODES = 2
# Codes that are words or marks in capitals ("IN STOCK", "4 PM"): only in a list ("NL/BE/DE").
PREPOSITIONS = frozenset(("IN", "TO", "BY", "DO", "SO", "ME", "MY", "AM", "AS"))
ORDINARY_WORDS = frozenset(
    ["IN", "IT", "NO", "IS", "AT", "BE", "ME", "SO", "TO", "PM", "AM", "AS", "MY", "DO", "BY",
     "LA", "DE", "ES", "EN", "AD", "AL", "GO", "IM", "LI", "MA", "NA", "PA", "RE", "SE", "SI",
     "TV", "VC", "VA", "ML", "MG", "MC", "GR", "CC", "PE", "MM", "MD", "MS", "MR", "PS", "ID",
     "AI", "GS", "HM", "IO", "KG", "NE", "NU", "SA", "SC", "SM", "SS", "ST", "SH", "TC", "TD",
     "TM", "SR", "AG", "PW", "KW", "GH", "MP", "TG", "VG", "PG", "GM", "GE", "GL", "GP", "SL",
     "SN", "MV", "IR", "CR", "ER", "AC", "HN", "BA", "BB", "BH", "BM", "BS", "BT", "CD", "CG",
     "CK", "CX", "DJ", "DM", "EG", "EH", "ET", "FM", "FO", "GA", "GD", "GF", "GG", "GI", "GN",
     "GQ", "GU", "GW", "GY", "HT", "IQ", "JO", "KI", "KM", "KN", "KY", "LC", "LK", "LR", "LS",
     "LY", "MF", "MH", "MO", "MT", "MU", "MW", "NF", "NP", "NR", "OM", "PF", "PK", "PN", "PR",
     "QA", "RS", "RW", "SB", "SD", "SJ", "SV", "SX", "SY", "SZ", "TF", "TJ", "TK", "TL", "TN",
     "TO", "TT", "TV", "TW", "UM", "WF", "WS", "YE", "YT", "ZM", "ZW", "BC", "AB", "FL", "CE",
     "DF", "RN", "WA", "ZH", "CO"]
)  # fmt: skip
NAME_JOINTS = (".", "-", "'", "/")
AUSTRALIAN = ("", "to", "domestic", "-", "2", "only", "shipping", ".", ",", "wide", "stock")
LIST_SIGNS = frozenset(
    ("/", ",", "&", "+", "und", "en", "et", "y", "e", "and", "|", "-", "oder", "or", "of",
     "ou", "o", "sowie", "plus")
)  # fmt: skip
ARROW_SIGNS = frozenset((">", "→", "»", "⇒", "➡", "➜", "➔"))
LETTERS = {"D": "DE", "A": "AT", "I": "IT", "F": "FR", "B": "BE", "L": "LU", "E": "ES", "P": "PT"}
WIDE = ("weit", "wide", "wijd")
INSIDE = ("in", "en", "em", "i")
BEFORE_CODES = ("aus", "nach", "vanuit", "naar", "uit", "vers", "depuis", "innerhalb", "binnen",
                "versand", "verzending", "nur", "alleen", "from", "to", "desde", "para", "hacia",
                "within", "dentro", "sale", "sai", "lieferung", "livraison", "levering",
                "lager", "stock", "magazijn", "entrepot", "leveren", "liefern",
                "livrons")  # fmt: skip


PLAIN_WORDS = frozenset(("on", "of", "or", "if", "up", "an", "we", "he", "ok", "fe"))
SILK_ROAD = "SR"  # markets' short name for another: Suriname only among other codes
HOME = "HOME"  # "the whole country": which one, the rest of the listing says


@dataclass(frozen=True, slots=True)
class CountryFound:
    """A country, EU, WORLDWIDE or HOME named in tokens [first, last).

    ``instead`` are the other countries that have a place of that name ("Córdoba"), of
    which one is meant where the listing names it.
    """

    code: str
    first: int
    last: int
    instead: tuple[str, ...] = ()


class CountryNames:
    """Country names of the lexicon, looked up by their words.

    ``names`` gives codes to names; one in capitals is a code itself.  ``behind`` are the
    words of which one must stand before a name that is an ordinary word ("nach Essen").
    ``demonyms`` name a country beside a word of ``stock`` ("German warehouse"), and codes
    that are words too do behind one of ``leads`` ("Laufzeit DE").
    """

    def __init__(
        self,
        names: Mapping[str, str],
        behind: Mapping[str, Collection[str]] | None = None,
        demonyms: Mapping[str, str] | None = None,
        stock: Collection[str] = (),
        leads: Collection[str] = (),
    ) -> None:
        self._demonyms, self._stock, self._leads = dict(demonyms or {}), stock, leads
        self._capitals = {name: code for name, code in names.items() if name.isupper()}
        self._by_words = {
            _words(name): code for name, code in names.items() if name not in self._capitals
        }
        self._behind = dict(behind or {})
        self._beginnings = frozenset(
            words[:n] for words in self._by_words for n in range(1, len(words) + 1)
        )
        self._first = frozenset(words[0] for words in self._beginnings)
        self._seconds = _seconds(self._by_words)
        codes = {code: code for code in names.values() if len(code) == SHORT_CODES}
        self._codes = {**codes, "UK": "GB", **self._capitals}
        self._looked_at = (
            self._first
            | self._demonyms.keys()
            | {code.lower() for code in (*self._codes, *LETTERS)}
        )

    def find(self, field: FieldText) -> Sequence[CountryFound]:
        """Return the countries of a field in order, longest name first; worked out once."""
        found = field.worked_out.get(self)
        if found is None:
            found = field.worked_out[self] = tuple(self._in_order(field))
        return cast("tuple[CountryFound, ...]", found)

    def _in_order(self, field: FieldText) -> Iterator[CountryFound]:
        behind = 0
        texts, looked_at = field.texts, self._looked_at
        for index in [n for n, text in enumerate(texts) if text in looked_at]:
            if index < behind:
                continue
            text = texts[index]
            named = text in self._first and self._begins(texts, index)
            found = self._at(field, index) if named else self._code(field, index)
            if found is None and text in self._demonyms:
                found = self._of_stock(field, index)
            if found is not None:
                yield found
                behind = found.last

    def _begins(self, texts: list[str], index: int) -> bool:
        """Whether a name can begin at ``index``: its word is one, or its second one follows."""
        seconds = self._seconds.get(texts[index])
        if seconds is None:
            return True
        index += 1
        while texts[index] in NAME_JOINTS:
            index += 1
        return texts[index] in seconds

    def _at(self, field: FieldText, index: int) -> CountryFound | None:
        words: list[str] = []
        best: CountryFound | None = None
        for last in range(index, min(len(field.tokens), index + 2 * MAX_NAME_WORDS)):
            token = field.tokens[last]
            if token.kind in ("word", "num"):
                words.append(token.text)
            elif token.text not in NAME_JOINTS or not words:
                break
            known = tuple(words)
            if known not in self._beginnings:
                break
            code = self._by_words.get(known)
            if not code or token.kind == "sign" or _says_from(field, index, last):
                continue
            if self._stands(field, index, known):
                best = _found(code, index, last + 1)
        return best or self._code(field, index)

    def _of_stock(self, field: FieldText, index: int) -> CountryFound | None:
        """Return the country of "German" in "German warehouse", "almacén español"."""
        beside = (field.text(index - 1), field.text(index + 1))
        if not any(text in self._stock for text in beside):
            return None
        return CountryFound(self._demonyms[field.text(index)], index, index + 1)

    def _stands(self, field: FieldText, index: int, known: tuple[str, ...]) -> bool:
        """Whether a name that is an ordinary word stands where a place is named."""
        wanted = self._behind.get(" ".join(known))
        if wanted is None or field.text(index - 1) in wanted:
            return True
        return field.name == SHIPS_FIELD and index == 0

    def _code(self, field: FieldText, index: int) -> CountryFound | None:
        """Return an ISO code in capitals ("NL/BE/DE"); in lower case they are words."""
        token = field.tokens[index]
        if token.kind == "word" and len(token.text) == 1:
            return _by_letter(field, index)
        if token.kind != "word" or len(token.text) != SHORT_CODES:
            return None
        written = field.normal.cut(token.start, token.end)
        code = self._codes.get(written)
        if code is None:
            return None
        before = field.tokens[index - 1] if index else None
        if before is not None and (
            before.text == "$" or (before.kind == "num" and before.end == token.start)
        ):
            return None  # "60 $CA", "24HR"
        ordinary = written in ORDINARY_WORDS and field.name != SHIPS_FIELD
        if ordinary and self._is_word(field, index, written):
            return None
        return _found(code, index, index + 1)

    def _is_word(self, field: FieldText, index: int, written: str) -> bool:
        """Whether a code that is a word too is one here: "STOCK IN DE", "OUT OF STOCK DO NOT"."""
        if written in PREPOSITIONS and (
            _is_code(field, index + 1) or field.text(index + 1) == "with"
        ):
            return True  # "ANYTHING TO DO WITH SHIPPING"
        if _beside_a_code(field, index):
            return False
        if written == SILK_ROAD:
            return True
        led = field.text(index - 1) in self._leads or _counts_days(field, index)
        return _shouted(field, index) or not (led or _in_a_list(field, index))


def _by_letter(field: FieldText, index: int) -> CountryFound | None:
    """Return the country of a letter in a German list of them: "D, A, CH", "I/A/D"."""
    if field.text(index - 1) not in LIST_SIGNS and field.text(index + 1) not in LIST_SIGNS:
        return None
    near = range(index - 4, index + 5, 2)
    written = {n: _written(field, n) for n in near if field.text(n)}
    first = last = index
    while first - 2 in written and field.text(first - 1) in LIST_SIGNS and written[first - 2]:
        first -= 2
    while last + 2 in written and field.text(last + 1) in LIST_SIGNS and written[last + 2]:
        last += 2
    listed = {written[n] for n in range(first, last + 1, 2)}
    if last == first or not listed & {"D", "CH"} or written[index] not in LETTERS:
        return None
    return CountryFound(LETTERS[written[index]], index, index + 1)


def _written(field: FieldText, index: int) -> str:
    """Return a letter or code of a country as written in capitals; empty for any other token."""
    token = field.tokens[index]
    written = field.normal.cut(token.start, token.end)
    known = written in LETTERS or (len(written) == SHORT_CODES and written.isupper())
    return written if token.kind == "word" and known else ""


def _seconds(names: Collection[tuple[str, ...]]) -> dict[str, frozenset[str]]:
    """Return the second words of names by the first, where that is no name by itself."""
    found: dict[str, set[str]] = {}
    for words in names:
        if len(words) > 1 and words[:1] not in names:
            found.setdefault(words[0], set()).add(words[1])
    return {first: frozenset(seconds) for first, seconds in found.items()}


def _words(name: str) -> tuple[str, ...]:
    """Return the words of a name as a text has them ("liechten", "stein")."""
    return tuple(token.text for token in tokenize(normalize(name).normal) if token.kind != "sign")


def _found(code: str, first: int, last: int) -> CountryFound:
    one, *others = code.split("|")
    return CountryFound(one, first, last, tuple(others))


def _says_from(field: FieldText, first: int, last: int) -> bool:
    """Whether "aus" is the German word for from ("Aus to Aus": Australia), "anywhere from $240"."""
    if first != last or field.tokens[first].text != "aus":
        return field.text(first) == "anywhere" and field.text(first + 1) in ("from", "between")
    written = field.normal.cut(field.tokens[first].start, field.tokens[first].end)
    return not written.isupper() and field.text(first + 1) not in AUSTRALIAN


def _in_a_list(field: FieldText, index: int) -> bool:
    """Whether the code stands in a list ("NL/BE/DE", "DE, AT und CH") or behind "nach"."""
    before = field.text(index - 1)
    if before in BEFORE_CODES or (before in INSIDE and not _is_capital(field, index - 1)):
        return True
    if {before, field.text(index + 1)} & ARROW_SIGNS:
        return True
    if field.text(index + 1) == "-" and field.text(index + 2) == ">":
        return True
    if field.text(index + 1) == "-" and field.text(index + 2) in WIDE:
        return True
    return _beside_a_code(field, index)


def _beside_a_code(field: FieldText, index: int) -> bool:
    """Whether another code stands beside it, or behind a sign of lists."""
    return any(
        _is_code(field, index + step)
        or (field.text(index + step) in LIST_SIGNS and _is_code(field, index + 2 * step))
        for step in (-1, 1)
    )


def _counts_days(field: FieldText, index: int) -> bool:
    """Whether "3-4 days" follows the code behind a sign ("/ AT 3–4 Werktage")."""
    follows = field.tokens[index + 1].kind if index + 1 < len(field.tokens) else ""
    return follows == "num" and field.text(index - 1) in ("/", ",", "|", ";")


def _shouted(field: FieldText, index: int) -> bool:
    """Whether a word in capitals follows: "OUT OF STOCK DO NOT ORDER" names no country."""
    behind = field.text(index + 1)
    word = behind.isalpha() and len(behind) > SHORT_CODES and behind not in LIST_SIGNS
    return word and _is_capital(field, index + 1)


def _is_capital(field: FieldText, index: int) -> bool:
    """Whether token ``index`` is written in capitals."""
    return index >= 0 and field.normal.cut(*field.tokens[index][2:]).isupper()


def _is_code(field: FieldText, index: int) -> bool:
    """Whether two capitals stand at ``index`` that are no plain word ("INFO ON MY PAGE")."""
    if not 0 <= index < len(field.tokens) or len(field.tokens[index].text) != SHORT_CODES:
        return False
    token = field.tokens[index]
    word = token.kind == "word" and token.text not in PLAIN_WORDS
    return word and field.normal.cut(token.start, token.end).isupper()
