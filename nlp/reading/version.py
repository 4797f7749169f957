# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which reader, lexicon and rates a reading was made with: what its records cite."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from nlp.reading.reader import ListingReader
from vestigo.rates import RateTable
from vestigo.settings import section_digest

# What decides how a text is read (docs/adr/0038); tests hold it against the imports.
SOURCES = (
    "nlp/model.py", "nlp/text", "nlp/lexicon", "nlp/matching", "nlp/selectors", "nlp/scanning",
    "nlp/substances", "nlp/offers", "nlp/trade", "nlp/prices", "nlp/reading",
    "vestigo/identifiers", "vestigo/rates",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingVersion:
    """SHA-256 of the reader's program text, of the lexicon files, of the rates ("" for none).

    ``again`` counts how often a case went back to a version that it had left: the records
    that were superseded stay so, and what is read again has ids of its own.
    """

    reader: str
    lexicon: str
    rates: str
    again: int = 0

    def digest(self, *, priced: bool) -> str:
        """Return the digest that records cite; only what is ``priced`` depends on rates."""
        plain = {
            "reader": self.reader, "lexicon": self.lexicon, "rates": self.rates if priced else "",
        }  # fmt: skip
        return section_digest({**plain, "again": self.again} if self.again else plain)


def reading_version(reader: ListingReader, rates: RateTable | None) -> ReadingVersion:
    """Return the version of a reading by this program with the lexicon of ``reader``."""
    return ReadingVersion(
        reader=reader_digest(),
        lexicon=reader.lexicon.digest,
        rates=rates.digest if rates is not None else "",
    )


@cache
def reader_digest() -> str:
    """Return the SHA-256 of the program text that reads: any change of it is another reader."""
    total = hashlib.sha256()
    for name in sources():
        package, _slash, inner = name.partition("/")
        content = hashlib.sha256(files(package).joinpath(inner).read_bytes()).hexdigest()
        total.update(f"{name}\n{content}\n".encode())
    return total.hexdigest()


def sources() -> list[str]:
    """Return the files that decide a reading, as ``nlp/…`` and ``vestigo/…``, in order of name."""
    found: list[str] = []
    for name in SOURCES:
        package, _slash, inner = name.partition("/")
        found += _below(files(package).joinpath(inner), name)
    return sorted(found)


def _below(place: Traversable, name: str) -> Iterator[str]:
    if place.is_dir():
        for one in place.iterdir():
            yield from _below(one, f"{name}/{one.name}")
    elif name.endswith(".py"):
        yield name
