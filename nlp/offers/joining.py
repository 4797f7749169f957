# SPDX-License-Identifier: AGPL-3.0-or-later
"""Atoms that belong together: one quantity said twice, counts that multiply."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from nlp.lexicon.grammar import Grammar
from nlp.scanning.atoms import Atom
from nlp.scanning.fields import FieldText

TOLERANCE = Decimal("0.07")  # "4oz (120g)"
BETWEEN_BOXES = 3  # signs between "/box" and "4 boxes"
STEM = 3  # letters that "box" and "boxes" share
ENDS = frozenset((".", ",", ";", "\n", ")", ""))
MOST = 1_000_000  # pieces of one offer
TIMES_SIGNS = ("x", "*")
SMALL = frozenset(("(", "=", "/", "-", "or", "o", "~", "aprox", "approx", "about", "|", ":"))
SYRUPS = frozenset(
    ("syrup", "syrop", "sirup", "sirop", "siroop", "xarope", "lean", "fl", "jarabe", "liquid",
     "drank", "pint", "promethazine", "actavis", "wockhardt")
)  # fmt: skip
OF = frozenset(
    ("of", "de", "x", "*", "con", "with", "a", "each", "@", "-", "por", "per", "van", "von", "met",
     "mit", "je", "zu", "par", "avec", "com", "d", "'")
)  # fmt: skip


def joined_atoms(field: FieldText, atoms: list[Atom]) -> list[Atom]:
    """Return atoms with the same quantity said twice joined, and counts multiplied."""
    joined: list[Atom] = []
    for atom in atoms:
        last = joined[-1] if joined else None
        if last is not None and _same(field, last, atom):
            keep = atom if atom.metric and not last.metric else last
            kept_kind = "mass" if "mass" in (last.kind, atom.kind) else keep.kind
            value = keep.value if keep.kind != "dose" else keep.value / 1000
            joined[-1] = replace(
                keep, kind=kept_kind, value=value, first=last.first, last=atom.last
            )
        elif last is not None and _said_in_words(field, last, atom):
            joined[-1] = replace(atom, first=last.first)
        elif last is not None and (_multiplied(field, last, atom) or _per_box(field, last, atom)):
            joined[-1] = _product(last, atom)
        else:
            joined.append(atom)
    return [_ounces(atom) for atom in joined if atom.kind != "ounces" or field.name == "title"]


def _same(field: FieldText, one: Atom, other: Atom) -> bool:
    """Whether "1/2oz (14g)", "1/8 (3.5 g)" or "1000 mg 1 g" say one quantity."""
    if other.first - one.last > 2:  # noqa: PLR2004 - a bracket and one more sign
        return False
    between = {field.tokens[i].text for i in range(one.last, other.first)}
    if not between <= SMALL | {")"}:
        return False
    pair = {one.kind, other.kind}
    if not pair <= {"mass", "dose", "ounces"} or pair == {"dose"}:
        return False
    grams = [a.value / 1000 if a.kind == "dose" else a.value for a in (one, other)]
    return abs(grams[0] - grams[1]) <= TOLERANCE * max(grams)


def _said_in_words(field: FieldText, one: Atom, other: Atom) -> bool:
    """Whether "1/2 (HALF) POUND" says one fraction twice; the second carries the unit."""
    bracket = [field.text(i) for i in range(one.last, other.first)] == ["("]
    return one.kind == "ounces" and other.kind == "mass" and bracket


def _multiplied(field: FieldText, one: Atom, other: Atom) -> bool:
    """Whether "2 boxes of 12" or "2 x 100 pills": the counts multiply."""
    if one.kind != "count" or other.kind != "count" or other.first - one.last > 2:  # noqa: PLR2004
        return False
    between = [field.tokens[i].text for i in range(one.last, other.first)]
    if one.container and between == ["c", "/"]:
        return True  # "3 caixas c/ 30"
    if one.container:
        costs = between == ["por"] and field.text(other.last) in ENDS  # "três caixas por 330"
        return set(between) <= OF and (bool(between) or other.times) and not costs
    if one.times and other.times:  # "10x10x2mg"
        behind = {field.text(one.first), field.text(other.first)}.isdisjoint(TIMES_SIGNS)
        return behind and not between and one.value * other.value <= MOST  # not "x10 x20"
    if other.times:  # "36 tablets x 2", "16 cp x 4 boxes"
        return not between and field.text(other.first) in TIMES_SIGNS
    return one.times and not other.times and not between


def _product(one: Atom, other: Atom) -> Atom:
    """Return the count that two counts multiply to: of pieces where the first names them."""
    held = other.container and (one.container or one.times)
    return replace(other, value=one.value * other.value, first=one.first, container=held)


def _per_box(field: FieldText, one: Atom, other: Atom) -> bool:
    """Whether "28 tabs/box - 4 boxes" multiplies: so many boxes of what one holds."""
    per = field.text(one.last) in ("/", "per", "pro", "por", "par")
    apart = other.first - one.last - 2
    if not per or one.kind != "count" or one.container or not 0 <= apart <= BETWEEN_BOXES:
        return False
    word, boxes = field.text(one.last + 1), field.text(other.last - 1)
    signs = all(not field.text(i).isalnum() for i in range(one.last + 2, other.first))
    return signs and other.kind == "count" and other.container and word[:STEM] == boxes[:STEM]


def _ounces(atom: Atom) -> Atom:
    """Return a fraction alone ("1/8" in a title) as the mass it stands for."""
    return replace(atom, kind="mass") if atom.kind == "ounces" else atom


def fluid_ounces(grammar: Grammar, field: FieldText, atoms: list[Atom]) -> list[Atom]:
    """Return ounces of syrup as volume ("32 oz. X 2" of lean)."""
    if not field.vocabulary() & grammar.liquids & SYRUPS:
        return atoms
    out = []
    for atom in atoms:
        unit = field.tokens[atom.last - 1].text
        fluid = atom.kind == "mass" and unit in ("oz", "ounce", "ounces")
        ml = (atom.value / Decimal("28.35") * Decimal("29.57")) if fluid else atom.value
        out.append(replace(atom, kind="volume", value=ml) if fluid else atom)
    return out
