# SPDX-License-Identifier: AGPL-3.0-or-later
"""Goods classes, forms and terms of trade (``nlp.goods.v1``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nlp.candidates import Candidate
from nlp.fields import FieldText
from nlp.grammar import PhraseIndex
from nlp.lexicon import Lexicon
from nlp.model import Goods, Marked
from nlp.text import normalize

OTHER = "other"
WEIGHED = ("mass", "dose", "volume")  # as drugs are sold, so that the reader may have missed one


class GoodsReader:
    """Reads what kind of goods a listing offers, from category and text."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        goods = lexicon.goods
        self._stated = PhraseIndex(goods["stated"])
        self._forms = PhraseIndex(goods["forms"])
        self._terms = PhraseIndex(goods["terms"])
        self._denials = frozenset(goods["denials"]["words"])
        self._category: Mapping[str, Any] = goods["category"]
        self._declared = {
            _key(word): substance
            for substance, words in goods["declared"].items()
            for word in words
        }

    def declared_substance(self, category: Sequence[str]) -> tuple[str, int] | None:
        """Return (substance id, index of the category part) that the market declares.

        The last part decides; "Pills" under "Ecstasy" takes the part above it.
        """
        for index in range(len(category) - 1, max(-1, len(category) - 3), -1):
            part = _key(category[index])
            if part in self._declared:
                return self._declared[part], index
            if part not in ("pills", "pastillas", "powder", "tablets", "polvo"):
                return None
        return None

    def drug_category(self, category: Sequence[str]) -> bool:
        """Whether any part of the category says drugs."""
        words = {word for part in category for word in _key(part).split()}
        return bool(words & set(self._category["drug"]))

    def sold_in_pieces(self, category: Sequence[str]) -> bool:
        """Whether the category says pills or blotters."""
        words = {word for part in category for word in _key(part).split()}
        return bool(words & set(self._lexicon.goods["pieces"]["words"]))

    def classes(
        self, category: Sequence[str], fields: Sequence[FieldText], mentions: Sequence[Candidate]
    ) -> list[Goods]:
        """Return the goods classes, declared before stated.

        ``other`` only where nothing else is: goods that are named and are none of the
        classes, or a category that names none, of goods that nobody weighs or doses.
        """
        found: list[Goods] = []
        declared = self._declared_class(category)
        if declared and declared != OTHER:
            found.append(Goods(goods_class=declared, source="declared"))
        stated = dict.fromkeys(
            self._lexicon.substances[c.term.substance].goods_class
            for c in mentions
            if c.status in ("stated", "implied")
        )
        for field in fields:
            if field.name.startswith(("title", "description")):
                for name, _first, _taken in self._stated.find(field.tokens):
                    stated.setdefault(name)
        found += [Goods(goods_class=name, source="stated") for name in stated if name != OTHER]
        if found:
            return found
        if declared or (category and not any(a.kind in WEIGHED for f in fields for a in f.atoms)):
            return [Goods(goods_class=OTHER, source="declared")]
        return [Goods(goods_class=OTHER, source="stated")] if OTHER in stated else []

    def _declared_class(self, category: Sequence[str]) -> str | None:
        for part in reversed(category):
            key = _key(part)
            for name, words in self._category.items():
                if key in words or set(key.split()) & set(words):
                    return str(name)
        return None

    def marks(self, field: FieldText) -> list[Marked]:
        """Return the forms and terms of trade that a field names, each once."""
        found: dict[tuple[str, str], Marked] = {}
        for of, known in (("forms", self._forms), ("terms", self._terms)):
            for value, index, taken in known.find(field.tokens):
                if (of, value) not in found and not _denied(self._denials, field, index, value):
                    place = field.place(index, index + taken)
                    found[of, value] = Marked(of=of, value=value, place=place)
        return list(found.values())


def _denied(denials: frozenset[str], field: FieldText, index: int, value: str) -> bool:
    before = [token.text for token in field.tokens[max(0, index - 2) : index]]
    return bool(denials.intersection(before)) and not value.startswith("no_")


def _key(text: str) -> str:
    return " ".join(normalize(text).normal.split())
