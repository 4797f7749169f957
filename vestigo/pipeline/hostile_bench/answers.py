# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the hostile market sends, piece by piece; nothing of it stands in memory as a whole."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from functools import cache

import brotli

from vestigo.pipeline.invented_market import http_response, page_response

HUGE = 1 << 29  # what a bomb becomes
LARGE = 100_000_000
PIECE = bytes(1 << 20)
DRIPS = 6000  # pieces of a drip, one each SECONDS_BETWEEN
SECONDS_BETWEEN = 0.2
BOMBS = {"gzip": "gzip", "deflate": "deflate", "br": "br", "nested": "gzip, gzip", "tags": "gzip"}
TRAPS = ("calendar", "days", "deeper")
BROKEN = {
    "no-charset": (b"<p \xff\xfe\x00<<>>&#xffffffff; <h1 class=listing", "text/html; charset=zz-9"),
    "utf-16-cut": ("<h1 class=listing>x".encode("utf-16")[:-1], "text/html; charset=utf-16"),
    "deep": (b"<div>" * 200_000, "text/html"),
    "attributes": (b"<p " + b" ".join(b"a%d=1" % n for n in range(200_000)) + b">", "text/html"),
    "null": (b"\0" * 500_000, "text/html"),
}


# what comes again and again behind a head, until LARGE bytes came: each a trap for a reader
# that keeps a note of every tag, every chunk, every header
ENDLESS = {
    "mark-up": (b"Content-Type: text/html\r\n\r\n<html>", b"<b>x"),
    "chunks": (b"Content-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n", b"2\r\nzz\r\n"),
    "short-headers": (b"", b"a:b\r\n"),
}


def targets(n_each: int) -> list[str]:
    """Return every address of the first page: each kind ``n_each`` times, all at once."""
    names = [*(f"bomb-{kind}" for kind in BOMBS), "large", "large-chunked", "drip", "silent",
             "headers", *ENDLESS, *BROKEN]  # fmt: skip
    found = [f"/p/{name}-{number}" for number in range(n_each) for name in names]
    return [*found, "/p/redirects-0", *(f"/c/{trap}/0" for trap in TRAPS), "/p/good"]


def first_page(n_each: int) -> bytes:
    """Return the page that links to everything."""
    links = "".join(f'<a href="{target}">x</a>' for target in targets(n_each))
    return page_response(f"<ul class=category>{links}</ul></html>")


def pieces(target: str, n_each: int) -> Iterator[bytes]:
    """Yield the answer to a target; ``b""`` means a pause."""
    if target == "/":
        yield first_page(n_each)
        return
    kind, _slash, rest = target[1:].partition("/")
    if kind == "c":
        yield _trap(*rest.partition("/")[::2])
        return
    name, _dash, number = rest.rpartition("-")
    if name.startswith("bomb-"):
        yield http_response(
            bomb(name[5:]), "text/html", more=f"Content-Encoding: {BOMBS[name[5:]]}\r\n"
        )
    elif name in BROKEN:
        yield http_response(*BROKEN[name])
    elif name == "redirects":
        yield http_response(b"", "text/html", status="302 Found",
                            more=f"Location: /p/redirects-{int(number) + 1}\r\n")  # fmt: skip
    elif name in ENDLESS:
        yield from _endless(*ENDLESS[name])
    elif name in _STREAMS:
        yield from _STREAMS[name]()
    else:
        yield page_response("<h1 class=listing>Good</h1><p class=price>1 BTC</p></html>")


def _large() -> Iterator[bytes]:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {LARGE}\r\n\r\n"
    yield head.encode("ascii")
    for _n in range(LARGE // len(PIECE) + 1):
        yield PIECE.replace(b"\0", b"x")


def _large_chunked() -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"
    for _n in range(LARGE // 1000):
        yield b"3e8\r\n" + b"y" * 1000 + b"\r\n"
    yield b"0\r\n\r\n"


def _endless(head: bytes, piece: bytes) -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\n" + head
    for _n in range(LARGE // len(PIECE) + 1):
        yield piece * (len(PIECE) // len(piece))


def _drip() -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 99999\r\n\r\n"
    for _n in range(DRIPS):
        yield b""
        yield b"x"


def _silent() -> Iterator[bytes]:
    for _n in range(DRIPS):
        yield b""


def _headers() -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\n"
    for number in range(DRIPS):
        yield b"" if number % 100 == 0 else b"X-%d: %s\r\n" % (number, b"z" * 200)


_STREAMS = {
    "large": _large, "large-chunked": _large_chunked, "drip": _drip, "silent": _silent,
    "headers": _headers,
}  # fmt: skip


def _trap(trap: str, where: str) -> bytes:
    number = int(where.rpartition("/")[2].partition("?")[0] or 0) if trap != "deeper" else 0
    links = {
        "calendar": [f"/c/calendar/0?month={n}" for n in range(number, number + 40)],
        "days": [f"/c/days/{number + 1}", f"/c/days/{number + 2}"],
        "deeper": [f"/c/deeper/{where}/0"],
    }[trap]
    shown = "".join(f'<a href="{link}">x</a>' for link in links)
    return page_response(f"<ul class=category>{shown}</ul></html>")


@cache
def bomb(kind: str) -> bytes:
    """Return what becomes ``HUGE`` bytes (by br a quarter of it; of tags, a sixteenth)."""
    if kind == "br":
        return bytes(brotli.compress(bytes(HUGE // 4), quality=1))  # type: ignore[no-untyped-call]  # no stubs
    if kind == "tags":
        return gzip.compress(b"<html>" + b"<b>x" * (HUGE // 64) + b"</html>", 1, mtime=0)
    packer = zlib.compressobj(1, wbits=15 if kind == "deflate" else 31)
    content = b"".join([packer.compress(PIECE) for _n in range(HUGE // len(PIECE))])
    content += packer.flush()
    if kind != "nested":
        return content
    again = io.BytesIO()
    with gzip.GzipFile(fileobj=again, mode="wb", mtime=0) as handle:
        handle.write(content)
    return again.getvalue()
