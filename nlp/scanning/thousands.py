# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether "2.500 g" is two and a half grams or 2,500: how the rest of the listing writes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from nlp.lexicon.grammar import Grammar
from nlp.model import Offer
from nlp.scanning.fields import FieldText, scan_atoms
from nlp.text.lexing import Token
from nlp.text.values import COMMA_LANGUAGES, THOUSANDS, with_thousands

DECIMALS = re.compile(r"\d+\.(?:\d{1,2}|\d{4,})")  # "80.50": a point that is decimal


def as_the_amounts(
    grammar: Grammar, fields: list[FieldText], language: str | None
) -> list[FieldText]:
    """Return the fields; where an amount is written "40.000", so are the quantities.

    In a language whose point groups thousands they were read so from the beginning.
    """
    if language in COMMA_LANGUAGES or not any(_grouped_money(field) for field in fields):
        return fields
    return [_regrouped(grammar, field) for field in fields]


def unclear_masses(
    fields: Sequence[FieldText], offers: Sequence[Offer], language: str | None
) -> frozenset[int]:
    """Return the positions of masses that may be a thousand times what was read.

    Only where nothing decides: no language, no amount in thousands (then the quantity
    has no point any more), no decimals elsewhere.
    """
    if language is not None:
        return frozenset()
    numbers = {field.name: _grouped_quantities(field) for field in fields}
    if not any(numbers.values()) or _decimals(fields):
        return frozenset()
    return frozenset(
        position
        for position, offer in enumerate(offers)
        if offer.kind in ("mass", "volume")
        and any(offer.place.start <= at < offer.place.end for at in numbers[offer.place.field])
    )


def _grouped_money(field: FieldText) -> bool:
    """Whether an amount such as "40.000" stands there that was read as thousands."""
    return any(
        THOUSANDS.fullmatch(field.texts[index]) and str(money.amount) == _whole(field, index)
        for money in field.money
        for index in range(money.first, money.last)
    )


def _whole(field: FieldText, index: int) -> str:
    return with_thousands(field.texts[index])


def _regrouped(grammar: Grammar, field: FieldText) -> FieldText:
    """Return the field with the points of its quantities, not of its amounts, taken away."""
    indexes = set(_pointed(field))
    if not indexes:
        return field
    tokens = [
        Token(token.kind, with_thousands(token.text), token.start, token.end)
        if index in indexes
        else token
        for index, token in enumerate(field.tokens)
    ]
    found = replace(field, tokens=tokens)
    found.atoms = scan_atoms(found, grammar, tokens)
    return found


def _pointed(field: FieldText) -> Iterator[int]:
    """Yield the tokens of quantities that are written as "2.500" is."""
    for atom in field.atoms:
        for index in range(atom.first, atom.last):
            if atom.kind != "percent" and THOUSANDS.fullmatch(field.tokens[index].text):
                yield index


def _grouped_quantities(field: FieldText) -> list[int]:
    """Return where the quantities begin whose point could group thousands."""
    return [field.place(index, index + 1).start for index in _pointed(field)]


def _decimals(fields: Sequence[FieldText]) -> bool:
    return any(
        token.kind == "num" and DECIMALS.fullmatch(token.text)
        for field in fields
        for token in field.tokens
    )
