# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which of the known languages a text is written in (``nlp.language.v1``).

Counts of function words decide; a title rarely holds enough of them, and then the
answer is None rather than a guess.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice

MIN_HITS = 3
MARGIN = 1.3
ALONE = 2  # hits that decide where no other language has any
MAX_WORDS = 2000


class LanguageDetector:
    """Counts function words of each language."""

    def __init__(self, known: Mapping[str, Iterable[str]]) -> None:
        self._languages = tuple(known)
        self._by_word: dict[str, list[str]] = {}
        for language, function_words in known.items():
            for word in function_words:
                self._by_word.setdefault(word, []).append(language)

    def detect(self, words: Iterable[str]) -> tuple[str | None, str | None]:
        """Return (language, hint): the language where it is clear, and the likelier one.

        The hint is the language that more words speak for than for any other; it only
        helps to weigh ambiguous words and is never reported.
        """
        counts = dict.fromkeys(self._languages, 0)
        by_word = self._by_word
        for word in islice(words, MAX_WORDS):
            if word in by_word:
                for language in by_word[word]:
                    counts[language] += 1
        if not any(counts.values()):
            return None, None  # most titles
        ranked = sorted(counts, key=lambda language: (-counts[language], language))
        best, second = counts[ranked[0]], counts[ranked[1]]
        hint = ranked[0] if best > second else None
        clear = best >= MIN_HITS and best >= MARGIN * second
        clear = clear or (best >= ALONE and not second)
        return (ranked[0] if clear else None), hint
