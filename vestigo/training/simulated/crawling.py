# SPDX-License-Identifier: AGPL-3.0-or-later
"""A crawl of one pass of a simulated market: index pages, losses, what was found by which way."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from vestigo.training.simulated.market import Temper, Ware

Page = tuple[str, int, int]  # way, which list of it, number of the page


@dataclass(slots=True)
class Found:
    """What one pass knows of one listing; ``state`` is "" where it was never asked for."""

    ways: set[str] = field(default_factory=set)
    state: str = ""


class Lists:
    """The index pages of one pass: which wares stand on which page."""

    def __init__(
        self, temper: Temper, on_sale: Sequence[Ware], stale: Sequence[Ware], rng: random.Random
    ) -> None:
        self._pages: dict[tuple[str, int], list[list[Ware]]] = {}
        self._size, self._depth = temper.page_size, temper.depth
        open_wares = [w for w in (*on_sale, *stale) if not w.hidden]
        if temper.late:
            newest_born = max((w.born for w in on_sale), default=0)
            open_wares = [
                w for w in open_wares if w.born < newest_born or rng.random() >= temper.late
            ]
        if temper.held_unlisted:
            open_wares = [w for w in open_wares if not w.held]
        newest = sorted(open_wares, key=lambda w: (-w.born, w.key))
        for number in {w.category for w in open_wares}:
            self._add("category", number, [w for w in newest if w.category == number])
        for number in {w.vendor for w in on_sale}:
            mine = [w for w in on_sale if w.vendor == number]
            self._add("vendor", number, mine, deep=True)
        ranked = sorted(open_wares, key=lambda w: (-w.popularity, w.key))
        self._add("search", 0, ranked if temper.picky else newest)
        self._add("references", 0, self._referred(on_sale, temper, rng), deep=True)
        for way in temper.without:
            self._pages = {name: pages for name, pages in self._pages.items() if name[0] != way}

    @staticmethod
    def _referred(wares: Sequence[Ware], temper: Temper, rng: random.Random) -> list[Ware]:
        def weight(ware: Ware) -> float:
            return min(1.0, 0.35 * (ware.popularity if temper.picky else 1.0))

        return [w for w in wares if rng.random() < weight(w)]

    def _add(self, way: str, number: int, wares: Sequence[Ware], *, deep: bool = False) -> None:
        pages = [list(wares[n : n + self._size]) for n in range(0, len(wares), self._size)]
        self._pages[way, number] = pages if deep or not self._depth else pages[: self._depth]

    def firsts(self, ways: Iterable[str]) -> list[Page]:
        """Return the first page of every list of these ways."""
        wanted = set(ways)
        return [(way, n, 0) for way, n in sorted(self._pages) if way in wanted]

    def following(self, page: Page, *, chained: bool) -> list[Page]:
        """Return the pages that this one links to, within its list."""
        way, number, place = page
        last = len(self._pages.get((way, number), ()))
        if chained:
            return [(way, number, place + 1)] if place + 1 < last else []
        return [(way, number, n) for n in range(1, last)] if place == 0 else []

    def wares(self, page: Page) -> list[Ware]:
        """Return what stands on a page."""
        way, number, place = page
        pages = self._pages.get((way, number), [])
        return pages[place] if place < len(pages) else []

    def n_pages(self) -> int:
        """How many index pages there are."""
        return sum(len(pages) for pages in self._pages.values())


class Weather:
    """Which request fails: by chance, in spells, one after the other, or by its category."""

    def __init__(
        self, temper: Temper, rng: random.Random, n_requests: int, blocked: frozenset[int]
    ) -> None:
        self._temper, self._rng, self._blocked = temper, rng, blocked
        length = round(n_requests * temper.outage_share)
        starts = [rng.randrange(max(1, n_requests)) for _n in range(temper.outages)]
        self._spells = [(start, start + length) for start in starts]
        self._end = round(n_requests * temper.budget) if temper.budget else 0
        self._n, self._failed = 0, False

    def over(self) -> bool:
        """Whether the session is lost for good."""
        return bool(self._end) and self._n >= self._end

    def fails(self, page: Page | None, loss: float) -> bool:
        """Say whether the next request fails; ``page`` None is a listing's own page."""
        self._n += 1
        if any(start <= self._n < end for start, end in self._spells):
            return True
        if page is not None and page[0] == "category" and page[1] in self._blocked:
            return True
        chance = self._temper.sticky if self._failed and self._temper.sticky else loss
        self._failed = self._rng.random() < chance
        return self._failed


def crawl_pass(
    temper: Temper, lists: Lists, weather: Weather, on_sale: set[str], seeds: Iterable[str]
) -> dict[str, Found]:
    """Return what one pass knows; ``seeds`` are listings of earlier passes, asked for again."""
    found: dict[str, Found] = {key: Found(state="waiting") for key in sorted(seeds)}
    queue: deque[Page | str] = deque(found)
    vendors: set[int] = set()
    queue.extendleft(reversed(lists.firsts(("category", "search", "references"))))
    while queue and not weather.over():
        asked = queue.popleft()
        if isinstance(asked, str):
            failed = weather.fails(None, temper.listing_loss)
            found[asked].state = "failed" if failed else _shown(asked, on_sale)
            continue
        if weather.fails(asked, temper.page_loss):
            continue
        queue.extend(lists.following(asked, chained=temper.chained))
        for ware in lists.wares(asked):
            if ware.vendor not in vendors:
                vendors.add(ware.vendor)
                queue.append(("vendor", ware.vendor, 0))
            known = found.get(ware.key)
            if known is None:
                known = found[ware.key] = Found(state="waiting")
                queue.append(ware.key)
            known.ways.add(asked[0])
    return found


def _shown(key: str, on_sale: set[str]) -> str:
    return "on-sale" if key in on_sale else "gone"
