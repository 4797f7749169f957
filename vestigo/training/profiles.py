# SPDX-License-Identifier: AGPL-3.0-or-later
"""The market profiles of a world: the one of its layout, with the venue's key filled in."""

from __future__ import annotations

import re
from collections.abc import Iterator

from vestigo.places import config_root
from vestigo.training.site import layout_of
from vestigo.training.world import Market, World

_MARKET_LINE = re.compile(r'^market = "[^"]*"', re.MULTILINE)


def market_profiles(world: World) -> Iterator[tuple[str, bytes]]:
    """Yield (path, content) of a profile for each venue, and one for its redesign."""
    for market in world.markets:
        yield f"profiles/{market.key}.toml", _profile(market, 1)
        section = market.section
        if section.redesign_layout and section.redesign_at_pass <= len(world.passes):
            name = f"profiles/{market.key}.redesign.toml"
            yield name, _profile(market, section.redesign_at_pass)


def _profile(market: Market, pass_no: int) -> bytes:
    path = config_root() / "markets" / f"range-{layout_of(market, pass_no)}.toml"
    text = path.read_text("utf-8")
    return _MARKET_LINE.sub(f'market = "{market.key}"', text, count=1).encode()
