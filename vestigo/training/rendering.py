# SPDX-License-Identifier: AGPL-3.0-or-later
"""How venues write amounts and hide buyers, whatever their layout."""

from __future__ import annotations

import hashlib
from decimal import Decimal

from vestigo.training.stream import Stream
from vestigo.training.vocabulary import common_words
from vestigo.training.world import SAT


def btc(value_sat: int) -> str:
    """Return satoshi as bitcoin with at least five places, as the market shows them."""
    places = 5 if value_sat % 1000 == 0 else 8
    return f"{Decimal(value_sat) / SAT:.{places}f}"


def masked(seed: int, buyer: str) -> str:
    """Return how the market shows a buyer's handle: first and last letter."""
    stream = Stream(seed, "mask", buyer)
    letters = common_words()["buyers"]["first"]
    return f"{stream.pick(letters)}***{stream.pick(letters)}"


def buyer_key(seed: int, buyer: str) -> str:
    """Return the key of a buyer's own page, which says nothing about the name."""
    return hashlib.sha256(f"vestigo.range.buyer/{seed}/{buyer}".encode()).hexdigest()[:10]
