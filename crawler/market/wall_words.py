# SPDX-License-Identifier: AGPL-3.0-or-later
"""The words of ``config/page_signs.toml``, and texts made comparable with them."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from vestigo.places import config_root
from vestigo.settings import read_toml

_SPACE = re.compile(r"\s+")
_MARK = re.compile("\ue000[0-9]+\ue001")  # where a text stood in the source (document.py)


def comparable(text: str) -> str:
    """Return ``text`` case-folded, without accents, its white space single blanks."""
    return _SPACE.sub(" ", _bare(_MARK.sub(" ", text).casefold())).strip()


@cache
def words_of(kind: str) -> re.Pattern[str]:
    """Return the pattern of all words of a kind, in every language."""
    section = read_toml(config_root() / "page_signs.toml")[kind]
    patterns = [pattern for language in sorted(section) for pattern in section[language]]
    return re.compile("|".join(f"(?:{_bounded(one)})" for one in patterns))


def says(kind: str, text: str) -> bool:
    """Whether a comparable text has the words of a kind."""
    return words_of(kind).search(text) is not None


def _bare(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
    return "".join(c for c in plain if not unicodedata.combining(c))


def _bounded(pattern: str) -> str:
    """Return a pattern that begins at a word (its own anchors stay)."""
    pattern = _bare(pattern)
    anchored = pattern.startswith(("^", r"\b"))
    return (pattern if anchored else rf"\b{pattern}").replace(" ", r"\s")
