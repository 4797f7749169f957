# SPDX-License-Identifier: AGPL-3.0-or-later
"""How much of an offer is left, as its page says it: a number, or words for none and no end.

The words are the lists ``stock.*`` of ``config/market_words.toml``.
"""

from __future__ import annotations

import re

from crawler.market.fields import Stock
from crawler.market.words import Words, market_words, plain

IN_STOCK, SOLD_OUT, UNLIMITED = "in-stock", "sold-out", "unlimited"
LONGEST = 80
_NUMBER = re.compile(
    r"(?<![\w.,])[0-9]{1,3}(?:[., \u00a0\u202f'][0-9]{3})+(?![\w,.]?[0-9])|[0-9]{1,9}"
)
_MARKS = re.compile(r"[^0-9]")
_APART = re.compile(r"[^\w']+")
_BELOW = re.compile(r"[-−–]\s*[0-9]")


def read_stock(text: str) -> Stock | None:
    """Return what a text says of the stock, None where it says nothing that is understood.

    A number of nought is ``sold-out``; several numbers ("5 of 20", "10 g, 20 g") say nothing.
    """
    said = text.strip()
    if not said or len(said) > LONGEST or _BELOW.match(said):
        return None
    numbers = _NUMBER.findall(said)
    words = market_words()
    if not numbers:
        return _in_words(words, said)
    if len(numbers) > 1:
        return None
    n = int(_MARKS.sub("", numbers[0]))
    return Stock(IN_STOCK if n else SOLD_OUT, n)


def _in_words(words: Words, said: str) -> Stock | None:
    """Return what words say; what denies comes before what it denies ("not in stock")."""
    low = " ".join(_APART.split(plain(said))).strip()
    if "∞" in said:
        return Stock(UNLIMITED, None)
    for name, state in (("sold_out", SOLD_OUT), ("unlimited", UNLIMITED), ("in_stock", IN_STOCK)):
        known = words.lists[f"stock.{name}"]
        if low in known or any(_holds(low, phrase) for phrase in known):
            return Stock(state, None)
    return None


def _holds(low: str, phrase: str) -> bool:
    """Say whether a text has a phrase of its own in it; single short words must be all of it."""
    return " " in phrase and f" {phrase} " in f" {low} "
