# SPDX-License-Identifier: AGPL-3.0-or-later
"""What each label and tier looks like; never by colour alone.

The colours are told apart with the common kinds of colour blindness (Okabe and Ito,
"Color Universal Design", 2008, https://jfly.uni-koeln.de/color/).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Look:
    """Fill colour, shape (box, round, hexagon, diamond) and two letters for a label."""

    fill: str
    shape: str
    letters: str


_ORANGE, _SKY, _GREEN, _YELLOW = "#e69f00", "#56b4e9", "#009e73", "#f0e442"
_BLUE, _RED, _PINK, _GREY = "#0072b2", "#d55e00", "#cc79a7", "#999999"

LOOKS = {
    "Address": Look(_SKY, "round", "Ad"),
    "CashOutPoint": Look(_RED, "diamond", "CO"),
    "Cluster": Look(_BLUE, "round", "Cl"),
    "Contact": Look(_YELLOW, "box", "Co"),
    "Exhibit": Look(_GREY, "box", "Ex"),
    "Image": Look(_PINK, "box", "Im"),
    "Judgement": Look(_GREY, "hexagon", "Ju"),
    "Listing": Look(_GREEN, "box", "Li"),
    "Market": Look(_GREEN, "hexagon", "Ma"),
    "PGPKey": Look(_YELLOW, "hexagon", "PK"),
    "Persona": Look(_ORANGE, "hexagon", "Pe"),
    "Service": Look(_RED, "hexagon", "Se"),
    "Substance": Look(_PINK, "round", "Su"),
    "Tag": Look(_GREY, "diamond", "Ta"),
    "Transaction": Look(_BLUE, "box", "Tx"),
    "VendorAccount": Look(_ORANGE, "round", "Ve"),
}

# Dash lengths in pixels by tier: what is no fact is never drawn as a full line.
DASHES: dict[str, tuple[int, ...]] = {
    "structural": (), "captured": (), "heuristic": (9, 6), "attribution": (2, 5),
    "judged": (18, 4),
}  # fmt: skip
