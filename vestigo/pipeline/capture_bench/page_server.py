# SPDX-License-Identifier: AGPL-3.0-or-later
"""Invented listing pages of about 30 KB on loopback, made before anybody asks.

``python -m vestigo.pipeline.capture_bench.page_server`` prints ``{"url": …}`` and serves
until its standard input ends.  ``/p/N`` is one of 64 pages, whatever N is.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys

N_PAGES = 64
PAGE_BYTES = 30_000
_PIECE = 65536


def pages(seed: int = 1) -> list[bytes]:
    """Return the HTML of every page; the same for the same seed."""
    drawn = random.Random(seed)  # noqa: S311  # invented text
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = ["".join(drawn.choices(letters, k=drawn.randint(2, 9))) for _n in range(3000)]
    return [_page(drawn, words, number) for number in range(N_PAGES)]


def _page(drawn: random.Random, words: list[str], number: int) -> bytes:
    links = "".join(f'<li><a href="/p/{n}">{drawn.choice(words)}</a></li>' for n in range(20))
    top = f"<!doctype html><html><head><title>{number}</title></head><body><ul>{links}</ul>"
    parts = [f"{top}<h1 class=listing>Listing {number}</h1><p class=price>1.5 BTC</p>"]
    size = len(parts[0])
    while size < PAGE_BYTES:
        text = " ".join(drawn.choices(words, k=12))
        parts.append(f'<div class="row"><p>{text}</p><span>{drawn.random():.4f}</span></div>\n')
        size += len(parts[-1])
    return "".join((*parts, "</body></html>")).encode("ascii")


def responses() -> list[bytes]:
    """Return every page as a whole HTTP response."""
    return [
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n\r\n%s"
        % (len(body), body)
        for body in pages()
    ]


class _Connection(asyncio.Protocol):
    """Answers GET requests that fit into one piece, as those of the benchmarks do."""

    def __init__(self, answers: list[bytes]) -> None:
        self._answers = answers
        self._got = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._got += data
        while b"\r\n\r\n" in self._got:
            head, _end, self._got = self._got.partition(b"\r\n\r\n")
            number = head.split(b" ", 2)[1].rpartition(b"/")[2]
            n = int(number) if number.isdigit() else 0
            assert self._transport is not None
            self._transport.write(self._answers[n % N_PAGES])


async def serve() -> None:
    """Serve until standard input ends."""
    answers = responses()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(answers), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    sys.stdout.write(json.dumps({"url": f"http://127.0.0.1:{port}/"}) + "\n")
    sys.stdout.flush()
    async with server:
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve())
