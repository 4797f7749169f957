# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether a word that may mean something else is read as the substance."""

from __future__ import annotations

from nlp.lexicon.grammar import Grammar
from nlp.lexicon.loading import Lexicon
from nlp.scanning.fields import FieldText
from nlp.substances.candidates import (
    CANNABIS,
    CONTENTS,
    TWO,
    Candidate,
    ListingContext,
    in_a_longer_name,
    speakable,
)

SHORT = 2
BESIDE = ("-", ":", "(", ",")  # between a substance and its quantity


class Weighing:
    """Decides which readings of one listing hold.

    ``strong`` are its unambiguous names, ``sold`` those of them that more than prose names.
    """

    def __init__(
        self,
        words: Holding,
        known: ListingContext,
        found: list[Candidate],
        strong: set[str],
        sold: set[str],
    ) -> None:
        self._words = words
        self._known = known
        self._strong = strong
        self._sold = sold
        self._implied = {c.term.substance for c in found if c.term.status == "implied"}
        self._counted = {
            c.term.substance
            for c in found
            if c.term.ambiguity != "strong" and self._sold_by_this_word(c)
        }

    def holds(self, candidate: Candidate) -> bool:
        """Whether an ambiguous or implied reading has what it needs."""
        term = candidate.term
        if not written_as_such(candidate) or in_a_longer_name(candidate):
            return False
        named = term.ambiguity == "strong" or self._words.named_aside(candidate)
        if (
            named
            or self._denied_by_name(candidate)
            or term.substance in self._strong
            or term.substance in self._known.declared
        ):
            return True
        if term.substance == "synthetic_cannabinoids" and self._strong.intersection(CANNABIS):
            return False  # "K2 - oldschool weed": a strain
        closed = self._known.other_goods or term.context == "same"
        if closed or not speakable(term, self._known.language):
            return False
        if term.substance in self._counted:
            return True
        return not self._another_named(candidate) and self._offered(candidate)

    def _denied_by_name(self, candidate: Candidate) -> bool:
        """Whether a word of the text's language is denied, and means one thing only."""
        term = candidate.term
        spoken = term.language in ("en", self._known.language)
        one = len({t.substance for t in candidate.match.terms}) == 1
        return candidate.status == "negated" and spoken and one and term.context != "same"

    def _sold_by_this_word(self, candidate: Candidate) -> bool:
        """Whether a quantity stands beside a word of the language of the text."""
        term = candidate.term
        spoken = term.language == self._known.language and term.context != "same"
        return (
            spoken
            and written_as_such(candidate)
            and self._words.counted(candidate)
            and not self._words.piece(candidate)
        )

    def _another_named(self, candidate: Candidate) -> bool:
        """Whether the listing names another substance, so that the word means something else."""
        code = _code_of_title(candidate)
        firm = self._strong if candidate.term.status == "stated" else self._sold
        others = firm if code else firm | self._known.declared
        if not others.difference(self._words.family(candidate)):
            return False
        return not (code and self._words.counted(candidate))

    def _offered(self, candidate: Candidate) -> bool:
        term = candidate.term
        near = self._offer_near(candidate)
        if term.kind == "stamp":
            return near and self._words.dosed_near(candidate.field)
        others = self._implied.difference(self._words.family(candidate), {term.substance})
        return near and not (term.status == "stated" and others)

    def _offer_near(self, candidate: Candidate) -> bool:
        field = candidate.field
        segment = field.segment_of(field.token_at(candidate.match.start))
        close = not field.kinds_in(segment) <= {"percent"}
        if field.name == "title":
            return close or self._known.drug_category or self._known.offers
        return close


