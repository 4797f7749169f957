# SPDX-License-Identifier: AGPL-3.0-or-later
"""Numbers joined by an "x" that count nothing: sides of a thing, cartridges."""

from __future__ import annotations

from collections.abc import Callable

from nlp.text.lexing import Token
from nlp.text.values import value_at

LENGTHS = ("cm", "mm", "inch", "inches")
CALIBRES = frozenset(
    (("9", "18"), ("9", "19"), ("7.62", "25"), ("7.62", "39"), ("7.62", "51"), ("7.62", "54"),
     ("5.45", "39"), ("5.56", "45"))
)  # fmt: skip


def measures(
    tokens: list[Token], text: Callable[[int], str], index: int, language: str | None
) -> bool:
    """Whether the "x" at ``index`` stands in "16 x 11 cm": sides of a thing, no count."""
    for _side in range(2):
        number = index + 1 < len(tokens) and tokens[index + 1].kind == "num"
        value = value_at(tokens, index + 1, {}, language) if number else None
        if value is None:
            return False
        index = value.last
        if text(index) != "x":
            break
    return text(index) in LENGTHS


def is_calibre(tokens: list[Token], index: int) -> bool:
    """Whether the "x" at ``index`` stands in "9x19", "7,62x39": a cartridge."""
    if not 0 < index < len(tokens) - 1 or tokens[index - 1].end != tokens[index].start:
        return False
    return (tokens[index - 1].text.replace(",", "."), tokens[index + 1].text) in CALIBRES
