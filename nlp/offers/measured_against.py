# SPDX-License-Identifier: AGPL-3.0-or-later
"""Quantities of other goods: denied, compared with, or where a discount begins.

"Not the ones with 477 mg", "20 mg is comparable with 3 g of mushrooms", "más de 50 g: 10 %".
"""

from __future__ import annotations

from nlp.lexicon.grammar import Grammar
from nlp.scanning.atoms import Atom
from nlp.scanning.fields import FieldText, Segment

BREAKS = frozenset((",", ";", ":", "!", "?", ".", "(", ")", "\n"))
REACH = 7  # tokens from the words of a comparison to what is compared
BEHIND = 3  # tokens from a quantity to these words: "20 mg is about equal to"
DIRECT = 2


def of_other_goods(grammar: Grammar, field: FieldText, atom: Atom) -> bool:
    """Whether a quantity of a description is not one of what is sold."""
    if field.name == "title":
        return False
    segment = field.segment_of(atom.first)
    start = _start(field, segment, atom.first)
    if grammar.denied.within(field.texts, start, atom.first):
        return True
    if field.is_priced(segment):
        return False
    low = max(start, atom.first - REACH)
    behind = min(segment.last, atom.last + BEHIND)
    if grammar.compares.within(field.texts, low, atom.first):
        return True
    if grammar.compares.within(field.texts, atom.last, behind):
        return True
    near = max(segment.first, atom.first - DIRECT)
    return grammar.beyond.within(field.texts, near, atom.first)


def _start(field: FieldText, segment: Segment, first: int) -> int:
    """Return where the clause of token ``first`` begins, at most ``REACH`` tokens before."""
    start = first
    low = max(segment.first, first - REACH)
    while start > low and field.text(start - 1) not in BREAKS:
        start -= 1
    return start
