# SPDX-License-Identifier: AGPL-3.0-or-later
"""The words that say where goods are sent from and to: ``[shipping]`` of the grammar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from nlp.lexicon.grammar import PhraseSet
from nlp.trade.countries import CountryNames

PHRASES = {
    "begins": "from",
    "ends": "to",
    "conditional": "conditional",
    "from_after": "from_after",
    "refused_behind": "refused_behind",
}


@dataclass(frozen=True, slots=True)
class ShippingWords:
    """What says from, to, both or neither; each key of docs/formats/lexicon.md.

    ``begins`` are phrases that stand before where goods come from, ``ends`` before where
    they go; ``of`` are words ("de", "von") that say from only where a word of sending
    stands before them; ``stock`` words stand before a place where goods lie.
    """

    speaks: frozenset[str]
    nouns: frozenset[str]
    stock: frozenset[str]
    of: frozenset[str]
    listed: frozenset[str]
    joined: frozenset[str]
    articles: frozenset[str]
    days: frozenset[str]
    inside: frozenset[str]
    excepted: frozenset[str]
    denied: frozenset[str]
    negators: frozenset[str]
    both_before: frozenset[str]
    both_after: frozenset[str]
    to_after: frozenset[str]
    all_over: frozenset[str]
    wide: frozenset[str]
    within: frozenset[str]
    also: frozenset[str]
    money: frozenset[str]
    coming: frozenset[str]
    beside: frozenset[str]
    only: frozenset[str]
    else_to: frozenset[str]
    refused: frozenset[str]
    in_the: frozenset[str]
    hand: frozenset[str]
    made: frozenset[str]
    after_only: frozenset[str]
    weak: frozenset[str]
    origin: frozenset[str]
    toward: frozenset[str]
    begins: PhraseSet
    ends: PhraseSet
    from_after: PhraseSet
    home: Mapping[str, str]
    demonyms: Mapping[str, str]
    conditional: PhraseSet
    refused_behind: PhraseSet

    def countries(
        self, names: Mapping[str, str], behind: Mapping[str, frozenset[str]]
    ) -> CountryNames:
        """Return the names of countries, with the words here that say that one is meant."""
        return CountryNames(
            names, behind, self.demonyms, self.stock | {"depot"}, self.nouns | self.stock
        )

    @classmethod
    def of_section(cls, section: Mapping[str, Sequence[str]]) -> ShippingWords:
        """Return the words of a parsed ``[shipping]`` table."""
        phrases = {name: PhraseSet(section[key]) for name, key in PHRASES.items()}
        plain = {
            one.name: frozenset(section[one.name])
            for one in fields(cls)
            if one.name not in (*PHRASES, "home", "demonyms")
        }
        plain["speaks"] |= plain["nouns"] | plain["stock"]
        return cls(**plain, **phrases, home=section["home"], demonyms=section["demonyms"])  # type: ignore[arg-type]  # two kinds of values by name
