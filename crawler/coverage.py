# SPDX-License-Identifier: AGPL-3.0-or-later
"""How much of a market is known and fetched, and what each pass knows of each listing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
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
        rows = [
            Link(key, way, listing_state(state, kind), urlsplit(uri).netloc)
            for key, way, state, kind, uri in frontier.listings()
        ]
    return list(sighted(rows, pass_no))


def listing_state(state: str, page_kind: str) -> str:
    """Return the state of a listing from that of its page and the kind that the page was."""
    if state == "done":
        return "on-sale" if page_kind == "listing" else "gone" if page_kind in GONE else "failed"
    return state if state in ("failed", "refused") else "waiting"


def sighted(links: Sequence[Link], pass_no: int) -> Iterator[Sighting]:
    """Yield one sighting a listing from links, several of a listing joined.

    A listing that one of its addresses shows is on sale, whatever the others show.  Hosts
    other than the one that names most listings are mirrors: what their pages link to was
    found by one further way, ``mirror``.
    """
    home = _home(links)
    ways: dict[str, set[str]] = {}
    states: dict[str, str] = {}
    for link in links:
        known = ways.setdefault(link.listing, set())
        if link.way not in NO_WAY:
            known.add(link.way if link.host == home else MIRROR)
        states[link.listing] = min(
            link.state, states.get(link.listing, link.state), key=_STRONGEST.index
        )
    for key, state in sorted(states.items()):
        yield Sighting(pass_no, key, frozenset(ways[key]), state)


def _home(links: Sequence[Link]) -> str:
    """Return the host that names most listings, the first by name of several."""
    named = Counter(
        host for host, _key in {(one.host, one.listing) for one in links if one.way not in NO_WAY}
    )
    return min(named, key=lambda host: (-named[host], host), default="")
