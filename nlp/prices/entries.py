# SPDX-License-Identifier: AGPL-3.0-or-later
"""The entries of menus: an amount, a link, the quantity beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from nlp.lexicon.grammar import Grammar
from nlp.model import GivenPrice
from nlp.offers.pieces import PACKED_IN
from nlp.prices.amount_first import asks_for_option, option_behind
from nlp.scanning.amounts import BARE, MoneyFound
from nlp.scanning.atoms import ARTICLES, OPTION, Atom
from nlp.scanning.fields import FieldText
from nlp.scanning.price_units import price_unit
from nlp.text.values import Value, value_at

SIGNS = frozenset(("=", ":", "-", ">", "\u2192", "~", "(", "|", "@", ".", "\u2026"))
SEPARATORS = frozenset(
    (",", "/", ";", ".", "|", "\n", ")", "(", "&", "+", "-", "\u00b7", "\u2022", "[", "]", "!", "")
)
ENTRY_ENDS = frozenset((".", "\n", ";", ",", "|", ""))
OPENS = frozenset((".", "\n", ";", "", ":", "-", "!"))  # before an entry of its own
NAME_WORDS = 3
WEIGHED = ("g", "kg", "ml")
EXPLICIT = ("mass", "volume", "count", "dose")
SHORTEST_THING = 3
HOURS = ("24", "48", "72")  # names of services
CENTS = re.compile(r"\d+[.,]\d\d")
COSTING_WORDS = 3  # "te sale en"
NOTES_OF = ("van", "de", "of", "a", "von", "zu")
HUNDRED = 100
SMALLEST_SPELT = 10
LITRE = Decimal(1000)
DOTS = 40  # of a line of dots
ENTRIES_AT_MOST = 200  # of one field; a longer one is no listing that a person wrote


@dataclass(frozen=True, slots=True)
class Entry:
    """A quantity and the amount behind it; ``known`` are the atom or the money found before."""

    quantity: Atom
    known: bool
    money: MoneyFound
    firm: bool
    amount_first: bool = False

    @property
    def alone(self) -> bool:
        """Whether the quantity is a unit without a number ("gramo 450")."""
        return not self.known and self.quantity.kind != OPTION


def is_step(grammar: Grammar, field: FieldText, first: int, money: MoneyFound) -> bool:
    """Whether a price per package holds from here on: "ab 3 Packungen 35 € je Packung"."""
    per, what = field.text(money.last), field.text(money.last + 1)
    single = per in grammar.per and what in grammar.containers
    return single and field.text(first - 1) in grammar.steps


class MenuReader:
    """Finds the entries of one field: an amount, a link, a quantity before it."""

    def __init__(self, grammar: Grammar, field: FieldText, given: GivenPrice | None) -> None:
        self._grammar = grammar
        self._field = field
        self._given = given
        self.postage: list[MoneyFound] = []
        self._numbers = grammar.numbers_in.get(field.language or "", grammar.numbers)

    def entries(self) -> Iterator[Entry]:
        """Yield the entries in text order."""
        held = {i for money in self._field.money for i in range(money.first, money.reach)}
        bare = [a.first for a in self._field.atoms if a.kind == "bare" and a.last == a.first + 1]
        amounts = [self._bare(i) for i in bare[:ENTRIES_AT_MOST] if i not in held]
        amounts += self._spelt() if held or self._given is not None else []
        known = [m for m in self._field.money if m.per != "postage"]
        found = [*(m for m in amounts if m is not None), *known[:ENTRIES_AT_MOST]]
        behind = 0
        for money in sorted(found, key=lambda m: m.first):
            if money.per == "postage" or (money.per in WEIGHED and money.sign == BARE):
                self.postage.append(money)  # "160 euros soit 3,20 le gramme"
                continue
            entry = self._entry(money) if money.first >= behind else None
            if entry is not None and entry.quantity.first >= behind:
                behind = max(money.last, entry.quantity.last)
                yield entry

    def _bare(self, index: int) -> MoneyFound | None:
        """Return the bare number at ``index`` as an amount, where nothing follows it."""
        value = value_at(self._field.tokens, index, {}, "de")
        if value is None or value.fraction or value.number <= 0 or self._in_code(index):
            return None
        scale = self._grammar.money_scale.get(self._field.text(value.last))
        last = value.last + (scale is not None)
        per, reach = price_unit(self._grammar, self._field.tokens, index, last)
        if per == "postage" and self._sends(index, last):
            return MoneyFound(value.number * (scale or 1), None, per, index, last, last, BARE)
        each = self._field.text(last) in self._grammar.each or self._field.text(last) in ("/", "c")
        former = self._field.text(index - 1) in self._grammar.former
        if per in WEIGHED and reach > last and not former and self._money_beside(value.number):
            return MoneyFound(value.number * (scale or 1), None, per, index, last, reach, BARE)
        single = per == "unit" and reach > last and each  # "x50: 3,80 cada"
        behind = self._field.text(last)
        if (self._field.text(index - 1), behind) == ("(", ")") and not self._is_shown(value.number):
            return None  # "full sheet (100): 200 EUR"
        reverse = asks_for_option(self._grammar, self._field, self._numbers, last)
        ends = behind in SEPARATORS or behind in self._grammar.joining or reverse
        ends = ends or (self._slashed(index) and self._option_at(last))
        if not (single or ends):
            return None
        amount = value.number * (scale or 1)
        return MoneyFound(amount, None, per * single, index, last, reach * single or last, BARE)

    def _money_beside(self, number: Decimal) -> bool:
        """Whether the field names a larger amount for certain, or the number is the shown price."""
        larger = any(m.sign != BARE and m.amount > number for m in self._field.money)
        return larger or self._is_shown(number)

    def _sends(self, index: int, last: int) -> bool:
        """Whether a bare number is what sending costs: "Porto 5", "+8", "Xpresspost 18 flat"."""
        text, behind = self._field.text(index), self._field.text(last)
        before = self._field.text(index - 1)
        named = before in self._grammar.postage or before in self._grammar.costing
        cents = CENTS.fullmatch(text) is not None
        ends = behind in SEPARATORS or behind in self._grammar.flat
        if text in HOURS and not cents and last == index + 1:
            return False
        return ends and (cents or before == "+" or named or last > index + 1)

    def _slashed(self, index: int) -> bool:
        """Whether a slash joins the number to the quantity before it: "1g/20 2g/38"."""
        tokens = self._field.tokens
        if index < 2 or tokens[index - 1].text != "/":  # noqa: PLR2004 - a unit and a slash
            return False
        touch = tokens[index - 2].end == tokens[index - 1].start
        joined = touch and tokens[index - 1].end == tokens[index].start
        return joined and tokens[index - 2].text in self._grammar.units

    def _option_at(self, index: int) -> bool:
        """Whether an option with a unit begins at token ``index``, or the text ends."""
        near = self._field.atoms_near(index)
        return any(atom.first == index and atom.kind in EXPLICIT for atom in near)

    def _spelt(self) -> Iterator[MoneyFound]:
        """Yield amounts in words behind a link ("two for ninety"), where others name money."""
        known = self._numbers.keys() & self._field.vocabulary()
        if not any(self._numbers[word] >= SMALLEST_SPELT for word in known):
            return
        texts = self._field.texts
        for index in range(2, len(texts)):
            number = self._numbers.get(texts[index])
            if number is None or not self._may_cost(index):
                continue
            value = value_at(self._field.tokens, index, self._numbers, self._field.language)
            number, last = (value.number, value.last) if value else (number, index + 1)
            if number < HUNDRED == self._numbers.get(self._field.text(last)):
                number, last = number * HUNDRED, last + 1
                rest = self._numbers.get(self._field.text(last), Decimal(0))
                if SMALLEST_SPELT <= rest < HUNDRED:  # "one hundred twenty"
                    number, last = number + rest, last + 1
            if number >= SMALLEST_SPELT and self._field.text(last) in SEPARATORS:
                yield MoneyFound(number, None, "", index, last, last, BARE)

    def _may_cost(self, index: int) -> bool:
        """Whether a link or a quantity stands before: "for ninety", "zehn Gramm neunzig"."""
        before = self._field.text(index - 1)
        if before in self._grammar.costing:
            return True
        near = self._field.atoms_near(index - 1)
        return before in self._grammar.units and any(a.last == index for a in near)

    def _in_code(self, index: int) -> bool:
        """Whether dashes without blanks join the number to others ("28578-16-7")."""
        tokens = self._field.tokens
        before = self._field.text(index - 1) == "-" and self._field.text(index - 2).isdigit()
        behind = self._field.text(index + 1) == "-" and self._field.text(index + 2).isdigit()
        first, last = index - 2 * before, index + 2 * behind
        return (
            first < last
            and tokens[first].start + sum(len(token.text) for token in tokens[first : last + 1])
            == tokens[last].end
        )

    def _entry(self, money: MoneyFound) -> Entry | None:
        """Return the entry that an amount ends, or None."""
        firm = money.sign != BARE or self._shown(money)
        behind = option_behind(self._grammar, self._field, self._numbers, money, SEPARATORS)
        if behind is not None:
            known = behind in self._field.atoms_near(behind.first)
            return Entry(behind, known, money, firm, amount_first=True)
        end = self._link(money.first)
        if end <= 0 or self._of_the_amount_before(end, money):
            return None
        return self._entry_before(end, money, firm)

    def _of_the_amount_before(self, end: int, money: MoneyFound) -> bool:
        """Whether a bar parts the amount from an option that has its own: "$18 1g | $48 3.5g"."""
        option = next((a for a in self._field.atoms_near(end - 1) if a.last == end), None)
        if option is None or self._field.text(money.first - 1) != "|":
            return False
        return any(earlier.last == option.first for earlier in self._field.money)

    def _entry_before(self, end: int, money: MoneyFound, firm: bool) -> Entry | None:
        """Return the entry whose quantity ends before token ``end``, or None."""
        if (self._field.text(end - 1), self._field.text(end - 3)) == (")", "("):
            end -= 1  # "ganzer Bogen (100) 480"
        end -= 2 * self._worth(end)
        last = end - (firm and self._field.text(end - 1) in self._grammar.containers)
        near = self._field.atoms_near(end - 1)
        atom = next((a for a in near if a.last == end), None)
        if atom is None and last < end:  # "5er Karton 95"
            atom = next((a for a in near if a.last == last and a.kind == "count"), None)
        atom = self._packed(atom)
        if atom is not None and atom.kind == "ounces" and firm and end < money.first:
            return Entry(replace(atom, kind="mass"), False, money, firm)  # "1/8 - $30"
        if atom is not None and atom.kind in EXPLICIT:
            step = is_step(self._grammar, self._field, atom.first, money)
            return None if step else Entry(atom, True, money, firm)
        if firm and money.sign != BARE and self._field.text(end - 1) == ",":
            return self._behind_comma(end - 1, money)
        linked = firm or end < money.first
        quantity = self._unsaid(end, money, atom if linked else None)
        priced = replace(money, per="") if money.per else money
        return None if quantity is None else Entry(quantity, False, priced, firm)

    def _packed(self, atom: Atom | None) -> Atom | None:
        """Return the count before "in 10 blisters", which hold it; else the atom itself."""
        if atom is None or not atom.container or self._field.text(atom.first - 1) not in PACKED_IN:
            return atom
        near = self._field.atoms_in(self._field.segment_of(atom.first))
        held = [a for a in near if a.kind == "count" and a.last < atom.first]
        return held[-1] if held and held[-1].value > atom.value else atom

    def _behind_comma(self, end: int, money: MoneyFound) -> Entry | None:
        """Return the entry of "100 pyrazolam pellets, $60.": a count, a comma, its price."""
        field, follower = self._field, self._field.text(money.last)
        if money.per or follower not in ENTRY_ENDS:
            return None
        atom = next((a for a in field.atoms_near(end - 1) if a.last == end), None)
        if atom is None or atom.kind == "bare":
            atom = self._named_things(end)
        if atom is None or atom.kind not in EXPLICIT or field.text(atom.first - 1) not in OPENS:
            return None
        return Entry(atom, True, money, True)

    def _named_things(self, end: int) -> Atom | None:
        """Return the count of "100 pyrazolam pellets" that ends before ``end``."""
        if self._field.text(end - 1) not in self._grammar.counting:
            return None
        first = end - 1
        while first > 0 and end - first <= NAME_WORDS and self._field.text(first).isalpha():
            first -= 1
        atom = next((a for a in self._field.atoms_near(first) if a.first == first), None)
        if atom is None or atom.kind != "bare" or self._inside(atom) or atom.value < 1:
            return None
        return replace(atom, kind="count", last=end) if atom.value == int(atom.value) else None

    def _worth(self, end: int) -> bool:
        """Whether "briefjes van 10" or "250 van 20" ends here: what each note is worth."""
        if self._grammar.notes.isdisjoint(self._field.vocabulary()):
            return False
        before, of = self._field.text(end - 3), self._field.text(end - 2)
        counted = before.isdigit() or before in self._grammar.notes
        return counted and of in NOTES_OF and self._field.text(end - 1).isdigit()

    def _unsaid(self, end: int, money: MoneyFound, bare: Atom | None) -> Atom | None:
        """Return the quantity before ``end`` that is no atom yet: a number, a word, a unit."""
        if money.per:
            return None if money.per == "unit" else self._unit(end, money)
        if bare is None and self._field.text(end - 1) == "k":
            return self._thousands(end)
        if bare is not None and bare.kind == "bare":
            return None if self._inside(bare) else replace(bare, kind=OPTION)
        return self._word(end) or self._unit(end, money) or self._things(end)

    def _thousands(self, end: int) -> Atom | None:
        """Return the option that "k" closes: "1k for 1,900"."""
        near = self._field.atoms_near(end - 2)
        atom = next((a for a in near if a.last == end - 1 and a.kind == "bare"), None)
        tokens = self._field.tokens
        if atom is None or tokens[end - 2].end < tokens[end - 1].start or self._inside(atom):
            return None
        return replace(atom, kind=OPTION, value=atom.value * 1000, last=end)

    def _shown(self, money: MoneyFound) -> bool:
        return self._is_shown(money.amount)

    def _is_shown(self, amount: Decimal) -> bool:
        return self._given is not None and self._given.amount == amount

    def _link(self, index: int) -> int:
        """Return where the quantity before an amount ends: signs and one or two words between."""
        words = 0
        at = index - 1
        while at >= 0 and index - at <= DOTS:
            text = self._field.text(at)
            opens = at == 0 or self._field.text(at - 1) in SEPARATORS
            numeral = opens and text in self._numbers and text != "a"  # ", um 45": one of it
            if text in self._grammar.costing and not numeral and words < COSTING_WORDS:
                words += 1
            elif self._is_former(at):
                at -= 1
            elif text not in SIGNS and not (text == "/" and self._slashed(at + 1)):
                break
            at -= 1
        return at + 1

    def _is_former(self, at: int) -> bool:
        """Whether "140 now" or "was 140" ends here: the former price of the same."""
        text, before = self._field.text(at), self._field.text(at - 1)
        if text in self._grammar.nowadays:
            return before[:1].isdigit() and self._field.text(at - 2) in self._grammar.former
        return text[:1].isdigit() and before in self._grammar.former

    def _inside(self, atom: Atom) -> bool:
        """Whether the number goes on another one: "10-15", "3/4", "v2.1"."""
        before, sign = self._field.text(atom.first - 2), self._field.text(atom.first - 1)
        tokens = self._field.tokens
        touches = atom.first > 0 and tokens[atom.first - 1].end == tokens[atom.first].start
        joined = sign in ("-", "/", ".", "+", "#") and touches
        return joined and (before[-1:].isdigit() or sign == "#")

    def _word(self, end: int) -> Atom | None:
        """Return the option in words that ends before ``end``: "uno", "um e meio", "three"."""
        value = self._value(end - 1)
        if value is None or self._field.text(end - 1) in ("a", "an"):
            return None
        first, number = end - 1, value.number
        joint = end - 2 - (self._field.text(end - 2) in ARTICLES)
        if value.number < 1 and self._field.text(joint) in self._grammar.joining:
            whole = self._value(joint - 1)
            if whole is not None and whole.number >= 1:
                first, number = joint - 1, number + whole.number
        return Atom(OPTION, number, first, end)

    def _value(self, index: int) -> Value | None:
        if index < 0 or self._field.tokens[index].kind != "word":
            return None
        text = self._field.text(index)
        number = self._numbers.get(text) or self._grammar.ones.get(text)
        return None if number is None else Value(number, index, index + 1, word=True)

    def _things(self, end: int) -> Atom | None:
        """Return the count of things that the grammar does not know: "50 bijtjes"."""
        token = self._field.tokens[end - 1]
        if token.kind != "word" or len(token.text) < SHORTEST_THING:
            return None
        grammar = self._grammar
        if any(token.text in no for no in (grammar.orders, grammar.postage, grammar.nowadays)):
            return None
        if token.text == "pounds" and self._field.text(end) == "(":
            return None  # "eighty-five pounds (£85)"
        atom = next((a for a in self._field.atoms_near(end - 2) if a.last == end - 1), None)
        if atom is None:
            value = self._value(end - 2)
            number = value.number if value is not None else Decimal(0)
            atom = Atom("bare", number, end - 2, end - 1)
        whole = atom.kind == "bare" and atom.value == int(atom.value) and atom.value > 0
        if not whole or self._inside(atom):
            return None
        return replace(atom, kind="count", last=end)

    def _per_before(self, index: int) -> bool:
        """Whether "per" or a slash that touches the unit stands at ``index``."""
        text, tokens = self._field.text(index), self._field.tokens
        apart = text == "/" and tokens[index].end < tokens[index + 1].start
        return text in self._grammar.per_strictly and not apart

    def _unit(self, end: int, money: MoneyFound) -> Atom | None:
        """Return one of a unit that stands alone before an amount: "Kilo 1.900", "le kilo 1800"."""
        text = self._field.text(end - 1)
        litres = self._grammar.volume.get(text) == LITRE and len(text) > 1
        factor = self._grammar.alone.get(text) or self._grammar.mass.get(text)
        factor = LITRE if litres else factor
        before = self._field.text(end - 2)
        if factor is None or before[-1:].isdigit() or self._per_before(end - 2):
            return None
        if before in self._numbers and before not in ARTICLES:
            return None
        if money.per and before not in self._grammar.per:
            return None
        kind = "volume" if litres else "mass"
        return Atom(kind, factor, end - 1, end, metric=factor in (1, 1000))
