# SPDX-License-Identifier: AGPL-3.0-or-later
"""The clause that a name stands in, and the words that deny or compare in it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import Any

from nlp.lexicon.grammar import PhraseIndex
from nlp.scanning.fields import FieldText, Segment

REACH = 9  # words of a clause before and behind the name
SENTENCE_REACH = 14
BREAKS = frozenset((";", ":", "(", ")", "\n", "|", "•"))
MAY_BREAK = BREAKS | {",", "-"}
TURN, DENIAL, NO_DENIAL, ANSWERS = "turns", "words", "harmless", "answers"


class ClauseWords:
    """The words of ``[denial]`` in the grammar, of all languages or with those of one."""

    def __init__(self, section: Mapping[str, Any]) -> None:
        self._common: Mapping[str, Sequence[str]] = section["denial"]
        self._own: Mapping[str, Mapping[str, Sequence[str]]] = section["denial_in"]
        self._known: dict[str | None, PhraseIndex] = {None: PhraseIndex(self._common)}

    def of(self, language: str | None) -> PhraseIndex:
        """Return the labelled words that count in a text of ``language``."""
        if language is None or language not in self._own:
            return self._known[None]
        if language not in self._known:
            own = self._own[language]
            labelled = {name: [*words, *own.get(name, ())] for name, words in self._common.items()}
            self._known[language] = PhraseIndex(labelled)
        return self._known[language]


class Clauses:
    """One field with the places of its cue words, found in one pass."""

    def __init__(self, field: FieldText, words: PhraseIndex) -> None:
        self.field = field
        found: dict[str, list[tuple[int, int]]] = {}
        for label, index, taken in words.find(field.texts):
            found.setdefault(label, []).append((index, index + taken))
        harmless = {i for first, last in found.get(NO_DENIAL, ()) for i in range(first, last)}
        for label in (DENIAL, ANSWERS) if harmless else ():
            found[label] = [place for place in found.get(label, ()) if place[0] not in harmless]
        self._found = found
        self._turns = frozenset(first for first, _last in found.get(TURN, ()))
        self._known: dict[tuple[int, int, bool], Segment] = {}

    @property
    def silent(self) -> bool:
        """Whether the field has no cue word at all."""
        return not self._found

    @property
    def names_kit(self) -> bool:
        """Whether the field is a title that sells a test, and weighs or doses nothing."""
        title = self.field.name == "title" and self.has("kits", 0, len(self.field.tokens))
        return title and self.field.kinds.isdisjoint(("mass", "dose", "volume"))

    @property
    def names_test(self) -> bool:
        """Whether the words of a test stand in the field: "X test strips"."""
        return self.has("tests", 0, len(self.field.tokens))

    def of(self, first: int, last: int) -> Segment:
        """Return the clause around tokens [first, last), cut at signs and at "but"."""
        return self._around_once(first, last, REACH, commas=True)

    def statement(self, first: int, last: int) -> Segment:
        """Return the words around tokens [first, last) that a list with commas is part of."""
        return self._around_once(first, last, SENTENCE_REACH, commas=False)

    def _around_once(self, first: int, last: int, reach: int, *, commas: bool) -> Segment:
        """Return what ``_around`` does, worked out once: many rules ask about one name."""
        key = first, last, commas
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._around(first, last, reach, commas=commas)
        return known

    def _around(self, first: int, last: int, reach: int, *, commas: bool) -> Segment:
        segment, texts, turns = self.field.segment_of(first), self.field.texts, self._turns
        start, low = first, max(segment.first, first - reach)
        while start > low and not (
            (texts[start - 1] in MAY_BREAK and self._breaks(start - 1, commas))
            or start - 1 in turns
        ):
            start -= 1
        end, high = last, min(segment.last, last + reach)
        while end < high and not (
            (texts[end] in MAY_BREAK and self._breaks(end, commas)) or end in turns
        ):
            end += 1
        return Segment(start, end)

    def sentence(self, first: int, last: int) -> Segment:
        """Return the words around tokens [first, last) up to the ends of the sentence."""
        segment = self.field.segment_of(first)
        return Segment(
            max(segment.first, first - SENTENCE_REACH), min(segment.last, last + SENTENCE_REACH)
        )

    def last_of(self, label: str, first: int, last: int) -> tuple[int, int] | None:
        """Return the last place of a word of ``label`` inside tokens [first, last)."""
        found = self._found.get(label)
        if not found:
            return None
        at = bisect_left(found, (last, 0)) - 1
        while at >= 0 and found[at][0] >= first:
            if found[at][1] <= last:
                return found[at]
            at -= 1
        return None

    def has(self, label: str, first: int, last: int) -> bool:
        """Whether a word of ``label`` stands inside tokens [first, last)."""
        return label in self._found and self.last_of(label, first, last) is not None

    def at(self, label: str, index: int) -> int:
        """Return where the longest words of ``label`` at token ``index`` end; 0 for none."""
        found = self._found.get(label)
        if not found:
            return 0
        place = bisect_left(found, (index, 0))
        end = 0
        while place < len(found) and found[place][0] == index:
            end, place = max(end, found[place][1]), place + 1
        return end

    def _breaks(self, index: int, commas: bool) -> bool:
        """Whether the sign at ``index``, one of ``MAY_BREAK``, ends the clause."""
        text = self.field.texts[index]
        if text == ",":
            return commas
        return text in BREAKS or self._stands_alone(index)

    def _stands_alone(self, index: int) -> bool:
        """Whether blanks stand on both sides of a dash."""
        tokens = self.field.tokens
        before = index == 0 or tokens[index - 1].end < tokens[index].start
        return before and (index + 1 >= len(tokens) or tokens[index].end < tokens[index + 1].start)
