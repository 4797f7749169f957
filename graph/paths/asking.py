# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is asked of a search for ways, and what may not be asked together."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field

from graph.model import EDGES, TIERS, NodeRef
from graph.paths.kinds import FACTS, usual
from vestigo.errors import UsageError
from vestigo.i18n import _

ANY_CASH_OUT = "any-cash-out"
FOREVER = 2**53 - 1
MOST_WAYS = 100
MOST_HOPS = 60


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may be read: links of one node, links in all, seconds; steps of the ranking."""

    degree: int = 500
    links: int = 200_000
    seconds: float = 30.0
    tries: int = 200_000


@dataclass(frozen=True, slots=True)
class Asked:
    """One question; ``target`` is None for any cash-out point.

    ``since`` and ``until`` (epoch milliseconds, the second not included) and
    ``minimum_sat`` hold for money only.  ``through`` are nodes that may be passed though
    the way stops there otherwise, each with the reason that was given.
    """

    source: NodeRef
    target: NodeRef | None
    k: int = 5
    most_hops: int = 20
    minimum_sat: int = 0
    since: int = 0
    until: int = FOREVER
    in_time_order: bool = False
    both_ways: bool = False
    facts_only: bool = False
    kinds: tuple[str, ...] = ()
    through: Mapping[NodeRef, str] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        """Refuse what cannot be answered: ``UsageError`` E-GRA-052."""
        if not 1 <= self.k <= MOST_WAYS:
            raise _refused(_("from 1 to {most} ways can be asked for").format(most=MOST_WAYS))
        if not 1 <= self.most_hops <= MOST_HOPS:
            raise _refused(_("a way may have from 1 to {most} hops").format(most=MOST_HOPS))
        if self.in_time_order and self.both_ways:
            raise _refused(_("money that is followed both ways has no order in time"))
        if self.source == self.target:
            raise _refused(_("both ends are the same thing"))
        if self.since >= self.until:
            raise _refused(_("no time lies between these dates"))
        for kind in self.kinds:
            if kind not in EDGES:
                near = difflib.get_close_matches(kind, EDGES, n=1, cutoff=0.0)[0]
                raise _refused(
                    _("{kind} is no type of relationship; the nearest is {near}").format(
                        kind=kind, near=near
                    )
                )

    @property
    def taken(self) -> tuple[str, ...]:
        """The types of relationship that a way may take."""
        if self.kinds:
            return tuple(sorted(set(self.kinds)))
        labels = (self.source.label, *(() if self.target is None else (self.target.label,)))
        return usual(labels)

    @property
    def is_free(self) -> bool:
        """Whether every relationship counts, whatever its tier, time and amount."""
        bounds = (self.minimum_sat, self.since, self.until)
        return bounds == (0, 0, FOREVER) and not self.facts_only

    @property
    def tiers(self) -> tuple[str, ...]:
        """The tiers that count."""
        return FACTS if self.facts_only else TIERS


def _refused(reason: str) -> UsageError:
    return UsageError(
        "E-GRA-052",
        _("This cannot be asked: {reason}.").format(reason=reason),
        remedy=_("“vestigo graph path --help” shows what can be asked."),
    )
