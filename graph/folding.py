# SPDX-License-Identifier: AGPL-3.0-or-later
"""Words as they are searched: without case, accents and punctuation, the same on every engine.

The projection writes the folded words of a node beside its text; a search folds what
it is asked for in the same way.  So no engine's own analyzer decides what is found.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

# Label -> the properties whose words a search looks through.
SEARCHED: Final[dict[str, tuple[str, ...]]] = {
    "Contact": ("value",),
    "Listing": ("name", "text"),
    "Service": ("name", "key"),
    "Substance": ("name", "key"),
    "VendorAccount": ("handle", "name", "text"),
}
_ASKED: Final = re.compile(r'"([^"]*)"?|(\S+)')


def fold(text: str) -> str:
    """Return the words of ``text``, one blank before, between and after; "" without words.

    A word is a run of letters and digits after Unicode compatibility decomposition,
    case folding and removal of combining marks.
    """
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    kept = []
    for sign in plain:
        category = unicodedata.category(sign)
        if category[0] != "M":
            kept.append(sign if category[0] in "LN" else " ")
    words = "".join(kept).split()
    return f" {' '.join(words)} " if words else ""


def asked_words(text: str) -> list[str]:
    """Return what a search must find in folded words, each once, sorted.

    Words in double quotes stay together; ``hach*`` finds every word that begins so.
    """
    found = set()
    for phrase, word in _ASKED.findall(text):
        folded = fold(phrase or word)
        if folded:
            found.add(folded.rstrip() if word.endswith("*") else folded)
    return sorted(found)


def folded_of(label: str, properties: Mapping[str, object]) -> str:
    """Return the folded words of a node, "" where its label is not searched."""
    texts = [str(properties.get(name, "")) for name in SEARCHED.get(label, ())]
    return fold("\n".join(dict.fromkeys(texts)))
