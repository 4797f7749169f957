# SPDX-License-Identifier: AGPL-3.0-or-later
"""One country where it stands, and what the words beside it say of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nlp.scanning.fields import FieldText, Segment
from nlp.trade.countries import ARROW_SIGNS, CountryFound
from nlp.trade.shipping_words import ShippingWords

REACH = 6
NEAR = 40
LOOK_BACK = 14
LONGEST_LIST = 8
FIELD_ARROWS = frozenset((*ARROW_SIGNS, "-", "2"))
LOOK_THROUGH = frozenset("'-(:/")
STOPS = frozenset(",;.!?)|\n")


@dataclass(frozen=True, slots=True)
class CountryInText:
    """The country at ``position`` of ``countries``, in its field, with the words of shipping.

    ``low`` is the first token that may speak of it (behind the country before it), ``high``
    the token behind the last one; both within its sentence.
    """

    field: FieldText
    words: ShippingWords
    countries: Sequence[CountryFound]
    country: CountryFound
    position: int
    segment: Segment
    low: int
    high: int

    @classmethod
    def at(
        cls,
        field: FieldText,
        words: ShippingWords,
        countries: Sequence[CountryFound],
        position: int,
    ) -> CountryInText:
        """Return the country at ``position`` with the bounds of what speaks of it."""
        country = countries[position]
        segment = field.segment_of(country.first)
        before = countries[position - 1].last if position else 0
        follows = position + 1 < len(countries)
        after = countries[position + 1].first if follows else len(field.tokens)
        return cls(
            field, words, countries, country, position, segment,
            max(segment.first, before), min(segment.last, after),
        )  # fmt: skip

    def before(self, count: int) -> list[str]:
        """Return up to ``count`` words before it, none of which another country owns."""
        first = self.country.first
        return self.field.texts[max(self.low, first - count) : first]

    def behind(self, count: int) -> list[str]:
        """Return up to ``count`` words behind it, to the next country or the sentence's end."""
        last = self.country.last
        return self.field.texts[last : min(self.high, last + count)]

    def between(self, step: int = -1) -> list[str] | None:
        """Return the words between it and the country ``step`` away; None where there is none."""
        other = self.position + step
        if not 0 <= other < len(self.countries):
            return None
        one, two = sorted((self.position, other))
        return self.field.texts[self.countries[one].last : self.countries[two].first]

    def step(self, by: int) -> CountryInText:
        """Return the country ``by`` places further in the same field."""
        return CountryInText.at(self.field, self.words, self.countries, self.position + by)

    def listed(self) -> bool:
        """Whether only commas, "and" and the like part it from the country before."""
        between = self.between()
        return between is not None and self.words.listed.issuperset(between)

    def excluded(self) -> bool:
        """Whether it is excepted, not sent to, or only under a condition."""
        return self._excluded_before() or self._condition_before() or self._excluded_behind()

    def _before_colons(self) -> frozenset[str]:
        """Return the words behind which a colon parts nothing: "not shipped to: UK"."""
        return self.words.toward | self.words.excepted

    def _condition_before(self) -> bool:
        """Whether a condition stands before it ("on request also Norway")."""
        words, field, first = self.words, self.field, self.country.first
        for index in range(first - 1, max(self.low, first - LOOK_BACK) - 1, -1):
            if field.text(index) in STOPS:
                return False
            if words.conditional.at(field.texts, index):
                return True
        return False

    def _excluded_before(self) -> bool:
        words, field, first = self.words, self.field, self.country.first
        for index in range(first - 1, max(self.low, first - REACH) - 1, -1):
            text = field.text(index)
            near = first - index <= 3  # noqa: PLR2004 - "except for the"
            if text == "no" and field.text(index - 1) in words.in_the:
                return False  # Portuguese "só no Rio": in the
            unsent = text in words.negators and field.text(index + 1) in words.nouns
            unsent = unsent or (text == "t" and field.text(index - 1) == "'")  # "don't ship"
            if (near and text in words.excepted) or text in words.denied or unsent:
                return field.text(index + 1) not in words.only  # "not only to Spain"
            if text == ":" and field.text(index - 1) not in self._before_colons():
                return False
            if field.tokens[index].kind == "sign" and text not in LOOK_THROUGH:
                return False
        return False

    def _excluded_behind(self) -> bool:
        """Whether "on request", "suspended" or "no" stands behind it, or behind "it and X"."""
        if self.denied_behind() or self._last_of(self.words.joined).taken_back():
            return True
        return self._last_of(self.words.listed).refused()

    def _last_of(self, joints: frozenset[str]) -> CountryInText:
        """Return the last country that goes on from this one with words of ``joints`` between."""
        last = self
        for _step in range(LONGEST_LIST):
            between = last.between(+1)
            if not between or not joints.issuperset(between):
                break
            last = last.step(+1)
        return last

    def refused(self) -> bool:
        """Whether "we do not ship" stands behind it ("nach Polen liefern wir nicht")."""
        words, texts, last = self.words, self.field.texts, self.country.last
        high = min(self.high, last + REACH + 2)
        sent = next((i for i in range(last, high) if texts[i] in words.refused), None)
        return sent is not None and bool(words.denied.intersection(texts[sent : sent + 3]))

    def taken_back(self) -> bool:
        """Whether what stands directly behind it takes it back: "on request", "suspended"."""
        words, field = self.words, self.field
        at, high = self.country.last, min(self.high, self.country.last + REACH + 2)
        if at < high and words.conditional.at(field.texts, at):
            return True
        for index in range(at, high):
            if field.text(index) in STOPS:
                return False
            if words.refused_behind.at(field.texts, index):
                return True
        return False

    def denied_behind(self) -> bool:
        """Whether its clause ends with "no": "to Chile, Bolivia no"."""
        field, high = self.field, min(self.high, self.country.last + REACH + 2)
        for index in range(self.country.last, high):
            if field.text(index) in STOPS:
                return False
            ends = index + 1 >= self.segment.last or field.text(index + 1) in STOPS
            if field.text(index) in self.words.negators and ends:
                return True
        return False

    def says_from(self, index: int) -> int:
        """Return where a phrase of "from" that begins at ``index`` ends; 0 for none."""
        taken = self.words.begins.at(self.field.texts, index)
        return index + taken if taken and index + taken <= self.country.first else 0

    def says_to(self, index: int) -> int:
        """Return where a phrase of "to" that begins at ``index`` ends; 0 for none."""
        taken = self.words.ends.at(self.field.texts, index)
        return index + taken if taken and index + taken <= self.country.first else 0
