# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which pairs are compared at all (blocking): shared keys, marks, names, rare words.

Below ``ALL_PAIRS`` accounts every pair is compared.  Above, each account is compared with
those that share something exact with it and with those nearest in rare words of text and
titles and in three-letter pieces of the name; what shares nothing of that is not
compared, and would not leave the weak band.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

import numpy as np

from nlp.linking.account import Account
from nlp.linking.grams import Columns
from nlp.linking.handles import core_name
from nlp.linking.wording import Vectors

ALL_PAIRS = 60
MAX_BLOCK = 60  # members of one exact block that an account is compared with
MAX_SHINGLE_BLOCK = 20
MAX_WORD_BLOCK = 64
N_BY_WORDS, N_BY_TITLES, N_BY_NAME = 30, 10, 12
PIECE = 3


class Candidates:
    """The blocks of one input."""

    def __init__(self, accounts: Sequence[Account], text: Vectors, titles: Vectors) -> None:
        self._n = len(accounts)
        self._exact = _Blocks(accounts) if self._n > ALL_PAIRS else None
        self._pieces = _Pieces(accounts)
        self._words = [
            (_Postings(vectors), most)
            for vectors, most in ((text, N_BY_WORDS), (titles, N_BY_TITLES))
        ]

    def of(self, one: int) -> list[int]:
        """Return the accounts that ``one`` is compared with, ascending."""
        if self._exact is None:
            return [other for other in range(self._n) if other != one]
        found = set(self._exact.sharing(one))
        found.update(self._pieces.nearest(one))
        for postings, most in self._words:
            found.update(postings.nearest(one, most))
        found.discard(one)
        return sorted(found)


class _Blocks:
    """Accounts by what they share exactly."""

    def __init__(self, accounts: Sequence[Account]) -> None:
        self._members: dict[str | int, list[int]] = defaultdict(list)
        self._keys: list[list[str | int]] = []
        for number, account in enumerate(accounts):
            keys = sorted(set(_exact_keys(account)))
            every: list[str | int] = [*keys, *account.shingles.tolist()]
            self._keys.append(every)
            for key in every:
                self._members[key].append(number)

    def sharing(self, one: int) -> Iterable[int]:
        """Return who shares something exact; of a crowded block the nearest in the input."""
        found: set[int] = set()
        for key in self._keys[one]:
            members = self._members[key]
            if isinstance(key, int):
                found.update(members if len(members) <= MAX_SHINGLE_BLOCK else ())
            elif len(members) <= MAX_BLOCK:
                found.update(members)
            else:
                at = members.index(one)
                found.update(members[max(0, at - MAX_BLOCK // 2) : at + MAX_BLOCK // 2])
        return found


def _exact_keys(account: Account) -> Iterable[str]:
    marks = account.marks
    own = core_name(account.profile.handle)
    yield from (f"n {core_name(name)}" for name in account.names)
    yield from (f"n {own}" for _once in (1,) if own)
    yield from (f"n {core_name(name)}" for name in account.others_named())
    yield from (f"k {value}" for value in account.keys.fingerprints | marks.fingerprints)
    yield from (f"c {value}" for value in marks.contacts | marks.addresses | marks.links)
    yield from (f"i {value}" for value in account.profile.images)


class _Pieces:
    """Names by their pieces of three letters."""

    def __init__(self, accounts: Sequence[Account]) -> None:
        self._pieces = [_pieces(core_name(account.profile.handle)) for account in accounts]
        self._members: dict[str, list[int]] = defaultdict(list)
        for number, pieces in enumerate(self._pieces):
            for piece in pieces:
                self._members[piece].append(number)

    def nearest(self, one: int) -> list[int]:
        """Return the accounts whose names share the most and rarest pieces."""
        weights: Counter[int] = Counter()
        for piece in sorted(self._pieces[one]):
            members = self._members[piece]
            for other in members[: MAX_BLOCK * 10]:
                weights[other] += 1000 // len(members) + 1
        del weights[one]
        ranked = sorted(weights.items(), key=lambda item: (-item[1], item[0]))
        return [other for other, _weight in ranked[:N_BY_NAME]]


def _pieces(name: str) -> frozenset[str]:
    padded = f"^{name}$" if name else ""
    return frozenset(padded[i : i + PIECE] for i in range(len(padded) - PIECE + 1))


class _Postings:
    """Which texts hold a rare column, for the nearest by shared rare words."""

    def __init__(self, vectors: Vectors) -> None:
        self._vectors = vectors
        self._n = len(vectors.columns)
        rare = vectors.document_frequency <= MAX_WORD_BLOCK
        rows, columns, weights = [], [], []
        for number, (row, weight) in enumerate(zip(vectors.columns, vectors.weights, strict=True)):
            kept = rare[row]
            columns.append(row[kept])
            weights.append(weight[kept])
            rows.append(np.full(int(kept.sum()), number, np.int32))
        flat: Columns = np.concatenate(columns or [np.zeros(0, np.int32)])
        order = np.argsort(flat, kind="stable")
        self._columns = flat[order]
        self._rows = np.concatenate(rows or [np.zeros(0, np.int32)])[order]
        self._weights = np.concatenate(weights or [np.zeros(0, np.float32)])[order]
        self._rare = rare

    def nearest(self, one: int, most: int) -> list[int]:
        """Return up to ``most`` texts by the product of weights over shared rare columns."""
        columns, weights = self._vectors.columns[one], self._vectors.weights[one]
        kept = self._rare[columns]
        columns, weights = columns[kept], weights[kept]
        starts = np.searchsorted(self._columns, columns, "left")
        lengths = np.searchsorted(self._columns, columns, "right") - starts
        if not lengths.sum():
            return []
        ends = np.cumsum(lengths)
        places = np.arange(ends[-1]) - np.repeat(ends - lengths, lengths)
        places += np.repeat(starts, lengths)
        products = self._weights[places] * np.repeat(weights, lengths)
        scores = np.bincount(self._rows[places], weights=products, minlength=self._n)
        scores[one] = 0
        ranked = np.lexsort((np.arange(self._n), -scores))[:most]
        return [int(other) for other in ranked if scores[other] > 0]
