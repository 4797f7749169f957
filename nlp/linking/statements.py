# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where a profile names another account: "also known as X", "X on market Y", a link to X."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from nlp.linking.handles import bare_name, plain_name
from nlp.text.normalizing import normalize

MIN_NAME, MIN_BARE = 4, 6
MAX_WORDS = 4
BEFORE, AFTER = 60, 40
TOKEN = re.compile(r"[^\W_]+")
CUE = re.compile(
    r"(?:\b(?:also|aka|a\.k\.a|formerly|former|previously|known as|same|my name|our name|"
    r"user ?name|nickname|nick|account|profile|vendor|find (?:me|us)|i am|we are|i'm|we're|"
    r"i was|we were|"
    r"under the name|as|tambien|antes|conocid[oa]s?|soy|somos|usuario|mismo|fui|anteriormente|"
    r"tambem|sou|eramos|aussi|anciennement|connu|ehemals|auch|bekannt|ook|voorheen|bekend)\b"
    r"|id=|user/|vendor/|profile/|u=|/)[^\n]{0,25}$"
)
WARNING = re.compile(
    r"\b(?:scam\w*|fake\w*|impost[eo]r\w*|impersonat\w*|phish\w*|imitat\w*|copycat\w*|clone\w*|"
    r"not (?:us|me|affiliated|related)|beware|rip+er|stole\w*|stealing|falso|estafador\w*|"
    r"impostor\w*|faux|betrug\w*|nep\w{0,3})\b"
)


@dataclass(frozen=True, slots=True)
class Naming:
    """How the text of one account names another: ``statement`` or ``mention``; where."""

    level: str
    start: int
    end: int


def namings(text: str, names: Mapping[str, object]) -> dict[str, Naming]:
    """Return for each plain name in ``names`` that ``text`` holds how it stands there.

    A naming next to words of warning ("beware of the fake X") is none.  ``start`` and
    ``end`` are code points of ``text``; a statement is preferred to a mention, then the
    first.
    """
    normal = normalize(text)
    tokens = [match.span() for match in TOKEN.finditer(normal.normal)]
    found: dict[str, Naming] = {}
    for first, (start, _end) in enumerate(tokens):
        joined = ""
        for last in range(first, min(first + MAX_WORDS, len(tokens))):
            joined += normal.normal[slice(*tokens[last])]
            if len(joined) < MIN_NAME or joined not in names:
                continue
            level = _level(normal.normal, start, tokens[last][1])
            known = found.get(joined)
            if level and (known is None or (known.level, level) == ("mention", "statement")):
                found[joined] = Naming(level, *normal.span(start, tokens[last][1]))
    return found


def _level(text: str, start: int, end: int) -> str:
    before, after = text[max(0, start - BEFORE) : start], text[end : end + AFTER]
    if WARNING.search(before) or WARNING.search(after.partition("\n")[0]):
        return ""
    return "statement" if CUE.search(before) else "mention"


@lru_cache(maxsize=100_000)
def nameable(handle: str, common_words: frozenset[str]) -> str:
    """Return the plain name that is looked for in texts, or "" where it is an everyday word."""
    return _looked_for(plain_name(normalize(handle).normal), common_words)


@lru_cache(maxsize=100_000)
def called_names(handle: str, common_words: frozenset[str]) -> tuple[str, ...]:
    """Return how a text may call an account: its name, and the name without affixes."""
    bare = _looked_for(bare_name(normalize(handle).normal), common_words)
    names = (nameable(handle, common_words), bare if len(bare) >= MIN_BARE else "")
    return tuple(name for name in dict.fromkeys(names) if name)


def _looked_for(name: str, common_words: frozenset[str]) -> str:
    everyday = name in common_words or name.removesuffix("s") in common_words
    return name if len(name) >= MIN_NAME and not everyday else ""
