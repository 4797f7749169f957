# SPDX-License-Identifier: AGPL-3.0-or-later
"""Labels that no list has whole, understood from their words: "We ship from", "Special price"."""

from __future__ import annotations

import re
from collections.abc import Mapping

MOST_WORDS = 5
MOST_PRICE_WORDS = 4
_LABEL = re.compile(r"[^\W\d_]+(?:[ '/-][^\W\d_]+)+(?: \([^\W\d_]+\)?)?")
_WORD = re.compile(r"[^\W\d_]+")


def composed(label: str, lists: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
    """Return the concept of a plain label of several words, nothing where it is unclear."""
    words = _WORD.findall(label) if _LABEL.fullmatch(label) else []
    if not 1 < len(words) <= MOST_WORDS:
        return ()
    if len(words) <= MOST_PRICE_WORDS and _is_price(words, lists):
        return ("price",)
    if _is_name(words, lists):
        return ("title",)
    if any(word in lists["composed.against"] for word in words):
        return ()
    ends = {end for end in ("from", "to") if _names_end(words, end, lists)}
    return (f"ships_{ends.pop()}",) if len(ends) == 1 else ()


def _is_price(words: list[str], lists: Mapping[str, frozenset[str]]) -> bool:
    return any(word in lists["composed.price"] for word in words) and not any(
        word in lists["not_price.near"] or word in lists["composed.against"] for word in words
    )


def _is_name(words: list[str], lists: Mapping[str, frozenset[str]]) -> bool:
    """Return whether words name the name of goods: "Listing name", "Nombre del anuncio"."""
    kept = [word for word in words if word not in lists["composed.joins"]]
    names = [word for word in kept if word in lists["composed.name"]]
    return (
        len(kept) == 2  # noqa: PLR2004 - a name and a thing
        and len(names) == 1
        and all(word in lists["composed.thing"] for word in kept if word not in names)
    )


def _names_end(words: list[str], end: str, lists: Mapping[str, frozenset[str]]) -> bool:
    """Return whether words name one end of the way: a noun, or a verb of sending with "from"."""
    if any(word in lists[f"composed.{end}_noun"] for word in words):
        return True
    sends = [n for n, word in enumerate(words) if word.startswith(tuple(lists["composed.sends"]))]
    if not sends:
        return False
    if words[-1] in lists["composed.country"]:
        return words[-2] in lists[f"composed.{end}"] or words[0] in lists[f"composed.{end}"]
    return sends[0] < len(words) - 1 and words[-1] in lists[f"composed.{end}_last"]
