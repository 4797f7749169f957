# SPDX-License-Identifier: AGPL-3.0-or-later
"""What one box holds, where the text says it apart: "20 per strip", "one blister is ten pieces"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from nlp.lexicon.grammar import Grammar
from nlp.scanning.fields import FieldText

HOLDS = frozenset(
    ("is", "=", "has", "have", "holds", "contains", "ist", "sind", "hat", "enthalt", "tiene",
     "trae", "contiene", "es", "son", "est", "contient", "a", "heeft", "bevat", "tem", "contem",
     "vem", "e")
)  # fmt: skip
OF = frozenset(("of", "de", "von", "van", "a", "zu", "con", "com", "mit", "met", "c"))
EVERY = frozenset(("every", "jede", "jeder", "jedes", "chaque", "elke", "toda", "todo"))
ENDS = frozenset((".", ",", ";", "\n", ")", ""))  # "each blister holds 10."
STEM = 3  # letters that "strip" and "strips", "Beutel" and "Beuteln" share
SMALLEST, LARGEST = 2, 500


def box_sizes(grammar: Grammar, fields: Sequence[FieldText]) -> Mapping[str, int]:
    """Return how many pieces a container holds, by the stem of its word; none said twice apart."""
    found: dict[str, set[int]] = {}
    for field in fields:
        if grammar.containers.isdisjoint(field.vocabulary()):
            continue
        for index, text in enumerate(field.texts[: len(field.tokens)]):
            if text in grammar.containers:
                size = _before(grammar, field, index) or _behind(grammar, field, index)
                size = size or _of(grammar, field, index) or _bracketed(grammar, field, index)
                if SMALLEST <= size <= LARGEST:
                    found.setdefault(text[:STEM], set()).add(size)
    return {stem: sizes.pop() for stem, sizes in found.items() if len(sizes) == 1}


def _before(grammar: Grammar, field: FieldText, index: int) -> int:
    """Return the number of "20 per strip", "28 tabs/box"; 0 where none is."""
    sign = field.text(index - 1)
    if index < 2 or (sign != "/" and sign not in grammar.per):  # noqa: PLR2004 - number, per
        return 0
    at = index - 2 - (field.text(index - 2) in grammar.counting)
    money = field.money_before(index)
    if money is not None and money.first <= at < money.reach:
        return 0  # "20 EUR per strip"
    return _number(grammar, field, at)


def _behind(grammar: Grammar, field: FieldText, index: int) -> int:
    """Return the number of "one blister is ten pieces"; 0 where none is."""
    ends = field.text(index - 1) in grammar.each | EVERY and field.text(index + 3) in ENDS
    known = field.text(index + 3) in grammar.counting or ends
    said = field.text(index + 1) in HOLDS and known
    return _number(grammar, field, index + 2) if said else 0


def _bracketed(grammar: Grammar, field: FieldText, index: int) -> int:
    """Return the number of "half sheet (50)", "two boxes (56)" for one whole; 0 for none."""
    closes = field.text(index + 3) == ")" or field.text(index + 3) in grammar.things
    if field.text(index + 1) != "(" or not closes:
        return 0  # neither "(50)" nor "(7 sachets of 100 mg)"
    inside = field.text(index + 2)
    named = field.text(index - 1) if index else ""
    several = Decimal(named) if named.isdigit() else grammar.numbers.get(named, Decimal(1))
    if not inside.isdigit() or len(inside) > STEM or not several:
        return 0
    size = Decimal(inside) / several
    return int(size) if size == int(size) else 0


def _of(grammar: Grammar, field: FieldText, index: int) -> int:
    """Return the number of "strips of 14", "a strip of ten for 30"; 0 where a unit follows."""
    if field.text(index + 1) not in OF:
        return 0
    behind = field.text(index + 3)
    times = behind == "x" and field.text(index + 5) not in grammar.dose  # "box of 5 x 10"
    measured = (behind in grammar.units and behind not in grammar.counting) or times
    return 0 if measured else _number(grammar, field, index + 2)


def _number(grammar: Grammar, field: FieldText, index: int) -> int:
    text = field.text(index) if index >= 0 else ""
    if text.isdigit() and len(text) <= STEM:
        return int(text)
    return int(grammar.numbers.get(text, 0))
