# SPDX-License-Identifier: AGPL-3.0-or-later
"""Numbers of one product seen together: strengths, counts at the end, pieces with a weight."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from operator import attrgetter

from nlp.lexicon.grammar import Grammar
from nlp.offers.products import Named
from nlp.scanning.atoms import Atom
from nlp.scanning.fields import FieldText, Segment

PACKED_IN = frozenset(("in", "en", "em", "dans"))
LONGEST_COUNT = 3  # digits of how many balls
MEASURED = ("mass", "volume", "count", "dose", "range", "ratio", "ounces")
OF = ("of", "de", "a", "von", "van", "je", "zu", "com", "con", "mit", "met")
CAPSULES = frozenset(
    ("cap", "caps", "capsule", "capsules", "capsula", "capsulas", "kapsel", "kapseln", "gelule",
     "gelules", "comprimido", "comprimidos", "comprimes", "tablet", "tablets", "tabletten", "pill",
     "pills", "pillen", "pellet", "pellets", "pastillas")
)  # fmt: skip
SMALLEST_COUNT = 2
SMALLEST_STRENGTH = 100  # mg/ml
SMALL_IMPRINT = 12
LARGEST_PACK = 336  # of 12 or 14 in a strip; "4812", "972" are imprints
LARGEST_PIECE = 100  # grams of one unnamed piece
YEARS = range(1990, 2100)
_first = attrgetter("first")


def strengths(
    field: FieldText, named: Sequence[Named], segment: Segment, atoms: list[Atom]
) -> list[Atom]:
    """Return the atoms; a bare number behind a medicine is its dose where another counts.

    ``named`` is in text order.  "Cialis 20 10 tabl" are 10 of 20 mg;
    "Modalert 200 / Waklert 150 - 300 tabs each".
    """
    kinds = {atom.kind for atom in atoms}
    if _of_one_name(field, named, segment, atoms):
        return [replace(atoms[0], kind="dose"), *atoms[1:]]
    if "bare" not in kinds or "count" not in kinds or kinds & {"dose", "mass", "volume"}:
        return atoms
    begin = bisect_left(named, segment.first, key=_first)
    end = bisect_left(named, segment.last, begin, key=_first)
    ends = {name.last for name in named[begin:end] if name.form == "dosed"}
    counts = [a for a in atoms if a.kind == "count" and a.first not in ends]
    if not ends or not counts:
        return atoms
    multiplied = {  # "Cialis 20 x 10" may be 20 of 10, "Waklert 150 x50" may not
        a.first
        for a in counts
        if a.times and field.tokens[a.first].end < field.tokens[a.last - 1].start
    }
    return [
        replace(a, kind="dose")
        if a.kind == "bare" and a.first in ends and a.last not in multiplied
        else a
        for a in atoms
    ]


def _of_one_name(
    field: FieldText, named: Sequence[Named], segment: Segment, atoms: list[Atom]
) -> bool:
    """Whether "300er" of "Lyrica 300er, 100 St." says how strong they are: another counts."""
    if len(atoms) != 2 or atoms[1].kind not in ("count", "bare"):  # noqa: PLR2004 - and a count
        return False
    if atoms[0].kind != "count" or field.text(atoms[0].last - 1) != "er":
        return False
    begin = bisect_left(named, segment.first, key=_first)
    end = bisect_left(named, segment.last, begin, key=_first)
    dosed = {name.last for name in named[begin:end] if name.form == "dosed"}
    return atoms[0].first in dosed and atoms[1].first > atoms[0].last


def closing_count(field: FieldText, segment: Segment, atoms: list[Atom]) -> list[Atom]:
    """Return the atoms of a product; the bare number that ends it counts its doses.

    "DOC 2.5mg gel tabs, 20", "Norco 10/325 - 50", "Diazepam 10mg 5 x 20".
    """
    last = atoms[-1]
    doses = [atom for atom in atoms if atom.kind == "dose"]
    if last.kind != "bare" or not doses or last.first < doses[-1].last:
        return atoms
    whole = last.value == int(last.value) and last.value >= SMALLEST_COUNT
    rest = [field.tokens[i] for i in range(last.last, segment.last)]
    packed = last.value <= LARGEST_PACK and not (last.value % 12 and last.value % 14)
    imprint = last.value % 5 != 0 and last.value > SMALL_IMPRINT and not packed
    plain = (
        whole
        and not imprint
        and int(last.value) not in YEARS
        and all(t.kind != "word" for t in rest)
    )
    if not plain or any(t.kind == "num" or t.text in ("%", "$", "*") for t in rest):
        return atoms
    others = [a for a in atoms[:-1] if a.kind in ("mass", "volume", "count", "ounces", "ratio")]
    if others == [] or (len(others) == 1 and others[0].times and others[0] is atoms[-2]):
        return [*atoms[:-1], replace(last, kind="count")]
    return atoms


def unnamed_pieces(grammar: Grammar, field: FieldText, atoms: list[Atom]) -> list[Atom]:
    """Return the atoms; in "10 stones of 0.3 g" the number before a thing counts it."""
    out = list(atoms)
    for number, atom in enumerate(atoms[:-1]):
        mass = atoms[number + 1]
        if atom.kind != "bare" or mass.kind != "mass" or atom.value != int(atom.value):
            continue
        between = [field.tokens[i] for i in range(atom.last, mass.first)]
        words = [token.text for token in between if token.kind == "word"]
        plain = len(between) == len(words) == 2 and words[1] in OF  # noqa: PLR2004 - thing, of
        held = field.text(mass.last) in grammar.things
        plain = plain or (held and not between)  # "5 1g bags"
        if plain and atom.value >= SMALLEST_COUNT and mass.value < LARGEST_PIECE:
            out[number] = replace(atom, kind="count", container=True)
    out = [_spelt_pieces(grammar, field, atom) for atom in out]
    return _spelt_count(grammar, field, _each_counted(grammar, field, out))


def _spelt_count(grammar: Grammar, field: FieldText, atoms: list[Atom]) -> list[Atom]:
    """Return the atoms with the count of "thirty 36 mg tabs", which a word says."""
    if any(atom.kind == "count" and not atom.container for atom in atoms):
        return atoms
    for number, atom in enumerate(atoms):
        counted = grammar.numbers.get(field.text(atom.first - 1), Decimal(0))
        if atom.kind != "dose" or field.text(atom.last) not in grammar.counting or counted < 2:  # noqa: PLR2004
            continue
        count = Atom("count", counted, atom.first - 1, atom.first, times=False)
        return [*atoms[:number], count, *atoms[number:]]
    return atoms


def _each_counted(grammar: Grammar, field: FieldText, atoms: list[Atom]) -> list[Atom]:
    """Return the atoms; "20 wraps of base, 0.25 g each" has one number that counts."""
    masses = [a for a in atoms if a.kind == "mass"]
    bare = [a for a in atoms if a.kind == "bare" and a.value == int(a.value)]
    if len(masses) != 1 or len(bare) != 1 or any(a.kind in ("count", "dose") for a in atoms):
        return atoms
    mass, number = masses[0], bare[0]
    said = field.text(mass.last) in grammar.each and number.last < mass.first
    if not said or number.value < SMALLEST_COUNT:
        return atoms
    return [replace(a, kind="count") if a is number else a for a in atoms]


def _spelt_pieces(grammar: Grammar, field: FieldText, atom: Atom) -> Atom:
    """Return the mass of "two 1g bags", "2 8-balls" with its pieces."""
    balls = field.text(atom.last - 1) in ("ball", "balls")
    if atom.kind != "mass" or not (balls or field.text(atom.last) in grammar.things):
        return atom
    before = field.text(atom.first - 1)
    number = grammar.numbers.get(before, Decimal(0))
    if balls and before.isdigit() and len(before) <= LONGEST_COUNT:
        number = Decimal(before)
    if number < SMALLEST_COUNT or number != int(number):
        return atom
    return replace(atom, first=atom.first - 1, pieces=int(number))


def without_factors(field: FieldText, atoms: list[Atom]) -> list[Atom]:
    """Return the atoms without the factors of "3 x 30 = 90 pills", "blister of 10 x 5 = 50"."""
    for number in range(len(atoms) - 2):
        one, other, total = atoms[number : number + 3]
        told = field.text(total.first - 1) == "=" and total.kind in ("count", "bare")
        if told and one.value * other.value == total.value:
            return [*atoms[:number], *atoms[number + 2 :]]
    return atoms


def weighed_doses(field: FieldText, atoms: list[Atom]) -> list[Atom]:
    """Return the atoms; milligrams with a price among priced grams are weighed.

    "250mg 18 EUR / 500mg 32 EUR / 1g 55 EUR" is a powder whatever else is said.
    """
    priced = set(field.paired.values())
    options = [a for a in atoms if a.first in priced and a.kind in ("dose", "mass")]
    kinds = {atom.kind for atom in options}
    if len(kinds) < 2 or any(a.kind == "count" for a in atoms):  # noqa: PLR2004 - both
        return atoms
    return [
        replace(a, kind="mass", value=a.value / 1000) if a.kind == "dose" and a in options else a
        for a in atoms
    ]


def without_packs(field: FieldText, atoms: list[Atom]) -> list[Atom]:
    """Return the atoms without the packs of "100 tablets in 10 blisters", which hold them."""
    counts = [atom for atom in atoms if atom.kind == "count"]
    packs = [
        two
        for one, two in pairwise(counts)
        if two.container and field.text(two.first - 1) in PACKED_IN and one.value > two.value
    ]
    return [atom for atom in atoms if atom not in packs]


def without_sums(atoms: list[Atom]) -> list[Atom]:
    """Return the atoms without the sum of "2g 2 x 1g bags" and "100 x, 10 strips of 10"."""
    for number, atom in enumerate(atoms):
        strips = [a for a in atoms[number + 1 :] if a.kind == "count" and a.value == atom.value]
        if atom.kind == "count" and len(strips) == 1 and strips[0].container:
            return [a for a in atoms if a is not strips[0]]
    for number in range(len(atoms) - 2):
        total, count, piece = atoms[number : number + 3]
        kinds = (total.kind, count.kind, piece.kind)
        if kinds == ("mass", "count", "mass") and total.value == count.value * piece.value:
            return [*atoms[:number], *atoms[number + 1 :]]
    return atoms


def without_extracts(grammar: Grammar, field: FieldText, atoms: list[Atom]) -> list[Atom]:
    """Return the atoms without "20x" of an extract: it says how strong, not how many."""
    return [
        atom
        for atom in atoms
        if not (
            atom.times
            and grammar.extracts.intersection(
                (field.text(atom.first - 1), field.text(atom.last), field.text(atom.last + 1))
            )
        )
    ]


def without_strengths(atoms: list[Atom]) -> list[Atom]:
    """Return the atoms without "300" of "Sustanon 300 vial 10 ml": it says how strong."""
    return [
        atom
        for number, atom in enumerate(atoms)
        if not (
            atom.kind == "count"
            and atom.value >= SMALLEST_STRENGTH
            and number + 1 < len(atoms)
            and atoms[number + 1].kind == "volume"
            and atoms[number + 1].first == atom.last
        )
    ]


def each_weighs(grammar: Grammar, field: FieldText, atoms: list[Atom]) -> list[Atom]:
    """Return the atoms of "20 wraps, 0.25 g each": the mass carries the count as pieces."""
    masses = [atom for atom in atoms if atom.kind == "mass"]
    counts = [atom for atom in atoms if atom.kind == "count"]
    if len(masses) != 1 or len(counts) != 1 or masses[0].pieces or counts[0].value < SMALLEST_COUNT:
        return atoms
    mass, count = masses[0], counts[0]
    beside = {field.text(mass.first - 1), field.text(mass.last)}
    if count.first > mass.first or not beside & grammar.each or mass.value >= LARGEST_PIECE:
        return atoms
    whole = replace(mass, first=count.first, pieces=int(count.value))
    return [whole if atom is mass else atom for atom in atoms if atom is not count]


def capsules(field: FieldText, atoms: list[Atom]) -> list[Atom]:
    """Return the atoms of "caps 0.2 g x 50": a small mass beside a capsule is its content."""
    counted = any(atom.kind == "count" for atom in atoms)
    return [
        replace(atom, kind="dose", value=atom.value * 1000)
        if counted and atom.kind == "mass" and atom.value < 1 and _in_capsule(field, atom)
        else atom
        for atom in atoms
    ]


def _in_capsule(field: FieldText, atom: Atom) -> bool:
    before = {field.text(i) for i in range(max(0, atom.first - 2), atom.first)}
    return bool(CAPSULES & (before | {field.text(atom.last)})) and atom.value > Decimal("0.01")
