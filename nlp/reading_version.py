# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which reader, lexicon and rates a reading was made with: what its records cite."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from nlp.reading import ListingReader
from vestigo.rates import RateTable
from vestigo.settings import section_digest

SOURCES = ("nlp", "vestigo.identifiers")


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
    for package in SOURCES:
        sources = [one for one in files(package).iterdir() if one.name.endswith(".py")]
        for source in sorted(sources, key=lambda one: one.name):
            content = hashlib.sha256(source.read_bytes()).hexdigest()
            total.update(f"{package}/{source.name}\n{content}\n".encode())
    return total.hexdigest()
