# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a corpus said that was not understood: words beside quantities, ranked.

Counted by accounts first, so that one that repeats itself does not flood the report.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from nlp.lexicon.loading import Lexicon
from nlp.lines.listing_line import LineUnreadable, parse_line
from nlp.model import ListingText, Reading
from nlp.reading.reader import ListingReader
from nlp.selectors.opaque import without_selectors
from nlp.text.normalizing import NormalText, normalize

CHUNK = re.compile(r"[^\W_]+(?:[-'][^\W_]+)*")
REACH = 5  # words between a quantity and the name of what is sold
SHORTEST = 3
MASK = "▮"
EXAMPLES = 3
LONGEST_EXAMPLE = 120


@dataclass(frozen=True, slots=True)
class SeenText:
    """A listing and the account that offers it (the listing's id where none is known)."""

    vendor: str
    text: ListingText


def seen_lines(lines: Iterable[str]) -> Iterator[SeenText]:
    """Yield the listings in lines of ``nlp read``; ``vendor`` may stand in a line.

    A line that is no listing is passed over: ``nlp read`` says what is wrong with it.
    """
    for number, line in enumerate(lines):
        try:
            text = parse_line(line)
        except LineUnreadable:
            continue
        vendor = json.loads(line).get("vendor")
        yield SeenText(str(vendor or text.id or number), text)


@dataclass(slots=True)
class Unknown:
    """A word or two that stood where a substance stands and says nothing to the lexicon."""

    words: str
    vendors: set[str] = field(default_factory=set)
    n_listings: int = 0
    declared: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """Return the counts, what the market declared, and titles with identifiers masked."""
        return {
            "words": self.words,
            "vendors": len(self.vendors),
            "listings": self.n_listings,
            "declared": dict(sorted(self.declared.items(), key=lambda row: (-row[1], row[0]))),
            "examples": [self.examples[vendor] for vendor in sorted(self.examples)],
        }


def unknown_words(
    reader: ListingReader, seen: Iterable[SeenText], least: int = 2
) -> dict[str, Any]:
    """Return the words that at least ``least`` accounts used, the most widespread first."""
    known = KnownWords(reader.lexicon)
    found: dict[str, Unknown] = {}
    n_listings = n_not_named = 0
    for one in seen:
        n_listings += 1
        reading = reader.read(one.text)
        if any(row.status != "declared" for row in reading.substances) or is_custom(reading):
            continue
        n_not_named += 1
        for words in sorted(candidates(known, one.text.title, reading)):
            count_unknown(found.setdefault(words, Unknown(words)), one, reading)
    rows = [row for row in found.values() if len(row.vendors) >= least]
    rows.sort(key=lambda row: (-len(row.vendors), -row.n_listings, row.words))
    return {
        "lexicon": reader.lexicon.digest,
        "listings": n_listings,
        "without_substance": n_not_named,
        "words": [row.plain() for row in _without_parts(rows)],
    }


class KnownWords:
    """Words that are no news: of the lexicon, the grammar, countries and languages."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._known = {
            word
            for text in (
                *(term.term for term in lexicon.terms), *lexicon.countries,
                *_strings(lexicon.grammar), *_strings(lexicon.goods),
                *_strings(lexicon.languages),
            )
            for word in CHUNK.findall(normalize(text).normal)
        }  # fmt: skip

    def says_nothing(self, chunk: str) -> bool:
        """Whether a chunk is short, a number, or known word for word."""
        parts = re.split(r"[-']", chunk)
        plain = len(chunk) < SHORTEST or not any(c.isalpha() for c in chunk)
        return plain or chunk in self._known or all(p in self._known or p.isdigit() for p in parts)


def candidates(known: KnownWords, title: str, reading: Reading) -> set[str]:
    """Return the unknown words, and pairs of them, that stand near a quantity of a title."""
    normal = normalize(without_selectors("title", title))
    taken = _taken(reading)
    chunks = [
        (match.group(), *normal.span(*match.span())) for match in CHUNK.finditer(normal.normal)
    ]
    near = _near_an_offer(chunks, reading)
    free = [
        index
        for index, (chunk, start, end) in enumerate(chunks)
        if index in near
        and not known.says_nothing(chunk)
        and not any(start < last and first < end for first, last in taken)
    ]
    found = {chunks[index][0] for index in free}
    pairs = [i for i in free if i + 1 in free and _beside(normal, chunks[i], chunks[i + 1])]
    return found | {f"{chunks[i][0]} {chunks[i + 1][0]}" for i in pairs}


def _taken(reading: Reading) -> list[tuple[int, int]]:
    """Return what the reading understood of the title."""
    places = [
        *(row.place for row in reading.offers),
        *(row.place for row in reading.prices),
        *(row.place for row in reading.marked),
        *(row.place for row in reading.selectors),
    ]
    return [(place.start, place.end) for place in places if place.field == "title"]


def _near_an_offer(chunks: list[tuple[str, int, int]], reading: Reading) -> set[int]:
    near: set[int] = set()
    for offer in reading.offers:
        if offer.place.field != "title":
            continue
        inside = [
            index
            for index, (_text, start, end) in enumerate(chunks)
            if start < offer.place.end and offer.place.start < end
        ]
        if inside:
            near.update(range(inside[0] - REACH, inside[-1] + REACH + 1))
    return near


def _beside(normal: NormalText, one: tuple[str, int, int], other: tuple[str, int, int]) -> bool:
    return normal.original[one[2] : other[1]].isspace()


def count_unknown(row: Unknown, seen: SeenText, reading: Reading) -> None:
    """Count one listing for a row, and keep its title as an example of its account."""
    row.vendors.add(seen.vendor)
    row.n_listings += 1
    row.declared.update(s.id for s in reading.substances)
    if len(row.examples) < EXAMPLES:
        row.examples.setdefault(seen.vendor, masked(seen.text.title))


def masked(title: str) -> str:
    """Return a title whose identifiers (addresses, handles, numbers of phones) are masked."""
    hidden = without_selectors("title", title)
    shown = "".join(MASK if new != old else old for old, new in zip(title, hidden, strict=True))
    return shown[:LONGEST_EXAMPLE]


def is_custom(reading: Reading) -> bool:
    """Whether the listing is for one buyer: its words may be that person's name."""
    return any(mark.value == "custom_listing" for mark in reading.marked)


def _without_parts(rows: list[Unknown]) -> Iterator[Unknown]:
    """Yield the rows without single words that only ever stand in one of the pairs."""
    pairs = Counter[str]()
    for row in rows:
        for word in row.words.split() if " " in row.words else ():
            pairs[word] = max(pairs[word], row.n_listings)
    for row in rows:
        if " " in row.words or pairs[row.words] < row.n_listings:
            yield row


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield str(key)
            yield from _strings(item)
    elif isinstance(value, Iterable):
        for item in value:
            yield from _strings(item)
