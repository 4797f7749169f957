# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where a number is a percentage, with its sign, its word or behind a word of purity."""

from __future__ import annotations

from decimal import Decimal

from nlp.lexicon.grammar import Grammar
from nlp.scanning.fields import FieldText

LOWEST_BARE = 50
LOWEST_ABOVE = 80
WHOLE = 100
PER_CENT = frozenset(("%", "percent", "prozent", "procent", "pourcent", "pct", "porcento"))
HUNDRED = frozenset(("cent", "ciento", "cento"))  # "por ciento", "pour cent", "per cent"


def percent_end(grammar: Grammar, field: FieldText, index: int, number: Decimal) -> int | None:
    """Return where the percentage ends: "87%", "87 %", "90+%", "98 pure"; None for none."""
    at = index + 1
    while at <= index + 2 and field.text(at) in ("+", "."):
        at += 1
    word = field.text(at)
    if word in PER_CENT:
        return at + 1
    if word in ("por", "pour", "per") and field.text(at + 1) in HUNDRED:
        return at + 2
    if number < LOWEST_BARE or number >= WHOLE:
        return _end_in_range(grammar, field, index)
    if word in grammar.purity_direct or (word == "de" and _is_word(grammar, field.text(at + 1))):
        return at  # "98 pure", "91 de pureza"
    if _named(grammar, field, index) or _above(grammar, field, index, number):
        return index + 1
    return _end_in_range(grammar, field, index)


def _is_word(grammar: Grammar, text: str) -> bool:
    return text in grammar.purity_words


def _end_in_range(grammar: Grammar, field: FieldText, index: int) -> int | None:
    """Return the end of a number of a range behind a word of purity ("purity 28 to 33")."""
    joined = field.text(index + 1) in grammar.purity_joined and _is_number(field, index + 2)
    again = field.text(index - 1) in grammar.purity_joined and _is_number(field, index - 2)
    return index + 1 if (joined or again) and _behind_word(grammar, field, index) else None


def _is_sign(field: FieldText, index: int) -> bool:
    return index >= len(field.tokens) or field.tokens[index].kind in ("sign", "nl")


def _is_number(field: FieldText, index: int) -> bool:
    return 0 <= index < len(field.tokens) and field.tokens[index].kind == "num"


def _named(grammar: Grammar, field: FieldText, index: int) -> bool:
    """Whether a word of purity stands before ("purity 97+", "Reinheit: ca. 99.", "THC 70-78")."""
    return _closes(grammar, field, index) and _behind_word(grammar, field, index)


def _behind_word(grammar: Grammar, field: FieldText, index: int) -> bool:
    for at in range(index - 1, max(-1, index - 7), -1):
        text = field.text(at)
        if text in grammar.purity_words:
            return True
        passed = text in grammar.purity_about or text in grammar.purity_joined
        if not passed and field.tokens[at].kind != "num":
            return False
    return False


def _closes(grammar: Grammar, field: FieldText, index: int) -> bool:
    """Whether no unit follows: the text ends, a sign, or the other end of a range."""
    if index + 1 >= len(field.tokens) or field.tokens[index + 1].kind in ("sign", "nl"):
        return field.text(index + 1) not in ("€", "$", "£", "x")
    behind = field.text(index + 1)
    return behind in grammar.purity_joined or behind in grammar.purity_about


def _above(grammar: Grammar, field: FieldText, index: int, number: Decimal) -> bool:
    """Whether ">96" or a lone "99.8" stands where nothing else follows."""
    if number < LOWEST_ABOVE or not _closes(grammar, field, index):
        return False
    if field.text(index - 1) in (">", "≥") or (
        field.text(index - 1) == "=" and field.text(index - 2) == ">"
    ):
        return True
    if field.text(index + 1) == "+" and _is_sign(field, index + 2):
        return field.text(index - 1) in (",", ".", "(", "-", ";")
    segment = field.segment_of(index)
    alone = segment.first == index and segment.last - index <= 2  # noqa: PLR2004 - and its point
    return alone and not field.text(index).isdigit()
