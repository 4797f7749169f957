# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which of the known languages a text is written in (``nlp.language.v1``).

Counts of function words decide; a title rarely holds enough of them, and then the
answer is None rather than a guess.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

MIN_HITS = 3
MARGIN = 1.3
MAX_WORDS = 2000


def detect_language(words: Iterable[str], known: Mapping[str, Iterable[str]]) -> str | None:
    """Return the language code whose function words are clearly the most frequent."""
    counts = dict.fromkeys(known, 0)
    index: dict[str, list[str]] = {}
    for language, function_words in known.items():
        for word in function_words:
            index.setdefault(word, []).append(language)
    for _n, word in zip(range(MAX_WORDS), words, strict=False):
        for language in index.get(word, ()):
            counts[language] += 1
    ranked = sorted(counts, key=lambda language: (-counts[language], language))
    best, second = counts[ranked[0]], counts[ranked[1]]
    if best < MIN_HITS or best < MARGIN * second:
        return None
    return ranked[0]
