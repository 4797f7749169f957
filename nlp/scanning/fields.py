# SPDX-License-Identifier: AGPL-3.0-or-later
"""One field of a listing, made ready for every rule: tokens, segments, atoms, prices."""

from __future__ import annotations

import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from operator import attrgetter
from typing import Any, NamedTuple

from nlp.lexicon.grammar import Grammar
from nlp.matching.terms import TermMatch, TermMatcher
from nlp.model import Place
from nlp.scanning.amounts import MoneyFound, scan_money
from nlp.scanning.atoms import Atom, AtomScanner
from nlp.scanning.bare_menus import with_bare_menu
from nlp.scanning.former_prices import without_former
from nlp.scanning.shared_units import with_shared_units
from nlp.text.lexing import Token, grouped, padded, tokenize
from nlp.text.normalizing import MAX_CODE_POINTS, NormalText, normalize

MAX_FOUND = 200  # offers or prices of one field; the rest is reported as unread
SENTENCE_ENDS = (".", "!", "?", ";")
ENDING = frozenset((*SENTENCE_ENDS, "\n"))
ABBREVIATIONS = frozenset(
    ("oz", "lb", "lbs", "gr", "g", "mg", "ml", "fl", "approx", "aprox", "ca", "no", "nr", "st",
     "pcs", "uds", "ud", "tab", "tabs", "cap", "caps", "pt", "vol", "vs", "mr", "dr", "tabl",
     "tbl", "kaps", "comp", "stk", "pz", "und", "unid", "cps", "cp", "ret")
)  # fmt: skip

# Keys made by the interpreter itself: searches ask for them at every step.
_first = attrgetter("first")
_start = attrgetter("start")


