# SPDX-License-Identifier: AGPL-3.0-or-later
"""Amounts of money in a text: sign or word before or behind, and what they are per."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from nlp.lexicon.grammar import Grammar
from nlp.scanning.currency_signs import OPEN, currency_at
from nlp.scanning.price_units import price_unit
from nlp.text.lexing import Token
from nlp.text.values import Value, value_at

TEN, TWENTY = 10, 20
COINS = ("btc", "xbt", "xmr", "ltc", "eth", "bitcoin", "monero", "\u20bf")
LESS_THAN = frozenset(
    (("less", "than"), ("menos", "de"), ("menos", "que"), ("moins", "de"), ("moins", "que"),
     ("weniger", "als"), ("minder", "dan"))
)  # fmt: skip
CRIES = frozenset("!-*:")
FREE_REACH = 4
WORDS_BEFORE, REACH_BEFORE = 3, 10
GROUPED = "de"  # a language whose point groups thousands
# How an amount was written whose currency the rest of the text must settle.
DOLLAR, PESOS, COMMA_DASH, POINT_DASH, BARE = "$", "pesos", ",-", ".-", "bare"


@dataclass(frozen=True, slots=True)
class MoneyFound:
    """An amount in tokens [first, last); ``per`` is empty where the text does not say.

    ``currency`` is None while the rest of the text must settle it; ``sign`` then says how
    the amount was written: a bare dollar, "pesos" or "lucas", "80,-", "80.-", no sign at
    all.  ``reach`` ends the words that say what it is per.  Thresholds and the like are
    not found at all.
    """

    amount: Decimal
    currency: str | None
    per: str
    first: int
    last: int
    reach: int
    sign: str = ""


def scan_money(grammar: Grammar, tokens: list[Token], language: str | None) -> list[MoneyFound]:
    """Return the prices of a field in order."""
    found: list[MoneyFound] = []
    behind = 0
    starts = grammar.money_starts
    starting = [n for n, token in enumerate(tokens) if token[0] == "num" or token[1] in starts]
    for index in starting:
        if index < behind:
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
    if tokens[index].kind == "num":
        value = _number(tokens, index, language)
        return None if value is None else _before_sign(grammar, tokens, value, language)
    sign = currency_at(grammar, tokens, index)
    if sign is None:
        return None
    signed = _signed(grammar, tokens, index, sign, language)
    return signed or _spelt(grammar, tokens, index, sign, language)


def _signed(
    grammar: Grammar,
    tokens: list[Token],
    index: int,
    sign: tuple[str | None, int],
    language: str | None,
) -> MoneyFound | None:
    """Return the amount behind a sign ("EUR 50"); "lucas" stand behind their number."""
    code, after = sign
    behind_only = code == OPEN or tokens[index].text == "pen"  # a vape "pen 1 ml"
    value = None if behind_only else _number(tokens, after, language)
    apart = value is not None and tokens[after].start > tokens[after - 1].end
    if value is None or (apart and _unit_follows(grammar, tokens, value)):
        return None
    amount, last = _thousand(grammar, tokens, value)
    return _with_per(grammar, tokens, amount, code, index, last)


def _spelt(
    grammar: Grammar,
    tokens: list[Token],
    index: int,
    sign: tuple[str | None, int],
    language: str | None,
) -> MoneyFound | None:
    """Return the amount in words before a currency: "fifteen quid", "thirty five pavos"."""
    numbers = grammar.numbers_in.get(language or "", grammar.numbers)
    amount = numbers.get(tokens[index - 1].text, Decimal(0)) if index else Decimal(0)
    if amount <= 1 or tokens[index].kind != "word":
        return None
    joint = 2 + (index > 2 and tokens[index - 2].text == "-")  # noqa: PLR2004 - "eighty-five"
    tens = numbers.get(tokens[index - joint].text, Decimal(0)) if index > 1 else Decimal(0)
    compound = tens >= TWENTY and tens % TEN == 0 and amount < TEN
    first = index - (joint if compound else 1)
    amount = (amount + tens * compound) * grammar.money_open.get(tokens[index].text, 1)
    return _with_per(grammar, tokens, amount, sign[0], first, sign[1])


def _before_sign(
    grammar: Grammar, tokens: list[Token], value: Value, language: str | None
) -> MoneyFound | None:
    """Return the amount before a sign or a word ("50 EUR", "7\u20ac50", "80,-")."""
    index = value.first
    if value.last >= len(tokens) or tokens[value.last].text not in grammar.money_behind:
        return None  # most numbers: nothing of money follows
    amount, last = _thousand(grammar, tokens, value)
    last = _without_dash(tokens, last)
    behind = currency_at(grammar, tokens, last) if _may_follow(grammar, tokens, last) else None
    if behind is None and language == "fr" and _short_euro(grammar, tokens, last):
        behind = "EUR", last + 1
    if behind is None:
        dashed = _dashed(tokens, value.last)
        return _with_per(grammar, tokens, amount, dashed[0], index, dashed[1]) if dashed else None
    if _cents(tokens, last, behind[1]):
        cents = amount + Decimal(tokens[behind[1]].text) / 100
        return _with_per(grammar, tokens, cents, behind[0], index, behind[1] + 1)
    if not _belongs(grammar, tokens, last, behind[1]):
        return None
    amount *= grammar.money_open.get(tokens[last].text, 1)
    return _with_per(grammar, tokens, amount, behind[0], index, behind[1])


def _number(tokens: list[Token], index: int, language: str | None) -> Value | None:
    if index >= len(tokens) or tokens[index].kind != "num":
        return None
    written = tokens[index].text
    coin = not written.isdigit() and _coin_near(tokens, index)
    value = value_at(tokens, index, {}, language or "" if coin else GROUPED)
    return None if value is None or value.fraction else value


def _coin_near(tokens: list[Token], index: int) -> bool:
    """Whether a coin stands beside the number: only then it may have three decimals."""
    return any(t.text in COINS for t in tokens[max(0, index - 1) : index + 2])


def _unit_follows(grammar: Grammar, tokens: list[Token], value: Value) -> bool:
    """Whether the number carries a unit of quantity ("25 EUR 5 g": the 5 is no amount)."""
    word = tokens[value.last].text if value.last < len(tokens) else ""
    return word in grammar.mass or word in grammar.dose or word == "%"


def _may_follow(grammar: Grammar, tokens: list[Token], index: int) -> bool:
    """Whether a currency can stand behind an amount here: letters such as "Q" stand before."""
    if index >= len(tokens):
        return False
    text = tokens[index].text
    return text not in grammar.money_before or text in grammar.money_words


def _belongs(grammar: Grammar, tokens: list[Token], sign: int, after: int) -> bool:
    """Whether a sign belongs to the number before it: not where it touches the next one."""
    if after >= len(tokens) or tokens[after].kind != "num":
        return True
    touches_next = tokens[after - 1].end == tokens[after].start
    touches_before = tokens[sign - 1].end == tokens[sign].start
    if tokens[sign].text in grammar.dollars and not touches_before:
        return False  # "50 R$ 1.100": such a sign stands before its number
    limit = sign > 1 and tokens[sign - 2].text in grammar.thresholds  # "vanaf 100 € 3"
    return touches_before or not (touches_next or limit)


def _short_euro(grammar: Grammar, tokens: list[Token], index: int) -> bool:
    """Whether "60e" says euros in French: not "le 2e colis"."""
    if index >= len(tokens) or tokens[index].text != "e" or tokens[index - 1].kind != "num":
        return False
    follower = tokens[index + 1] if index + 1 < len(tokens) else None
    ends = follower is None or follower.kind != "word" or follower.text in grammar.per
    return ends and tokens[index - 1].end == tokens[index].start


def _without_dash(tokens: list[Token], last: int) -> int:
    """Return the index behind ".-" of a round amount ("80.- CHF")."""
    end = _dash_end(tokens, last)
    return end if end < len(tokens) else last


def _dashed(tokens: list[Token], last: int) -> tuple[str, int] | None:
    """Return how "150,-" and "80.-" are written, which name no currency, and their end."""
    end = _dash_end(tokens, last)
    if end == last or (end < len(tokens) and tokens[end].kind == "num"):
        return None
    return (COMMA_DASH if tokens[last].text == "," else POINT_DASH), end


def _dash_end(tokens: list[Token], last: int) -> int:
    """Return where ".-", ",-" or ",--" ends that touches an amount; ``last`` for none."""
    signs = [token.text for token in tokens[last : last + 3]]
    if signs[:1] not in ([","], ["."]) or signs[1:2] != ["-"]:
        return last
    return last + 2 + (signs[2:] == ["-"])


def _cents(tokens: list[Token], sign: int, after: int) -> bool:
    """Whether two digits that touch a sign are its cents ("7€50")."""
    if after >= len(tokens) or after != sign + 1 or tokens[sign].kind != "sign":
        return False
    touch = tokens[sign - 1].end == tokens[sign].start and tokens[sign].end == tokens[after].start
    return touch and len(tokens[after].text) == len("50") and tokens[after].text.isdigit()


def _thousand(grammar: Grammar, tokens: list[Token], value: Value) -> tuple[Decimal, int]:
    """Return the amount and where it ends: "1.2k" is 1,200, "200 mil" is 200,000."""
    after = tokens[value.last] if value.last < len(tokens) else None
    if after is None:
        return value.number, value.last
    if after.text == "k" and tokens[value.last - 1].end == after.start:
        return value.number * 1000, value.last + 1
    scale = grammar.money_scale.get(after.text)
    if scale is not None:
        of = value.last + 1 < len(tokens) and tokens[value.last + 1].text == "de"
        return value.number * scale, value.last + 1 + of
    return value.number, value.last


def _with_per(
    grammar: Grammar, tokens: list[Token], amount: Decimal, code: str | None, first: int, last: int
) -> MoneyFound:
    end = last
    while end < len(tokens) and code is not None and _names_again(grammar, tokens[end].text):
        end += 1
    per, reach = price_unit(grammar, tokens, first, end)
    if code is None or code in (OPEN, COMMA_DASH, POINT_DASH):
        return MoneyFound(amount, None, per, first, end, reach, code or DOLLAR)
    return MoneyFound(amount, code, per, first, end, reach)


def _names_again(grammar: Grammar, word: str) -> bool:
    """Whether the currency is said a second time ("$ 30.000 pesos argentinos")."""
    slang = grammar.money_open.get(word) == 1
    return slang or word in grammar.money_words or word in grammar.money_of


def _threshold(grammar: Grammar, tokens: list[Token], money: MoneyFound) -> bool:
    """Whether the amount is a minimum, a discount, a deposit: no price."""
    near = set(_words_before(tokens, money.first))
    wide = {token.text for token in tokens[max(0, money.first - 8) : money.last + 4]}
    after = [token.text for token in tokens[money.last : money.last + 2]]
    behind = set(after[:2] if after[:1] in (["de"], ["d"]) else after[:1])
    if _face_value(grammar, tokens, money.first, money.last):
        return True
    limit = near & grammar.thresholds and wide & grammar.orders
    if not limit:
        near -= grammar.thresholds
    less = _bounded(tokens, money.first) or _from_there_free(grammar, tokens, money.first)
    return less or bool(limit or near & (grammar.not_price - {"off"}) or behind & grammar.discount)


def _bounded(tokens: list[Token], first: int) -> bool:
    """Whether "less than", "menos de", "weniger als" stand before: no price, a boast."""
    return tuple(token.text for token in tokens[max(0, first - 2) : first]) in LESS_THAN


def _from_there_free(grammar: Grammar, tokens: list[Token], first: int) -> bool:
    """Whether the amount says from where on postage is free ("shipping is free from 200 EUR")."""
    before = [token.text for token in tokens[max(0, first - FREE_REACH) : first]]
    if before[-1:] == ["of"]:
        return before[-2:-1] in (["orders"], ["purchases"])
    linked = before[-1:] in (["from"], ["on"])
    return linked and not (grammar.free.isdisjoint(before) or grammar.postage.isdisjoint(before))


def _words_before(tokens: list[Token], first: int) -> list[str]:
    """Return the three tokens before an amount; cries are passed ("DISCOUNT!!! -50 euro")."""
    words: list[str] = []
    for index in range(first - 1, max(-1, first - REACH_BEFORE), -1):
        if tokens[index].text not in CRIES and len(words) < WORDS_BEFORE:
            words.append(tokens[index].text)
    return words


def _face_value(grammar: Grammar, tokens: list[Token], first: int, last: int) -> bool:
    """Whether the amount is what a note is worth ("billetes de 50 euros", "50-Euro-Scheine")."""
    if first == 0:
        return False
    before = tokens[max(0, first - 4) : first]
    if tokens[first - 1].text not in ("de", "of", "von", "van"):
        before = before[-1:]
    behind = tokens[last : last + 2]
    if behind and (behind[0].kind != "word" or behind[0].text in grammar.per):
        behind = behind[:1]  # "£20 poly notes"
    if first > 1 and tokens[first - 1].text in grammar.notes and tokens[first - 2].kind == "num":
        return False  # "20 notes 300 EUR": they cost that
    return any(token.text in grammar.notes for token in (*before, *behind))


def _range_start(tokens: list[Token], money: MoneyFound, language: str | None) -> list[MoneyFound]:
    """Return the lower end of "80-90 euros" as a price of its own."""
    index = money.first - 2
    if index < 0 or tokens[money.first].kind != "num" or tokens[index + 1].text != "-":
        return []
    low = _number(tokens, index, language)
    touching = tokens[index].end == tokens[index + 1].start == tokens[money.first].start - 1
    if low is None or not touching or low.number >= money.amount:
        return []
    return [replace(money, amount=low.number, first=index, last=index + 1, reach=index + 1)]
