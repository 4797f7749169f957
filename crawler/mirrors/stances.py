# SPDX-License-Identifier: AGPL-3.0-or-later
"""What one sentence says of the addresses that it holds or introduces.

A sentence about *all others* never speaks of the addresses beside it; one about phishing as
such, or about what has not happened to the market, speaks of none.  What cannot be told is
said to be so: an address is neither accepted nor called a copy by a guess.
"""

from __future__ import annotations

import re
from enum import Enum

from crawler.mirrors import wording as words

LABEL_WORDS, LABEL_UNKNOWN = 4, 2
_CLAUSES = re.compile(r"[,;:|()\[\]–—]|\s-+\s|\s(?:but|pero|mas|mais|aber|sondern|но|maar)\s")
_WORD = re.compile(r"[^\W\d_]{2,}")
_QUOTES = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "…": "."})


class Stance(Enum):
    """What a sentence says: owned, warned of, open which of both, or nothing at all.

    ``GENERAL`` sentences warn of phishing places without saying which.
    """

    OWNED = "owned"
    WARNED = "warned"
    OPEN = "open"
    GENERAL = "general"
    NONE = "none"


def plain(text: str) -> str:
    """Return ``text`` as the word patterns want it."""
    return " ".join(text.lower().translate(_QUOTES).split())


def stance_of(sentence: str, *, holds: bool, introduces: bool) -> Stance:
    r"""Return what a sentence in plain form says of its addresses, or of those behind it.

    ``holds``: addresses stand in it (as ``\x01``); ``introduces``: it ends as a heading does.
    """
    said = words.ONLY_BUT.sub(" only ", words.NOT_HAPPENED.sub(" ", sentence))
    if words.COMPLEMENT.search(said):
        return _of_the_others(said, holds=holds, introduces=introduces)
    rest = words.GENERAL.sub(" ", said)
    owned = _owning(rest)
    warned = words.WARNED.search(rest) or words.COPIES.search(rest)
    meant = holds or introduces or words.DEIXIS.search(rest) is not None
    if warned:
        return _warned(warned, owned, meant=meant)
    if rest != said and not owned:
        return _general(said, holds=holds, introduces=introduces)
    elsewhere = words.ELSEWHERE.search(rest) and (holds or introduces)
    if elsewhere or (owned and words.NEGATED.search(rest[: owned.start()])):
        return Stance.OPEN if meant else Stance.NONE
    if owned:
        return Stance.OWNED if meant or words.ADDRESS_WORDS.search(rest) else Stance.NONE
    return _unowned(rest, holds=holds, introduces=introduces, meant=meant)


def _owning(sentence: str) -> re.Match[str] | None:
    """Return the first word that owns addresses, at its place in the sentence."""
    for other in (words.ABOUT_US, words.OF_OTHER_THINGS):
        sentence = other.sub(lambda match: "." * len(match[0]), sentence)
    return words.OURS.search(sentence)


def owns_in_words(sentence: str) -> bool:
    """Say whether a word of owning stands in the sentence, and not only a word for addresses."""
    return _owning(sentence) is not None


def n_unknown(sentence: str) -> int:
    """Return how many words of a sentence are of no list: what they say of addresses is open."""
    rest = sentence
    for known in (words.OURS, words.WEAKLY_OURS, words.LABEL):
        rest = known.sub(" ", rest)
    return sum(word not in words.KNOWN for word in _WORD.findall(rest))


def n_words(sentence: str) -> int:
    """Return how many words a sentence has."""
    return len(_WORD.findall(sentence))


def _of_the_others(said: str, *, holds: bool, introduces: bool) -> Stance:
    """Judge a sentence about what is not in the list."""
    own = [clause for clause in _CLAUSES.split(said) if not words.COMPLEMENT.search(clause)]
    for clause in own:
        bad = words.COPIES.search(clause) or words.WARNED.search(clause)
        if bad and (words.DEIXIS.search(clause) or "\x01" in clause):
            return Stance.OPEN
    if words.EXAMPLE.search(said) and holds:
        return Stance.WARNED if words.COPIES.search(said) else Stance.OPEN
    if words.EXCEPT.search(said) or any(_owns(clause) for clause in own):
        return Stance.OWNED
    if holds and words.ADDRESS_WORDS.search(said) is None and any("\x01" in one for one in own):
        return Stance.NONE
    return Stance.OPEN if holds or introduces else Stance.NONE


def _owns(clause: str) -> bool:
    return bool(words.OURS.search(clause)) and not words.COPIES.search(clause)


def _warned(warned: re.Match[str], owned: re.Match[str] | None, *, meant: bool) -> Stance:
    if owned is not None and owned.start() < warned.start():
        return Stance.OPEN if meant else Stance.NONE
    return Stance.WARNED if meant else Stance.GENERAL


def _general(said: str, *, holds: bool, introduces: bool) -> Stance:
    """Judge a warning of phishing as such, which owns nothing."""
    if not (holds or introduces):
        return Stance.GENERAL if words.PLACES.search(said) else Stance.NONE
    return Stance.WARNED if words.PLACES.search(said) and not holds else Stance.OPEN


def _unowned(rest: str, *, holds: bool, introduces: bool, meant: bool) -> Stance:
    """Judge a sentence that neither owns nor warns in so many words."""
    if words.DOUBTFUL.search(rest) and meant:
        return Stance.OPEN
    label = words.LABEL.search(rest) or words.WEAKLY_OURS.search(rest)
    if label and (holds or introduces) and n_unknown(rest) < LABEL_UNKNOWN:
        return Stance.OWNED
    return Stance.NONE
