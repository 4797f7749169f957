# SPDX-License-Identifier: AGPL-3.0-or-later
"""Titles that sell a text about a substance: how to make, grow or cook it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from nlp.lexicon.grammar import PhraseSet
from nlp.scanning.fields import FieldText
from nlp.substances.candidates import Candidate

WEIGHED = frozenset(("mass", "dose", "volume", "count"))


class Instructions:
    """Tells a guide from the goods it speaks of."""

    def __init__(self, section: Mapping[str, Iterable[str]]) -> None:
        self._alone = PhraseSet(section["alone"])
        self._guides = PhraseSet(section["guides"])
        self._making = PhraseSet(section["making"])

    def only_mentioned(
        self, found: list[Candidate], fields: Sequence[FieldText]
    ) -> list[Candidate]:
        """Return the names; those of a listing that sells a guide are only mentioned."""
        if not any(field.name == "title" and self._taught(field) for field in fields):
            return found
        return [c if c.status == "negated" else replace(c, status="mentioned") for c in found]

    def _taught(self, title: FieldText) -> bool:
        """Whether a title without any quantity teaches how something is made."""
        texts, last = title.texts, len(title.tokens)
        if not self._guides.within(texts, 0, last) and not self._alone.within(texts, 0, last):
            return False
        if not title.kinds.isdisjoint(WEIGHED):
            return False
        return self._alone.within(texts, 0, last) or self._making.within(texts, 0, last)
