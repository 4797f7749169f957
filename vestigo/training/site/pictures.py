# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which picture stands where, and the picture itself: harmless shapes on a backdrop.

Parties that sell on two markets use some pictures on both; impostors take those of
the vendor whom they imitate.  Equal names give equal bytes.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Any

from vestigo.training.site.raster import Colour, Raster
from vestigo.training.stream import Stream
from vestigo.training.world import Listing, Market, Vendor, World

SIDE = 64
SHARED_PERCENT = {"same_key": 60, "new_key": 40, "other_name": 25, "impostor": 100}


def avatar_name(market: Market, vendor: Vendor) -> str:
    """Return the name of the picture of a profile."""
    owner = vendor.account
    if _is_shared(market.seed, vendor, "avatar"):
        owner = vendor.related_to
    return f"{owner}/avatar"


def picture_names(market: Market) -> dict[str, str]:
    """Return the name of the picture of each listing, by listing key.

    A vendor's listings are numbered in the order of posting; a shared picture is that of
    the same number on the other account.
    """
    names = {}
    for vendor in market.vendors:
        mine = sorted((one for one in market.listings if one.vendor == vendor.handle), key=_posting)
        for number, listing in enumerate(mine):
            owner = vendor.account
            if _is_shared(market.seed, vendor, number):
                owner = vendor.related_to
            names[listing.key] = f"{owner}/{number}"
    return names


def shared_pictures(world: World) -> list[dict[str, Any]]:
    """Return every picture that several accounts show, for the truth, by digest.

    ``shown_by`` names market, vendor and where: ``vendor`` or the key of a listing.
    """
    shown: dict[str, list[dict[str, str]]] = {}
    for market in world.markets:
        names = picture_names(market)
        for vendor in market.vendors:
            place = {"market": market.key, "vendor": vendor.handle, "where": "vendor"}
            shown.setdefault(avatar_name(market, vendor), []).append(place)
        for listing in market.listings:
            place = {"market": market.key, "vendor": listing.vendor, "where": listing.key}
            shown.setdefault(names[listing.key], []).append(place)
    rows = [
        {"sha256": hashlib.sha256(picture(world.seed, name)).hexdigest(), "shown_by": places}
        for name, places in shown.items()
        if len({(one["market"], one["vendor"]) for one in places}) > 1
    ]
    return sorted(rows, key=lambda row: str(row["sha256"]))


def _is_shared(seed: int, vendor: Vendor, what: str | int) -> bool:
    percent = SHARED_PERCENT.get(vendor.relation, 0) if vendor.related_to else 0
    return Stream(seed, "shared picture", vendor.account, what).chance(percent)


def _posting(listing: Listing) -> tuple[object, str]:
    return listing.posted_on, listing.key


@lru_cache(maxsize=4096)
def picture(seed: int, name: str) -> bytes:
    """Return the PNG (64 x 64) of that name: a bag, a jar, pills or a badge."""
    stream = Stream(seed, "picture", name)
    raster = Raster(SIDE, SIDE, _palette(stream))
    for y in range(SIDE):
        raster.span(y, 0, SIDE, 0 if y < SIDE * 5 // 8 else 1)
    draw = _badge if name.endswith("/avatar") else stream.pick((_bag, _jar, _pills))
    draw(raster, stream)
    return raster.png()


def _palette(stream: Stream) -> tuple[Colour, ...]:
    """Return backdrop, ground, outline and three colours of the thing itself."""
    base = stream.between(96, 176)
    tint = [stream.between(-28, 28) for _channel in range(3)]
    wall = (base + tint[0], base + tint[1], base + tint[2])
    ground = (wall[0] * 3 // 4, wall[1] * 3 // 4, wall[2] * 3 // 4)
    things = tuple(
        (stream.between(70, 250), stream.between(70, 250), stream.between(70, 250))
        for _colour in range(3)
    )
    return (wall, ground, (34, 32, 38), *things)


def _bag(raster: Raster, stream: Stream) -> None:
    half, top = stream.between(14, 20), stream.between(10, 18)
    for y in range(top, 56):
        inner = half - (2 if y % 9 == 0 else 0)
        raster.span(y, 32 - inner - 1, 32 + inner + 1, 2)
        raster.span(y, 32 - inner, 32 + inner, 3 if y < top + 6 else 4)
    for _grain in range(stream.between(18, 44)):
        raster.disc(32 + stream.between(2 - half, half - 2), stream.between(30, 52), 1, 5)


def _jar(raster: Raster, stream: Stream) -> None:
    half, top = stream.between(12, 18), stream.between(12, 20)
    for y in range(top - 6, top):
        raster.span(y, 32 - half + 2, 32 + half - 2, 2)
    for y in range(top, 57):
        raster.span(y, 32 - half - 1, 32 + half + 1, 2)
        raster.span(y, 32 - half, 32 + half, 3)
    level = stream.between(top + 8, 46)
    for y in range(level, 56):
        raster.span(y, 32 - half + 1, 32 + half - 1, 4)
    for y in range(top + 10, top + 10 + stream.between(4, 9)):
        raster.span(y, 32 - half + 3, 32 + half - 3, 5)


def _pills(raster: Raster, stream: Stream) -> None:
    radius = stream.between(4, 7)
    for _pill in range(stream.between(5, 12)):
        x, y = stream.between(10, 54), stream.between(20, 54)
        raster.disc(x, y, radius + 1, 2)
        raster.disc(x, y, radius, stream.pick((3, 4)))
        raster.span(y, x - radius + 2, x + radius - 2, 5)


def _badge(raster: Raster, stream: Stream) -> None:
    raster.disc(32, 32, 28, 2)
    raster.disc(32, 32, 26, 3)
    cells = hashlib.sha256(stream.block()).digest()
    for number, byte in enumerate(cells[:15]):
        column, row = number % 3, number // 3
        if byte & 1:
            for y in range(17 + row * 6, 23 + row * 6):
                raster.span(y, 17 + column * 6, 22 + column * 6, 4 if byte & 2 else 5)
                raster.span(y, 41 - column * 6, 46 - column * 6, 4 if byte & 2 else 5)