class Segment(NamedTuple):  # each line and sentence of a text makes one
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
    language: str | None = None
    labels: dict[int, frozenset[str]] = field(default_factory=dict)  # of options, by first token
    singles: set[int] = field(default_factory=set)  # bare options that count packages
    # Of a menu: the first token of each amount and of the option that it is the price of.
    paired: dict[int, int] = field(default_factory=dict)
    unequal: list[Segment] = field(default_factory=list)  # sizes and more or fewer prices
    past: frozenset[int] = frozenset()  # tokens of amounts where some hold no more

    # The texts of the tokens in order, empty ones behind the last (``padded``).
    texts: list[str] = field(init=False, repr=False, compare=False)
    # The text of a token by its index; empty before the first, beyond the last.
    text: Callable[[int], str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Keep what every rule asks for: each is one pass over the tokens."""
        self.texts = padded(self.tokens)
        self.text = self.texts.__getitem__
        self._known = frozenset(self.texts)
        self._starts = [token[2] for token in self.tokens]
        self._segment_starts = [segment[0] for segment in self.segments]
        self._kinds_in: dict[int, frozenset[str]] = {}
        # What a reader of fields worked out of the tokens, by its own key.
        self.worked_out: dict[object, Any] = {}

    @cached_property
    def kinds(self) -> frozenset[str]:
        """The kinds of the atoms, as they were when names were weighed."""
        return frozenset(atom.kind for atom in self.atoms)

    @cached_property
    def largest_dose(self) -> Decimal | None:
        """The largest dose (mg) of the field, None where there is none; as ``kinds``."""
        return max((atom.value for atom in self.atoms if atom.kind == "dose"), default=None)

    def place(self, first: int, last: int) -> Place:
        """Return the place of tokens [first, last) in code points of the field."""
        start, end = self.normal.span(self.tokens[first].start, self.tokens[last - 1].end)
        return Place(field=self.name, start=start, end=end)

    def place_of(self, start: int, end: int) -> Place:
        """Return the place of normal characters [start, end)."""
        first, last = self.normal.span(start, end)
        return Place(field=self.name, start=first, end=last)

    def token_at(self, start: int) -> int:
        """Return the index of the token that begins at or after ``start`` (binary search)."""
        return bisect_left(self._starts, start)

    def segment_of(self, index: int) -> Segment:
        """Return the segment that holds token ``index``."""
        at = bisect_right(self._segment_starts, index)
        return self.segments[at - 1 if at else 0]

    def words(self, segment: Segment) -> set[str]:
        """Return the words of a segment."""
        return set(self.texts[segment.first : segment.last])

    def vocabulary(self) -> frozenset[str]:
        """Return the words of the whole field."""
        return self._known

    def matches_in(self, segment: Segment) -> list[TermMatch]:
        """Return the terms that begin in a segment, in order."""
        start, end = self.tokens[segment.first].start, self.tokens[segment.last - 1].end
        first = bisect_left(self.matches, start, key=_start)
        return self.matches[first : bisect_left(self.matches, end, key=_start)]

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
        return self.atoms[at - 2 if at > 2 else 0 : at]  # noqa: PLR2004 - at most two

    def money_before(self, index: int) -> MoneyFound | None:
        """Return the last amount of money that begins before token ``index``."""
        at = bisect_left(self.money, index, key=_first)
        return self.money[at - 1] if at else None

    def money_behind(self, index: int) -> MoneyFound | None:
        """Return the first amount of money at or behind token ``index``."""
        at = bisect_left(self.money, index, key=_first)
        return self.money[at] if at < len(self.money) else None

    def is_priced(self, segment: Segment) -> bool:
        """Whether an amount, or an option that has its price behind it, stands in a segment."""
        return bool(self.money_in(segment)) or self.has_menu(segment)

    def has_menu(self, segment: Segment) -> bool:
        """Whether an option that has its price behind it stands in a segment."""
        return any(segment.first <= first < segment.last for first in self.paired.values())

    def kinds_in(self, segment: Segment) -> frozenset[str]:
        """Return the kinds of the atoms of a segment, ``money`` too where an amount stands."""
        known = self._kinds_in
        if segment.first not in known:
            kinds = {atom.kind for atom in self.atoms_in(segment)}
            known[segment.first] = frozenset(
                kinds | ({"money"} if self.money_in(segment) else set())
            )
        return known[segment.first]

    def money_in(self, segment: Segment) -> list[MoneyFound]:
        """Return the amounts of money of a segment in order."""
        if not self.money:
            return []
        first = bisect_left(self.money, segment.first, key=_first)
        return self.money[first : bisect_left(self.money, segment.last, key=_first)]


def read_field(
    name: str, text: str, language: str | None, grammar: Grammar, terms: TermMatcher
) -> FieldText:
    """Return the field ``name`` with its terms, money and atoms found."""
    normal = normalize(text[:MAX_CODE_POINTS])
    tokens = grouped(tokenize(normal.normal), language)
    found = FieldText(name, normal, tokens, _segments(tokens, normal, inline=name == "title"))
    found.matches = terms.find(tokens, normal.normal, slips=name == "title")
    found.language = language
    amounts = scan_money(grammar, tokens, language)
    found.money = without_former(grammar, tokens, amounts)
    if len(found.money) < len(amounts):
        found.past = frozenset(i for money in amounts for i in range(money.first, money.last))
    found.atoms = scan_atoms(found, grammar, tokens)
    return found


def scan_atoms(found: FieldText, grammar: Grammar, tokens: list[Token]) -> list[Atom]:
    """Return the atoms of a field, read from ``tokens``, outside its names and amounts."""
    taken = {i for money in found.money for i in range(money.first, money.reach)} | found.past
    language = found.language
    scanner = AtomScanner(grammar, tokens, language, found.texts)
    atoms = [
        atom
        for atom in with_shared_units(tokens, scanner.scan())
        if (not taken or taken.isdisjoint(range(atom.first, atom.last)))
        and not _in_a_name(atom, found, tokens)
    ]
    return with_bare_menu(tokens, found.money, atoms, grammar.mass)


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
    for index in [n for n, token in enumerate(tokens) if token[1] in ENDING]:
        token = tokens[index]
        if token[0] != "nl":
            if not _ends_sentence(token, normal):
                continue
            point = token[1] == "."
            if point and (_short(tokens, index, text, inline=inline) or _dotted(tokens, index)):
                continue
        segments.append(Segment(first, index + 1))
        first = index + 1
    if first < len(tokens) or not segments:
        segments.append(Segment(first, len(tokens)))
    return segments


def _short(tokens: list[Token], index: int, text: NormalText, *, inline: bool) -> bool:
    """Whether the point at ``index`` belongs to an abbreviation."""
    if index == 0 or tokens[index - 1].text not in ABBREVIATIONS:
        return False
    if inline:
        return True
    end = tokens[index].end
    following = text.cut(end, min(end + 3, len(text.normal))).strip()
    # "de 2 g. Recibirás" is a new sentence, "32 oz. X 2" is none
    return not (following.istitle() and following.isalpha() and len(following) > 1)


def _dotted(tokens: list[Token], index: int) -> bool:
    """Whether the point belongs to a row of them that leads to a price ("1 g ..... 75")."""
    following = tokens[index + 1] if index + 1 < len(tokens) else None
    if following is None:
        return False
    priced = following.kind == "num" or unicodedata.category(following.text[0]) == "Sc"
    return following.text == "." or (index > 0 and tokens[index - 1].text == "." and priced)


def _ends_sentence(token: Token, normal: str) -> bool:
    """Whether a sign ends a sentence: a blank follows it."""
    if token.kind != "sign" or token.text not in SENTENCE_ENDS:
        return False
    return token.end >= len(normal) or normal[token.end].isspace()
