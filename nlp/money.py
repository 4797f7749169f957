# SPDX-License-Identifier: AGPL-3.0-or-later
"""Amounts of money in a text: sign or word before or behind, and what they are per."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from nlp.grammar import Grammar
from nlp.lexing import Token
from nlp.values import Value, value_at

WINDOW = 5
COINS = ("btc", "xbt", "xmr", "ltc", "eth", "bitcoin", "monero", "\u20bf")
GROUPED = "de"  # a language whose point groups thousands
SENTENCE = (".", "\n", ";", "|", "!", "?")


@dataclass(frozen=True, slots=True)
class MoneyFound:
    """An amount in tokens [first, last); ``per`` is empty where the text does not say.

    ``currency`` is None for a bare dollar sign; ``thresholds`` and the like are not
    found at all.
    """

    amount: Decimal
    currency: str | None
    per: str
    first: int
    last: int


def scan_money(grammar: Grammar, tokens: list[Token], language: str | None) -> list[MoneyFound]:
    """Return the prices of a field in order."""
    found: list[MoneyFound] = []
    behind = 0
    for index, token in enumerate(tokens):
        if index < behind or not (token.kind == "num" or token.text in grammar.money_starts):
            continue
        money = _money_at(grammar, tokens, index, language)
        if money is None:
            continue
        if not _threshold(grammar, tokens, money):
            found += _range_start(tokens, money, language)
            found.append(money)
        behind = money.last
    return found


def _money_at(
    grammar: Grammar, tokens: list[Token], index: int, language: str | None
) -> MoneyFound | None:
    sign = _currency_at(grammar, tokens, index)
    if sign is not None:
        code, after = sign
        value = _number(tokens, after, language)
        if value is not None and not (
            _unit_follows(grammar, tokens, value) and tokens[after].start > tokens[after - 1].end
        ):
            amount, last = _thousand(tokens, value)
            return _with_per(grammar, tokens, amount, code, index, last)
        return None
    value = _number(tokens, index, language)
    if value is None or (index and _currency_at(grammar, tokens, index - 1) and value.word):
        return None
    amount, last = _thousand(tokens, value)
    last = _without_dash(tokens, last)
    behind = _currency_at(grammar, tokens, last) if last < len(tokens) else None
    if behind is not None and _cents(tokens, last, behind[1]):
        cents = amount + Decimal(tokens[behind[1]].text) / 100
        return _with_per(grammar, tokens, cents, behind[0], index, behind[1] + 1)
    if behind is None or not _belongs(tokens, last, behind[1]):
        return None
    return _with_per(grammar, tokens, amount, behind[0], index, behind[1])


def _number(tokens: list[Token], index: int, language: str | None) -> Value | None:
    if index >= len(tokens) or tokens[index].kind != "num":
        return None
    value = value_at(tokens, index, {}, language or "" if _coin_near(tokens, index) else GROUPED)
    return None if value is None or value.fraction else value


def _coin_near(tokens: list[Token], index: int) -> bool:
    """Whether a coin stands beside the number: only then it may have three decimals."""
    return any(t.text in COINS for t in tokens[max(0, index - 1) : index + 2])


def _unit_follows(grammar: Grammar, tokens: list[Token], value: Value) -> bool:
    """Whether the number carries a unit of quantity ("25 EUR 5 g": the 5 is no amount)."""
    word = tokens[value.last].text if value.last < len(tokens) else ""
    return word in grammar.mass or word in grammar.dose or word == "%"


def _belongs(tokens: list[Token], sign: int, after: int) -> bool:
    """Whether a sign belongs to the number before it: not where it touches the next one."""
    if after >= len(tokens) or tokens[after].kind != "num":
        return True
    touches_next = tokens[after - 1].end == tokens[after].start
    touches_before = tokens[sign - 1].end == tokens[sign].start
    return touches_before or not touches_next


def _without_dash(tokens: list[Token], last: int) -> int:
    """Return the index behind ".-" of a round amount ("80.- CHF")."""
    dashed = [token.text for token in tokens[last : last + 2]] == [".", "-"]
    return last + 2 if dashed and last + 2 < len(tokens) else last


def _cents(tokens: list[Token], sign: int, after: int) -> bool:
    """Whether two digits that touch a sign are its cents ("7€50")."""
    if after >= len(tokens) or after != sign + 1 or tokens[sign].kind != "sign":
        return False
    touch = tokens[sign - 1].end == tokens[sign].start and tokens[sign].end == tokens[after].start
    return touch and len(tokens[after].text) == len("50") and tokens[after].text.isdigit()


def _thousand(tokens: list[Token], value: Value) -> tuple[Decimal, int]:
    """Return the amount and where it ends: "1.2k" is 1,200."""
    after = tokens[value.last] if value.last < len(tokens) else None
    if after is not None and after.text == "k" and tokens[value.last - 1].end == after.start:
        return value.number * 1000, value.last + 1
    return value.number, value.last


def _currency_at(  # noqa: PLR0911 - one for each form
    grammar: Grammar, tokens: list[Token], index: int
) -> tuple[str | None, int] | None:
    """Return (ISO code or None for a bare dollar, index behind the sign) or None."""
    token = tokens[index]
    if token.text in grammar.money_signs:
        return grammar.money_signs[token.text], index + 1
    following = tokens[index + 1] if index + 1 < len(tokens) else None
    if token.kind == "word" and following is not None:
        touches = following.start == token.end
        if touches and following.text == "$" and token.text in grammar.dollars:
            return grammar.dollars[token.text], index + 2
        if touches and following.text == "/" and token.text == "s":
            return "PEN", index + 2
        if token.text == "u" and following.text == "$" and touches:
            return "USD", index + 2
    if token.text == "$":
        return _dollar(grammar, tokens, index)
    if token.text == "fr":
        return _francs(tokens, index)
    if token.text in grammar.money_words:
        end = index + 1
        if end + 1 < len(tokens) and tokens[end].text == "'" and tokens[end + 1].text == "s":
            end += 2
        return grammar.money_words[token.text], end
    return None


def _francs(tokens: list[Token], index: int) -> tuple[str, int] | None:
    """Return Swiss francs of "Fr. 80" and "80 Fr."; without a number they are a country."""
    point = index + 1 < len(tokens) and tokens[index + 1].text == "."
    after = index + 1 + point
    ahead = point and after < len(tokens) and tokens[after].kind == "num"
    behind = index > 0 and tokens[index - 1].text[-1] in "0123456789-"
    return ("CHF", after if ahead else index + 1) if ahead or behind else None


def _dollar(grammar: Grammar, tokens: list[Token], index: int) -> tuple[str | None, int]:
    """Return what a dollar sign means: "$50 USD" and "50 $ usd" name it, else None."""
    following = tokens[index + 1] if index + 1 < len(tokens) else None
    if following is not None and following.text in ("ca", "us", "can"):  # "60 $CA"
        return ("USD" if following.text == "us" else "CAD"), index + 2
    for step in (1, 2):
        if index + step < len(tokens) and tokens[index + step].text in ("usd", "cad", "aud"):
            return grammar.money_words[tokens[index + step].text], index + 1
    return None, index + 1


def _with_per(
    grammar: Grammar, tokens: list[Token], amount: Decimal, code: str | None, first: int, last: int
) -> MoneyFound:
    end = last
    if end < len(tokens) and tokens[end].text in grammar.money_words and code is not None:
        end += 1
    return MoneyFound(amount, code, _per(grammar, tokens, first, end), first, end)


def _per(grammar: Grammar, tokens: list[Token], first: int, last: int) -> str:
    """Return what the amount is for, where the text says so."""
    after = [token.text for token in tokens[last : last + 4] if token.text != "'"]
    if after and (after[0] == "/" or after[0] in grammar.per):
        word = after[1] if len(after) > 1 else ""
        if after[0] in ("each", "ea", "cada"):
            return "unit"
        if word == "c" and after[2:3] == ["/"]:
            return "unit"
        unit = _unit(grammar, word)
        if unit:
            return unit
    if after[:2] == ["c", "/"] or (after and after[0] in grammar.unit_words):
        return "unit"
    ahead = _per_before(grammar, tokens, first)
    if ahead:
        return ahead
    return "postage" if _for_postage(grammar, tokens, first, after) else ""


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
    one_word = grammar.price_words.get(tokens[index].text)
    if one_word:
        return one_word
    unit = _unit(grammar, tokens[index].text)
    if not unit or index == 0:
        return ""
    before = index - 1 - (tokens[index - 1].text == "'")
    if before < 0 or tokens[before].text not in grammar.per:
        return ""
    earlier = tokens[before - 1] if before else None
    priced = earlier is not None and (
        earlier.kind == "num" or _currency_at(grammar, tokens, before - 1) is not None
    )
    return "" if priced else unit


def _for_postage(grammar: Grammar, tokens: list[Token], first: int, after: list[str]) -> bool:
    """Whether a word of postage stands near, in the same sentence, and names no place."""
    if grammar.postage.intersection(after[:2]):
        return True
    for index in range(first - 1, max(-1, first - WINDOW - 1), -1):
        if tokens[index].text in SENTENCE or tokens[index].text in grammar.money_signs:
            return False
        if tokens[index].text in grammar.postage:
            return tokens[index + 1].text not in grammar.places
    return False


def _threshold(grammar: Grammar, tokens: list[Token], money: MoneyFound) -> bool:
    """Whether the amount is a minimum, a discount, a deposit: no price."""
    near = {token.text for token in tokens[max(0, money.first - 3) : money.first]}
    wide = {token.text for token in tokens[max(0, money.first - 8) : money.last + 4]}
    after = [token.text for token in tokens[money.last : money.last + 2]]
    behind = set(after[:2] if after[:1] in (["de"], ["d"]) else after[:1])
    limit = near & grammar.thresholds and wide & grammar.orders
    if not limit:
        near -= grammar.thresholds
    return bool(limit or near & (grammar.not_price - {"off"}) or behind & grammar.not_price)


def _range_start(tokens: list[Token], money: MoneyFound, language: str | None) -> list[MoneyFound]:
    """Return the lower end of "80-90 euros" as a price of its own."""
    index = money.first - 2
    if index < 0 or tokens[money.first].kind != "num" or tokens[index + 1].text != "-":
        return []
    low = _number(tokens, index, language)
    touching = tokens[index].end == tokens[index + 1].start == tokens[money.first].start - 1
    if low is None or not touching or low.number >= money.amount:
        return []
    return [MoneyFound(low.number, money.currency, money.per, index, index + 1)]
