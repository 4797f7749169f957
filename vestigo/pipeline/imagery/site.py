# SPDX-License-Identifier: AGPL-3.0-or-later
"""The planted market: a server on loopback, and the profile that it is crawled with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from crawler.market import MarketProfile
from vestigo.pipeline.imagery.planting import Plant
from vestigo.pipeline.invented_market import (
    LOG_IN,
    PICTURES,
    PRICE,
    follow,
    kind,
    listing,
    load_into,
    market,
    page_response,
    vendor,
)
from vestigo.pipeline.wire.tapped import TappedServer

N_HARMLESS = 5
CATEGORY = """
[listing.fields.category]
css = "p.cat"
many = true
"""
PROFILE = "".join((
    market("planted", concurrency=32, never=("^/logout",)), LOG_IN,
    follow("^/q/listing/", "listing"), follow("^/q/vendor/", "vendor"), follow("^/", "other"),
    kind("listing", "h1.listing"), kind("vendor", "h1.vendor"),
    listing("^/q/listing/(?P<key>[0-9a-z]+)$", PICTURES), CATEGORY, PRICE, vendor(PICTURES),
))  # fmt: skip


def profile_in(folder: Path) -> MarketProfile:
    """Write the profile to ``folder`` and load it."""
    return load_into(folder, "planted", PROFILE)


@contextmanager
def planted_market(plants: Sequence[Plant]) -> Iterator[TappedServer]:
    """Serve the plants, a page of links to them, and some harmless pages."""
    server = TappedServer()
    try:
        targets = [one.target for one in plants]
        for number in range(N_HARMLESS):
            target = f"/q/listing/h{number}"
            targets.append(target)
            server.answers[target] = page_response(
                f"<h1 class=listing>Harmless {number}</h1><p class=cat>Goods</p>"
                "<p class=price>2 BTC</p>"
            )
        links = "".join(
            f'<a href="{target}">{number}</a> ' for number, target in enumerate(targets)
        )
        server.answers["/"] = page_response(links)
        for one in plants:
            server.answers[one.target] = one.answer
            if one.close:
                server.close_after.add(one.target)
        yield server
    finally:
        server.close()
