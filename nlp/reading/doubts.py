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
        Unread(reason=f"more than {MAX_FOUND} quantities or prices in {field.name}")
        for field in fields
        if len(field.atoms) > MAX_FOUND or len(field.money) > MAX_FOUND
    ]


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
