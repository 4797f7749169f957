# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a dose may be per: "10 mg/ml", "10 mg per 5 ml", "25 mcg/h" (a strength, no offer)."""

from __future__ import annotations

from collections.abc import Callable

PER_AMOUNTS = ("ml", "kg", "h", "hr", "hrs", "hour", "day", "g", "l", "cc")
PER_MILLILITRES = ("par", "por", "pro", "je", "per")


def per_amount(text: Callable[[int], str], index: int) -> int:
    """Return where "/ml", "per 1ml", "/h" ends that makes a dose a concentration; else 0.

    ``text`` gives the text of a token by its index; ``index`` is behind the dose.
    """
    if text(index) in PER_MILLILITRES and text(index + 2) == "ml":
        return index + 3  # "10 mg per 5 ml"
    if text(index) not in ("/", "per", "in"):
        return 0
    number = text(index + 1) == "1"
    if number and text(index + 2) in ("g", "kg"):
        return 0  # "500mg / 1g": two options
    if text(index) == "in" and not number:
        return 0
    unit = index + 1 + number
    return unit + 1 if text(unit) in PER_AMOUNTS else 0
