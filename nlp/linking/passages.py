# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where two texts say the same in the same words: for a person who reads both."""

from __future__ import annotations

from nlp.linking.account import SHINGLE
from nlp.linking.grams import shingles
from nlp.linking.stripping import WORD
from nlp.text.normalizing import normalize


def shared_passages(one: str, other: str) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Return the passages of each text that the other has too: runs of five words or more.

    Spans are [start, end) in code points of the text as given, ascending, not touching.
    """
    words = [_placed_words(text) for text in (one, other)]
    runs = [shingles([word for word, _s, _e in placed], SHINGLE).tolist() for placed in words]
    both = set(runs[0]) & set(runs[1])
    first, second = (_covered(placed, run, both) for placed, run in zip(words, runs, strict=True))
    return first, second


def _placed_words(text: str) -> list[tuple[str, int, int]]:
    normal = normalize(text)
    return [
        (match.group(), *normal.span(match.start(), match.end()))
        for match in WORD.finditer(normal.normal)
    ]


def _covered(
    placed: list[tuple[str, int, int]], runs: list[int], both: set[int]
) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    last = -1  # the last word that is covered
    for number, run in enumerate(runs):
        if run not in both:
            continue
        start = spans.pop()[0] if number <= last + 1 and spans else placed[number][1]
        last = number + SHINGLE - 1
        spans.append((start, placed[last][2]))
    return spans
