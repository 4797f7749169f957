# SPDX-License-Identifier: AGPL-3.0-or-later
"""How much of a market is known and fetched, and what each pass knows of each listing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

from crawler.estimating import Sighting
from crawler.frontier import Frontier
from crawler.job import Coverage
from crawler.market import MarketProfile
from crawler.market.profile import link_target

NO_WAY = ("", "redirect")
GONE = ("not-found", "soft-404")


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
        rows = ((key, way, listing_state(state, kind)) for key, way, state, kind, _cause
                in frontier.listings())  # fmt: skip
        return list(sighted(rows, pass_no))


def listing_state(state: str, page_kind: str) -> str:
    """Return the state of a listing from that of its page and the kind that the page was."""
    if state == "done":
        return "on-sale" if page_kind == "listing" else "gone" if page_kind in GONE else "failed"
    return state if state in ("failed", "refused") else "waiting"


def sighted(rows: Iterable[tuple[str, str, str]], pass_no: int) -> Iterator[Sighting]:
    """Yield one sighting a listing from (key, way, state) rows, several of a listing joined.

    A listing that one of its addresses shows is on sale, whatever the others show.
    """
    order = ("on-sale", "gone", "failed", "waiting", "refused")
    ways: dict[str, set[str]] = {}
    states: dict[str, str] = {}
    for key, way, state in rows:
        ways.setdefault(key, set()).update({way} - set(NO_WAY))
        states[key] = min(state, states.get(key, state), key=order.index)
    for key, state in sorted(states.items()):
        yield Sighting(pass_no, key, frozenset(ways[key]), state)
