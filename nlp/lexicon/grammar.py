# SPDX-License-Identifier: AGPL-3.0-or-later
"""The words of the grammar, made ready once from ``config/lexicon/grammar.toml``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from nlp.text.normalizing import normalize

Phrases = tuple[tuple[str, ...], ...]
# Beside signs and words: "1.2k", "80,-", "80.-", "60e", "20 pounds".
MONEY_BEHIND = ("k", ",", ".", "e", "pounds")
COUNTED = ("er", "x", "*")  # beside things: "200er", "3 x"
INNER = ("'", "-")  # between the words of a phrase these are passed


@dataclass(frozen=True, slots=True)
class Grammar:
    """Unit words with their factors, and the cue words of offers, prices and purity."""

    mass: Mapping[str, Decimal]
    dose: Mapping[str, Decimal]
    volume: Mapping[str, Decimal]
    numbers: Mapping[str, Decimal]
    numbers_in: Mapping[str, Mapping[str, Decimal]]  # of one language: with its own words
    counting: frozenset[str]
    containers: frozenset[str]
    liquids: frozenset[str]
    dosed: frozenset[str]
    directly: frozenset[str]
    opening: frozenset[str]
    compared: frozenset[str]
    halved: frozenset[str]
    totals: frozenset[str]
    each: frozenset[str]
    extracts: frozenset[str]
    powders: frozenset[str]
    money_signs: Mapping[str, str]
    money_words: Mapping[str, str]
    money_before: Mapping[str, str]
    money_of: Mapping[str, str]
    money_open: Mapping[str, Decimal]
    money_scale: Mapping[str, Decimal]
    pesos: Mapping[str, str]
    notes: frozenset[str]
    dollars: Mapping[str, str]
    per: frozenset[str]
    unit_words: frozenset[str]
    postage: frozenset[str]
    each_behind: frozenset[str]
    price_words: Mapping[str, str]
    places: frozenset[str]
    within: frozenset[str]
    before_amount: frozenset[str]
    thresholds: frozenset[str]
    orders: frozenset[str]
    discount: frozenset[str]
    not_price: frozenset[str]
    costing: frozenset[str]
    joining: frozenset[str]
    alone: Mapping[str, Decimal]
    per_strictly: frozenset[str]
    former: frozenset[str]
    price_named: frozenset[str]
    adding: frozenset[str]
    times: frozenset[str]
    nowadays: frozenset[str]
    lowered: frozenset[str]
    flat: frozenset[str]
    costed: frozenset[str]
    definite: frozenset[str]
    steps: frozenset[str]
    ones: Mapping[str, Decimal]
    dollars_of: Mapping[str, str]
    purity_near: frozenset[str]
    purity_direct: frozenset[str]
    purity_words: frozenset[str]
    purity_never: frozenset[str]
    purity_of: frozenset[str]
    purity_given: frozenset[str]
    purity_whole: frozenset[str]
    purity_rates: tuple[str, ...]
    purity_about: frozenset[str]
    purity_joined: frozenset[str]
    purity_floors: PhraseSet
    not_offer: frozenset[str]
    limits: frozenset[str]
    free: frozenset[str]
    given: frozenset[str]
    free_service: frozenset[str]
    samples: frozenset[str]
    bought_with: frozenset[str]
    stocked: frozenset[str]
    explicit: PhraseSet
    elsewhere: PhraseSet
    denied: PhraseSet
    compares: PhraseSet
    beyond: PhraseSet
    status: Mapping[str, PhraseSet]
    # The words, beside numbers, that an atom or an amount can begin with (``AtomScanner._at``,
    # ``_currency_at``): every other token is passed over.
    atom_starts: frozenset[str]
    things: frozenset[str]  # that are counted, or hold what is counted
    units: frozenset[str]  # of mass, dose, volume, the counting words, and "%"
    money_starts: frozenset[str]
    per_units: frozenset[str]  # that a price can be said to be per
    price_spoken: frozenset[str]  # that speak of a price
    counted_by: frozenset[str]  # what can follow a number that is a count
    money_behind: frozenset[str]  # what can follow a number that is an amount of money
    measuring: frozenset[str]  # what an atom that weighs, doses or holds so much is read from

    @classmethod
    def of(cls, section: Mapping[str, Any]) -> Grammar:
        """Return the grammar of a parsed ``grammar.toml``."""
        money, counting, cues = section["money"], section["counting"], section["cues"]
        money_starts = (*money["signs"], *money["words"], *money["open"], *money["dollar"])
        money_starts += (*money["before"], "$", "s", "fr")
        measures = (*section["mass"], *section["dose"], *section["volume"])
        status = dict(section["status"])
        return cls(
            mass=_factors(section["mass"]),
            dose=_factors(section["dose"]),
            volume=_factors(section["volume"]),
            numbers=_factors(section["numbers"]),
            numbers_in={
                language: _factors({**section["numbers"], **words})
                for language, words in section["numbers_in"].items()
            },
            counting=frozenset(counting["words"]),
            containers=frozenset(counting["containers"]),
            liquids=frozenset(counting["liquids"]),
            dosed=frozenset(counting["dosed"]),
            directly=frozenset(counting["directly"]),
            opening=frozenset(counting["opening"]),
            compared=frozenset(counting["compared"]),
            halved=frozenset(counting["halved"]),
            totals=frozenset(counting["totals"]),
            each=frozenset(counting["each"]),
            extracts=frozenset(counting["extracts"]),
            powders=frozenset(counting["powders"]),
            money_signs=dict(money["signs"]),
            money_words=dict(money["words"]),
            money_before=dict(money["before"]),
            money_of=dict(money["of"]),
            money_open=_factors(money["open"]),
            money_scale=_factors(money["scale"]),
            pesos=dict(money["pesos"]),
            notes=frozenset(money["notes"]),
            dollars=dict(money["dollar"]),
            per=frozenset(money["per"]),
            unit_words=frozenset(money["unit_words"]),
            postage=frozenset(money["postage"]),
            each_behind=frozenset(money["each_behind"]),
            price_words=dict(money["price_words"]),
            places=frozenset(money["places"]),
            within=frozenset(money["within"]),
            before_amount=frozenset(money["before_amount"]),
            thresholds=frozenset(money["thresholds"]),
            orders=frozenset(money["orders"]),
            discount=frozenset(money["discount"]),
            not_price=frozenset(money["not_price"]),
            costing=frozenset(section["menus"]["costing"]),
            joining=frozenset(section["menus"]["joining"]),
            alone=_factors(section["menus"]["alone"]),
            per_strictly=frozenset(section["menus"]["per_strictly"]),
            former=frozenset(section["menus"]["former"]),
            price_named=frozenset(section["menus"]["price_named"]),
            adding=frozenset(section["menus"]["adding"]),
            times=frozenset(section["menus"]["times"]),
            nowadays=frozenset(section["menus"]["nowadays"]),
            lowered=frozenset(section["menus"]["lowered"]),
            flat=frozenset(section["menus"]["flat"]),
            costed=frozenset(section["menus"]["costed"]),
            definite=frozenset(section["menus"]["definite"]),
            steps=frozenset(section["menus"]["steps"]),
            ones=_factors(section["menus"]["ones"]),
            dollars_of=dict(money["dollars_of"]),
            purity_near=frozenset((*section["purity"]["near"], *section["purity"]["words"])),
            purity_direct=frozenset(section["purity"]["direct"]),
            purity_words=frozenset(section["purity"]["words"]),
            purity_never=frozenset(section["purity"]["never"]),
            purity_whole=frozenset(section["purity"]["whole"]),
            purity_given=frozenset(section["purity"]["given"]),
            purity_rates=tuple(section["purity"]["rates"]),
            purity_of=frozenset(section["purity"]["of"]),
            purity_about=frozenset(section["purity"]["about"]),
            purity_joined=frozenset(section["purity"]["joined"]),
            purity_floors=PhraseSet(section["purity"]["floors"]),
            not_offer=frozenset(cues["not_offer"]),
            limits=frozenset(cues["limits"]),
            free=frozenset(cues["free"]),
            given=frozenset(cues["given"]),
            free_service=frozenset(cues["free_service"]),
            samples=frozenset(cues["samples"]),
            bought_with=frozenset(cues["bought_with"]),
            stocked=frozenset(cues["stocked"]),
            explicit=PhraseSet(cues["explicit"]),
            elsewhere=PhraseSet(cues["elsewhere"]),
            denied=PhraseSet(cues["denied"]),
            compares=PhraseSet(cues["compares"]),
            beyond=PhraseSet(cues["beyond"]),
            status={name: PhraseSet(words) for name, words in status.items()},
            things=frozenset((*counting["words"], *counting["containers"])),
            units=frozenset((*measures, *counting["words"], "%")),
            per_units=frozenset((*money["per"], *counting["each"], *money["price_words"], "/")),
            price_spoken=frozenset(section["menus"]["price_named"])
            | (money["price_words"].keys() - frozenset(money["unit_words"])),
            counted_by=frozenset(
                (*counting["words"], *counting["containers"], *section["menus"]["times"], *COUNTED)
            ),
            measuring=frozenset((*measures, "fl", "fluid", "ball", "balls")),
            atom_starts=frozenset(
                (
                    *section["numbers"],
                    *(w for words in section["numbers_in"].values() for w in words),
                    "qp",
                    "hp",
                    "eighth",
                    "zip",
                    "oz",
                    "ounce",
                    "x",
                    "*",
                )
            ),
            money_starts=frozenset(money_starts),
            money_behind=frozenset((*money_starts, *money["scale"], *MONEY_BEHIND)),
        )


class PhraseSet:
    """Phrases of words, looked up at a token in time that does not grow with their number."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._single: set[str] = set()
        self._longer: dict[str, dict[str, Phrases]] = {}
        for phrase in phrases:
            first, *rest = words = _words(phrase)
            if not rest:
                self._single.add(first)
                continue
            seconds = self._longer.setdefault(first, {})
            known = (*seconds.get(rest[0], ()), words)
            seconds[rest[0]] = tuple(sorted(known, key=len, reverse=True))
        self.firsts = frozenset((*self._single, *self._longer))

    def at(self, texts: list[str], index: int) -> int:
        """Return how many tokens the longest phrase at ``index`` takes; 0 for none.

        ``texts`` are those of the tokens, with empty ones behind (``lexing.padded``).
        """
        first = texts[index]
        if first not in self.firsts:
            return 0
        seconds = self._longer.get(first)
        if seconds is not None:
            second = index + 1
            while texts[second] in INNER:
                second += 1
            for words in seconds.get(texts[second], ()):
                taken = _taken(texts, index, second, words)
                if taken:
                    return taken
        return int(first in self._single)

    def within(self, texts: list[str], first: int, last: int) -> bool:
        """Whether a phrase begins in tokens [first, last)."""
        known = self.firsts
        if known.isdisjoint(texts[first:last]):
            return False
        return any(texts[n] in known and self.at(texts, n) for n in range(first, last))


