# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which addresses the pages show, on any pass."""

from __future__ import annotations

from dataclasses import dataclass

from vestigo.training.world import World


@dataclass(frozen=True, slots=True)
class Published:
    """An address that a page shows; ``where`` is ``vendor`` or a listing's key.

    ``party`` is the owner of the account ``market``/``vendor``.
    """

    address: str
    market: str
    vendor: str
    party: str
    where: str


def published_in(world: World) -> list[Published]:
    """Return every published address: the profiles of each venue first, then its listings."""
    found: list[Published] = []
    for market in world.markets:
        owner = {one.handle: one.party for one in market.vendors}
        found += [
            Published(one.address, market.key, one.handle, one.party, "vendor")
            for one in market.vendors
        ]
        found += [
            Published(one.direct_address, market.key, one.vendor, owner[one.vendor], one.key)
            for one in market.listings
            if one.direct_address and one.last_pass >= max(one.first_pass, 1)
        ]
    return found
