# SPDX-License-Identifier: AGPL-3.0-or-later
"""Groups of inputs out of which several people could have paid together."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import combinations

# so many inputs: the largest group of them that one peer may have brought.  With more
# inputs fewer at once, or nearly every sum would be that of some group.
GROUPS = ((12, 4), (30, 3), (100, 2))
SPARED = 6  # of so many peers one may have brought more inputs than that
MOST_STEPS = 20_000

Groups = list[tuple[int, int]]


def peers_could_pay(brought: Sequence[int], wanted: Sequence[int], earned: int, paid: int) -> bool:
    """Return whether disjoint groups of inputs sum to what the peers got.

    All in satoshi, one sum of ``wanted`` a peer, of which it ``earned`` or to which it
    ``paid`` so much at most.  One peer (who pays all fees) has what the others leave, and
    with many peers some are spared.
    """
    groups = _groups(brought)
    options = [_near(groups, sums - earned, sums + paid) for sums in wanted]
    options.sort(key=len)
    needed = len(options) - 1 - len(options) // SPARED
    steps = [MOST_STEPS]
    return _fits(options, 0, len(options) - needed, (1 << len(brought)) - 1, steps)


def _groups(brought: Sequence[int]) -> Groups:
    """Return sum and members (as bits) of every group, by sum."""
    most = next((most for n, most in GROUPS if len(brought) <= n), 1)
    return sorted(
        (sum(brought[one] for one in members), sum(1 << one for one in members))
        for size in range(1, most + 1)
        for members in combinations(range(len(brought)), size)
    )


def _near(groups: Groups, least: int, most: int) -> list[int]:
    """Return the members of the groups between two sums, the most exact ones first."""
    first = bisect_left(groups, (least, 0))
    last = bisect_right(groups, most, key=lambda group: group[0])
    return [members for _sum, members in reversed(groups[first:last])]


def _fits(options: list[list[int]], at: int, spared: int, free: int, steps: list[int]) -> bool:
    """Return whether the peers from ``at`` on find inputs, and the ``spared`` have the rest."""
    if len(options) - at <= spared:
        return free != 0
    steps[0] -= 1
    if steps[0] < 0:
        return False
    for members in options[at]:
        if members & free == members and _fits(options, at + 1, spared, free ^ members, steps):
            return True
    return spared > 0 and _fits(options, at + 1, spared - 1, free, steps)
