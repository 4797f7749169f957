# SPDX-License-Identifier: AGPL-3.0-or-later
"""The likeliest other accounts of each account (``nlp.linking.v1``)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from nlp.linking.comparing import Comparison
from nlp.linking.profile import Profile
from nlp.linking.table import Table
from nlp.linking.weighing import Verdict, weigh

MOST = 10
FOUR = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two accounts (by number in the input) and what speaks for and against one party."""

    one: int
    other: int
    verdict: Verdict

    @property
    def probability(self) -> Decimal:
        """The probability with four places, never 0 and never 1."""
        return rounded(self.verdict.probability)


def rounded(probability: float) -> Decimal:
    """Return ``probability`` with four places between 0.0001 and 0.9999."""
    exact = Decimal(repr(probability)).quantize(FOUR, rounding=ROUND_HALF_EVEN)
    return min(max(exact, FOUR), 1 - FOUR)


def likeliest(
    profiles: Sequence[Profile],
    table: Table,
    most: int = MOST,
    on_account: Callable[[], None] = lambda: None,
) -> Iterator[list[Pair]]:
    """Yield for each profile, in order, its likeliest other accounts.

    At most ``most`` pairs each, by probability (four places) descending, then by the
    id of the other.
    """
    comparison = Comparison(profiles, table)
    for one in range(len(profiles)):
        others = comparison.candidates.of(one)
        found = [
            Pair(one, other, weigh(readings, len(profiles), table))
            for other, readings in zip(others, comparison.readings(one, others), strict=True)
        ]
        found.sort(key=lambda pair: (-pair.probability, profiles[pair.other].id, pair.other))
        yield found[:most]
        on_account()
