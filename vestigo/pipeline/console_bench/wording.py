# SPDX-License-Identifier: AGPL-3.0-or-later
"""Invented texts: titles, descriptions and profiles that are like, but not the same."""

from __future__ import annotations

import random

WORDS = [
    "quality",
    "stealth",
    "shipping",
    "reship",
    "refund",
    "fresh",
    "batch",
    "lab",
    "tested",
    "pure",
    "vacuum",
    "sealed",
    "tracked",
    "discreet",
    "envelope",
    "weekend",
    "order",
    "early",
    "message",
    "before",
    "buying",
    "sample",
    "bulk",
    "price",
    "best",
    "harbour",
    "stock",
    "limited",
    "new",
    "clean",
    "rock",
    "powder",
    "crystal",
    "tablets",
    "imprint",
    "cross",
    "dose",
    "strong",
    "careful",
    "start",
    "low",
    "never",
    "mix",
    "water",
    "dry",
    "cool",
    "dark",
    "place",
    "keep",
    "away",
    "children",
    "reviews",
    "trusted",
    "since",
    "market",
    "escrow",
    "accepted",
    "key",
    "below",
    "write",
    "only",
    "signed",
    "contact",
    "answer",
    "within",
    "day",
]
LENGTH = 60


def described(number: int, substance: str) -> tuple[str, str]:
    """Return title and description (60 words) of a listing; one in ten repeats another's."""
    dice = random.Random(number - number % 10 if number % 10 == 1 else number)  # noqa: S311 (invented)
    text = " ".join(dice.choices(WORDS, k=LENGTH))
    return f"{1 + number % 28} g {substance} no. {number}", f"{substance.capitalize()} {text}."


def profile_of(rank: int) -> str:
    """Return the profile text of a vendor."""
    dice = random.Random(-rank - 1)  # noqa: S311 (invented)
    return f"I am vendor{rank}. " + " ".join(dice.choices(WORDS, k=LENGTH)) + "."