class Holding:
    """The words that decide whether an ambiguous word is read."""

    def __init__(self, lexicon: Lexicon, grammar: Grammar) -> None:
        self._substances = lexicon.substances
        self._grammar = grammar
        self._of = frozenset(lexicon.grammar["joining"]["of"])
        self._families = {
            of: frozenset(group) for group in lexicon.grammar["families"]["ids"] for of in group
        }

    def family(self, candidate: Candidate) -> frozenset[str]:
        """Return the substances that one listing sells under each other's words."""
        return self._families.get(candidate.term.substance, frozenset())

    def piece(self, candidate: Candidate) -> bool:
        """Whether the word is one of pieces too ("10 selos"): it may count another substance."""
        field, match = candidate.field, candidate.match
        first, last = field.token_at(match.start), field.token_at(match.end) - 1
        return not self._grammar.counting.isdisjoint((field.text(first), field.text(last)))

    def without_pieces(self, held: list[Candidate]) -> list[Candidate]:
        """Return ``held`` without words of pieces beside what the pieces are ("DOC zegels")."""
        named = {id(c.field) for c in held if c.status == "stated" and not self.piece(c)}
        return [
            c
            for c in held
            if c.term.ambiguity == "strong"
            or c.field.name == "profile"
            or id(c.field) not in named
            or not self.piece(c)
        ]

    def named_aside(self, candidate: Candidate) -> bool:
        """Whether "no MSM", "salvia sold out": a code or a plant, which mean nothing else there."""
        term = candidate.term
        plant = self._substances[term.substance].form == "plant"
        named = term.kind == "code" or (plant and term.substance not in CANNABIS)
        return named and candidate.status in ("negated", "mentioned")

    def dosed_near(self, field: FieldText) -> bool:
        """Whether the field counts pieces or says that they are taken one by one."""
        counted = not field.kinds.isdisjoint(("count", "dose"))
        return counted or not field.vocabulary().isdisjoint(self._grammar.dosed)

    def counted(self, candidate: Candidate) -> bool:
        """Whether a quantity stands beside: "5 g Gras", "10 Pappen", "2 g de neige", "Ott 25 g"."""
        field = candidate.field
        first = field.token_at(candidate.match.start)
        last = first
        while last > 0 and first - last <= SHORT and field.tokens[last - 1].text in self._of:
            last -= 1
        after = field.token_at(candidate.match.end)
        after += field.text(after) in BESIDE
        near = (*field.atoms_near(last), *field.atoms_near(after))
        ends = (last, last + 1)
        return any(a.kind != "percent" and (a.last in ends or a.first == after) for a in near)


def fits(candidate: Candidate, known: ListingContext) -> bool:
    """Whether an ambiguous word of a list is one of this language and written as such."""
    term = candidate.term
    street = term.kind == "street" and term.status == "stated" and term.context != "same"
    return street and speakable(term, known.language) and written_as_such(candidate)


def _code_of_title(candidate: Candidate) -> bool:
    """Whether it is a code in the title: no category speaks against it."""
    code = candidate.term.kind == "code" and candidate.field.name == "title"
    return code and len(candidate.term.term) > TWO


def written_as_such(candidate: Candidate) -> bool:
    """Whether letters and case fit: "K" stands alone, an ambiguous code is in capitals."""
    field, match, term = candidate.field, candidate.match, candidate.term
    normal = field.normal.normal
    if match.end - match.start <= SHORT:
        first = field.token_at(match.start)
        if any(a.first <= first < a.last for a in field.atoms_near(first)):
            return False
        before = normal[match.start - 1 : match.start]
        if before.isalnum() or normal[match.end : match.end + 1].isalnum():
            return False
    if term.term.startswith("a-") and normal[match.start : match.start + 2] == "a ":
        return False  # "a PvP account": an article is no Greek letter
    if term.kind == "code" and term.ambiguity == "needs_context":
        return field.normal.cut(match.start, match.end).isupper()
    return True


def counts(candidate: Candidate) -> bool:
    """Whether the name makes sure what is sold: it is unambiguous and on offer."""
    term = candidate.term
    offered = candidate.status in ("stated", "implied") and term.substance not in CONTENTS
    return term.ambiguity == "strong" and term.status == "stated" and offered
