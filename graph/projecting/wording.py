# SPDX-License-Identifier: AGPL-3.0-or-later
"""The texts of listings and profiles without the third persons in them.

Buyers are not in the graph: a word of a text that is the name of a buyer of the case
(six characters or more, and no vendor's name: the console's rule) is masked, and so is
what a reading gives to a third person.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from graph.model import Edge, Properties

MASK = "▒▒▒"
SHORTEST_NAME = 6
SHORTEST_HIDDEN = 3
WORDED = ("Listing", "VendorAccount")
# every kind of element with words of a page
WORDED_SHAPES = (("Listing",), ("VendorAccount",), ("SHOWN_BY", "Listing", "Exhibit"))
_WORDS = (re.compile(r"[\w.-]+\w"), re.compile(r"\w+"))


class Wording:
    """Masks texts; ``is_buyer`` says whether a word is the name of a buyer of the case."""

    def __init__(self, is_buyer: Callable[[str], bool]) -> None:
        self._is_buyer = is_buyer

    def mask(self, label: str, properties: Properties, hidden: Iterable[str]) -> None:
        """Mask third persons in ``text`` and in the name of a listing, in place."""
        if label not in WORDED:
            return
        own = str(properties.get("handle") or properties.get("vendor_handle") or "")
        names = ["text", "name"] if label == "Listing" else ["text"]
        for name in names:
            if name in properties:
                properties[name] = self._masked(str(properties[name]), own, hidden)

    def mask_words(self, edge: Edge) -> None:
        """Mask third persons in what a capture said, in place."""
        if "said" in edge.properties:
            edge.properties["said"] = self._masked(str(edge.properties["said"]), "", ())

    def _masked(self, text: str, own: str, hidden: Iterable[str]) -> str:
        for value in sorted(hidden, key=lambda value: (-len(value), value)):
            if len(value) >= SHORTEST_HIDDEN:
                text = text.replace(value, MASK)
        for words in _WORDS:
            text = words.sub(lambda found: self._shown(found.group(), own), text)
        return text

    def _shown(self, word: str, own: str) -> str:
        known = len(word) >= SHORTEST_NAME and word != own and self._is_buyer(word)
        return MASK if known else word


def words_of(text: str) -> set[str]:
    """Return every word of a text that could be the name of a buyer."""
    found = {word for words in _WORDS for word in words.findall(text)}
    return {word for word in found if len(word) >= SHORTEST_NAME}
