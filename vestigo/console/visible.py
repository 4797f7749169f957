# SPDX-License-Identifier: AGPL-3.0-or-later
r"""Captured text made harmless and visible: nothing in it acts, nothing in it hides.

Markup is escaped; control, ANSI, bidirectional and other format marks are shown as
``\u202e`` in a span of their own.  Line feeds and tabs stay.
"""

from __future__ import annotations

import unicodedata
from itertools import groupby

from markupsafe import Markup, escape

LAST_LATIN_1 = 0xFF
LONGEST_WORD = 24
_SEPARATORS = "\u2028\u2029"


def hidden(character: str) -> bool:
    """Return whether ``character`` would act on the page or hide instead of being seen."""
    if character in "\n\t":
        return False
    return unicodedata.category(character)[0] == "C" or character in _SEPARATORS


def escaped(character: str) -> str:
    r"""Return the visible form of a hidden character, e.g. ``\x1b`` or ``\u202e``."""
    point = ord(character)
    if point <= LAST_LATIN_1:
        return f"\\x{point:02x}"
    return f"\\u{point:04x}"


def plain(text: str) -> str:
    """Return ``text`` with hidden characters in their visible form, without markup."""
    return "".join(escaped(c) if hidden(c) else c for c in text)


def seen(text: object) -> Markup:
    """Return captured ``text`` as safe markup; hidden characters stand in ``span.esc``."""
    if text is None:
        return Markup("")
    parts = []
    for is_hidden, run in groupby(str(text), key=hidden):
        if is_hidden:
            visible = "".join(escaped(c) for c in run)
            parts.append(Markup('<span class="esc">{}</span>').format(visible))
        else:
            parts.append(escape("".join(run)))
    return Markup("").join(parts)


def quoted(text: object) -> Markup:
    """Return captured text set apart from ours, whatever direction it is written in.

    Text without a place to break may break anywhere: it must not push a table off the page.
    """
    shown = seen(text)
    longest = max(map(len, str(text).split()), default=0)
    if longest > LONGEST_WORD:
        return Markup('<bdi class="long">{}</bdi>').format(shown)
    return Markup("<bdi>{}</bdi>").format(shown)
