# SPDX-License-Identifier: AGPL-3.0-or-later
"""Goods classes, forms and terms of trade (``nlp.goods.v1``)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import lru_cache
from operator import attrgetter

from nlp.lexicon.grammar import PhraseIndex
from nlp.lexicon.loading import Lexicon
from nlp.model import Goods, Marked, Place
from nlp.scanning.fields import FieldText
from nlp.substances.candidates import Candidate
from nlp.substances.rows import Declared
from nlp.text.normalizing import normalize

_start = attrgetter("start")
OTHER = "other"
OFFERED = ("stated", "implied")
OF_SUBSTANCES = ("drug", "medicine", "precursor")
NO_DRUGS = ("weapon", "document", "counterfeit_money", "hacking", "wildlife", "equipment")
WEIGHED = ("mass", "dose", "volume")  # as drugs are sold, so that the reader may have missed one


class GoodsReader:
    """Reads what kind of goods a listing offers, from category and text."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        goods = lexicon.goods
        self._stated = PhraseIndex(goods["stated"])
        self._profile = PhraseIndex(goods["profile"])
        self._forms = PhraseIndex(goods["forms"])
        self._terms = PhraseIndex(goods["terms"])
        self._plus = frozenset(lexicon.grammar["joining"]["plus"])  # "1 g + scale"
        self._of_form = frozenset(goods["of_form"]["words"])
        self._denials = frozenset(goods["denials"]["words"])
        self._category: Mapping[str, frozenset[str]] = {
            str(name): frozenset(words) for name, words in goods["category"].items()
        }
        self._pieces = frozenset(goods["pieces"]["words"])
        self._declared = {
            _key(word): substance
            for substance, words in goods["declared"].items()
            for word in words
        }

    def declared_substance(self, category: Sequence[str]) -> Declared | None:
        """Return the substance that the market declares, None where it names none.

        The last part decides; "Pills" under "Ecstasy" takes the part above it.
        """
        for index in range(len(category) - 1, max(-1, len(category) - 3), -1):
            part = _key(category[index])
            if part in self._declared:
                place = Place(field=f"category.{index}", start=0, end=len(category[index]))
                return Declared(self._declared[part], place)
            if part not in self._of_form:
                return None
        return None

    def drug_category(self, category: Sequence[str]) -> bool:
        """Whether any part of the category says drugs."""
        words = {word for part in category for word in _key(part).split()}
        return bool(words & self._category["drug"])

    def other_goods(self, category: Sequence[str], fields: Sequence[FieldText]) -> bool:
        """Whether the category names goods that are no drugs, or a title that weighs nothing."""
        if self.drug_category(category):
            return False
        if self._declared_class(category) in NO_DRUGS:
            return True
        return any(
            name in NO_DRUGS
            for field in fields
            if field.name == "title" and field.kinds.isdisjoint(WEIGHED)
            for name, _first, _taken in self._stated.find(field.texts)
        )

    def sold_in_pieces(self, category: Sequence[str]) -> bool:
        """Whether the category says pills or blotters."""
        words = {word for part in category for word in _key(part).split()}
        return bool(words & self._pieces)

    def classes(
        self, category: Sequence[str], fields: Sequence[FieldText], mentions: Sequence[Candidate]
    ) -> list[Goods]:
        """Return the goods classes, declared before stated.

        ``other`` only where nothing else is: goods that are named and are none of the
        classes, or a category that names none, of goods that nobody weighs or doses.
        """
        declared = self._declared_class(category)
        stated = self._stated_classes(fields, mentions)
        kept = [name for name in stated if name != OTHER]
        found = [Goods(goods_class=name, source="stated") for name in kept]
        if declared and declared != OTHER and _adds(declared, kept):
            if declared in NO_DRUGS and not any(m.status == "stated" for m in mentions):
                found = [g for g in found if g.goods_class not in OF_SUBSTANCES]
            found.insert(0, Goods(goods_class=declared, source="declared"))
        if found:
            return found
        if declared or (category and not any(a.kind in WEIGHED for f in fields for a in f.atoms)):
            return [Goods(goods_class=OTHER, source="declared")]
        return [Goods(goods_class=OTHER, source="stated")] if OTHER in stated else []

    def _stated_classes(
        self, fields: Sequence[FieldText], mentions: Sequence[Candidate]
    ) -> list[str]:
        """Return the classes of the substances on offer, or of the goods that words name.

        The title decides before the description: beside a substance on offer a "syringe"
        is what it comes in, and the MDMA of a description is not what a pill press sells.
        """
        for names in (("title",), ("description", "profile")):
            here = [c for c in mentions if c.field.name in names and c.status in OFFERED]
            classes = dict.fromkeys(self._class_of(c) for c in here)
            worded = [
                name
                for field in fields
                if field.name in names
                for name in self._worded(field, beside=bool(here))
            ]
            classes.update(dict.fromkeys(worded))
            if classes:
                return list(classes)
        return []

    def _class_of(self, candidate: Candidate) -> str:
        return self._lexicon.substances[candidate.term.substance].goods_class

    def _worded(self, field: FieldText, *, beside: bool) -> list[str]:
        """Return the classes that words name; ``beside`` a substance only what is added to it."""
        known = self._profile if field.name == "profile" else self._stated
        return [
            name
            for name, first, _taken in known.find(field.texts)
            if not beside or (field.name == "title" and field.text(first - 1) in self._plus)
        ]

    def _declared_class(self, category: Sequence[str]) -> str | None:
        for part in reversed(category):
            key = _key(part)
            for name, words in self._category.items():
                if key in words or not words.isdisjoint(key.split()):
                    return name
        return None

    def marks(self, field: FieldText) -> list[Marked]:
        """Return the forms and terms of trade that a field names, each once."""
        found: dict[tuple[str, str], Marked] = {}
        for of, known in (("forms", self._forms), ("terms", self._terms)):
            for value, index, taken in known.find(field.texts):
                if (of, value) in found or (of == "forms" and _in_a_strain(field, index, taken)):
                    continue
                if not _denied(self._denials, field, index, value):
                    place = field.place(index, index + taken)
                    found[of, value] = Marked(of=of, value=value, place=place)
        return list(found.values())


