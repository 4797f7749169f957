# SPDX-License-Identifier: AGPL-3.0-or-later
"""Third persons in a search: their names find nothing, and no excerpt shows them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from vestigo.console.index import CaseIndex
from vestigo.console.masking import THIRD, Masking
from vestigo.console.searching.asking import CLOSE, OPEN
from vestigo.console.searching.detecting import folded_name
from vestigo.records import Selector

_WORD = re.compile(r"[^\W]+", re.UNICODE)
_PARTS = re.compile(f"[{OPEN}{CLOSE}]")


@dataclass(frozen=True, slots=True)
class Veil:
    """The third persons of one index: folded ``names``, and whole ``texts`` such as e-mails."""

    names: frozenset[str]
    texts: tuple[str, ...]

    @classmethod
    def of(cls, index: CaseIndex) -> Veil:
        """Return the third persons of a case: buyers, and what is read of third persons."""
        buyers = {name.decode("utf-8", "replace") for name in index.buyers}
        lights = (one.light for one in index.named_of(Selector))
        thirds = {one.value for one in lights if one.party == THIRD}
        own = {value.partition("@")[0] for value in thirds}
        names = {folded_name(name) for name in buyers | thirds | own}
        return cls(frozenset(names - {""}), tuple(sorted(thirds, key=len, reverse=True)))

    def plain(self, text: str, masking: Masking) -> str:
        """Return ``text`` with pseudonyms in the place of third persons."""
        for value in self.texts:
            if value in text:
                text = text.replace(value, masking.pseudonym(value))
        return _WORD.sub(lambda found: self._word(found[0], masking), text)

    def excerpt(self, text: str, masking: Masking) -> list[tuple[str, bool]]:
        """Return the runs of an excerpt: text, and whether it is what was searched for."""
        runs = _PARTS.split(self.plain(text, masking))
        return [(run, n % 2 == 1) for n, run in enumerate(runs) if run]

    def _word(self, word: str, masking: Masking) -> str:
        return masking.pseudonym(word) if folded_name(word) in self.names else word
