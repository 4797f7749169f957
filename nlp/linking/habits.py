# SPDX-License-Identifier: AGPL-3.0-or-later
"""Habits of writing: how somebody sets capitals, lines, signs and prices."""

from __future__ import annotations

import re
import unicodedata

import numpy as np
from numpy.typing import NDArray

MIN_LETTERS = 300
FLOOR = 0.05  # per 100 characters: what is rarer than this is noise
PER_HUNDRED = tuple(
    re.compile(pattern)
    for pattern in (
        r"!", r"!{2,}", r"\?", r"\.{3,}|…", r",", r",(?=[^\s\d])", r" {2,}", r"\n{2,}", r"[()]",
        r"&", r"'", r"’", r"\*", r"-{3,}", r"={3,}", r"_{3,}", r"~", r"\+", r"/", r":",
        r"(?m)^\s*[-–]\s", r"(?m)^\s*[*•●►→>]+", r"(?m)^\s*\d+[.)]", r"[:;]-?[)D(]",
        r"\bi\b", r"\bI\b", r"\b[A-Z]{3,}\b", r"(?m)^[a-z]", r"[$€£]\s?\d", r"\d\s?[$€£]",
        r"\d(?:g|gr|mg|ug)\b", r"\d (?:g|gr|mg|ug)\b", r"\b(?:u|ur|pls|plz|thx|dont|cant|im)\b",
    )
)  # fmt: skip


def habits_of(shown: str) -> NDArray[np.float64] | None:
    """Return the logarithms of how often each habit shows, or None where the text is short."""
    n_letters = sum(c.isalpha() for c in shown)
    if n_letters < MIN_LETTERS:
        return None
    hundreds = len(shown) / 100
    rates = [len(pattern.findall(shown)) / hundreds for pattern in PER_HUNDRED]
    lines = [line for line in shown.splitlines() if line.strip()]
    rates += [
        sum(c.isupper() for c in shown) / n_letters * 10,
        sum(unicodedata.category(c) == "So" for c in shown) / hundreds,
        len(shown) / max(1, len(lines)) / 20,
    ]
    return np.log(np.array(rates) + FLOOR)


def alikeness(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Return how alike two sets of habits are: 0 is the same, more negative less alike."""
    return -float(np.abs(one - other).mean())
