# SPDX-License-Identifier: AGPL-3.0-or-later
"""How much of a market is known and fetched, and what each pass knows of each listing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from crawler.estimating import Sighting
from crawler.frontier import Frontier
from crawler.job import Coverage
from crawler.market import MarketProfile
from crawler.market.profile import link_target

NO_WAY = ("", "redirect")
GONE = ("not-found", "soft-404")
MIRROR = "mirror"
_STRONGEST = ("on-sale", "gone", "failed", "waiting", "refused")


class Link(NamedTuple):
    """A link to a listing: its key, the kind of page that has it, what became of it, its host."""

    listing: str
    way: str
    state: str
    host: str = ""


def coverage_of(path: Path) -> Coverage:
    """Return the coverage that the frontier at ``path`` shows."""
    with closing(Frontier(path, reading=True)) as frontier:
        return frontier.coverage()


def listing_key(profile: MarketProfile, uri: str) -> str:
    """Return the key that the address of a listing names, else its path and query.

    The host has no part in it: mirrors of a market show the same listings.
    """
    target = link_target(uri)
    match = profile.listing.key_uri.search(target)
    return match["key"] if match else target


def sightings_of(path: Path, pass_no: int) -> list[Sighting]:
    """Return what the frontier of one pass knows of each listing."""
    with closing(Frontier(path, reading=True)) as frontier:
        home = home_of(_links(frontier))
        return list(sighted(_links(frontier), home, pass_no))


def _links(frontier: Frontier) -> Iterator[Link]:
    """Yield every link to a listing, sorted by its key: there can be hundreds of thousands."""
    for key, way, state, kind, uri in frontier.listings():
        yield Link(key, way, listing_state(state, kind), urlsplit(uri).netloc)


def listing_state(state: str, page_kind: str) -> str:
    """Return the state of a listing from that of its page and the kind that the page was."""
    if state == "done":
        return "on-sale" if page_kind == "listing" else "gone" if page_kind in GONE else "failed"
    return state if state in ("failed", "refused") else "waiting"


def sighted(links: Iterable[Link], home: str, pass_no: int) -> Iterator[Sighting]:
    """Yield one sighting a listing from links, which are sorted by listing.

    A listing that one of its addresses shows is on sale, whatever the others show.  Hosts
    other than ``home`` are mirrors: what their pages link to was found by one further
    way, ``mirror``.
    """
    kept: dict[frozenset[str], frozenset[str]] = {}
    for key, group in groupby(links, key=attrgetter("listing")):
        rows = list(group)
        ways = frozenset(
            one.way if one.host == home else MIRROR for one in rows if one.way not in NO_WAY
        )
        state = min((one.state for one in rows), key=_STRONGEST.index)
        yield Sighting(pass_no, key, kept.setdefault(ways, ways), state)


def home_of(links: Iterable[Link]) -> str:
    """Return the host that names most listings (links sorted by listing), first by name."""
    named: Counter[str] = Counter()
    for _key, group in groupby(links, key=attrgetter("listing")):
        named.update({one.host for one in group if one.way not in NO_WAY})
    return min(named, key=lambda host: (-named[host], host), default="")
