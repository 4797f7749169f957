# SPDX-License-Identifier: AGPL-3.0-or-later
"""Texts as hashed n-grams, without a dictionary: columns are hashes, counts are small.

Character n-grams (2 to 5) do not cross white space ("char_wb"); word n-grams are words
and pairs of words.  A hash has 20 bits: two grams that meet in one column only blur.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BITS = 20
N_COLUMNS = 1 << BITS
LEAST, MOST = 2, 5
MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
SHIFT = np.uint64(64 - BITS)
BASE = np.uint64(1_000_003)

Columns = NDArray[np.int32]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Grams:
    """Which columns a text has (ascending) and how often."""

    columns: Columns
    counts: NDArray[np.uint16]


def character_grams(text: str) -> Grams:
    """Return the n-grams of 2 to 5 characters of each word with a blank on both sides."""
    padded = f" {' '.join(text.split())} "
    codes = np.frombuffer(padded.encode("utf-32-le", "replace"), dtype=np.uint32).astype(np.uint64)
    blank = np.concatenate(([0], np.cumsum(codes == ord(" "))))
    found = []
    rolled = codes.copy()
    for n in range(2, MOST + 1):
        if len(codes) < n:
            break
        rolled = rolled[:-1] * BASE + codes[n - 1 :]
        starts = np.arange(len(codes) - n + 1)
        inner = blank[starts + n - 1] - blank[starts + 1]
        kept = rolled[inner == 0] if n > LEAST else rolled
        found.append(kept + np.uint64(n))
    return _counted(np.concatenate(found) if found else np.zeros(0, np.uint64))


def word_grams(words: Sequence[str]) -> Grams:
    """Return the words and the pairs of neighbouring words."""
    one = _word_hashes(words)
    return _counted(np.concatenate((one, one[:-1] * BASE + one[1:])) if len(one) else one)


def shingles(words: Sequence[str], n: int) -> NDArray[np.uint64]:
    """Return the hash (64 bits) of each run of ``n`` words, in order."""
    rolled = _word_hashes(words)
    if len(rolled) < n:
        return np.zeros(0, np.uint64)
    total = np.zeros(len(rolled) - n + 1, np.uint64)
    for k in range(n):
        total = total * MULTIPLIER + rolled[k : len(rolled) - n + 1 + k]
    return total


def _word_hashes(words: Sequence[str]) -> NDArray[np.uint64]:
    raw = [word.encode("utf-8", "replace") for word in words]
    return np.array([zlib.crc32(w) << 20 ^ zlib.adler32(w) for w in raw], dtype=np.uint64)


def _counted(hashes: NDArray[np.uint64]) -> Grams:
    columns = ((hashes * MULTIPLIER) >> SHIFT).astype(np.int32)
    unique, counts = np.unique(columns, return_counts=True)
    return Grams(unique, np.minimum(counts, 60_000).astype(np.uint16))
