# SPDX-License-Identifier: AGPL-3.0-or-later
"""Records about accounts that may be one party: a lead, never an identity."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from vestigo.records.base import Derived, register

LINK_BANDS = ("strong", "possible", "weak")
PAIR_SEPARATOR = " | "


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalWeight:
    """What one comparison of two accounts says: its level and its weight in bits.

    ``weight`` is log2(m/u) of the level (two places): positive speaks for one party,
    negative against, zero where the signal is missing or counted under another name.
    """

    name: str
    level: str
    weight: Decimal


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class VendorLink(Derived):
    """Two vendor accounts that may belong to one party, with every signal's weight.

    ``a`` and ``b`` are ``market/handle`` with ``a`` the lower; ``probability`` is the
    calibrated probability (four places, the same as ``confidence``); ``band`` is out
    of ``LINK_BANDS``.  Nothing merges because of it: that takes a ``Judgement`` of
    ``pair_subject(a, b)``.
    """

    KIND: ClassVar[str] = "vendor_link"

    a: str
    b: str
    probability: Decimal
    band: str
    signals: tuple[SignalWeight, ...]


def pair_subject(one: str, other: str) -> str:
    """Return the subject key of a pair of ``market/handle`` keys: the lower one first."""
    return PAIR_SEPARATOR.join(sorted((one, other)))
