# SPDX-License-Identifier: AGPL-3.0-or-later
"""Prices that hold no more: "was 100 EUR now 80 EUR", "van 100 euro voor 80 euro"."""

from __future__ import annotations

from itertools import pairwise

from nlp.lexicon.grammar import Grammar
from nlp.scanning.amounts import MoneyFound
from nlp.text.lexing import Token

SIGNS = frozenset("(:-,>")
SENTENCE = frozenset((".", "\n", ";", "!", "?"))
APART = 12  # tokens between a former price and the one of today
CLOSE = 4  # tokens between where only a word such as "now" may stand
POSTAGE = "postage"


def without_former(
    grammar: Grammar, tokens: list[Token], found: list[MoneyFound]
) -> list[MoneyFound]:
    """Return the amounts of a field but for those beside which a lower one is today's price."""
    if len(found) < 2:  # noqa: PLR2004 - one price and no other
        return found
    former: set[int] = set()
    for one, other in pairwise(found):
        if not _two_of_one(tokens, one, other):
            continue
        if one.amount > other.amount and _lowered(grammar, tokens, one, other):
            former.add(one.first)
        elif other.amount > one.amount and _word_before(tokens, other) in grammar.former:
            former.add(other.first)
    return [money for money in found if money.first not in former] if former else found


def _two_of_one(tokens: list[Token], one: MoneyFound, other: MoneyFound) -> bool:
    """Whether two amounts of one currency stand close, no other number or sentence between."""
    if (one.currency, one.per) != (other.currency, other.per) or one.per == POSTAGE:
        return False
    between = tokens[one.last : other.first]
    return len(between) <= APART and not any(
        token.kind == "num" or token.text in SENTENCE for token in between
    )


def _lowered(grammar: Grammar, tokens: list[Token], one: MoneyFound, other: MoneyFound) -> bool:
    """Whether the first of two amounts is the former price of what the second one buys."""
    before, behind = _word_before(tokens, one), _word_before(tokens, other)
    if before in grammar.former:
        return True
    close = other.first - one.last <= CLOSE
    return close and (behind in grammar.nowadays or f"{before} {behind}" in grammar.lowered)


def _word_before(tokens: list[Token], money: MoneyFound) -> str:
    """Return the word that stands before an amount: signs such as a bracket are passed."""
    index = money.first - 1
    while index >= 0 and money.first - index <= CLOSE and tokens[index].text in SIGNS:
        index -= 1
    return tokens[index].text if index >= 0 else ""
