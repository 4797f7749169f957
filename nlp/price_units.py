# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an amount of money is for: a package, one unit, a gram, a kilogram, the postage."""

from __future__ import annotations

from nlp.currency_signs import currency_at
from nlp.grammar import Grammar
from nlp.lexing import Token

WINDOW = 5
EACH_AT = ("a", "je", "zu")
SENTENCE = (".", "\n", ";", "|", "!", "?")
APART = (*SENTENCE, ",", "+", "&", "/")
WITH = ("con", "com", "with", "mit", "avec", "met")  # "350 EUR with postage": the package
EACH = ("each", "ea", "cada")
EACH_OF = ("u", "un", "uno", "una", "um", "uma", "unidad", "unidade", "pastilla", "comprimido")


def price_unit(grammar: Grammar, tokens: list[Token], first: int, last: int) -> tuple[str, int]:
    """Return what the amount is for, where the text says so, and where these words end."""
    after = [token.text for token in tokens[last : last + 4] if token.text != "'"]
    behind = _unit_behind(grammar, after)
    if behind is not None:
        per, words = behind
        return per, last + words + (words == len("/g") and tokens[last + 1].text == "'")
    ahead = _per_before(grammar, tokens, first)
    if ahead:
        return ahead, last
    return ("postage" if _for_postage(grammar, tokens, first, last) else ""), last


def _unit_behind(grammar: Grammar, after: list[str]) -> tuple[str, int] | None:
    """Return (per, words) of "/g", "each", "c/u", "cada caixa" behind an amount, or None."""
    sign, word, third = (*after[:3], "", "", "")[:3]
    if sign == "/" or sign in grammar.per:
        unit = _unit(grammar, word)
        if unit:
            return unit, 2
        if sign in EACH:
            return ("", 0) if word in grammar.containers else ("unit", 1)
        if word == "c" and third == "/":
            return "unit", 3
    if sign in grammar.price_words:
        return grammar.price_words[sign], 1
    each = (sign, word) == ("c", "/") and third in EACH_OF
    return ("unit", 1) if each or sign in grammar.unit_words else None


def _unit(grammar: Grammar, word: str) -> str:
    """Return the unit that a price is per: "gram" is g, "pill" is unit; else empty."""
    if word in grammar.unit_words:
        return "unit"
    factor = grammar.mass.get(word)
    if factor is not None and not word.startswith("ball"):
        return {1: "g", 1000: "kg"}.get(int(factor), "")
    return "ml" if grammar.volume.get(word) == 1 else ""


def _per_before(grammar: Grammar, tokens: list[Token], first: int) -> str:
    """Return the unit of "price per gram: 8 EUR" and of words that say it in one.

    A unit that follows another amount ("60 EUR per gram, 250 EUR") belongs to that one.
    """
    index = first - 1
    while index >= 0 and first - index <= WINDOW and tokens[index].text in grammar.before_amount:
        index -= 1
    if index < 0:
        return ""
    if tokens[first - 1].text in EACH_AT and tokens[first - 2].text in grammar.each_behind:
        return "unit"  # "20 Teile à 4 €"
    one_word = grammar.price_words.get(tokens[index].text)
    if one_word:
        return one_word
    unit = _unit(grammar, tokens[index].text)
    if not unit or index == 0:
        return ""
    before = index - 1 - (tokens[index - 1].text == "'")
    if (
        before < 0
        or tokens[before].text in grammar.numbers
        or tokens[before].text not in grammar.per
    ):
        return ""
    earlier = tokens[before - 1] if before else None
    priced = earlier is not None and (
        earlier.kind == "num" or currency_at(grammar, tokens, before - 1) is not None
    )
    return "" if priced else unit


def _for_postage(grammar: Grammar, tokens: list[Token], first: int, last: int) -> bool:
    """Whether a word of postage stands near, in the same sentence, and names no place."""
    if _postage_behind(grammar, tokens, last):
        return True
    for index in range(first - 1, max(-1, first - WINDOW - 1), -1):
        if tokens[index].text in SENTENCE or tokens[index].text in grammar.money_signs:
            return False
        if tokens[index].text in grammar.postage:
            behind = tokens[index + 1].text
            if behind in grammar.free or behind.startswith("inclu"):
                return False
            return tokens[index + 1].text not in grammar.places
    return False


def _postage_behind(grammar: Grammar, tokens: list[Token], last: int) -> bool:
    """Whether "8 EUR de portes", "8 EUR shipping": not where the word has its own amount."""
    near = [token.text for token in tokens[last : last + 2]]
    at = next((n for n, text in enumerate(near) if text in grammar.postage), None)
    if near[:1] and near[0] in WITH:
        return False
    if at is None or (at == 1 and (near[0] in APART or near[0][-1:].isdigit())):
        return False
    if near[0].startswith(("inclu", "inkl", "incl")):
        return False
    for token in tokens[last + at + 1 : last + at + 4]:
        if token.text in APART:
            break
        own = token.kind == "num" or token.text in grammar.money_starts
        if own or token.text in grammar.free or token.text.startswith("inclu"):
            return False
    return True
