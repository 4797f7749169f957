# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an amount of money is for: a package, one unit, a gram, a kilogram, the postage."""

from __future__ import annotations

from nlp.lexicon.grammar import Grammar
from nlp.scanning.currency_signs import currency_at
from nlp.text.lexing import Token

WINDOW = 5
POSTAGE_WINDOW = 12
INCLUDED = ("inclu", "inkl", "incl", "compri")
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
    if first and tokens[first - 1].text in grammar.each and _opens(tokens, first - 1):
        return "unit", last  # "Cada 25 reais"
    ahead = _per_before(grammar, tokens, first)
    if ahead:
        return ahead, last
    return ("postage" if _for_postage(grammar, tokens, first, last) else ""), last


def _opens(tokens: list[Token], index: int) -> bool:
    """Whether a sentence begins at ``index``."""
    return index == 0 or tokens[index - 1].text in SENTENCE


def _unit_behind(grammar: Grammar, after: list[str]) -> tuple[str, int] | None:
    """Return (per, words) of "/g", "each", "c/u", "cada caixa" behind an amount, or None."""
    sign, word, third = (*after[:3], "", "", "")[:3]
    if sign == "/" or sign in grammar.per:
        unit = "" if sign == "per" and word in grammar.containers else unit_of(grammar, word)
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


def unit_of(grammar: Grammar, word: str) -> str:
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
    if one_word and (index == 0 or tokens[index - 1].kind != "num"):
        return one_word
    unit = unit_of(grammar, tokens[index].text)
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
    """Whether a word of postage stands near, in the same sentence, and no goods between.

    A surcharge ("+ 8 EUR") is postage too, except between two quantities of goods.
    """
    if _postage_behind(grammar, tokens, last) or _surcharge(grammar, tokens, first):
        return True
    money = 0
    for index in range(first - 1, max(-1, first - POSTAGE_WINDOW - 1), -1):
        text = tokens[index].text
        money += text in grammar.money_signs or text in grammar.money_words
        if _other_sentence(tokens, index) or money > 1 or text in grammar.units:
            return False
        if text in grammar.postage:
            behind = tokens[index + 1].text
            free = behind in grammar.free or (index and tokens[index - 1].text in grammar.free)
            if free or behind.startswith(INCLUDED):
                return bool(money)
            named = behind in grammar.places and behind not in grammar.within
            return not named or "," not in {t.text for t in tokens[index + 1 : first]}
    return False


def _other_sentence(tokens: list[Token], index: int) -> bool:
    """Whether a sentence ends at ``index``: the point of "St." or "Fr." does not end it."""
    text = tokens[index].text
    if text != ".":
        return text in SENTENCE
    following = tokens[index + 1] if index + 1 < len(tokens) else None
    return following is None or following.start > tokens[index].end


def _surcharge(grammar: Grammar, tokens: list[Token], first: int) -> bool:
    """Whether a plus sign touches the amount and no quantity stands before it."""
    if first == 0 or tokens[first - 1].text != "+" or tokens[first - 1].end < tokens[first].start:
        return False
    before = tokens[first - 2].text if first > 1 else ""
    return before not in grammar.units and not before[-1:].isdigit()


def _postage_behind(grammar: Grammar, tokens: list[Token], last: int) -> bool:
    """Whether "8 EUR de portes", "8 EUR shipping": not where the word has its own amount."""
    near = [token.text for token in tokens[last : last + 2]]
    at = next((n for n, text in enumerate(near) if text in grammar.postage), None)
    if near[:1] and (near[0] in WITH or near[0] in grammar.free):
        return False  # "1600 euro free shipping"
    if at is None or (at == 1 and (near[0] in APART or near[0][-1:].isdigit())):
        return False
    if near[0].startswith(INCLUDED):
        return False
    if _note_behind(tokens, last + at + 1):
        return False
    for token in tokens[last + at + 1 : last + at + 4]:
        if token.text in APART:
            break
        own = token.kind == "num" or token.text in grammar.money_starts
        if own or token.text in grammar.free or token.text.startswith(INCLUDED):
            return False
    return True


def _note_behind(tokens: list[Token], first: int) -> bool:
    """Whether a bracket gives the amount of it: "38 EUR frais de port en sus (5 EUR)"."""
    near = [token.text for token in tokens[first : first + WINDOW + 1]]
    at = near.index("(") if "(" in near else len(near)
    apart = not all(text.isalpha() for text in near[:at])
    return not apart and near[at + 1 : at + 2] != [] and near[at + 1].isdigit()
