# SPDX-License-Identifier: AGPL-3.0-or-later
"""Taint accounting through one transaction, in integer satoshi, side by side."""

from ledger.taint.amounts import AMOUNT_METHODS, TaintSpread
from ledger.taint.ordered import ORDERED_METHODS, OrderedSpread, Segment, tainted_sat

__all__ = [
    "AMOUNT_METHODS", "ORDERED_METHODS", "OrderedSpread", "Segment", "TaintSpread", "tainted_sat",
]  # fmt: skip
