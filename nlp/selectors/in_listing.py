# SPDX-License-Identifier: AGPL-3.0-or-later
"""The identifiers of all texts of a listing, each value once."""

from __future__ import annotations

from nlp.model import ListingText, SelectorFound, Unread
from nlp.selectors.in_text import read_selectors


def selectors_in(text: ListingText) -> tuple[list[SelectorFound], list[Unread]]:
    """Return the identifiers where they stand first, and the keys that cannot be read."""
    found: dict[tuple[str, str], SelectorFound] = {}
    unread: list[Unread] = []
    for name, content in text.written():
        selectors, problems = read_selectors(name, content)
        for selector in selectors:
            found.setdefault((selector.kind, selector.value), selector)
        unread += problems
    return list(found.values()), unread
