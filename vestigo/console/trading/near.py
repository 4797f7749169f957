# SPDX-License-Identifier: AGPL-3.0-or-later
"""Listings whose texts are nearly the same: candidates by MinHash, then counted exactly.

Two texts are near-duplicates where at least half of all runs of three words that stand in
one of them stand in both (Jaccard).  That is a measure of wording, not of who wrote it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from nlp.linking.grams import shingles
from vestigo.console.index import CaseIndex, Named, Offer
from vestigo.records import Listing

RUN = 3
LEAST = Decimal("0.5")
BANDS, ROWS = 10, 2
MOST = 50
LONGEST = 20_000
_WORD = re.compile(r"[^\W_]+")
_SEEDS = np.arange(1, BANDS * ROWS + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
Runs = NDArray[np.uint64]
Bands = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Near:
    """A listing that is near another one: the share of runs that stand in both (two places)."""

    one: Named
    share: Decimal


def text_of(listing: Listing) -> str:
    """Return what is compared of a listing: title and description, cut at 20,000 characters."""
    return f"{listing.title}\n{listing.description}"[:LONGEST]


def runs_of(text: str) -> Runs:
    """Return the hashes of the runs of three words of a text, each once."""
    words = [found.casefold() for found in _WORD.findall(text)]
    return np.unique(shingles(words, min(RUN, max(1, len(words)))))


class NearListings:
    """The listings of one index by the bands of their signatures."""

    def __init__(self, index: CaseIndex, before: NearListings | None = None) -> None:
        self._offers: Mapping[str, Offer] = {o.last.id: o for o in index.offers.values()}
        known = before.bands if before else {}
        self.bands: dict[str, Bands] = {
            one: known.get(one) or _bands(runs_of(text_of(offer.last.record)))
            for one, offer in self._offers.items()
        }
        self._members: dict[tuple[int, int], list[str]] = defaultdict(list)
        for one, bands in self.bands.items():
            for band in bands:
                self._members[band].append(one)

    def of(self, listing_id: str, listing: Listing) -> list[Near]:
        """Return the listings nearest to one, the nearest first (at most fifty)."""
        own = runs_of(text_of(listing))
        offers = (listing.market, listing.listing_key)
        others = {other for band in _bands(own) for other in self._members.get(band, ())[:2000]}
        found = [
            Near(offer.last, share)
            for other in others - {listing_id}
            if (offer := self._offers[other]).key != offers
            and (share := _share(own, runs_of(text_of(offer.last.record)))) >= LEAST
        ]
        return sorted(found, key=lambda near: (-near.share, near.one.id))[:MOST]

    def groups(self) -> list[list[Named]]:
        """Return the groups of listings that share a whole band and are near their first."""
        seen: set[str] = set()
        found: list[list[Named]] = []
        for one, offer in self._offers.items():
            if one in seen:
                continue
            near = [n.one for n in self.of(one, offer.last.record) if n.one.id not in seen]
            if near:
                found.append([offer.last, *near])
                seen.update({one, *(n.id for n in near)})
        return sorted(found, key=lambda group: (-len(group), group[0].id))


def _bands(runs: Runs) -> Bands:
    if not len(runs):
        return ()
    mixed = runs[None, :] ^ _SEEDS[:, None]
    mixed = (mixed ^ (mixed >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    least = (mixed ^ (mixed >> np.uint64(32))).min(axis=1).reshape(BANDS, ROWS)
    joined: Iterable[int] = (least[:, 0] * np.uint64(31) + least[:, 1]).tolist()
    return tuple(enumerate(joined))


def _share(one: Runs, other: Runs) -> Decimal:
    both = len(np.intersect1d(one, other, assume_unique=True))
    every = len(one) + len(other) - both
    return (Decimal(both) / Decimal(every)).quantize(Decimal("0.01")) if every else Decimal(0)
