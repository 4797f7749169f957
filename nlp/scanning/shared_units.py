# SPDX-License-Identifier: AGPL-3.0-or-later
"""Numbers that share the unit behind the last of them: "1 / 3 / 5 / 10 gr", "5, 10, 25 un"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from nlp.scanning.atoms import Atom
from nlp.text.lexing import Token

SIGNS = frozenset(("/", "-", "\u00b7", ",", "|", "\u2022", "+"))
RANGE = "-"  # two numbers with a dash are a range, three are a list
KINDS = ("mass", "volume", "count")


def with_shared_units(tokens: Sequence[Token], atoms: list[Atom]) -> list[Atom]:
    """Return the atoms; bare numbers of a rising list have the unit that ends it."""
    out = list(atoms)
    for index in range(len(out) - 1, 0, -1):
        last = out[index]
        if last.kind in KINDS and not last.times and out[index - 1].kind == "bare":
            _share(tokens, out, index)
    return out


def _share(tokens: Sequence[Token], atoms: list[Atom], index: int) -> None:
    """Give the bare numbers directly before ``atoms[index]`` its unit, in place."""
    factor = _factor(tokens, atoms[index])
    first = index
    sign = ""
    while first and factor:
        before, after = atoms[first - 1], atoms[first]
        between = [token.text for token in tokens[before.last : after.first]]
        smaller = before.value * factor < (after.value if first == index else after.value * factor)
        listed = len(between) == 1 and between[0] in SIGNS and sign in ("", between[0])
        if before.kind != "bare" or not (smaller and listed):
            break
        first, sign = first - 1, between[0]
    if index - first < 1 + (sign == RANGE):
        return
    if first and atoms[first - 1].kind in KINDS and atoms[first].first - atoms[first - 1].last <= 1:
        return  # "100 g 130, 250 g 290": prices
    for place in range(first, index):
        bare, last = atoms[place], atoms[index]
        atoms[place] = replace(bare, kind=last.kind, value=bare.value * factor, metric=last.metric)


def _factor(tokens: Sequence[Token], atom: Atom) -> Decimal:
    """Return how much one of the unit of an atom is; 0 where its number is no plain one."""
    text = tokens[atom.first].text.replace(",", ".")
    if atom.kind == "count":
        return Decimal(1) if text.isdigit() else Decimal(0)
    plain = text.count(".") <= 1 and text.replace(".", "").isdigit() and not text.startswith(".")
    number = Decimal(text) if plain else Decimal(0)
    return atom.value / number if number else Decimal(0)