COOKIES = ("cookie", "cookies")  # "GSC Cookies 28 g" is the flower of a strain


def no_drugs(goods: Sequence[Goods]) -> bool:
    """Whether the goods are something else: only that is said, or the market declares it."""
    others = [one for one in goods if one.goods_class in NO_DRUGS]
    only = bool(goods) and len(others) == len(goods)
    return only or any(one.source == "declared" for one in others)


def _adds(declared: str, stated: Sequence[str]) -> bool:
    """Whether the category says more than the text: "Drugs" is any of its substances."""
    if declared in OF_SUBSTANCES:
        return declared in stated or not set(stated) & set(OF_SUBSTANCES)
    return True


def _denied(denials: frozenset[str], field: FieldText, index: int, value: str) -> bool:
    before = [token.text for token in field.tokens[max(0, index - 2) : index]]
    return bool(denials.intersection(before)) and not value.startswith("no_")


def _in_a_strain(field: FieldText, index: int, taken: int) -> bool:
    """Whether the word of a form is part of a strain's name: "Girl Scout Cookies"."""
    start, end = field.tokens[index].start, field.tokens[index + taken - 1].end
    at = bisect_right(field.matches, start, key=_start) - 1
    if at < 0:
        return False
    match = field.matches[at]
    implied = all(term.status == "implied" for term in match.terms)
    if field.text(index) in COOKIES and match.end == start - 1 and implied:
        return "mass" in field.kinds and field.kinds.isdisjoint(("dose", "count"))
    longer = match.end - match.start > end - start and match.end >= end
    return longer and implied


@lru_cache(maxsize=2048)  # a market has few categories
def _key(text: str) -> str:
    return " ".join(normalize(text).normal.split())
