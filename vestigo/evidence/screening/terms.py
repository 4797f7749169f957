# SPDX-License-Identifier: AGPL-3.0-or-later
"""The unit's ``never`` terms: words that no address and no category may hold."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import unquote_plus

_BETWEEN = re.compile(r"[\W_]+")
_ROUNDS = 3


class NeverTerms:
    """Terms of one list; compared without case, accents' form, and what stands between words."""

    def __init__(self, name: str, version: str, terms: Iterable[str]) -> None:
        self.name = name
        self.version = version
        plain = sorted({folded(term) for term in terms} - {""})
        self.n_terms = len(plain)
        words = "|".join(re.escape(term) for term in plain)
        joined = "|".join(re.escape(term.replace(" ", "")) for term in plain if " " in term)
        whole = "|".join(part for part in (words, joined) if part)
        self._pattern = re.compile(rf"(?<![^\W_])(?:{whole})(?![^\W_])") if plain else None

    def match(self, text: str) -> bool:
        """Say whether an address or a category holds one of the terms as whole words."""
        return bool(self._pattern and self._pattern.search(folded(text)))


def folded(text: str) -> str:
    """Return the words of ``text``, percent signs undone, in one form of letters."""
    for _round in range(_ROUNDS):
        undone = unquote_plus(text)
        if undone == text:
            break
        text = undone
    plain = unicodedata.normalize("NFKC", text).casefold()
    return _BETWEEN.sub(" ", plain).strip()
