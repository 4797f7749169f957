# SPDX-License-Identifier: AGPL-3.0-or-later
"""Quantities one by one: mass, dose, volume, count, percentage.

An atom is a number with its unit.  How atoms make an offer is ``nlp.offers``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

from nlp.grammar import Grammar
from nlp.lexing import Token
from nlp.values import Value, value_at

TIMES = ("x", "*")
GROUPED = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+")  # thousands with a point
LENGTHS = ("cm", "mm", "inch", "inches")
LINKS = (")", "-", "+", "~", ".", "'", "#", "]", '"', "}")
ARTICLES = ("a", "an", "un", "una", "um", "uma", "une", "ein", "eine", "een")
# Strengths of paracetamol beside an opioid: "10/325" names the dose of the first.
SECOND_STRENGTHS = ("300", "325", "500", "650", "750")
BREAKS = ("\n", ",", ";", "|", ":", "!", "?", ".", "(", ")", "[", "]", "/", "=", "+", "&")
PER = ("/", "per", "a", "an")
PER_AMOUNTS = ("ml", "kg", "h", "hr", "hrs", "hour", "day", "g", "l", "cc")
MAX_WORDS_BETWEEN = 5
MASS_WORDS_ALONE = ("qp", "hp")
HOLDING = ("x", "*", "of", "van", "von", "de", "a", "with", "mit", "met", "je", "zu")
# "un gramme et demi", "kilo y medio"
AND_A_HALF = (("et", "demi"), ("et", "demie"), ("y", "medio"), ("y", "media"), ("e", "meio"),
              ("e", "meia"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Atom:
    """A quantity in tokens [first, last).

    ``kind``: mass (g), dose (mg), volume (ml), count, bare (a number without a unit),
    percent, ratio (mg per ml and the like: never an offer), range, part ("1/2 price").
    ``pieces``: how many of it, where a sum behind it says so.
    """

    kind: str
    value: Decimal
    first: int
    last: int
    metric: bool = True
    times: bool = False
    container: bool = False
    pieces: int | None = None


class AtomScanner:
    """Reads the atoms of one field from left to right."""

    def __init__(self, grammar: Grammar, tokens: list[Token], language: str | None) -> None:
        self._grammar = grammar
        self._tokens = tokens
        self._language = language
        self._numbers = grammar.numbers_in.get(language or "", grammar.numbers)
        self._start = next((i for i, t in enumerate(tokens) if t.kind in ("word", "num")), -1)

    def scan(self) -> list[Atom]:
        """Return the atoms of the field in order."""
        atoms: list[Atom] = []
        behind = 0
        for index in self._starting():
            if index < behind:
                continue
            atom = self._at(index)
            if atom is not None:
                atoms.append(atom)
                behind = atom.last
        return atoms

    def _starting(self) -> list[int]:
        """Return the tokens that can begin an atom; every other one is passed over.

        A new branch of ``_at`` needs its words here (a test looks).
        """
        starts, first = self._grammar.atom_starts, self._start
        return [
            index
            for index, (kind, text, _start, _end) in enumerate(self._tokens)
            if kind == "num" or text in starts or index == first
        ]

    def _at(self, index: int) -> Atom | None:
        token = self._tokens[index]
        if token.kind == "word" and token.text in MASS_WORDS_ALONE:
            if self._touches(index) and self._text(index - 1) in ("-", "'"):
                return None
            return Atom("mass", self._grammar.mass[token.text], index, index + 1, metric=False)
        if token.kind == "word" and index == self._start and self._opens_with_unit(index):
            return Atom("mass", self._grammar.mass[token.text], index, index + 1, metric=False)
        if token.kind == "word" and token.text == "eighth" and self._text(index - 1) not in PER:
            return Atom("mass", self._grammar.mass["eighth"], index, index + 1, metric=False)
        after = self._times_before(index)
        if after is not None:
            return after
        value = value_at(self._tokens, index, self._numbers, self._language)
        return self._with_unit(value) if value else None

    def _opens_with_unit(self, index: int) -> bool:
        """Whether a field opens with a unit alone ("Ounce of shrooms"): one of it."""
        return self._text(index) in self._grammar.opening

    def _text(self, index: int) -> str:
        return self._tokens[index][1] if index < len(self._tokens) else ""

    def _touches(self, index: int) -> bool:
        """Whether token ``index`` follows the one before it without a blank."""
        return (
            0 < index < len(self._tokens)
            and self._tokens[index - 1].end == self._tokens[index].start
        )

    def _times_before(self, index: int) -> Atom | None:
        """Read "x 100" and "x100"; the number must not carry a unit of its own."""
        if self._text(index) not in TIMES or index + 1 >= len(self._tokens):
            return None
        if self._text(index) == "*" and not self._unit_before(index):
            return None
        if (
            self._tokens[index + 1].kind != "num"
            or self._measures(index)
            or (index and self._promotion(index))
        ):
            return None
        value = value_at(self._tokens, index + 1, {}, self._language)
        if value is None or value.number != int(value.number) or value.fraction:
            return None
        unit = self._with_unit(value)
        if (unit is not None and unit.kind not in ("bare", "count")) or self._a_code(value, unit):
            return None
        last = unit.last if unit is not None else value.last
        return Atom("count", value.number, index, last, times=True)

    def _a_code(self, value: Value, unit: Atom | None) -> bool:
        """Whether a letter that is no unit touches the number: "x 25B-NBOMe"."""
        behind = self._tokens[value.last] if value.last < len(self._tokens) else None
        glued = behind is not None and behind.kind == "word" and self._touches(value.last)
        return glued and (unit is None or unit.kind == "bare")

    def _unit_before(self, index: int) -> bool:
        """Whether a unit stands before a star: "60mg*10" multiplies, "7*7" need not."""
        grammar = self._grammar
        before = self._text(index - 1) if index else ""
        return before in grammar.dose or before in grammar.mass or before in grammar.counting

    def _with_unit(self, value: Value) -> Atom | None:  # noqa: PLR0911 - one for each form
        """Return the atom of a number with the unit behind it."""
        value = self._as_count(value)
        grammar, index = self._grammar, self._unit_index(value)
        word = self._text(index)
        if word == "%":
            return Atom("percent", value.number, value.first, index + 1)
        readers: tuple[Callable[[Value, int], Atom | None], ...] = (
            self._named_fraction, self._mass, self._dose, self._volume,
        )  # fmt: skip
        for reader in readers:
            atom = reader(value, index)
            if atom is not None:
                return atom
        whole = value.number == int(value.number) and not value.fraction
        if whole and self._marked(value.first):
            return None
        counted = self._counted(value, index) if whole else None
        if counted is not None:
            return counted
        if value.word and self._contained(value.first):
            return Atom("count", value.number, value.first, value.last)
        if value.word and word not in grammar.counting and word not in grammar.containers:
            return None
        if value.fraction:
            return self._bare_fraction(value)
        return Atom("bare", value.number, value.first, value.last)

    def _contained(self, index: int) -> bool:
        """Whether the number says what a box holds: "box of ten"."""
        container = self._text(index - 2) if index > 1 else ""
        return self._text(index - 1) in HOLDING and container in self._grammar.containers

    def _marked(self, index: int) -> bool:
        """Whether the number is part of a mark: "gg249", "R039", "#4"."""
        before = self._tokens[index - 1] if index else None
        if before is None or not self._touches(index):
            return False
        return before.text == "#" or (before.kind == "word" and before.text != "x")

    def _holds_many(self, index: int) -> bool:
        """Whether "of 10" follows a thing that holds several ("2 strips of 10")."""
        if self._text(index) not in HOLDING or not self._text(index + 1).isdigit():
            return False
        unit = self._text(index + 2)
        grammar = self._grammar
        if self._text(index) in TIMES and unit not in grammar.counting:
            return False
        known = (grammar.mass, grammar.dose, grammar.volume, grammar.money_starts, "%")
        if self._text(index - 1) in grammar.notes:
            return False  # "100 billetes de 20": what each note is worth
        return not any(unit in words for words in known)

    def _as_count(self, value: Value) -> Value:
        """Return "1.000 pills" as a thousand: a count has no decimals."""
        text, word = self._text(value.first), self._text(value.last)
        if value.last - value.first != 1 or not GROUPED.fullmatch(text):
            return value
        if word not in self._grammar.counting and word not in (*TIMES, *self._grammar.containers):
            return value
        return replace(value, number=Decimal(text.replace(".", "")))

    def _times_holds(self, index: int) -> bool:
        """Whether "x" or "*" multiplies here: not in "x-ray", "7*7", "16 x 11 cm"."""
        if self._text(index) == "*":
            value = index + 1 < len(self._tokens) and self._tokens[index + 1].kind == "num"
            unit = self._text(index + 2)
            return bool(value) and (unit in self._grammar.dose or unit in self._grammar.mass)
        if self._text(index + 1) == "-" and self._touches(index + 1):
            return (
                self._text(index + 2) in self._grammar.money_signs or self._text(index + 2) == "$"
            )
        priced = self._text(index + 1) == ":" and not self._touches(index + 3)  # "10x: 30"
        if self._text(index + 1) in self._grammar.compared or priced:
            return False
        return not self._measures(index) and not self._promotion(index)

    def _promotion(self, index: int) -> bool:
        """Whether "2x1" or "3x2" stands here: pay for fewer, no quantity."""
        low, high = self._text(index + 1), self._text(index - 1)
        written = low in ("1", "2") and high in ("2", "3") and low < high
        return (
            written
            and self._touches(index)
            and self._touches(index + 1)
            and self._text(index + 2) not in self._grammar.units
        )

    def _measures(self, index: int) -> bool:
        """Whether the "x" at ``index`` stands in "16 x 11 cm": sides of a thing, no count."""
        for _side in range(2):
            number = index + 1 < len(self._tokens) and self._tokens[index + 1].kind == "num"
            value = value_at(self._tokens, index + 1, {}, self._language) if number else None
            if value is None:
                return False
            index = value.last
            if self._text(index) != "x":
                break
        return self._text(index) in LENGTHS

    def _unit_index(self, value: Value) -> int:
        """Return where the unit of a number stands: links such as ")" or "-" are passed."""
        index = value.last
        if (value.word or value.fraction) and self._text(index) in ("de", "of", "a"):
            return index + 1
        if value.word and self._text(value.first) in ARTICLES:
            return index
        for _step in range(2):
            if self._text(index) not in LINKS:
                break
            after = index + 1 < len(self._tokens) and self._tokens[index + 1].kind == "word"
            if not after and self._text(index + 1) not in LINKS and self._text(index + 1) != "%":
                return value.last
            if self._text(index) in ("-", ".") and not self._touches(index):
                return value.last
            index += 1
        return index if self._text(index) in self._grammar.units else value.last

    def _counted(self, value: Value, index: int) -> Atom | None:
        """Return the count of a whole number: of pieces, of what holds pieces, of times."""
        word = self._text(index)
        count = Atom("count", value.number, value.first, index + 1)
        if word in self._grammar.counting:
            return replace(count, container=self._holds_many(index + 1))
        if word == "er" and self._touches(index) and value.number > 1:
            return count  # "200er Pack"
        if word in self._grammar.containers:
            alone = word == "pack" and value.number > 1  # "100 pack"
            return replace(count, container=not alone)
        times = not value.word and word in TIMES and self._times_holds(index)
        return replace(count, times=True) if times else None

    def _named_fraction(self, value: Value, index: int) -> Atom | None:
        """Read "1/4 pound", "8 ball", "half oz", "quarter"."""
        if self._text(index) in ("ball", "balls"):
            eight = value.number == 8 and not value.fraction  # noqa: PLR2004 - an 8-ball
            if eight:
                return Atom("mass", self._grammar.mass["ball"], value.first, index + 1, False)
        return None

    def _mass(self, value: Value, index: int) -> Atom | None:
        word = self._text(index)
        if word == "fl" or (word == "fluid" and self._text(index + 1) in ("oz", "ounce")):
            return Atom("volume", value.number * Decimal("29.57"), value.first, index + 2, False)
        factor = self._grammar.mass.get(word)
        if factor is None or word == "ball":
            return None
        number, last = value.number, index + 1
        if word == "g" and self._half_gram(value, index):
            number += Decimal(self._text(last)) / 10
            last += 1
        if (self._text(last), self._text(last + 1)) in AND_A_HALF:
            number, last = number + Decimal("0.5"), last + 2
        if self._text(last) in ("/", "per") and self._text(last + 1) in ("ml", "l", "kg"):
            return Atom("ratio", number, value.first, last + 2)
        metric = factor in (1, 1000)
        grams = _ounces(number) if word.startswith(("oz", "ounce", "onza")) else number * factor
        return Atom("mass", grams, value.first, last, metric)

    def _half_gram(self, value: Value, index: int) -> bool:
        """Whether "2g5" (2.5 g) stands here."""
        following = self._text(index + 1)
        written = len(following) == 1 and following.isdigit() and self._touches(index + 1)
        return written and self._touches(index) and value.last == index

    def _dose(self, value: Value, index: int) -> Atom | None:
        factor = self._grammar.dose.get(self._text(index))
        if factor is None:
            return self._first_component(value)
        behind = self._per_amount(index + 1)
        if behind:
            return Atom("ratio", value.number, value.first, behind)
        return Atom("dose", value.number * factor, value.first, self._second_part(index + 1))

    def _per_amount(self, index: int) -> int:
        """Return where "/ml", "per 1ml", "/h" ends that makes a dose a concentration; else 0."""
        if (
            self._text(index) in ("par", "por", "pro", "je", "per")
            and self._text(index + 2) == "ml"
        ):
            return index + 3  # "10 mg per 5 ml"
        if self._text(index) not in ("/", "per", "in"):
            return 0
        number = self._text(index + 1) == "1"
        if number and self._text(index + 2) in ("g", "kg"):
            return 0  # "500mg / 1g": two options
        if self._text(index) == "in" and not number:
            return 0
        unit = index + 1 + number
        return unit + 1 if self._text(unit) in PER_AMOUNTS else 0

    def _second_part(self, index: int) -> int:
        """Return where "8mg/2mg" or "5mg-325mg" ends: the second component is passed over."""
        sign = self._text(index)
        if sign not in ("/", "-") or index + 1 >= len(self._tokens):
            return index
        second = value_at(self._tokens, index + 1, {}, self._language)
        if second is None or self._text(second.last) not in self._grammar.dose:
            return index
        if sign == "-" and self._text(index + 1) not in SECOND_STRENGTHS:
            return index
        return second.last + 1

    def _first_component(self, value: Value) -> Atom | None:
        """Read "8/2mg", "10/325 mg" (the first component) and "180-200mg" (a range)."""
        sign = self._text(value.last)
        if sign not in ("/", "-") or value.last + 1 >= len(self._tokens) or value.word:
            return None
        second = value_at(self._tokens, value.last + 1, {}, self._language)
        if second is None:
            return None
        factor = self._grammar.dose.get(self._text(second.last))
        if self._text(second.first) in SECOND_STRENGTHS and value.number * 10 <= second.number:
            whole = factor is not None or sign == "/"
            last = second.last + (factor is not None)
            return Atom("dose", value.number, value.first, last) if whole else None
        if factor is None or (sign == "-" and second.number <= value.number):
            return None  # "250 - 2mg bars": a count and a dose
        kind = "dose" if sign == "/" else "range"
        return Atom(kind, value.number * factor, value.first, second.last + 1)

    def _volume(self, value: Value, index: int) -> Atom | None:
        factor = self._grammar.volume.get(self._text(index))
        if factor is None or (self._text(index) == "l" and self._text(index + 1) == "'"):
            return None  # "à l'unité" is no litre
        if self._text(index + 1) == "=" and index + 2 < len(self._tokens):
            content = value_at(self._tokens, index + 2, {}, self._language)
            if content is not None and self._text(content.last) in self._grammar.dose:
                return Atom("ratio", value.number, value.first, content.last + 1)
        return Atom("volume", value.number * factor, value.first, index + 1)

    def _bare_fraction(self, value: Value) -> Atom | None:
        """Return a fraction alone as one of an ounce ("1/8 sour diesel"), not "1/2 price"."""
        if self._text(value.last) in self._grammar.halved:
            return Atom("part", value.number, value.first, value.last)
        if value.first != value.last - 3 or value.number not in (
            Decimal("0.5"), Decimal("0.25"), Decimal("0.125"),
        ):  # fmt: skip
            return None
        return Atom("ounces", _ounces(value.number), value.first, value.last, metric=False)


def _ounces(number: Decimal) -> Decimal:
    """Return grams of ounces: fractions as the trade rounds them (1/2 oz = 14.17 g)."""
    known = {"0.5": "14.17", "0.25": "7.09", "0.125": "3.54"}
    text = known.get(str(number.normalize()))
    return Decimal(text) if text else number * Decimal("28.35")
