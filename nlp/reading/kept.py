# SPDX-License-Identifier: AGPL-3.0-or-later
"""Readings that are kept for the same texts again: a crawl brings most listings many times.

A reading depends on the lexicon and on the texts alone (docs/adr/0038), so that what is
kept is what would be read.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import replace
from threading import Lock

from nlp.model import ListingText, Reading

LEAST = 500  # what a reading takes beside its texts
LARGEST = 20_000  # code points of a listing that is kept
MOST = 4_000_000  # code points of all listings that are kept: with their readings 20 to 40 MB


class KeptReadings:
    """The readings of the texts that were read last, of one reader; safe in threads."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, tuple[Reading, int]] = OrderedDict()
        self._size = 0
        self._lock = Lock()

    def get(self, text: ListingText) -> Reading | None:
        """Return the reading of the same texts, with the id of this one; None for new ones."""
        key = _key(text)
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                return None
            self._kept.move_to_end(key)
        return replace(found[0], id=text.id)

    def keep(self, text: ListingText, reading: Reading) -> None:
        """Keep a reading; those that were not asked for longest are let go."""
        size = _size(text)
        if size > LARGEST:
            return
        with self._lock:
            key = _key(text)
            self._size += size if key not in self._kept else 0
            self._kept[key] = reading, size
            while self._size > MOST:
                _text, (_reading, freed) = self._kept.popitem(last=False)
                self._size -= freed


def _key(text: ListingText) -> Hashable:
    """Return all that a reading takes from a listing: not its id, not its date."""
    price = None if text.price is None else (str(text.price.amount), text.price.currency)
    return (
        text.title, text.description, text.profile, text.ships_text,
        text.category, text.language, price,
    )  # fmt: skip


def _size(text: ListingText) -> int:
    return LEAST + sum(len(content) for _name, content in text.fields())
