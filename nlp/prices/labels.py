# SPDX-License-Identifier: AGPL-3.0-or-later
"""What tells equal options of a menu apart: the words before each.

"Atlantis 15 g 12, Mexicana 15 g 10" are two offers: other amounts, other words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal

from nlp.lexicon.grammar import Grammar
from nlp.offers.products import CLAIM, LABEL, STEM
from nlp.scanning.amounts import MoneyFound
from nlp.scanning.atoms import Atom
from nlp.scanning.fields import FieldText

Priced = tuple[Atom, MoneyFound]
SHORTEST_WORD = 2
WORDS_AT_MOST = 12  # tokens back from an option to its label


def labels_of(
    grammar: Grammar, field: FieldText, runs: Sequence[Sequence[Priced]]
) -> dict[int, frozenset[str]]:
    """Return the words that tell an option from an equal one, by its first token.

    Where words tell equal options apart, the other options behind them carry them too.
    """
    said = _with_words(grammar, field, runs)
    alike: dict[tuple[str, Decimal], list[tuple[MoneyFound, frozenset[str]]]] = {}
    for atom, money, words in said:
        alike.setdefault((atom.kind, atom.value), []).append((money, words))
    telling: set[str] = set()
    for group in alike.values():
        if len({money.amount for money, _words in group}) > 1:
            telling |= _telling([words for _money, words in group])
    return {
        atom.first: frozenset(LABEL + word for word in words & telling)
        for atom, _money, words in said
        if words & telling
    }


def dose_labels(grammar: Grammar, title: FieldText) -> dict[int, frozenset[str]]:
    """Return the words before each of several doses of a title ("red Tesla 200 mg, ...")."""
    doses = [atom for atom in title.atoms if atom.kind == "dose"]
    if len(doses) < 2:  # noqa: PLR2004 - nothing to tell apart
        return {}
    words, behind = [], 0
    for atom in doses:
        words.append(_words(grammar, title, atom.first, behind))
        behind = atom.last
    telling = _telling(words)
    return {
        atom.first: frozenset(CLAIM + word for word in said & telling)
        for atom, said in zip(doses, words, strict=True)
        if said & telling
    }


def _with_words(
    grammar: Grammar, field: FieldText, runs: Sequence[Sequence[Priced]]
) -> list[tuple[Atom, MoneyFound, frozenset[str]]]:
    """Return every option of the menus with its words, or those of the option before it."""
    found: list[tuple[Atom, MoneyFound, frozenset[str]]] = []
    behind = 0
    for run in runs:
        words: frozenset[str] = frozenset()
        for atom, money in run:
            words = _words(grammar, field, atom.first, behind) or words
            found.append((atom, money, words))
            behind = money.reach
    return found


def _telling(labels: Sequence[frozenset[str]]) -> frozenset[str]:
    """Return the words that one label alone has; none where a label has no such word."""
    times = Counter(word for words in labels for word in words)
    own = [frozenset(word for word in words if times[word] == 1) for words in labels]
    return frozenset().union(*own) if all(own) and len(own) > 1 else frozenset()


def _words(grammar: Grammar, field: FieldText, first: int, behind: int) -> frozenset[str]:
    """Return the words of the line before an option; none where they name a former price."""
    words: set[str] = set()
    for index in range(first - 1, max(behind, first - WORDS_AT_MOST) - 1, -1):
        token = field.tokens[index]
        if token.kind == "nl":
            break
        if token.text in grammar.former:
            return frozenset()
        plain = token.kind == "word" and len(token.text) >= SHORTEST_WORD
        linked = token.text in grammar.costing or token.text in grammar.joining
        if plain and not linked and token.text not in grammar.units:
            words.add(token.text[:STEM])
    return frozenset(words)
