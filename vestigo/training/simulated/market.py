# SPDX-License-Identifier: AGPL-3.0-or-later
"""A market that changes from pass to pass: wares, vendors, categories, holding prices."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Ware:
    """One listing; ``popularity`` is 1 on average; ``hidden``: on the vendor's page only."""

    key: str
    vendor: int
    category: int
    born: int
    popularity: float
    hidden: bool = False
    held: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Temper:
    """How a market and a crawl of it behave; shares are between 0 and 1.

    ``page_loss`` and ``listing_loss``: chance that a page fails for good; ``outages``: how
    many spells of ``outage_share`` of the requests in which nothing answers; ``blocked``: share
    of categories whose pages never answer; ``depth``: most index pages of one list (0: any);
    ``budget``: share of the requests after which the session is lost for good (0: never);
    ``hidden``: share of wares that only their vendor's page links; ``spread``: log-normal
    spread of popularity; ``picky``: whether search and references favour the popular;
    ``sticky``: chance that a failure is followed by another; ``without``: ways
    that the market does not have; ``loss_of_ways``: where there
    are no pages, the share that each way by itself does not find; ``uneven``: spread of the log
    odds with which each listing is found at all; ``late``: share of the newest wares that only
    their vendor's page has so far.
    """

    size: int
    n_passes: int
    new: float
    gone: float
    held: float
    page_loss: float
    listing_loss: float
    page_size: int = 20
    chained: bool = False
    outages: int = 0
    outage_share: float = 0.0
    blocked: float = 0.0
    depth: int = 0
    budget: float = 0.0
    hidden: float = 0.0
    spread: float = 0.6
    picky: bool = False
    sticky: float = 0.0
    without: tuple[str, ...] = ()
    held_unlisted: bool = False
    stale: float = 0.3
    loss_of_ways: float = 0.0
    uneven: float = 0.0
    late: float = 0.0


class MarketHistory:
    """The wares on sale at each pass, and those whose links outlived them."""

    def __init__(self, temper: Temper, rng: random.Random) -> None:
        self._temper, self._rng = temper, rng
        self._n_made = 0
        self.n_vendors = max(4, temper.size // rng.randint(6, 18))
        self.n_categories = max(4, temper.size // rng.randint(25, 60))
        first = [self._make(0) for _number in range(temper.size)]
        self.passes: list[list[Ware]] = [self._settled(first)]
        self.stale: list[list[Ware]] = [[]]
        for number in range(1, temper.n_passes):
            self._move_on(number)

    def _make(self, born: int) -> Ware:
        rng, self._n_made = self._rng, self._n_made + 1
        vendor = min(int(rng.paretovariate(0.9)) - 1 + rng.randrange(4), self.n_vendors - 1)
        if rng.random() < 0.6:  # noqa: PLR2004  most wares are not those of the great vendors
            vendor = rng.randrange(self.n_vendors)
        return Ware(
            key=f"w{self._n_made:05d}",
            vendor=vendor,
            category=rng.randrange(self.n_categories),
            born=born,
            popularity=rng.lognormvariate(-(self._temper.spread**2) / 2, self._temper.spread),
            hidden=rng.random() < self._temper.hidden,
        )

    def _settled(self, wares: list[Ware]) -> list[Ware]:
        held = self._temper.held
        return [replace(one, held=self._rng.random() < held) for one in wares]

    def _move_on(self, number: int) -> None:
        rng, before = self._rng, self.passes[-1]
        staying = [one for one in before if rng.random() >= self._temper.gone]
        kept = {one.key for one in staying}
        left = [one for one in before if one.key not in kept]
        fresh = [self._make(number) for _n in range(round(len(before) * self._temper.new))]
        self.passes.append(self._settled(staying + fresh))
        self.stale.append([one for one in left if rng.random() < self._temper.stale])
