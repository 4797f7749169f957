# SPDX-License-Identifier: AGPL-3.0-or-later
"""One field of a listing, made ready for every rule: tokens, segments, atoms, prices."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from operator import attrgetter

from nlp.atoms import Atom, AtomScanner
from nlp.grammar import Grammar
from nlp.lexing import Token, grouped, tokenize
from nlp.model import Place
from nlp.money import MoneyFound, scan_money
from nlp.pipeline import TermMatch, TermPipeline
from nlp.text import MAX_CODE_POINTS, NormalText, normalize

SENTENCE_ENDS = (".", "!", "?", ";")
ENDING = frozenset((*SENTENCE_ENDS, "\n"))
ABBREVIATIONS = frozenset(
    ("oz", "lb", "lbs", "gr", "g", "mg", "ml", "fl", "approx", "aprox", "ca", "no", "nr", "st",
     "pcs", "uds", "ud", "tab", "tabs", "cap", "caps", "pt", "vol", "vs", "mr", "dr")
)  # fmt: skip

# Keys made by the interpreter itself: searches ask for them at every step.
_first = attrgetter("first")
_start = attrgetter("start")


@dataclass(frozen=True, slots=True)
class Segment:
    """Tokens [first, last) that say one thing: a line, a sentence, an entry."""

    first: int
    last: int


@dataclass
class FieldText:
    """A field with everything that was found in it, in token positions."""

    name: str
    normal: NormalText
    tokens: list[Token]
    segments: list[Segment]
    matches: list[TermMatch] = field(default_factory=list)
    atoms: list[Atom] = field(default_factory=list)
    money: list[MoneyFound] = field(default_factory=list)

    @cached_property
    def texts(self) -> list[str]:
        """The texts of the tokens in order."""
        return [token[1] for token in self.tokens]

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self.texts)

    @cached_property
    def _starts(self) -> list[int]:
        return [token[2] for token in self.tokens]

    @cached_property
    def _segment_starts(self) -> list[int]:
        return [segment.first for segment in self.segments]

    def place(self, first: int, last: int) -> Place:
        """Return the place of tokens [first, last) in code points of the field."""
        start, end = self.normal.span(self.tokens[first].start, self.tokens[last - 1].end)
        return Place(field=self.name, start=start, end=end)

    def text(self, index: int) -> str:
        """Return the text of token ``index``; empty beyond the last."""
        texts = self.texts
        return texts[index] if 0 <= index < len(texts) else ""

    def place_of(self, start: int, end: int) -> Place:
        """Return the place of normal characters [start, end)."""
        first, last = self.normal.span(start, end)
        return Place(field=self.name, start=first, end=last)

    def token_at(self, start: int) -> int:
        """Return the index of the token that begins at or after ``start`` (binary search)."""
        return bisect_left(self._starts, start)

    def segment_of(self, index: int) -> Segment:
        """Return the segment that holds token ``index``."""
        return self.segments[max(0, bisect_right(self._segment_starts, index) - 1)]

    def words(self, segment: Segment) -> set[str]:
        """Return the words of a segment."""
        return set(self.texts[segment.first : segment.last])

    def vocabulary(self) -> frozenset[str]:
        """Return the words of the whole field."""
        return self._known

    def names_between(self, start: int, end: int) -> bool:
        """Whether a term begins in the normal characters [start, end)."""
        index = bisect_left(self.matches, start, key=_start)
        return index < len(self.matches) and self.matches[index].start < end

    def atoms_in(self, segment: Segment) -> list[Atom]:
        """Return the atoms of a segment in order."""
        if not self.atoms:
            return []
        first = bisect_left(self.atoms, segment.first, key=_first)
        return self.atoms[first : bisect_left(self.atoms, segment.last, key=_first)]

    def atoms_near(self, index: int) -> list[Atom]:
        """Return the atoms that hold token ``index`` or end before it: at most two."""
        if not self.atoms:
            return []
        at = bisect_right(self.atoms, index, key=_first)
        return self.atoms[max(0, at - 2) : at]

    def money_in(self, segment: Segment) -> list[MoneyFound]:
        """Return the amounts of money of a segment in order."""
        if not self.money:
            return []
        first = bisect_left(self.money, segment.first, key=_first)
        return self.money[first : bisect_left(self.money, segment.last, key=_first)]


def read_field(
    name: str, text: str, language: str | None, grammar: Grammar, terms: TermPipeline
) -> FieldText:
    """Return the field ``name`` with its terms, money and atoms found."""
    normal = normalize(text[:MAX_CODE_POINTS])
    tokens = grouped(tokenize(normal.normal), language)
    found = FieldText(name, normal, tokens, _segments(tokens, normal, inline=name == "title"))
    found.matches = terms.find(tokens, normal.normal, slips=name == "title")
    found.money = scan_money(grammar, tokens, language)
    taken = {i for money in found.money for i in range(money.first, money.reach)}
    found.atoms = [
        atom
        for atom in AtomScanner(grammar, tokens, language).scan()
        if (not taken or taken.isdisjoint(range(atom.first, atom.last)))
        and not _in_a_name(atom, found, tokens)
    ]
    return found


def _in_a_name(atom: Atom, found: FieldText, tokens: list[Token]) -> bool:
    """Whether the number belongs to a term ("2C-B", "4-AcO-DMT")."""
    start = tokens[atom.first].start
    index = bisect_right(found.matches, start, key=_start) - 1
    return index >= 0 and start < found.matches[index].end


def _segments(tokens: list[Token], text: NormalText, *, inline: bool) -> list[Segment]:
    """Cut the tokens at lines and sentences; ``inline`` texts keep "5 gr. Cocaine" together."""
    normal = text.normal
    segments: list[Segment] = []
    first = 0
    for index, token in enumerate(tokens):
        if token[1] not in ENDING:
            continue
        short = index > 0 and token.text == "." and tokens[index - 1].text in ABBREVIATIONS
        if short and not inline:
            following = text.cut(token.end, min(token.end + 3, len(normal))).strip()
            # "de 2 g. Recibirás" is a new sentence, "32 oz. X 2" is none
            short = not (following.istitle() and following.isalpha() and len(following) > 1)
        if token.kind == "nl" or (_ends_sentence(token, normal) and not short):
            segments.append(Segment(first, index + 1))
            first = index + 1
    if first < len(tokens) or not segments:
        segments.append(Segment(first, len(tokens)))
    return segments


def _ends_sentence(token: Token, normal: str) -> bool:
    """Whether a sign ends a sentence: a blank follows it."""
    if token.kind != "sign" or token.text not in SENTENCE_ENDS:
        return False
    return token.end >= len(normal) or normal[token.end].isspace()
