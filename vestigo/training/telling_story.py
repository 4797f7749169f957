# SPDX-License-Identifier: AGPL-3.0-or-later
"""From a seed to the whole story: the same seed tells the same story."""

from __future__ import annotations

from functools import lru_cache

from vestigo.training.goods import words
from vestigo.training.keyring import Keyring
from vestigo.training.listings import assigned_goods, dearest, make_listings
from vestigo.training.orders import make_orders
from vestigo.training.rates import RangeRates
from vestigo.training.story import Story
from vestigo.training.stream import Stream
from vestigo.training.vendors import drawn_handles, make_vendors

N_MIXING = 2


@lru_cache(maxsize=4)
def tell_story(seed: int) -> Story:
    """Return vendors, listings and orders of ``seed``; the ledger is made from it."""
    keyring, rates = Keyring(seed), RangeRates(seed)
    handles = drawn_handles(seed)
    assigned = assigned_goods(seed, handles)
    by_price = sorted(assigned, key=lambda handle: (-dearest(assigned[handle]), handle))
    vendors = make_vendors(seed, handles, set(by_price[:N_MIXING]), keyring)
    listings = make_listings(seed, vendors, assigned, rates, keyring)
    stream = Stream(seed, "avatar")
    return Story(
        seed=seed,
        market_name=words()["market"]["name"],
        notice=words()["market"]["notice"],
        account=f"reader{stream.between(100, 999)}",
        password=stream.block().hex()[:20],
        vendors=tuple(vendors),
        listings=tuple(listings),
        orders=tuple(make_orders(seed, vendors, listings, rates)),
    )
