# SPDX-License-Identifier: AGPL-3.0-or-later
"""How close two texts are in their wording, measured against how close strangers are.

Closeness is the geometric mean of two cosines: character n-grams weighted with idf
squared and words with pairs of words weighted with idf cubed, so that rare n-grams that
two texts share decide and what every seller writes counts next to nothing.  Its
*standing* is how many standard deviations it lies above the closeness of both texts to
strangers of the same input.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp.linking.grams import N_COLUMNS, Columns, Floats, Grams, character_grams, word_grams

N_REFERENCES = 64
FEWEST_WORDS, ENOUGH_WORDS = 15, 80  # of a text whose standing can be told, and told in full
CLIP = 0.95  # of the references: another account of the same party is no stranger


@dataclass(frozen=True, slots=True)
class WordingSettings:
    """Published constants of the wording (``[wording]`` of the table).

    ``background`` texts are added to the input, each with every common word in half of
    them; ``stranger_mean`` and ``stranger_deviation`` count as much as
    ``stranger_weight`` strangers.
    """

    background: int
    stranger_mean: float
    stranger_deviation: float
    stranger_weight: int


@dataclass(frozen=True, slots=True)
class Batch:
    """Several rows laid end to end: columns, weights and where each row ends."""

    columns: Columns
    weights: Floats
    lengths: NDArray[np.int64]


class Vectors:
    """Normalised sparse rows over hashed columns, one a text."""

    def __init__(
        self, rows: Sequence[Grams], shared: NDArray[np.int32], background: int, power: float
    ) -> None:
        df = np.zeros(N_COLUMNS, np.float32)
        for row in rows:
            df[row.columns] += 1
        self.document_frequency = df
        self.columns: list[Columns] = []
        self.weights: list[Floats] = []
        for row in rows:
            seen = df[row.columns]
            known = seen + np.float32(background / 2) * shared[row.columns]
            idf = np.maximum(np.log((1 + len(rows) + background) / (1 + known)), 0) ** power
            weights = (1 + np.log(row.counts.astype(np.float32))) * idf
            norm = float(np.sqrt((weights**2).sum()))
            kept = seen > 1
            self.columns.append(row.columns[kept])
            self.weights.append((weights[kept] / (norm or 1)).astype(np.float32))
        self._scratch = np.zeros(N_COLUMNS, np.float32)

    def batch(self, rows: Sequence[int]) -> Batch:
        """Return several rows to compare others with."""
        lengths = np.array([len(self.columns[row]) for row in rows], np.int64)
        columns = [self.columns[row] for row in rows] or [np.zeros(0, np.int32)]
        weights = [self.weights[row] for row in rows] or [np.zeros(0, np.float32)]
        return Batch(np.concatenate(columns), np.concatenate(weights), lengths)

    def cosines(self, one: int, others: Batch) -> Floats:
        """Return the cosine of the text ``one`` with each of ``others``."""
        scratch = self._scratch
        scratch[self.columns[one]] = self.weights[one]
        products = scratch[others.columns] * others.weights
        scratch[self.columns[one]] = 0
        cosines = np.zeros(len(others.lengths), np.float32)
        filled = others.lengths > 0  # a row without columns has no sum of its own
        if filled.any():
            starts = np.cumsum(others.lengths) - others.lengths
            cosines[filled] = np.add.reduceat(products, starts[filled])
        return cosines


class Wording:
    """The wording of all texts of one input."""

    def __init__(
        self,
        texts: Sequence[tuple[str, Sequence[str]]],
        common_words: Iterable[str],
        settings: WordingSettings,
    ) -> None:
        """Take (normal text, its words) of each account."""
        common = sorted(set(common_words))
        characters = [character_grams(text) for text, _words in texts]
        self._characters = Vectors(
            characters, _marked(character_grams(" ".join(common))), settings.background, 2.0
        )
        self.words = Vectors(
            [word_grams(words) for _text, words in texts],
            _marked(_single_words(common)), settings.background, 3.0,
        )  # fmt: skip
        self._settings = settings
        self._n_words = np.array([len(words) for _text, words in texts], np.float64)
        step = max(1, len(texts) // N_REFERENCES)
        self._references = np.arange(0, len(texts), step)
        self._reference_batches = self._batches(self._references.tolist())
        self._strangers: dict[int, tuple[float, float]] = {}

    def closeness(self, one: int, others: Sequence[int]) -> Floats:
        """Return the closeness (0 to 1) of ``one`` to each of ``others``."""
        return self._closeness(one, self._batches(others))

    def _batches(self, others: Sequence[int]) -> tuple[Batch, Batch]:
        return self._characters.batch(others), self.words.batch(others)

    def _closeness(self, one: int, batches: tuple[Batch, Batch]) -> Floats:
        characters, words = batches
        product = self._characters.cosines(one, characters) * self.words.cosines(one, words)
        closeness: Floats = np.sqrt(np.maximum(product, 0))
        return closeness

    def standing(self, one: int, others: Sequence[int]) -> Floats:
        """Return the standing of each pair: deviations above strangers, the mean of both.

        Short texts agree by chance: below 80 words a standing shrinks with their number.
        """
        close = self.closeness(one, others)
        mean, deviation = self.strangers(one)
        theirs = np.array([self.strangers(other) for other in others]).reshape(-1, 2)
        mine = (close - mean) / deviation
        both = (mine + (close - theirs[:, 0]) / theirs[:, 1]) / 2
        shorter = np.minimum(self._n_words[one], self._n_words[list(others)])
        told: Floats = (both * np.sqrt(np.minimum(shorter / ENOUGH_WORDS, 1))).astype(np.float32)
        return told

    def can_be_told(self, one: int) -> bool:
        """Whether the text ``one`` has enough words to be compared."""
        return bool(self._n_words[one] >= FEWEST_WORDS)

    def strangers(self, one: int) -> tuple[float, float]:
        """Return mean and standard deviation of the closeness of ``one`` to strangers."""
        known = self._strangers.get(one)
        if known is None:
            known = self._strangers[one] = self._measured(one)
        return known

    def _measured(self, one: int) -> tuple[float, float]:
        every = self._closeness(one, self._reference_batches)
        close = every[self._references != one].astype(np.float64)
        if len(close):
            close = np.minimum(close, np.quantile(close, CLIP))
        settings = self._settings
        weight, n = settings.stranger_weight, len(close)
        mean = (weight * settings.stranger_mean + close.sum()) / (weight + n)
        squares = weight * settings.stranger_deviation**2 + ((close - mean) ** 2).sum()
        return float(mean), float(np.sqrt(squares / (weight + n)))


def _single_words(words: Sequence[str]) -> Grams:
    found = [word_grams([word]) for word in words]
    columns = np.unique(np.concatenate([row.columns for row in found] or [np.zeros(0, np.int32)]))
    return Grams(columns, np.ones(len(columns), np.uint16))


def _marked(row: Grams) -> NDArray[np.int32]:
    marks = np.zeros(N_COLUMNS, np.int32)
    marks[row.columns] = 1
    return marks
