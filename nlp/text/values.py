# SPDX-License-Identifier: AGPL-3.0-or-later
"""Numbers as sellers write them: points, commas, fractions, words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from nlp.text.lexing import Token

DENOMINATORS = ("2", "3", "4", "8", "16")
MAX_DIGITS = 12
TEN = 10
TENS = frozenset(Decimal(tens) for tens in range(20, 100, 10))
SCORES = (Decimal(60), Decimal(80))  # "soixante-quinze" is 75
THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+")  # thousands with a point, or three decimals
TENS_AND = ("y", "e", "et")
# Where a point groups thousands and a comma is decimal.
COMMA_LANGUAGES = ("es", "pt", "fr", "de", "nl")


class Value(NamedTuple):  # each number of a text is read by several readers
    """A number in tokens [first, last); ``fraction`` where it was written as one."""

    number: Decimal
    first: int
    last: int
    fraction: bool = False
    word: bool = False


SLASHES = ("/", "\\")
PRICED = frozenset("$€£")


def value_at(
    tokens: list[Token], index: int, words: Mapping[str, Decimal], language: str | None
) -> Value | None:
    """Return the number that begins at token ``index``, or None.

    Reads ``3.5``, ``0,5``, ``1.000``, ``1/2``, ``1 1/2`` and number words ("half a",
    "una").  A date or a score such as ``12/24`` is no fraction and gives the first number.
    """
    token = tokens[index]
    if token.kind == "word":
        return _word_value(tokens, index, words)
    if token.kind != "num":
        return None
    number = parse_number(token.text, language)
    if number is None:
        return None
    fraction = None if _stands_alone(tokens, index) else _fractional(tokens, index, number)
    return fraction or Value(number, index, index + 1)


def _fractional(tokens: list[Token], index: int, number: Decimal) -> Value | None:
    fraction = _fraction(tokens, index)
    if fraction is not None:
        return Value(fraction, index, index + 3, fraction=True)
    mixed = _mixed(tokens, index)
    return Value(number + mixed[0], index, mixed[1], fraction=True) if mixed else None


def _stands_alone(tokens: list[Token], index: int) -> bool:
    """Whether no sign of a fraction follows: neither "1/2" nor "1 1/2" nor "1-1/2"."""
    near = [token[1] for token in tokens[index + 1 : index + 3]]
    return near[:1] != ["-"] and not any(slash in near for slash in SLASHES)


def _mixed(tokens: list[Token], index: int) -> tuple[Decimal, int] | None:
    """Return the fraction that goes on a whole number, and its end: "1 1/2", "1-1/2"."""
    whole = tokens[index]
    if index and tokens[index - 1].text in PRICED and tokens[index - 1].end == whole.start:
        return None  # "$48 1/8 oz"
    fraction = _fraction(tokens, index + 1)
    if fraction is not None and tokens[index + 1].start - whole.end <= 1 and "." not in whole.text:
        return fraction, index + 4
    fraction = _fraction(tokens, index + 2) if _dash(tokens, index + 1) else None
    return (fraction, index + 5) if fraction is not None and whole.text.isdigit() else None


@lru_cache(maxsize=4096)  # each number is asked for by several readers
def parse_number(text: str, language: str | None) -> Decimal | None:
    """Return the number that ``text`` writes, or None (``1.2.3``, too many digits)."""
    if len(text) > MAX_DIGITS + 4:
        return None
    points, commas = text.count("."), text.count(",")
    if points and commas:
        decimal = max(text.rfind("."), text.rfind(","))
        return _decimal(text[:decimal].replace(".", "").replace(",", ""), text[decimal + 1 :])
    sign = "." if points else ","
    if not points and not commas:
        return Decimal(text)
    head, *groups = text.split(sign)
    thousands = all(len(group) == 3 for group in groups) and head not in ("", "0")  # noqa: PLR2004
    if len(groups) > 1:
        return _decimal(head + "".join(groups), "") if thousands else None
    if thousands and (sign == "," or language in COMMA_LANGUAGES):
        return _decimal(head + groups[0], "")
    return _decimal(head, groups[0])


def with_thousands(text: str) -> str:
    """Return "2.500" as 2500, any other number as it stands."""
    return text.replace(".", "") if THOUSANDS.fullmatch(text) else text


def _decimal(whole: str, part: str) -> Decimal:
    return Decimal(f"{whole or '0'}.{part or '0'}").normalize() + 0


def _dash(tokens: list[Token], index: int) -> bool:
    """Whether a dash joins the numbers beside it without blanks."""
    if index + 1 >= len(tokens) or tokens[index][1] != "-":
        return False
    return tokens[index - 1].end == tokens[index].start and (
        tokens[index].end == tokens[index + 1].start
    )


def _fraction(tokens: list[Token], index: int) -> Decimal | None:
    """Return n/d at ``index`` where the three tokens touch and d is a usual denominator."""
    if index < 0 or index + 2 >= len(tokens) or tokens[index + 1][1] not in SLASHES:
        return None
    top, bar, bottom = tokens[index : index + 3]
    if top.kind != "num" or bottom.text not in DENOMINATORS:
        return None
    if top.end != bar.start or bar.end != bottom.start or not top.text.isdigit():
        return None
    if int(top.text[:4]) >= int(bottom.text) or int(top.text[:4]) == 0:
        return None
    if _listed(tokens, index):
        return None
    return Decimal(top.text) / Decimal(bottom.text)


def _listed(tokens: list[Token], index: int) -> bool:
    """Whether n/d goes on to a larger number ("1/2/5 g") or follows a smaller one: a list."""
    for bar, number, beside in ((index + 3, index + 4, index + 2), (index - 1, index - 2, index)):
        if not 0 <= min(bar, number) < max(bar, number) < len(tokens):
            continue
        first, last = sorted((number, beside))
        whole = tokens[number].text.isdigit() and tokens[bar][1] == "/"
        touch = tokens[first].end == tokens[bar].start and tokens[bar].end == tokens[last].start
        if whole and touch and len(tokens[number].text) <= MAX_DIGITS:
            return int(tokens[first].text[:MAX_DIGITS]) < int(tokens[last].text[:MAX_DIGITS])
    return False


def _word_value(tokens: list[Token], index: int, words: Mapping[str, Decimal]) -> Value | None:
    number = words.get(tokens[index].text)
    if number is None:
        return None
    follower = tokens[index + 1].text if index + 1 < len(tokens) else ""
    second = words.get(follower)
    if second is not None and second < 1 <= number:  # "a half", "one quarter"
        return Value(second, index, index + 2, word=True)
    if second == 1 and number < 1 and follower in ("a", "an", "un", "una"):  # "half an ounce"
        return Value(number, index, index + 2, word=True)
    if follower == "-" and _dash(tokens, index + 1):
        unit = words.get(tokens[index + 2].text, Decimal(0))
        if _compound(number, unit):
            return Value(number + unit, index, index + 3, word=True)
    return _apart(tokens, index, words) or Value(number, index, index + 1, word=True)


def _apart(tokens: list[Token], index: int, words: Mapping[str, Decimal]) -> Value | None:
    """Return "fifty six", "treinta y cinco": tens and units without a dash; None for neither."""
    at = index + 1
    at += at < len(tokens) and tokens[at].text in TENS_AND
    unit = words.get(tokens[at].text, Decimal(0)) if at < len(tokens) else Decimal(0)
    number = words[tokens[index].text]
    if unit < 2 or not _compound(number, unit):  # noqa: PLR2004 - "fifty one gram bags"
        return None
    return Value(number + unit, index, at + 1, word=True)


def _compound(tens: Decimal, unit: Decimal) -> bool:
    """Whether "eighty-five", "vingt-cinq", "soixante-quinze" are one number: tens and units."""
    if tens not in TENS or unit != int(unit):
        return False
    return 0 < unit < TEN or (tens in SCORES and TEN <= unit < 2 * TEN)
