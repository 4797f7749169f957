# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which relationships a way may take, and in which direction.

Money is followed from who pays to who is paid; every other relationship holds both
ways.  Hubs that say nothing about two people (a market, a substance, a captured page)
are left out unless they are asked for.
"""

from __future__ import annotations

from typing import Final

from graph.model import EDGES

MONEY: Final = (
    "CASHES_OUT_AT", "ENDS_IN", "HOP", "LEADS_TO", "PAID", "PAID_INTO", "PAYS", "SPENT_IN",
    "TRACED_TO",
)  # fmt: skip
# HOP, LEADS_TO and TRACED_TO say again what PAID says; they are taken when asked for.
USUAL: Final = (
    "CASHES_OUT_AT", "CO_SPENT", "ENDS_IN", "LOOKS_LIKE", "MEMBER_OF", "NAMES", "PAID",
    "PAID_INTO", "PART_OF", "SAME_WALLET", "SELLS", "SHOWS", "TAGGED_AS",
)  # fmt: skip
THROUGH_TRANSACTIONS: Final = ("PAYS", "SPENT_IN")
FACTS: Final = ("captured", "structural")
# Nobody passes through these: money that arrived there is no longer its payer's.
ENDS: Final = ("CashOutPoint", "Service")
# What leads from a stop to the thing that it is a stop for, and not beyond.
TO_ENDS: Final = ("CASHES_OUT_AT", "ENDS_IN", "PAID_INTO", "TAGGED_AS")


def usual(labels: tuple[str, ...]) -> tuple[str, ...]:
    """Return the relationships to take between things of ``labels``, sorted."""
    extra = THROUGH_TRANSACTIONS if "Transaction" in labels else ()
    return tuple(sorted((*USUAL, *extra)))


def starting_at(label: str, kinds: tuple[str, ...], *, money: bool) -> tuple[str, ...]:
    """Return the kinds that begin at nodes of ``label``, of money or of everything else."""
    return tuple(
        kind for kind in kinds
        if (kind in MONEY) is money and any(pair[0] == label for pair in EDGES[kind][0])
    )  # fmt: skip


def ending_at(label: str, kinds: tuple[str, ...], *, money: bool) -> tuple[str, ...]:
    """Return the kinds that end at nodes of ``label``, of money or of everything else."""
    return tuple(
        kind for kind in kinds
        if (kind in MONEY) is money and any(pair[1] == label for pair in EDGES[kind][0])
    )  # fmt: skip


def joining(source: str, target: str, kinds: tuple[str, ...]) -> tuple[str, ...]:
    """Return the kinds that may join two labels in this direction."""
    return tuple(kind for kind in kinds if (source, target) in EDGES[kind][0])
