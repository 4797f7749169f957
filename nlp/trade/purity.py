# SPDX-License-Identifier: AGPL-3.0-or-later
"""Percentages of the product: purity, assay, content (``nlp.purity.v2``).

A percentage is one of the product where a word of purity, a test or a substance stands by
it, or where it is high and its clause speaks of nothing else (refunds, customers, loss).
"""

from __future__ import annotations

from decimal import Decimal

from nlp.lexicon.grammar import Grammar
from nlp.model import Marked
from nlp.scanning.fields import FieldText, Segment
from nlp.text.lexing import Token
from nlp.text.values import parse_number
from nlp.trade.percentages import percent_end

REACH_NEVER = 6
REACH_NEAR = 30
REACH_CROSS = 8
LONGEST_LABEL = 2  # words directly before a colon
LONGEST_FLOOR = 4  # tokens of "not less than"
LOWEST_ALONE = 60
LOWEST_SURE = 50
WHOLE = 100
CLAUSE_ENDS = frozenset(",;.!?()|\n:/")
# of a title these stand beside the product ("MDMA 67% ESCROW")
IN_TITLES = frozenset(("fe", "escrow", "free", "sale", "deal", "shipping", "delivery", "extra",
                       "stealth", "guaranteed"))  # fmt: skip
ABBREVIATED = frozenset(("ca", "min", "max", "approx", "aprox", "env", "est", "circa", "mind"))
TAKEN_UP = frozenset(
    (
        "bioavailability",
        "biodisponibilidad",
        "biodisponibilidade",
        "biodisponibilite",
        "bioverfugbarkeit",
    )
)  # by the body: of no product
# "residual solvent under 0.4 %", "2% BA, 18% BB": what else is in it
RESIDUES = frozenset(
    ("residual", "solvent", "solvents", "moisture", "ba", "bb", "losungsmittel", "restfeuchte",
     "disolvente", "solvant", "solvants", "oplosmiddel", "solvente", "solventes", "humedad")
)  # fmt: skip
RATED = frozenset(("rate", "rates", "success", "successful", "effective", "effectiveness"))
PLANTS = frozenset(("sativa", "indica", "hybrid"))


def read_purity(grammar: Grammar, field: FieldText, language: str | None) -> list[Marked]:
    """Return the purities that a field claims, ranges as both ends, in text order."""
    found: list[Marked] = []
    for index in [n for n, token in enumerate(field.tokens) if token[0] == "num"]:
        number = parse_number(field.text(index), language)
        if number is None or not 0 < number <= WHOLE:
            continue
        last = percent_end(grammar, field, index, number)
        if last is None or not _of_product(grammar, field, index, last, number):
            continue
        found += _range_start(grammar, field, index, last, language)
        value = format(number.normalize() + 0, "f")
        found.append(Marked(of="purity_pct", value=value, place=field.place(index, index + 1)))
    return found


def _of_product(grammar: Grammar, field: FieldText, first: int, last: int, number: Decimal) -> bool:
    segment = field.segment_of(first)
    directly = _words_behind(field, last, segment.last)
    if directly & grammar.purity_direct:
        return True
    if _of_others(grammar, field, last) or _of_another_thing(field, segment, first, number):
        return False
    if field.text(first - 1) in grammar.purity_direct and _names_at(field, last):
        return True  # "pure 86% MDMA"
    return _by_clause(grammar, field, segment, range(first, last), number)


def _by_clause(
    grammar: Grammar, field: FieldText, segment: Segment, tokens: range, number: Decimal
) -> bool:
    """Whether the clause of the percentage, in ``tokens``, speaks of the product."""
    first, last = tokens.start, tokens.stop
    directly = _words_behind(field, last, segment.last)
    clause = _clause(field, segment, first, last)
    if number == WHOLE and not (_names_in(field, clause) and _ends(field, last)):
        return _names_at(field, last) and directly.isdisjoint(grammar.purity_whole)
    words = set(field.texts[clause.first : clause.last]) - (PLANTS - directly)
    words -= _floor(grammar, field, first)
    rate = any(word.endswith(grammar.purity_rates) for word in words)
    if rate or directly & grammar.purity_given or field.text(first - 1) == "+":
        return False
    if field.name == "title":
        return _of_title(grammar, words, directly, number)
    if _labelled(grammar, field, first):
        return False
    rated = not RATED.isdisjoint(field.texts[segment.first : first])  # "success rate: above 90%"
    alone = number >= LOWEST_ALONE and field.name != "profile" and not rated  # "1900 trades, 99%"
    high = alone or _spoken_of(grammar, field, segment, first, last)
    return high and not words & (grammar.purity_never | RESIDUES)


def _labelled(grammar: Grammar, field: FieldText, first: int) -> bool:
    """Whether the label before its colon names another rate ("Delivery success rate: 99%")."""
    if field.text(first - 1) != ":":
        return False
    label = field.texts[max(0, first - 1 - LONGEST_LABEL) : first - 1]
    return not grammar.purity_never.isdisjoint(label)


def _floor(grammar: Grammar, field: FieldText, first: int) -> set[str]:
    """Return the words of "not less than" directly before a percentage: they deny nothing."""
    for index in range(max(0, first - LONGEST_FLOOR), first):
        if index + grammar.purity_floors.at(field.texts, index) == first:
            return set(field.texts[index:first])
    return set()


