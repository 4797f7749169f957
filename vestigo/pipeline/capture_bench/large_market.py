# SPDX-License-Identifier: AGPL-3.0-or-later
"""A market of any size on loopback: small pages that are made when they are asked for.

``python -m vestigo.pipeline.capture_bench.large_market N_LISTINGS`` prints ``{"url": …}``
and serves until its standard input ends.
"""

from __future__ import annotations

import asyncio
import json
import sys
from math import ceil
from pathlib import Path

from vestigo.pipeline.invented_market import (
    PRICE,
    follow,
    kind,
    listing,
    market,
    page_response,
)

LISTINGS = 100  # on one page of a category
CATEGORIES = 40  # named on the first page; each goes on over further pages
PROFILE = "".join((
    market("large", concurrency=16), follow("^/p/[0-9]+$", "listing"),
    follow("^/(c/[0-9]+)?$", "category"), kind("not-found", "404"), kind("listing", "h1.listing"),
    kind("category", "ul.category"), listing("^/p/(?P<key>[0-9]+)$"), PRICE,
))  # fmt: skip


def write_profile(folder: Path) -> Path:
    """Write the profile of this market into ``folder`` and return its path."""
    path = folder / "large.toml"
    path.write_text(PROFILE, "utf-8")
    return path


def n_pages(n_listings: int) -> int:
    """Return how many pages the market has in all."""
    return 1 + ceil(n_listings / LISTINGS) + n_listings


def page(target: str, n_listings: int) -> str | None:
    """Return the HTML of a target, None for one that there is not."""
    if target == "/":
        return _category("c", range(min(CATEGORIES, ceil(n_listings / LISTINGS))), ())
    kind, _slash, number = target[1:].partition("/")
    n = int(number) if number.isascii() and number.isdigit() else -1
    if kind == "p" and 0 <= n < n_listings:
        return f"<h1 class=listing>Listing {n}</h1><p class=price>1.5 BTC</p><p>{'text ' * 80}</p>"
    if kind == "c" and 0 <= n * LISTINGS < n_listings:
        further = n + CATEGORIES
        more = (further,) if further * LISTINGS < n_listings else ()
        return _category("p", range(n * LISTINGS, min((n + 1) * LISTINGS, n_listings)), more)
    return None


def _category(kind: str, numbers: range, more: tuple[int, ...]) -> str:
    items = "".join(f'<li><a href="/{kind}/{n}">{n}</a></li>' for n in numbers)
    return f"<ul class=category>{items}</ul>" + "".join(f'<a href="/c/{n}">more</a>' for n in more)


def response(target: str, n_listings: int) -> bytes:
    """Return the whole HTTP response to a request for ``target``."""
    found = page(target, n_listings)
    return page_response(found or "gone", status="404 Not Found" if found is None else "200 OK")


async def serve(n_listings: int) -> None:
    """Serve until standard input ends."""

    async def client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                request = await reader.readuntil(b"\r\n\r\n")
                target = request.split(b" ", 2)[1].decode("latin-1")
                writer.write(response(target, n_listings))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(client, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    sys.stdout.write(json.dumps({"url": f"http://127.0.0.1:{port}/"}) + "\n")
    sys.stdout.flush()
    async with server:
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
