# SPDX-License-Identifier: AGPL-3.0-or-later
"""Identifiers hidden from the rules: no "2mg" is read in the middle of an address."""

from __future__ import annotations

import re

from nlp.selectors.in_text import may_hide_long_words, opaque_places

_RUN_OF_DIGITS = re.compile(r"[0-9]+")
_LONG_WORD = re.compile(r"[A-Za-z0-9]{25,}")
_LEAST_RUNS = 3  # of digits; words that sellers glue together have one or two
SIGN = "|"  # a sign that no quantity, price or term goes over


def without_selectors(field: str, text: str) -> str:
    """Return ``text`` with each identifier as one sign and blanks; all else keeps its place.

    Long words that mix letters and digits are hidden too: an address with a slip in it.
    """
    places = opaque_places(field, text)
    if may_hide_long_words(field, text):
        places += [match.span() for match in _LONG_WORD.finditer(text) if _is_mixed(match.group())]
    pieces: list[str] = []
    at = 0
    for start, end in sorted(places):
        if end <= at:
            continue
        first = max(start, at)
        pieces += [text[at:first], SIGN, " " * (end - first - 1)]
        at = end
    return "".join((*pieces, text[at:]))


def _is_mixed(word: str) -> bool:
    runs = _RUN_OF_DIGITS.findall(word)
    return len(runs) >= _LEAST_RUNS and sum(map(len, runs)) < len(word)