def _spoken_of(grammar: Grammar, field: FieldText, segment: Segment, first: int, last: int) -> bool:
    """Whether the sentence names a substance, or a word of purity or of tests stands near."""
    low, high = max(segment.first, first - REACH_NEAR), min(segment.last, last + REACH_NEAR)
    near = not grammar.purity_near.isdisjoint(field.texts[low:high])
    return near or _names_in(field, segment)


def _of_title(grammar: Grammar, words: set[str], directly: set[str], number: Decimal) -> bool:
    """Whether a percentage of a title is one of the product: nothing else is said of it."""
    if LOWEST_SURE < number < WHOLE and directly & {"escrow", "fe"}:
        return True
    said = words & grammar.purity_never
    return not said or (not directly & grammar.purity_never and said <= IN_TITLES)


def _of_others(grammar: Grammar, field: FieldText, last: int) -> bool:
    """Whether "of the customers" follows; "of pure MDMA" is the product."""
    if field.text(last) not in grammar.purity_of:
        return False
    return not any(_names_at(field, at) for at in range(last + 1, last + 4))


def _of_another_thing(field: FieldText, segment: Segment, first: int, number: Decimal) -> bool:
    """Whether the body takes up so much of it, or a plant descends so much from another."""
    taken_up = not TAKEN_UP.isdisjoint(field.texts[segment.first : segment.last])
    return taken_up or _of_a_cross(field, segment, first, number)


def _of_a_cross(field: FieldText, segment: Segment, first: int, number: Decimal) -> bool:
    """Whether two shares of a plant stand here: "Indica 75% with 25% Sativa", "40% X, 60% Y"."""
    beside = {field.text(at) for at in (first - 2, first - 1, first + 2, first + 3, first + 4)}
    if (beside & PLANTS and "thc" not in beside) or _of_halves(field, first, number):
        return True
    near = range(max(segment.first, first - REACH_CROSS), min(segment.last, first + REACH_CROSS))
    return any(at != first and _completes(field, at, number) for at in near)


def _of_halves(field: FieldText, first: int, number: Decimal) -> bool:
    """Whether two numbers with a slash make a hundred: "hybrid, 60/40%"."""
    other = field.text(first - 2)
    whole = other.isdigit() and len(other) <= 2 and int(other) + number == WHOLE  # noqa: PLR2004
    return whole and field.text(first - 1) == "/"


def _completes(field: FieldText, at: int, number: Decimal) -> bool:
    """Whether another percentage at ``at``, of a thing that it names, makes a hundred of it."""
    token = field.tokens[at]
    whole = token.kind == "num" and token.text.isdigit() and number + int(token.text) == WHOLE
    return whole and field.text(at + 1) == "%" and field.text(at + 2).isalpha()


def _clause(field: FieldText, segment: Segment, first: int, last: int) -> Segment:
    """Return the tokens around the percentage up to the next comma or bracket."""
    low, high = first, last
    while low > max(segment.first, first - REACH_NEVER) and not _cuts(field, low - 1):
        low -= 1
    while high < min(segment.last, last + REACH_NEVER) and not _cuts(field, high):
        high += 1
    return Segment(low, high)


def _cuts(field: FieldText, index: int) -> bool:
    text = field.text(index)
    if field.name == "title" and text == "-":
        return True
    short = text == "." and field.text(index - 1) in ABBREVIATED
    return text in CLAUSE_ENDS and not short


def _names_in(field: FieldText, part: Segment) -> bool:
    start, end = field.tokens[part.first].start, field.tokens[part.last - 1].end
    return field.names_between(start, end)


def _ends(field: FieldText, last: int) -> bool:
    """Whether nothing more is said behind the percentage ("Cocaine 100%")."""
    return last >= len(field.tokens) or field.tokens[last].kind != "word"


def _names_at(field: FieldText, at: int) -> bool:
    """Whether a substance stands at token ``at`` ("100% buprenorphine")."""
    if at >= len(field.tokens) or field.tokens[at].kind != "word":
        return False
    return field.names_between(field.tokens[at].start, field.tokens[at].end)


def _words_behind(field: FieldText, last: int, end: int) -> set[str]:
    """Return up to two words that follow, none beyond a sign."""
    words: set[str] = set()
    for index in range(last, min(end, last + 2)):
        if field.tokens[index].kind == "sign":
            break
        words.add(field.text(index))
    return words


def _range_start(
    grammar: Grammar, field: FieldText, index: int, last: int, language: str | None
) -> list[Marked]:
    """Return the lower end of "65-73%"."""
    tokens: list[Token] = field.tokens
    if index < 2 or tokens[index - 2].kind != "num":  # noqa: PLR2004
        return []
    joined = (*grammar.purity_joined, "/")
    if tokens[index - 1].text not in joined or tokens[last - 1].kind == "num":
        return []
    low, high = (parse_number(tokens[i].text, language) for i in (index - 2, index))
    if low is None or high is None or not low < high or low == 1:
        return []
    value = format(low.normalize() + 0, "f")
    return [Marked(of="purity_pct", value=value, place=field.place(index - 2, index - 1))]
