# SPDX-License-Identifier: AGPL-3.0-or-later
"""The vocabulary that a profile works with: the shipped one and the labels that it names."""

from __future__ import annotations

from crawler.market.profile import ListingRule
from crawler.market.selecting import SelectLabel
from crawler.market.words import Words, words_with

ANY = "*"
GUESSED = "?"


def words_of(rule: ListingRule) -> Words:
    """Return the vocabulary with the labels that the profile names for its listings."""
    rules = (*rule.fields, *(price.field for price in rule.prices))
    return words_with(
        tuple(
            (label, field.name.partition(".")[0])
            for field in rules
            if isinstance(field.select, SelectLabel)
            for label in field.select.labels
            if label not in (ANY, GUESSED) and not label.startswith("…")
        )
    )
