# SPDX-License-Identifier: AGPL-3.0-or-later
"""Names in a denied list whose other words nobody knows: "without loratadine, X or Y"."""

from __future__ import annotations

from itertools import pairwise

from nlp.substances.clauses import DENIAL, Clauses

REACH = 14  # tokens of a list before the name
LONGEST_ITEM = 3  # words
BEHIND = 4  # tokens behind the name to the last "or"
JOINTS = frozenset(("or", "nor", "ni", "o", "u", "nem", "ou", "oder", "noch", "of"))
LACKING = "lacking"
COLONS = frozenset((":", ";", "(", ")", "|"))
SOLD = frozenset(("mass", "dose", "volume", "count", "money"))


def in_denied_list(here: Clauses, place: tuple[int, int]) -> bool:
    """Whether a name stands behind a comma or "or" in a list that is denied at its head.

    The head denies by itself ("no", "without") or has a verb of trade ("can't do base").
    """
    field, (first, last) = here.field, place
    if here.silent or field.name == "title" or not _separates(field.text(first - 1)):
        return False
    start = max(field.segment_of(first).first, first - REACH)
    denial = here.last_of(DENIAL, start, first)
    if denial is None or here.has("things", denial[1], first):
        return False
    between = field.texts[denial[1] : first]
    if not JOINTS.intersection((*between, *field.texts[last : last + BEHIND])):
        return False
    head = _items(between)
    if head is None:
        return False
    lacking = here.has(LACKING, denial[0], denial[1])
    return lacking or here.has("dealing", denial[1], denial[1] + head)


def headed_by_denial(here: Clauses, place: tuple[int, int]) -> bool:
    """Whether the words before a colon deny what is listed: "What we don't sell: X, Y"."""
    field, (first, _last) = here.field, place
    if here.silent or field.name == "title":
        return False
    segment = field.segment_of(first)
    low = max(segment.first, first - REACH)
    if ":" not in field.texts[low:first]:
        return False
    colon = next((i for i in range(first - 1, low - 1, -1) if field.text(i) in COLONS), -1)
    if field.text(colon) != ":":
        return False
    denial = here.last_of(DENIAL, segment.first, colon)
    if denial is None or here.last_of(DENIAL, segment.first, denial[0]) is not None:
        return False  # none, or "never out of stock"
    dealt = here.has("dealing", segment.first, colon)
    others = here.has("things", segment.first, colon)
    named = field.names_between(field.tokens[segment.first].start, field.tokens[colon].start)
    return dealt and not others and not named and not field.kinds_in(segment) & SOLD


def _separates(text: str) -> bool:
    return text == "," or text in JOINTS


def _items(between: list[str]) -> int | None:
    """Return how many words the first item of a list has; None where it is no list of names."""
    cuts = [-1, *(n for n, text in enumerate(between) if _separates(text)), len(between)]
    if any(after - before > LONGEST_ITEM + 1 for before, after in pairwise(cuts)):
        return None
    if not all(text.isalpha() or text in (",", "-", "'") for text in between):
        return None
    return cuts[1]
