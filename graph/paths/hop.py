# SPDX-License-Identifier: AGPL-3.0-or-later
"""One step of a way, and the total order in which ways stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from graph.model import NodeRef

NO_TIME = 2**62
NO_AMOUNT = 2**62

Way = tuple["Hop", ...]
Order = tuple[
    int, int, tuple[int, ...], tuple[str, ...], tuple[tuple[int, str, str, str, int], ...]
]


@dataclass(frozen=True, slots=True)
class Hop:
    """One relationship as it is walked, from ``start`` to ``end``.

    ``against`` says that it points the other way; ``money`` that it moves money:
    ``amount_sat`` and ``at`` (epoch milliseconds) are None where they are not known.
    """

    start: NodeRef
    end: NodeRef
    kind: str
    against: bool
    money: bool
    amount_sat: int | None
    at: int | None
    tier: str
    rule: str
    confidence: str
    record_id: str
    txid: str
    vout: int

    @property
    def amount_or_most(self) -> int:
        """The amount that limits a way; where there is none, nothing is limited."""
        return NO_AMOUNT if self.amount_sat is None else self.amount_sat

    @property
    def time(self) -> int:
        """The time to compare by: of money only; unknown times stand last."""
        return self.at if self.money and self.at is not None else NO_TIME

    @property
    def tie(self) -> tuple[int, str, str, str, int]:
        """What decides between two hops of the same nodes, amount limit and time."""
        return (-self.amount_or_most, self.kind, self.record_id, self.txid, self.vout)


def order_of(way: Sequence[Hop]) -> Order:
    """Return the sort key: fewest hops, largest smallest amount, earliest, then by keys."""
    return (
        len(way),
        -min((hop.amount_or_most for hop in way), default=NO_AMOUNT),
        tuple(hop.time for hop in way),
        tuple(name for hop in way for name in (hop.end.label, hop.end.key)),
        tuple(hop.tie for hop in way),
    )


def nodes_of(way: Sequence[Hop]) -> tuple[NodeRef, ...]:
    """Return the nodes of a way, both ends included."""
    return (way[0].start, *(hop.end for hop in way))


def in_time_order(way: Sequence[Hop]) -> bool:
    """Tell whether no payment of a way is earlier than the payment before it."""
    times = [hop.at for hop in way if hop.money and hop.at is not None]
    return all(before <= after for before, after in pairwise(times))
