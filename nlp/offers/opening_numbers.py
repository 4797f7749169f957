# SPDX-License-Identifier: AGPL-3.0-or-later
"""The bare number of a title: what it counts, or weighs, by where it stands."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from nlp.scanning.atoms import MAX_WORDS_BETWEEN, Atom
from nlp.scanning.fields import FieldText
from nlp.text.values import THOUSANDS, with_thousands

TEN = 10
YEARS = range(1930, 2100)


def opened(field: FieldText, atoms: list[Atom], *, loose: bool, pieces: bool) -> list[Atom]:
    """Return the atoms of a title with the bare number that opens it understood.

    "50 Nintendo | 170mg" counts; ".5 speed" of a substance sold loose is a mass.
    """
    first = atoms[0]
    others = {atom.kind for atom in atoms[1:]}
    opens = first.kind == "bare" and not any(t.kind == "word" for t in field.tokens[: first.first])
    follower = field.tokens[first.last] if first.last < len(field.tokens) else None
    if not opens or follower is None or others & {"mass", "volume", "count", "ounces"}:
        return atoms
    if first.value != int(first.value) and not THOUSANDS.fullmatch(field.text(first.first)):
        plain = loose and follower.kind == "word" and not others
        return [replace(first, kind="mass"), *atoms[1:]] if plain and first.value < TEN else atoms
    if follower.text in ("|", "-", ")") and first.last + 1 < len(field.tokens):
        follower = field.tokens[first.last + 1]
    worded = follower.kind == "word" and follower.start > field.tokens[first.last - 1].end
    if worded and (others & {"dose", "range"} or (pieces and not loose)):
        return [_count(field, first), *atoms[1:]]
    return atoms


def weighed_pieces(atoms: list[Atom], *, loose: bool) -> list[Atom]:
    """Return the atoms of a title; "crack 0.2 x 10" of a substance sold loose is ten of 0.2 g."""
    kinds = [atom.kind for atom in atoms]
    if loose and kinds == ["mass", "count", "bare"]:  # "1 g (10 x 0.1)"
        total, count, piece = atoms
        made = count.times and count.value * piece.value == total.value
        return [count, replace(piece, kind="mass")] if made else atoms
    if not loose or sorted(kinds) != ["bare", "count"]:
        return atoms
    piece, count = sorted(atoms, key=lambda atom: atom.kind)
    part = piece.value != int(piece.value) and piece.value < TEN
    joined = count.last == piece.first or piece.first < count.first
    if not (part and count.times and joined):
        return atoms
    return [replace(atom, kind="mass") if atom is piece else atom for atom in atoms]


def before_dose(field: FieldText, atoms: list[Atom]) -> list[Atom]:
    """Return the atoms of a title; "NEW: 100 orange owls 240mg" counts the pieces of a dose."""
    if any(atom.kind in ("mass", "volume", "count", "ounces") for atom in atoms):
        return atoms
    for index, (atom, after) in enumerate(pairwise(atoms)):
        between = field.tokens[atom.last : after.first]
        named = 0 < len(between) <= MAX_WORDS_BETWEEN and all(t.kind == "word" for t in between)
        apart = named and between[0].start > field.tokens[atom.last - 1].end
        whole = atom.kind == "bare" and atom.value == int(atom.value) and atom.value > 1
        whole = whole and atom.value not in YEARS
        after_code = field.text(atom.first - 1) in ("lsd", "-", "/", "#")
        if whole and apart and after.kind in ("dose", "range") and not after_code:
            return [*atoms[:index], _count(field, atom), *atoms[index + 1 :]]
    return atoms


def _count(field: FieldText, atom: Atom) -> Atom:
    """Return a bare number as a count, which has no decimals: "1.000" is a thousand."""
    written = field.text(atom.first)
    grouped = Decimal(with_thousands(written)) if THOUSANDS.fullmatch(written) else atom.value
    return replace(atom, kind="count", value=grouped)
