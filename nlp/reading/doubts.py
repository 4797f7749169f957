# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a reading could not take in, and what a person should look at."""

from __future__ import annotations

from collections.abc import Sequence

from nlp.model import (
    ListingText,
    Offer,
    Place,
    SelectorFound,
    SubstanceFound,
    Unread,
)
from nlp.prices.unit_prices import is_holding
from nlp.scanning.fields import MAX_FOUND, FieldText
from nlp.text.normalizing import MAX_CODE_POINTS


def too_long(text: ListingText) -> list[Unread]:
    """Return the ends of fields that are longer than what is read."""
    return [
        Unread(
            reason=f"only the first {MAX_CODE_POINTS} code points are read",
            place=Place(field=name, start=MAX_CODE_POINTS, end=len(content)),
        )
        for name, content in text.fields()
        if len(content) > MAX_CODE_POINTS
    ]


def too_many(fields: Sequence[FieldText]) -> list[Unread]:
    """Return what was seen beyond the limit and is not read."""
    return [
        Unread(
            reason=f"more than {MAX_FOUND} quantities or prices in {field.name}",
            place=field.place(_beyond(field), len(field.tokens)),
        )
        for field in fields
        if len(field.atoms) > MAX_FOUND or len(field.money) > MAX_FOUND
    ]


def _beyond(field: FieldText) -> int:
    """Return the first token of the first quantity or price beyond the limit."""
    found = [rows[MAX_FOUND].first for rows in (field.atoms, field.money) if len(rows) > MAX_FOUND]
    return min(found)


def unequal(fields: Sequence[FieldText]) -> list[Unread]:
    """Return the lists of sizes and prices of which one is longer: nothing is paired there."""
    return [
        Unread(
            reason="a list of sizes and a list of prices of other length",
            place=field.place(part.first, part.last),
        )
        for field in fields
        for part in field.unequal
    ]


def in_unequal(fields: Sequence[FieldText], offers: Sequence[Offer]) -> set[int]:
    """Return the positions of offers in such lists: no unit price follows for them."""
    places = [field.place(part.first, part.last) for field in fields for part in field.unequal]
    return {
        index
        for index, offer in enumerate(offers)
        for place in places
        if offer.place.field == place.field and place.start <= offer.place.start < place.end
    }


def flags(
    text: ListingText,
    offers: Sequence[Offer],
    substances: Sequence[SubstanceFound],
    selectors: Sequence[SelectorFound],
    *,
    contradicted: bool,
) -> list[str]:
    """Return what a person should look at: absurd prices, contradictions, mended armour.

    ``contradicted``: title and text say two things (``nlp.reading.contradictions``).
    """
    statuses = {row.status for row in substances}
    found = {
        "holding_price": text.price is not None
        and any(is_holding(text.price, offer) for offer in offers),
        "title_and_text_differ": contradicted,
        "category_and_text_differ": "declared" in statuses
        and not statuses.isdisjoint(("stated", "implied")),
        "armour_repaired": any(selector.armour_repaired for selector in selectors),
    }
    return [flag for flag, holds in found.items() if holds]