class PhraseIndex:
    """Labelled phrases, found in one pass over the tokens."""

    def __init__(self, labelled: Mapping[str, Iterable[str]]) -> None:
        self._by_first: dict[str, list[tuple[str, tuple[str, ...], str]]] = {}
        for label, phrases in labelled.items():
            for phrase in phrases:
                words = _words(phrase)
                second = words[1] if len(words) > 1 else ""
                self._by_first.setdefault(words[0], []).append((label, words, second))

    def find(self, texts: list[str]) -> Iterator[tuple[str, int, int]]:
        """Yield (label, first token, number of tokens) of every phrase, in order.

        ``texts`` are those of the tokens, with empty ones behind (``lexing.padded``).
        """
        known = self._by_first
        for index in [n for n, text in enumerate(texts) if text in known]:
            at = index + 1
            while texts[at] in INNER:
                at += 1
            following = texts[at]
            for label, words, second in known[texts[index]]:
                if not second:
                    yield label, index, 1
                elif second == following:
                    taken = _taken(texts, index, at, words)
                    if taken:
                        yield label, index, taken


def _words(phrase: str) -> tuple[str, ...]:
    """Return the words of a phrase as tokens give them: apart at apostrophes and hyphens."""
    return tuple(normalize(phrase).normal.replace("'", " ").replace("-", " ").split())


def _taken(texts: list[str], index: int, second: int, words: tuple[str, ...]) -> int:
    """Return how many tokens ``words`` take at ``index``, whose second word stands there."""
    position = second + 1
    for word in words[2:]:
        while texts[position] in INNER:
            position += 1
        if texts[position] != word:
            return 0
        position += 1
    return position - index


def _factors(section: Mapping[str, Any]) -> dict[str, Decimal]:
    return {word: Decimal(factor) for word, factor in section.items()}
