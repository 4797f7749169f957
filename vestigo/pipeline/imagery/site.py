# SPDX-License-Identifier: AGPL-3.0-or-later
"""The planted market: a server on loopback, and the profile that it is crawled with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from crawler.market import MarketProfile, load_profile
from vestigo.pipeline.imagery.pictures import HEIGHT, WIDTH
from vestigo.pipeline.imagery.planting import Plant, page
from vestigo.pipeline.wire.tapped import TappedServer

N_HARMLESS = 5
ON_A_PAGE = 25
PROFILE = r"""
format = 1
market = "planted"
title = "Market of planted pictures"
start = ["/"]

[politeness]
concurrency = 32
delay_seconds = 0

[document]
end = '</html>\s*\Z'

[login]
path = "/login"
form = "form#login"
user_field = "user"
password_field = "password"
succeeded = "a.logout"
failed = "p.error"

[links]
never = ['^/logout']

[[links.follow]]
pattern = '^/q/listing/'
kind = "listing"

[[links.follow]]
pattern = '^/q/vendor/'
kind = "vendor"

[[links.follow]]
pattern = '^/'
kind = "other"

[[kinds]]
kind = "listing"
has = ["h1.listing"]

[[kinds]]
kind = "vendor"
has = ["h1.vendor"]

[listing]
regions = ["h1.listing"]
key = '^/q/listing/(?P<key>[0-9a-z]+)$'
pictures = ["img"]

[listing.fields.title]
css = "h1.listing"
required = true

[listing.fields.category]
css = "p.cat"
many = true

[[listing.prices]]
css = "p.price"
pattern = '(?P<amount>[0-9.]+) (?P<currency>BTC)'

[vendor]
regions = ["h1.vendor"]
pictures = ["img"]

[vendor.fields.handle]
css = "h1.vendor"
required = true
"""


def profile_in(folder: Path) -> MarketProfile:
    """Write the profile to ``folder`` and load it."""
    path = folder / "planted.toml"
    path.write_text(PROFILE, "utf-8")
    return load_profile(path)


def batches(plants: Sequence[Plant]) -> list[Sequence[Plant]]:
    """Return the plants page by page, as a browser is shown them."""
    return [plants[n : n + ON_A_PAGE] for n in range(0, len(plants), ON_A_PAGE)]


@contextmanager
def planted_market(plants: Sequence[Plant]) -> Iterator[TappedServer]:
    """Serve the plants, a page of links to them, and some harmless pages."""
    server = TappedServer()
    try:
        targets = [one.target for one in plants]
        for number in range(N_HARMLESS):
            target = f"/q/listing/h{number}"
            targets.append(target)
            server.answers[target] = page(
                f"<h1 class=listing>Harmless {number}</h1><p class=cat>Goods</p>"
                "<p class=price>2 BTC</p>"
            )
        links = "".join(
            f'<a href="{target}">{number}</a> ' for number, target in enumerate(targets)
        )
        server.answers["/"] = page(links)
        for one in plants:
            server.answers[one.target] = one.answer
            if one.close:
                server.close_after.add(one.target)
        for number, chosen in enumerate(batches(plants)):
            shown = "".join(
                f'<img src="{one.target}" width={WIDTH} height={HEIGHT}><iframe src="{one.target}">'
                f'</iframe><link rel=stylesheet href="{one.target}">'
                for one in chosen
            )
            server.answers[f"/page/{number}"] = page(shown)
        yield server
    finally:
        server.close()
