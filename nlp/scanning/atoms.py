# SPDX-License-Identifier: AGPL-3.0-or-later
"""Quantities one by one: mass, dose, volume, count, percentage.

An atom is a number with its unit.  How atoms make an offer is ``nlp.offers``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

from nlp.lexicon.grammar import Grammar
from nlp.scanning.concentrations import per_amount
from nlp.scanning.currency_signs import pays_pounds
from nlp.scanning.dimensions import is_calibre, measures
from nlp.scanning.ounces import ounces
from nlp.text.lexing import Token, padded
from nlp.text.values import THOUSANDS, Value, value_at, with_thousands

TIMES = ("x", "*")
VERSION = re.compile(r"\d[.,]0")  # "Punisher 3.0"
SMALLEST_STRENGTH = 100  # mg, of a bare number before "x50"
OPTION = "option"  # the kind of an atom whose unit the rest of the listing must say
LINKS = (")", "-", "+", "~", ".", "'", "#", "]", '"', "}")
ARTICLES = ("a", "an", "un", "una", "um", "uma", "une", "ein", "eine", "een")
# Strengths of paracetamol beside an opioid: "10/325" names the dose of the first.
SECOND_STRENGTHS = ("300", "325", "500", "650", "750")
BREAKS = ("\n", ",", ";", "|", ":", "!", "?", ".", "(", ")", "[", "]", "/", "=", "+", "&")
PER = ("/", "per", "a", "an")
MAX_WORDS_BETWEEN = 5
MASS_WORDS_ALONE = ("qp", "hp")
OUNCES_ALONE = ("zip", "oz", "ounce")
HOLDING = ("x", "*", "of", "van", "von", "de", "a", "with", "mit", "met", "je", "zu")
# "un gramme et demi", "kilo y medio"
AND_A_HALF = frozenset(("et demi", "et demie", "y medio", "y media", "e meio", "e meia"))


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

    def __init__(
        self,
        grammar: Grammar,
        tokens: list[Token],
        language: str | None,
        texts: list[str] | None = None,
    ) -> None:
        """``texts``: those of the tokens, padded, where they are known already."""
        self._grammar = grammar
        self._tokens = tokens
        self._text = (texts or padded(tokens)).__getitem__  # asked for at every step
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
            for index, token in enumerate(self._tokens)
            if token[0] == "num" or token[1] in starts or index == first
        ]

    def _at(self, index: int) -> Atom | None:
        token = self._tokens[index]
        if token.kind == "word" and token.text in MASS_WORDS_ALONE:
            if self._touches(index) and self._text(index - 1) in ("-", "'"):
                return None
            return Atom("mass", self._grammar.mass[token.text], index, index + 1, metric=False)
        if token.kind == "word" and index == self._start and token.text in self._grammar.opening:
            return Atom("mass", self._grammar.mass[token.text], index, index + 1, metric=False)
        eighth = token.text == "eighth" and self._text(index - 1) not in PER
        if eighth or (token.text in OUNCES_ALONE and self._ends_fractions(index)):
            return Atom("mass", self._grammar.mass[token.text], index, index + 1, metric=False)
        if token.text in TIMES:
            after = self._times_before(index)
            if after is not None:
                return after
        power = self._text(index - 1) == "e" and self._touches(index) and self._touches(index - 1)
        value = value_at(self._tokens, index, self._numbers, self._language)
        return self._with_unit(value) if value and not power else None  # "1e3"

    def _ends_fractions(self, index: int) -> bool:
        """Whether a row of fractions ends here: "1/8 - 1/4 - 1/2 - zip"."""
        row = [self._text(i) for i in range(max(0, index - 6), index)]
        half = row[2:5] == ["1", "/", "2"] and row[0].isdigit()
        return half and row[1] in ("-", "/", ",", "|") and row[5:] == row[1:2]

    def _touches(self, index: int) -> bool:
        """Whether token ``index`` follows the one before it without a blank."""
        return (
            0 < index < len(self._tokens)
            and self._tokens[index - 1].end == self._tokens[index].start
        )

    def _times_before(self, index: int) -> Atom | None:
        """Read "x 100" and "x100" at a sign of times; the number must not carry a unit."""
        if index + 1 >= len(self._tokens):
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
        if word in grammar.measuring or self._text(value.last) in ("/", "-"):
            measured = self._measured(value, index)
            if measured is not None:
                return measured
        whole = value.number == int(value.number) and not value.fraction
        if whole and self._marked(value.first):
            return None
        if whole and VERSION.fullmatch(self._text(value.first)):
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

    def _measured(self, value: Value, index: int) -> Atom | None:
        """Return the mass, dose or volume of a number whose unit stands at ``index``."""
        readers: tuple[Callable[[Value, int], Atom | None], ...] = (
            self._eight_ball, self._mass, self._dose, self._volume,
        )  # fmt: skip
        return next((a for a in (reader(value, index) for reader in readers) if a), None)

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
        if value.last - value.first != 1 or "." not in text or not THOUSANDS.fullmatch(text):
            return value
        if word not in self._grammar.counting and word not in (*TIMES, *self._grammar.containers):
            return value
        return value._replace(number=Decimal(with_thousands(text)))

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

    def _multiplies(self, index: int) -> bool:
        """Whether a quantity stands behind "3 mal", "3 fois", "3 por"."""
        return self._text(index)[:1].isdigit() and self._text(index + 1) in self._grammar.units

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
        return is_calibre(self._tokens, index) or measures(
            self._tokens, self._text, index, self._language
        )

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
            if self._text(index) == "." and not self._touches(index + 1):
                return value.last  # "250 ml: 110. Litre: 380"
            index += 1
        return index if self._text(index) in self._grammar.units else value.last

    def _counted(self, value: Value, index: int) -> Atom | None:
        """Return the count of a whole number: of pieces, of what holds pieces, of times."""
        word = self._text(index)
        if word not in self._grammar.counted_by:
            return None
        count = Atom("count", value.number, value.first, index + 1)
        if word in self._grammar.counting:
            return replace(count, container=self._holds_many(index + 1))
        note = self._text(index + 1) in self._grammar.notes  # "20er Scheine"
        if word == "er" and self._touches(index) and value.number > 1 and not note:
            return count  # "200er Pack"
        if word in self._grammar.containers:
            alone = word == "pack" and value.number > 1  # "100 pack"
            return replace(count, container=not alone)
        behind = self._touches(index + 1) and not self._touches(index)
        strength = behind and value.number >= SMALLEST_STRENGTH  # "Waklert 150 x50"
        times = not (value.word or strength) and word in TIMES and self._times_holds(index)
        times = times or (word in self._grammar.times and self._multiplies(index + 1))
        return replace(count, times=True) if times else None

    def _eight_ball(self, value: Value, index: int) -> Atom | None:
        """Read "8 ball", "8-ball"."""
        eight = value.number == 8 and not value.fraction  # noqa: PLR2004 - an 8-ball
        index += self._text(index) == "-"
        if not eight or self._text(index) not in ("ball", "balls"):
            return None
        return Atom("mass", self._grammar.mass["ball"], value.first, index + 1, False)

    def _mass(self, value: Value, index: int) -> Atom | None:
        word = self._text(index)
        if word == "fl" or (word == "fluid" and self._text(index + 1) in ("oz", "ounce")):
            last = min(index + 2, len(self._tokens))  # a text may end with "fl"
            return Atom("volume", value.number * Decimal("29.57"), value.first, last, False)
        factor = self._grammar.mass.get(word)
        if factor is None or word == "ball" or self._in_money(index):
            return None
        number, last = value.number, index + 1
        if word == "g" and self._half_gram(value, index):
            number += Decimal(self._text(last)) / 10
            last += 1
        if f"{self._text(last)} {self._text(last + 1)}" in AND_A_HALF:
            number, last = number + Decimal("0.5"), last + 2
        if self._text(last) in ("/", "per") and self._text(last + 1) in ("ml", "l", "kg"):
            return Atom("ratio", number, value.first, last + 2)
        metric = factor in (1, 1000)
        grams = ounces(number) if word.startswith(("oz", "ounce", "onza")) else number * factor
        return Atom("mass", grams, value.first, last, metric)

    def _in_money(self, index: int) -> bool:
        """Whether pounds are those of money: "ninety pounds (£90)", "50 caps for 25 pounds"."""
        if self._text(index) != "pounds":
            return False
        return self._bracket(index + 1) == "\u00a3" or pays_pounds(self._tokens, index)

    def _bracket(self, index: int) -> str:
        """Return what opens the bracket at ``index``; empty where none is."""
        return self._text(index + 1) if self._text(index) == "(" else ""

    def _half_gram(self, value: Value, index: int) -> bool:
        """Whether "2g5" (2.5 g) stands here."""
        following = self._text(index + 1)
        written = len(following) == 1 and following.isdigit() and self._touches(index + 1)
        return written and self._touches(index) and value.last == index

    def _dose(self, value: Value, index: int) -> Atom | None:
        factor = self._grammar.dose.get(self._text(index))
        if factor is None:
            return self._first_component(value)
        behind = per_amount(self._text, index + 1)
        if behind:
            return Atom("ratio", value.number, value.first, behind)
        last = self._second_part(index + 1, value.number)
        return Atom("dose", value.number * factor, value.first, last)

    def _second_part(self, index: int, first: Decimal) -> int:
        """Return where "8mg/2mg" or "5mg-325mg" ends: the second component is passed over.

        It is the smaller one or a usual strength: "250mg / 500mg" are two options.
        """
        sign = self._text(index)
        if sign not in ("/", "-") or index + 1 >= len(self._tokens):
            return index
        second = value_at(self._tokens, index + 1, {}, self._language)
        if second is None or self._text(second.last) not in self._grammar.dose:
            return index
        usual = self._text(index + 1) in SECOND_STRENGTHS and first * 5 <= second.number
        if not usual and (sign == "-" or second.number > first):
            return index
        return second.last + 1

    def _first_component(self, value: Value) -> Atom | None:
        """Read "8/2mg", "10/325 mg" (the first component) and "180-200mg" (a range)."""
        sign = self._text(value.last)
        if sign not in ("/", "-") or value.last + 1 >= len(self._tokens) or value.word:
            return None
        if not (self._touches(value.last) and self._touches(value.last + 1)):
            return None  # "$60 / 250mg": an amount, and the next option
        second = value_at(self._tokens, value.last + 1, {}, self._language)
        if second is None:
            return None
        factor = self._grammar.dose.get(self._text(second.last))
        if self._text(second.first) in SECOND_STRENGTHS and value.number * 10 <= second.number:
            last = second.last + (factor is not None)
            return Atom("dose", value.number, value.first, last)  # "10/325", "10-325"
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
        return Atom("ounces", ounces(value.number), value.first, value.last, metric=False)
