# SPDX-License-Identifier: AGPL-3.0-or-later
"""Amounts of money in a text: sign or word before or behind, and what they are per."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from nlp.grammar import Grammar
from nlp.lexing import Token
from nlp.values import Value, value_at

WINDOW = 5
THRESHOLDS = frozenset(("over", "above", "desde"))
ORDERS = frozenset(
    ("order", "orders", "spend", "purchase", "purchases", "pedido", "pedidos", "compra", "compras",
     "tracking", "seguimiento", "shipping", "free", "gratis", "reship", "only", "solo")
)  # fmt: skip


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
    index = 0
    while index < len(tokens):
        money = _money_at(grammar, tokens, index, language)
        if money is None:
            index += 1
            continue
        if not _threshold(grammar, tokens, money):
            found += _range_start(tokens, money, language)
            found.append(money)
        index = max(money.last, index + 1)
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
    behind = _currency_at(grammar, tokens, last) if last < len(tokens) else None
    if behind is None or not _belongs(tokens, last, behind[1]):
        return None
    return _with_per(grammar, tokens, amount, behind[0], index, behind[1])


def _number(tokens: list[Token], index: int, language: str | None) -> Value | None:
    if index >= len(tokens) or tokens[index].kind != "num":
        return None
    value = value_at(tokens, index, {}, language)
    return None if value is None or value.fraction else value


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
    if token.text in grammar.money_words:
        end = index + 1
        if end + 1 < len(tokens) and tokens[end].text == "'" and tokens[end + 1].text == "s":
            end += 2
        return grammar.money_words[token.text], end
    return None


def _dollar(grammar: Grammar, tokens: list[Token], index: int) -> tuple[str | None, int]:
    """Return what a dollar sign means: "$50 USD" and "50 $ usd" name it, else None."""
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


def _per(  # noqa: PLR0911 - one for each form
    grammar: Grammar, tokens: list[Token], first: int, last: int
) -> str:
    """Return what the amount is for, where the text says so."""
    after = [token.text for token in tokens[last : last + 3]]
    before = [token.text for token in tokens[max(0, first - WINDOW) : first]]
    if after and (after[0] == "/" or after[0] in grammar.per):
        word = after[1] if len(after) > 1 else ""
        if after[0] in ("each", "ea", "cada") or word in grammar.unit_words:
            return "unit"
        if word == "c" and after[2:] == ["/"]:
            return "unit"
        factor = grammar.mass.get(word)
        if factor == 1:
            return "g"
        if factor == 1000:  # noqa: PLR2004 - grams in a kilogram
            return "kg"
        if grammar.volume.get(word) == 1:
            return "ml"
    if after[:2] == ["c", "/"] or (after and after[0] in grammar.unit_words):
        return "unit"
    if grammar.postage.intersection(before) or (
        after[:1] and grammar.postage.intersection(after[:2])
    ):
        return "postage"
    return ""


def _threshold(grammar: Grammar, tokens: list[Token], money: MoneyFound) -> bool:
    """Whether the amount is a minimum, a discount, a deposit: no price."""
    near = {token.text for token in tokens[max(0, money.first - 3) : money.first]}
    wide = {token.text for token in tokens[max(0, money.first - 8) : money.last + 4]}
    behind = {token.text for token in tokens[money.last : money.last + 1]}
    if near & THRESHOLDS and not wide & ORDERS:
        near -= THRESHOLDS
    return bool(near & (grammar.not_price - {"off"}) or behind & {"off", "discount", "descuento"})


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
