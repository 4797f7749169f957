# SPDX-License-Identifier: AGPL-3.0-or-later
"""Numbers as sellers write them: points, commas, fractions, words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from nlp.lexing import Token

DENOMINATORS = ("2", "3", "4", "8", "16")
MAX_DIGITS = 12
# Where a point groups thousands and a comma is decimal.
COMMA_LANGUAGES = ("es", "pt", "fr", "de", "nl")


@dataclass(frozen=True, slots=True)
class Value:
    """A number in tokens [first, last); ``fraction`` where it was written as one."""

    number: Decimal
    first: int
    last: int
    fraction: bool = False
    word: bool = False


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
    fraction = _fraction(tokens, index)
    if fraction is not None:
        return Value(fraction, index, index + 3, fraction=True)
    mixed = _fraction(tokens, index + 1)
    if mixed is not None and tokens[index + 1].start - token.end <= 1 and "." not in token.text:
        return Value(number + mixed, index, index + 4, fraction=True)
    return Value(number, index, index + 1)


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


def _decimal(whole: str, part: str) -> Decimal:
    return Decimal(f"{whole or '0'}.{part or '0'}").normalize() + 0


def _fraction(tokens: list[Token], index: int) -> Decimal | None:
    """Return n/d at ``index`` where the three tokens touch and d is a usual denominator."""
    if index < 0 or index + 2 >= len(tokens) or tokens[index + 1][1] != "/":
        return None
    top, bar, bottom = tokens[index : index + 3]
    if top.kind != "num" or bottom.text not in DENOMINATORS:
        return None
    if top.end != bar.start or bar.end != bottom.start or not top.text.isdigit():
        return None
    if int(top.text[:4]) >= int(bottom.text) or int(top.text[:4]) == 0:
        return None
    return Decimal(top.text) / Decimal(bottom.text)


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
    return Value(number, index, index + 1, word=True)
