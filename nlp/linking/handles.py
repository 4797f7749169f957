# SPDX-License-Identifier: AGPL-3.0-or-later
"""How alike two names are: the same, the same written otherwise, one inside the other."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

LEET = str.maketrans("013457$@!|8", "oleastsaiib")
# Words that sellers put around their name; without them the name is the same.
AFFIXES = (
    "official", "original", "therealdeal", "thereal", "real", "vendor", "shop", "store", "team",
    "back", "new", "the", "uk", "usa", "us", "eu", "au", "aus", "nl", "de", "ca", "inc", "ltd",
    "co", "xxx",
)  # fmt: skip
MIN_CORE = 4
MIN_INSIDE = 5
PREFIX_WEIGHT = 0.1
MAX_PREFIX = 4


@lru_cache(maxsize=200_000)
def plain_name(name: str) -> str:
    """Return ``name`` in lower case, letters and digits only, without accents."""
    folded = unicodedata.normalize("NFKD", name).casefold()
    return "".join(c for c in folded if c.isalnum())


@lru_cache(maxsize=200_000)
def bare_name(name: str) -> str:
    """Return the plain name without digits at its end and without usual affixes."""
    return _stripped(plain_name(name).rstrip("0123456789"))


@lru_cache(maxsize=200_000)
def core_name(name: str) -> str:
    """Return the bare name with digits read as letters and doubled letters as one."""
    core = _stripped(_without_digits(plain_name(name)).translate(LEET))
    return re.sub(r"(.)\1+", r"\1", core)


def _without_digits(plain: str) -> str:
    bare = re.sub(r"^\d+|\d+$", "", plain)
    return bare if len(bare) >= MIN_CORE else plain


def _stripped(core: str) -> str:
    shorter = _without_affix(core)
    while shorter != core:
        core, shorter = shorter, _without_affix(shorter)
    return core


def _without_affix(core: str) -> str:
    """Return ``core`` without the first usual affix that leaves enough of it."""
    cuts = (cut for a in AFFIXES for cut in (core.removeprefix(a), core.removesuffix(a)))
    return next((cut for cut in cuts if cut != core and len(cut) >= MIN_CORE), core)


def name_level(one: str, other: str) -> str:
    """Return how alike two names are, as a level of the signal ``handle``.

    ``identical`` (letters and digits), ``same_core``, ``inside`` (one holds the other),
    ``close`` and ``similar`` (Jaro-Winkler of the cores at least .93 and .87),
    ``different``; ``missing`` where a name holds no letter and no digit.
    """
    plain_one, plain_other = plain_name(one), plain_name(other)
    if not plain_one or not plain_other:
        return "missing"
    if plain_one == plain_other:
        return "identical"
    core_one, core_other = core_name(one), core_name(other)
    if core_one == core_other:
        return "same_core"
    short, long = sorted((core_one, core_other), key=len)
    if len(short) >= MIN_INSIDE and short in long:
        return "inside"
    alike = jaro_winkler(core_one, core_other)
    return "close" if alike >= 0.93 else "similar" if alike >= 0.87 else "different"  # noqa: PLR2004


def jaro_winkler(one: str, other: str) -> float:
    """Return the Jaro-Winkler similarity of two strings (0 to 1; Winkler 1990)."""
    alike = _jaro(one, other)
    shared = 0
    for a, b in zip(one[:MAX_PREFIX], other[:MAX_PREFIX], strict=False):
        if a != b:
            break
        shared += 1
    return alike + shared * PREFIX_WEIGHT * (1 - alike)


def _jaro(one: str, other: str) -> float:
    if not one or not other:
        return 0.0
    window = max(max(len(one), len(other)) // 2 - 1, 0)
    taken = [False] * len(other)
    matched = []
    for i, letter in enumerate(one):
        for j in range(max(0, i - window), min(len(other), i + window + 1)):
            if not taken[j] and other[j] == letter:
                taken[j] = True
                matched.append(letter)
                break
    if not matched:
        return 0.0
    second = [letter for letter, used in zip(other, taken, strict=True) if used]
    swapped = sum(a != b for a, b in zip(matched, second, strict=True)) // 2
    n = len(matched)
    return (n / len(one) + n / len(other) + (n - swapped) / n) / 3
