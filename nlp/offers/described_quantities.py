# SPDX-License-Identifier: AGPL-3.0-or-later
"""Quantities that only describe another one: contents, sums, "a pill"."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from nlp.lexicon.grammar import Grammar
from nlp.scanning.atoms import ARTICLES, Atom
from nlp.scanning.fields import FieldText


def without_articles(field: FieldText, atoms: list[Atom]) -> list[Atom]:
    """Return the atoms without "a pill" where another number counts, unless it has a price."""
    priced = set(field.paired.values())
    worded = [
        a
        for a in atoms
        if a.kind == "count" and field.text(a.first) in ARTICLES and a.first not in priced
    ]
    if not worded or len(worded) == sum(atom.kind == "count" for atom in atoms):
        return atoms
    return [atom for atom in atoms if atom not in worded]


def without_content(field: FieldText, atoms: list[Atom]) -> list[Atom]:
    """Return the atoms without the content of a cannabis product ("1 g (500 mg THC)")."""
    sold = any(atom.kind in ("mass", "volume") for atom in atoms)
    if not sold or not field.vocabulary() & {"thc", "cbd", "cartridge", "cartridges", "vape"}:
        return atoms
    return [atom for atom in atoms if atom.kind != "dose"]


def without_totals(grammar: Grammar, field: FieldText, atoms: list[Atom]) -> list[Atom]:
    """Return the atoms without sums: "1g each (3g total)" is three times a gram."""
    kept: list[Atom] = []
    for atom in atoms:
        reach = range(atom.last, atom.last + 3)
        end = next((i + 1 for i in reach if field.text(i) in grammar.totals), None)
        if not kept or atom.kind not in ("mass", "dose", "volume") or end is None:
            kept.append(atom)
            continue
        last = kept[-1]
        parts = atom.value / last.value if last.kind == atom.kind == "mass" else Decimal(0)
        if len(kept) == 1 and parts > 1 and parts == int(parts):
            kept[-1] = replace(last, last=end, pieces=int(parts))
    return kept
