# SPDX-License-Identifier: AGPL-3.0-or-later
"""The words that markets use for their fields, as ``config/market_words.toml`` has them."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from babel import Locale

from crawler.market.composed import composed
from vestigo.places import config_root
from vestigo.settings import read_toml

CONCEPTS = (
    "price", "ships_from", "ships_to", "ships_both", "vendor", "category", "title",
    "description", "other",
)  # fmt: skip
LONGEST_LABEL = 40
MOST_WORDS = 8
LATEST_PHRASE = 24
LONGEST_BEGIN = 120
_TWO_LABELS = re.compile(
    r"[^\W\d_]+(?:[ '-][^\W\d_]+){0,3}(?:\s*[/|]\s*[^\W\d_]+(?:[ '-][^\W\d_]+){0,3})+"
)
_BOTH = re.compile(r"\s*[/|]\s*")
SHORTEST_PLACE = 4
PLACE_LANGUAGES = ("en", "es", "pt", "fr", "de", "nl", "ru", "it", "pl", "sv", "cs", "tr", "ro")

_APOSTROPHES = str.maketrans("’ʼ`´", "''''")
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")
_INLINE = re.compile(r"(?P<label>[^:：=\n]{1,40}?)\s*(?:[:：=]|\.{3,}|…+|_{3,}|-{3,})[\s.:]*")
_PARTS = re.compile(r"[A-ZА-Я]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
_NAMES = re.compile(r"\s*(?:[,;/&+]|\band\b|\by\b|\bund\b|\bet\b|\ben\b|\bи\b|\be\b)\s*")
_LONG_PART = 6
_ASIDE = re.compile(r"\s*\([^()]*\)| SAR China\b| SAR\b")
_COUNTRY_CODE = re.compile(
    "DE|IN|AT|ES|IT|NO|AU|US|UK|GB|FR|NL|BE|CH|CA|PL|SE|DK|FI|PT|IE|NZ"
)  # "DE" is Germany, no "de"
_MEANT = re.compile(r"\s*\([^()]{1,30}\)\s*$")


@dataclass(frozen=True, slots=True)
class Words:
    """The vocabulary: ``labels`` maps a plain word to the concepts that it may name."""

    labels: Mapping[str, tuple[str, ...]]
    phrases: tuple[tuple[str, str], ...]
    lists: Mapping[str, frozenset[str]]
    places: frozenset[str]

    def concepts(self, text: str) -> tuple[str, ...]:
        """Return what a text that may be a label names, nothing where it is none."""
        if len(text) > LONGEST_LABEL or _COUNTRY_CODE.fullmatch(text):
            return ()
        word = plain(text)
        known = self.labels.get(word) or self.labels.get(plain(_MEANT.sub("", text)))
        if known is None and _TWO_LABELS.fullmatch(word):
            known = self._of_parts(_BOTH.split(word))
        if known is None and word.rpartition(" ")[2] in self.lists["vendor.of"]:
            known = self._of_shop(word.rpartition(" ")[0])
        return known or composed(word, self.lists)

    def _of_parts(self, parts: list[str]) -> tuple[str, ...] | None:
        """Return what a label in two languages names: "Продавец / Seller"."""
        found = {self.labels.get(part, ())[:1] for part in parts} - {()}
        return found.pop() if len(found) == 1 else None

    def _of_shop(self, word: str) -> tuple[str, ...] | None:
        """Return vendor for "shop of"."""
        return ("vendor",) if "vendor" in self.labels.get(word, ()) else None

    def inline(self, text: str) -> tuple[tuple[str, ...], int]:
        """Return the concepts of a "label: rest" text and where the rest begins.

        A label that names nothing known gives no concepts but the place of its rest.
        """
        match = _INLINE.match(text)
        if match is None:
            return (), 0
        return self.concepts(match["label"]), match.end()

    def phrase(self, text: str) -> tuple[str, int]:
        """Return the concept of a text as "Ships from Spain", and where the rest begins."""
        low = text[:LONGEST_BEGIN].casefold()
        known, first, later = _phrase_patterns(self.phrases)
        begin = first.match(low)
        if begin is not None:
            return known[begin[1]], begin.end()
        inside = later.search(low, 0, LONGEST_BEGIN)  # "We ship from Spain"
        if inside is None or not 0 < inside.start() < LATEST_PHRASE:
            return "", 0
        return known[inside[1]], inside.end()

    def has(self, name: str, text: str) -> bool:
        """Return whether the list ``name`` (as ``related.heading``) has the text."""
        return plain(text) in self.lists[name]

    def named(self, name: str, tokens: Iterable[str]) -> bool:
        """Return whether a class or id (whole, or a long part of it) is in the list ``name``."""
        known = self.lists[name]
        return any(
            token.lower() in known
            or any(part in known and len(part) >= _LONG_PART for part in parts_of(token))
            for token in tokens
        )

    def listed(self, name: str, tokens: Iterable[str]) -> bool:
        """Return whether a whole class or id is in the list ``name``."""
        return any(token.lower() in self.lists[name] for token in tokens)

    def names_place(self, text: str) -> bool:
        """Return whether a text is the name of a place, or several."""
        return any(unaccented(name) in self.places for name in _NAMES.split(text))

    def names_places_only(self, text: str) -> bool:
        """Return whether a text is names of places and nothing else."""
        return all(unaccented(name) in self.places for name in _NAMES.split(text))

    def is_place(self, text: str) -> bool:
        """Return whether a text names a place somewhere ("Worldwide except US")."""
        if self.names_place(text):
            return True
        words = unaccented(text).split()[:MOST_WORDS]
        spans = (
            (a, b) for a in range(len(words)) for b in range(a + 1, min(a + 4, len(words)) + 1)
        )
        parts = (" ".join(words[a:b]).strip(",;()") for a, b in spans)
        return any(len(part) >= SHORTEST_PLACE and part in self.places for part in parts)


@lru_cache(maxsize=8)
def _phrase_patterns(
    phrases: tuple[tuple[str, str], ...],
) -> tuple[dict[str, str], re.Pattern[str], re.Pattern[str]]:
    """Return the concepts, and patterns of a first phrase and a long one after a few words."""
    long = (word for word, concept in phrases if concept.startswith("ships") and " " in word)
    every = "|".join(re.escape(word) for word, _concept in phrases)
    later = "|".join(map(re.escape, long))
    return dict(phrases), re.compile(f"({every}) "), re.compile(f" ({later}) ")


def plain(text: str) -> str:
    """Return a label as it is compared: lower case, without signs at its ends."""
    return _plain_short(text) if len(text) <= LONGEST_BEGIN else _plain(text)


@lru_cache(maxsize=8192)
def _plain_short(text: str) -> str:
    return _plain(text)


def _plain(text: str) -> str:
    return " ".join(_EDGES.sub("", text.translate(_APOSTROPHES)).casefold().split())


def unaccented(text: str) -> str:
    """Return a name as it is compared, without accents."""
    apart = unicodedata.normalize("NFKD", plain(text))
    return "".join(c for c in apart if not unicodedata.combining(c))


def parts_of(token: str) -> list[str]:
    """Return the words of a class name or an id, in lower case."""
    return [part.lower() for part in _PARTS.findall(token)]


@cache
def market_words() -> Words:
    """Return the shipped vocabulary (read once)."""
    table = read_toml(config_root() / "market_words.toml")
    labels: dict[str, list[str]] = {}
    for concept in CONCEPTS:
        for word in table[concept]["label"]:
            labels.setdefault(plain(word), []).append(concept)
    lists = {
        f"{group}.{key}": frozenset(plain(word) for word in words)
        for group, keys in table.items()
        for key, words in keys.items()
    }
    lists["ships.joint"] = frozenset(table["ships_to"]["joint"])
    phrases = {
        word: concept
        for concept in ("ships_from", "ships_to", "vendor", "price")
        for word in (*table[concept].get("phrase", ()), *_long_labels(table, concept))
    }
    ordered = tuple(sorted(phrases.items(), key=lambda item: (-len(item[0]), item[0])))
    known = {name: tuple(concepts) for name, concepts in labels.items()}
    return Words(known, ordered, lists, _places(table["place"]["word"]))


def _long_labels(table: Mapping[str, Mapping[str, list[str]]], concept: str) -> list[str]:
    """Return the labels of places of several words, which begin sentences too."""
    if not concept.startswith("ships"):
        return []
    return [word for word in table[concept]["label"] if " " in word]


@lru_cache(maxsize=32)
def words_with(labels: tuple[tuple[str, str], ...]) -> Words:
    """Return the vocabulary with further labels (word, concept), as a profile names them."""
    words = market_words()
    known = dict(words.labels)
    for word, concept in labels:
        others = [name for name in known.get(plain(word), ()) if name != concept]
        known[plain(word)] = (concept, *others)
    return replace(words, labels=known)


def _places(extra: Iterable[str]) -> frozenset[str]:
    path = config_root() / "lexicon" / "countries.csv"
    with path.open(encoding="utf-8", newline="") as handle:
        names = {unaccented(row["name"]) for row in csv.DictReader(handle)}
    for language in PLACE_LANGUAGES:
        for name in Locale.parse(language).territories.values():
            names.add(unaccented(_ASIDE.sub("", name)))
    return frozenset(names | {unaccented(word) for word in extra}) - {""}
