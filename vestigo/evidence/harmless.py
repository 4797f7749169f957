# SPDX-License-Identifier: AGPL-3.0-or-later
"""Captured text made harmless before it is written where a person reads it."""

from __future__ import annotations

import re
import unicodedata

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
# a spreadsheet set to Spanish, Portuguese or French parts cells at “;”, whatever is quoted
AFTER_SEPARATOR = re.compile('(;["\\s]*)(?=[=+\\-@\uff1d\uff0b\uff0d\uff20])')


def harmless_line(text: str) -> str:
    r"""Return ``text`` in one line, control, ANSI, bidi and private marks escaped (``\u202e``)."""
    return text if text.isprintable() else text.translate(_TABLE)


def harmless_lines(text: str) -> str:
    """Return ``text`` with its line feeds, every other mark escaped."""
    return text if text.isprintable() else text.translate(_TABLE_OF_LINES)


def without_formulas(text: str) -> str:
    """Return the text of a table's cell with an apostrophe before what begins as a formula."""
    shown = AFTER_SEPARATOR.sub(r"\1'", text)
    return f"'{shown}" if text.lstrip().startswith(FORMULA) or text.startswith(FORMULA) else shown


def csv_cell(text: str) -> str:
    """Return a quoted CSV cell that a spreadsheet does not take for a formula, in no part of it."""
    shown = harmless_line(without_formulas(text))
    doubled = shown.replace('"', '""')
    return f'"{doubled}"'


def csv_row(cells: list[str]) -> str:
    """Return one line of a CSV file (RFC 4180)."""
    return ",".join(csv_cell(cell) for cell in cells) + "\r\n"


class _Table(dict[int, int | str]):
    """What each code point is shown as, worked out once a code point."""

    def __missing__(self, point: int) -> int | str:
        character = chr(point)
        self[point] = point if _plain(character) else escaped(character)
        return self[point]


_TABLE = _Table()
_TABLE_OF_LINES = _Table({ord("\n"): "\n"})


def _plain(character: str) -> bool:
    return unicodedata.category(character)[0] != "C" and character not in "\u2028\u2029"


def escaped(character: str) -> str:
    r"""Return a character by its number, as ``\x1b``, ``\u202e`` or ``\U0001f600``."""
    point = ord(character)
    if point < 0x100:  # noqa: PLR2004 (two hexadecimal digits)
        return f"\\x{point:02x}"
    return f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"  # noqa: PLR2004 (likewise)
