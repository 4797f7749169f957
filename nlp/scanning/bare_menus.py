# SPDX-License-Identifier: AGPL-3.0-or-later
"""Menus of ounces whose unit is left out: "$18 g | $48 1/8 | $85 1/4 | $180 oz"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from nlp.scanning.amounts import MoneyFound
from nlp.scanning.atoms import Atom
from nlp.text.lexing import Token

FEWEST = 2  # priced sizes that make a menu
ENDS = frozenset(("|", ",", ";", "/", "\n", "-", "•", "·"))


def with_bare_menu(
    tokens: Sequence[Token],
    money: Sequence[MoneyFound],
    atoms: list[Atom],
    units: Mapping[str, Decimal],
) -> list[Atom]:
    """Return the atoms; bare fractions with a price each are masses, and so are lone units.

    ``units`` gives grams of a unit.  Fewer than two priced sizes are left as they are.
    """
    if len(money) < FEWEST or len(atoms) < FEWEST:
        return atoms
    starts = {m.first for m in money}
    ends = {m.last for m in money}
    sizes = (a for a in atoms if a.kind in ("ounces", "mass"))
    priced = {a for a in sizes if a.first in ends or a.last in starts}
    if len(priced) < FEWEST:
        return atoms
    weighed = [replace(a, kind="mass") if a in priced else a for a in atoms]
    taken = {index for a in atoms for index in range(a.first, a.last)}
    lone = [
        Atom("mass", units[token.text], index, index + 1, metric=token.text == "g")
        for index, token in enumerate(tokens)
        if token.text in units and index not in taken and _alone(tokens, index, starts, ends)
    ]
    return sorted((*weighed, *lone), key=lambda atom: atom.first)


def _alone(tokens: Sequence[Token], index: int, starts: set[int], ends: set[int]) -> bool:
    """Whether a unit stands between an amount and a sign or an end of the text."""
    before = tokens[index - 1].text if index else "|"
    behind = tokens[index + 1].text if index + 1 < len(tokens) else "|"
    return (index in ends and behind in ENDS) or (index + 1 in starts and before in ENDS)
