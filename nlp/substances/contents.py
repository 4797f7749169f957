# SPDX-License-Identifier: AGPL-3.0-or-later
"""Substances that only stand for what another product of the listing is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nlp.substances.candidates import OFFERED, Candidate, is_share


class Contained:
    """The tables ``[contained]`` and ``[prepared]`` of the grammar."""

    def __init__(self, section: Mapping[str, Mapping[str, Sequence[str]]]) -> None:
        self._contained = {of: frozenset(ids) for of, ids in section["contained"].items()}
        self._prepared = {of: frozenset(ids) for of, ids in section["prepared"].items()}

    def left_out(self, held: list[Candidate]) -> list[Candidate]:
        """Return ``held`` without the contents and preparations of what is offered here.

        "Kratom, 45 % mitragynine" is kratom, "DMT, also as changa" is DMT; a content that
        the title names by itself ("San Pedro | mescaline 400 mg") is a product.
        """
        offered = {c.term.substance for c in held if c.status in OFFERED}
        return [c for c in held if c.status == "negated" or not self._is_part(c, offered)]

    def _is_part(self, c: Candidate, offered: set[str]) -> bool:
        if not offered.isdisjoint(self._prepared.get(c.term.substance, ())):
            return True
        aside = c.field.name != "title" or is_share(c)
        return aside and not offered.isdisjoint(self._contained.get(c.term.substance, ()))
