# SPDX-License-Identifier: AGPL-3.0-or-later
"""Amounts with a currency as pages show them, in any of the usual spellings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

CODES = (
    "BTC", "XBT", "XMR", "LTC", "ETH", "BCH", "DASH", "ZEC", "DOGE", "USDT", "USDC", "USD", "EUR",
    "GBP", "CAD", "AUD", "CHF", "RUB", "PLN", "BRL", "SEK", "NOK", "DKK", "CZK", "JPY", "CNY",
    "INR", "MXN", "ARS", "COP", "CLP", "UAH", "TRY", "NZD", "ZAR", "HUF", "RON", "BGN", "mBTC",
)  # fmt: skip
SIGNS = {
    "US$": "USD", "AU$": "AUD", "CA$": "CAD", "NZ$": "NZD", "R$": "BRL", "C$": "CAD", "A$": "AUD",
    "$": "USD", "€": "EUR", "£": "GBP", "₿": "BTC", "฿": "BTC", "Ƀ": "BTC", "¥": "JPY", "₽": "RUB",
    "zł": "PLN", "Kč": "CZK", "₴": "UAH", "₹": "INR", "₺": "TRY", "Ł": "LTC", "Ξ": "ETH",
    "ɱ": "XMR", "руб.": "RUB", "руб": "RUB", "рублей": "RUB", "р.": "RUB",
    "Euros": "EUR", "Euro": "EUR",
    "bitcoins": "BTC", "bitcoin": "BTC", "monero": "XMR", "litecoin": "LTC",
    "dollars": "USD", "dólares": "USD",
    "dollar": "USD", "биткоин": "BTC", "евро": "EUR", "доллар": "USD",
    "mɃ": "mBTC", "kr": "kr", "Fr.": "CHF",
}  # fmt: skip
CRYPTO = frozenset({"BTC", "XBT", "XMR", "LTC", "ETH", "BCH", "DASH", "ZEC", "mBTC", "DOGE"})
MOST_DIGITS = 24

_NUMBER = (
    r"[0-9]{1,3}(?:[ .,'’\u00a0\u202f\u2009][0-9]{3})+(?![0-9])(?:[.,][0-9]{1,8})?(?![0-9])"
    r"|[0-9]{1,16}(?:[.,][0-9]{1,18})?(?![0-9])|(?<![0-9])[.,][0-9]{1,12}"
)
_WORDS = sorted({*SIGNS, *CODES}, key=lambda word: (-len(word), word))
_ALL = "|".join(re.escape(word) for word in _WORDS)
_CURRENCY = rf"(?:{_ALL})"
# "x 60 $ 1,742.17": the sign belongs to the number behind it, unless that has one of its own.
_LEADS = rf"(?<=[$£])\s?(?:{_NUMBER})(?![.,]?[0-9])(?!\s?{_CURRENCY})"
_MONEY = re.compile(
    rf"(?<![\w.,])(?P<before>{_CURRENCY})\s?(?P<first>{_NUMBER})(?![\w%])"
    rf"|(?<![\w.,$€£])(?P<second>{_NUMBER})\s?(?P<after>{_CURRENCY})(?!\w)(?!{_LEADS})",
    re.IGNORECASE,
)
_BARE = re.compile(rf"(?<![\w.,])(?:{_NUMBER})(?![\w%])")
_BY_CASE = {word.casefold(): code for word, code in SIGNS.items()} | {
    code.casefold(): code for code in CODES
}
_PLAIN = re.compile(r"[0-9]{0,16}(?:\.[0-9]{1,18})?")


@dataclass(frozen=True, slots=True)
class Money:
    """An amount at [start, end) of a text; ``shown`` is the amount as displayed."""

    start: int
    end: int
    amount: Decimal
    currency: str
    shown: str


def find_money(text: str, decimal: str = "", currency: str = "") -> Iterator[Money]:
    """Yield every amount with its currency, left to right.

    ``decimal`` is the market's decimal sign where it is known; without it a single sign
    before exactly three digits separates thousands (but not of coins, nor behind a 0).
    ``currency``: the code of amounts that stand without one, where a label names it.
    """
    for match in _MONEY.finditer(text):
        code = code_of(match["before"] or match["after"])
        shown = match["first"] or match["second"]
        amount = amount_of(shown, decimal, code)
        if amount is not None:
            yield Money(match.start(), match.end(), amount, code, shown)
    if not currency or _MONEY.search(text):
        return
    for match in _BARE.finditer(text):
        amount = amount_of(match.group(), decimal, currency)
        if amount is not None:
            yield Money(match.start(), match.end(), amount, currency, match.group())


def code_of(shown: str) -> str:
    """Return the code of a sign or name of a currency, itself where none is known."""
    return _BY_CASE.get(shown.casefold(), shown)


def currency_in(text: str) -> str:
    """Return the currency that a label such as "Price (BTC)" names, empty where none."""
    match = re.search(rf"(?<!\w){_CURRENCY}(?!\w)", text, re.IGNORECASE)
    return code_of(match.group()) if match else ""


def amount_of(shown: str, decimal: str, currency: str) -> Decimal | None:
    """Return the number that a displayed amount means, None where it means none."""
    digits = re.sub(r"[\s'’\u00a0\u202f\u2009]", "", shown)
    if len(digits) > MOST_DIGITS:
        return None
    decimal = _decimal_sign(digits, decimal, currency)
    whole = digits.replace("," if decimal == "." else ".", "")
    number = whole.replace(",", ".")
    if number.count(".") > 1 or not _PLAIN.fullmatch(number) or number in ("", "."):
        return None
    return Decimal(f"0{number}" if number.startswith(".") else number)


def _decimal_sign(digits: str, known: str, currency: str) -> str:
    """Return which of "." and "," is the decimal sign of these digits."""
    point, comma = digits.rfind("."), digits.rfind(",")
    if point >= 0 and comma >= 0:
        return "." if point > comma else ","
    last = max(point, comma)
    if last < 0:
        return known or "."
    sign = digits[last]
    other = "," if sign == "." else "."
    if digits.count(sign) > 1:
        return other
    grouped = len(digits) - last - 1 == 3 and 0 < last <= 3  # noqa: PLR2004 - thousands
    if not grouped or digits.startswith("0") or currency in CRYPTO:
        return sign
    return known or other
