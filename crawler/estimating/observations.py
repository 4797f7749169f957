# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is observed of a listing on a pass, and the table of histories that follows from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

STATES = ("on-sale", "gone", "failed", "waiting", "refused")
EARLIER = "earlier"
MOST_LISTS = 5
SPREAD = 3.0

History = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Sighting:
    """One listing (by its key) on one pass.

    ``ways`` are the kinds of pages that linked to it on this pass (none where it was only
    asked for again because an earlier pass had it); ``state`` is one of ``STATES``: its page
    showed a listing, showed that there is none, failed for good, was not asked for yet, or may
    not be asked for.
    """

    pass_no: int
    listing: str
    ways: frozenset[str]
    state: str

    def __post_init__(self) -> None:
        if self.state not in STATES or self.pass_no < 1 or not self.listing:
            raise ValueError(f"no sighting: {self.pass_no} {self.listing!r} {self.state!r}")


@dataclass(frozen=True, slots=True)
class Known:
    """One listing as the last pass knows it: every list that has it, and its state."""

    lists: frozenset[str]
    linked: bool
    state: str

    @property
    def group(self) -> tuple[bool, bool]:
        """Listings that are alike in whether they are still linked and known from before."""
        return self.linked, EARLIER in self.lists


@dataclass(slots=True)
class Resolved:
    """How many of the listings whose page did not come are on sale: mean and variance."""

    mean: float = 0.0
    variance: float = 0.0
    n: int = 0
    shares: dict[tuple[bool, bool], float] = field(default_factory=dict)


def known_at(sightings: Iterable[Sighting], pass_no: int) -> list[Known]:
    """Return the listings of a pass, with the list “earlier” of those on sale before."""
    rows = list(sightings)
    before = {one.listing for one in rows if one.pass_no < pass_no and one.state == "on-sale"}
    found = []
    for one in sorted(rows, key=lambda one: (one.pass_no, one.listing)):
        if one.pass_no == pass_no:
            lists = one.ways | ({EARLIER} if one.listing in before else set())
            found.append(Known(frozenset(lists), bool(one.ways), one.state))
    return found


def resolved(known: Sequence[Known]) -> Resolved:
    """Judge the listings whose page did not come by those of their group whose page did.

    Pages fail together, so that each group counts for a third of its size.
    """
    n = {state: Counter(one.group for one in known if one.state == state) for state in STATES}
    answer = Resolved()
    for group in sorted({one.group for one in known}):
        on_sale, gone = n["on-sale"][group] / SPREAD + 0.5, n["gone"][group] / SPREAD + 0.5
        share = answer.shares[group] = on_sale / (on_sale + gone)
        n_open = sum(n[state][group] for state in ("failed", "waiting", "refused"))
        doubt = share * (1 - share)
        answer.n += n_open
        answer.mean += n_open * share
        answer.variance += n_open * doubt + n_open**2 * doubt / (on_sale + gone + 1)
    return answer


def histories(
    known: Sequence[Known], shares: dict[tuple[bool, bool], float]
) -> dict[History, float]:
    """Return how many listings on sale have which history; one place a list, largest first.

    A listing whose page did not come counts for the share of its group that is on sale.
    Beyond ``MOST_LISTS`` the smallest lists are taken together.
    """
    weighed = [
        (one.lists, 1.0 if one.state == "on-sale" else shares[one.group])
        for one in known
        if one.state != "gone" and one.lists
    ]
    sizes: Counter[str] = Counter()
    for lists, _weight in weighed:
        sizes.update(lists)
    names = sorted(sizes, key=lambda name: (-sizes[name], name))
    groups = [{name} for name in names[: MOST_LISTS - 1]] + [set(names[MOST_LISTS - 1 :])]
    groups = [group for group in groups if group]
    cells: dict[History, float] = {}
    for lists, weight in weighed:
        history = tuple(int(not group.isdisjoint(lists)) for group in groups)
        cells[history] = cells.get(history, 0.0) + weight
    return dict(sorted(cells.items()))
