# SPDX-License-Identifier: AGPL-3.0-or-later
"""Templates of the range and how text gets into them: everything is escaped."""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

PAGES = Path(__file__).parent.parent / "pages"
SHARED = "shared"


@cache
def templates(layout: str) -> Environment:
    """Return the templates of a layout, compiled once; ``shared`` has those of all."""
    environment = Environment(
        loader=FileSystemLoader([PAGES / layout, PAGES / SHARED]),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"shown": shown, "lines": lines}
    return environment


def shown(text: str) -> Markup:
    """Return ``text`` escaped; control and format marks as character references."""
    if text.isprintable():
        return escape(text)
    return Markup("").join(_reference(character) for character in text)


def lines(text: str) -> Markup:
    """Return ``text`` like ``shown`` with a ``<br>`` at each line end."""
    return Markup("<br>\n").join(shown(line) for line in text.split("\n"))


def _reference(character: str) -> Markup:
    if unicodedata.category(character)[0] == "C" and character not in "\n\t":
        return Markup(f"&#x{ord(character):x};")  # noqa: S704  the text is a number of ours
    return escape(character)
