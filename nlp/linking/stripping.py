# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is left of a profile when keys, signatures and identifiers are taken out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from nlp.linking.profile import Profile
from nlp.model import SelectorFound
from nlp.selectors.in_text import opaque_places, read_selectors
from nlp.text.normalizing import normalize

MAX_COMPARED = 20_000
ARMOUR = re.compile(
    r"-{3,6}\s*BEGIN PGP (?P<what>[A-Z ]{3,30}?)\s*-{3,6}.*?"
    r"(?:-{2,6}\s*END PGP (?P=what)\s*-{0,6}|\Z)",
    re.DOTALL,
)
SIGNED_HEAD = re.compile(r"-{3,6}\s*BEGIN PGP SIGNED MESSAGE\s*-{3,6}[ \t]*\n?(?:Hash:[^\n]*)?")
WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")


@dataclass(frozen=True, slots=True)
class PlainText:
    """The text of a profile that is compared, and the identifiers that stood in it.

    ``shown`` keeps its lines and letters; ``normal`` is lower case without accents;
    ``words`` are the words of ``normal`` in order.
    """

    shown: str
    normal: str
    words: tuple[str, ...]
    selectors: tuple[SelectorFound, ...]


def plain_text(profile: Profile) -> PlainText:
    """Return the text of ``profile`` without armour and identifiers (20,000 characters)."""
    without_armour = strip_armour(profile.text)[:MAX_COMPARED]
    selectors, _unread = read_selectors("profile", without_armour)
    shown = _blanked(without_armour, opaque_places("profile", without_armour))
    normal = normalize(shown).normal
    words = tuple(match.group() for match in WORD.finditer(normal))
    return PlainText(shown, normal, words, tuple(selectors))


def strip_armour(text: str) -> str:
    """Return ``text`` without key blocks and signatures; what was signed stays."""
    return ARMOUR.sub("\n", SIGNED_HEAD.sub("", text))


def _blanked(text: str, places: Sequence[tuple[int, int]]) -> str:
    pieces, at = [], 0
    for start, end in sorted(places):
        if end > at:
            pieces += [text[at : max(start, at)], " "]
            at = end
    return "".join((*pieces, text[at:]))
