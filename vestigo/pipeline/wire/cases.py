# SPDX-License-Identifier: AGPL-3.0-or-later
"""The hostile responses: what a server may send, each under a kind of the list.

Every case is an invented page in an odd wrapping.  ``READABLE`` kinds of wrapping must
still be read; all of them must stand in the archive as they came.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

import brotli

from vestigo.pipeline.wire.tapped import Answers, Script

HTML = b"<!doctype html><html><body><h1 class=listing>L</h1><p class=price>1 BTC</p></body></html>"
LENGTH = b"Content-Length: %d\r\n" % len(HTML)
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
GZIPPED = gzip.compress(HTML, mtime=0)
LAST = b"0\r\n\r\n"
LOGIN = (
    b'<form id=login method=post action="/login"><input name=user><input type=password '
    b'name=password><input type=hidden name=token value="t0k&amp;"></form>'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WireCase:
    """One thing that a server does; ``kind`` is the word of the list that it stands for.

    ``closes`` are the targets behind whose answers the connection is closed;
    ``log_in`` says that the avatar logs in; ``n_exchanges`` is how many there must be.
    """

    name: str
    kind: str
    answers: Mapping[str, Answers]
    closes: frozenset[str] = field(default=frozenset())
    log_in: bool = False
    n_exchanges: int = 1


def measured(body: bytes, head: bytes = OK) -> bytes:
    """Return a response whose Content-Length is right."""
    return head + b"Content-Length: %d\r\n\r\n" % len(body) + body


def chunks(*pieces: bytes, more: bytes = b"", line_end: bytes = b"\r\n") -> bytes:
    """Return pieces as chunks, each with the extension ``more``, without the last chunk."""
    return b"".join(b"%x%s%s%s%s" % (len(p), more, line_end, p, line_end) for p in pieces)


def coded(name: bytes, content: bytes) -> bytes:
    """Return a response whose body has a Content-Encoding."""
    return measured(content, OK + b"Content-Encoding: " + name + b"\r\n")


def wire_cases() -> list[WireCase]:
    """Return every case in a fixed order; names are unique."""
    from vestigo.pipeline.wire.conversations import conversations

    return [*_alone(_KEPT_OPEN, closed=False), *_alone(_CLOSED, closed=True), *conversations()]


def _alone(rows: Iterable[tuple[str, str, bytes | Script]], *, closed: bool) -> Iterable[WireCase]:
    for kind, name, answer in rows:
        closes = frozenset({"/"}) if closed else frozenset()
        yield WireCase(name=name, kind=kind, answers={"/": answer}, closes=closes)


def _raw_deflate(content: bytes) -> bytes:
    made = zlib.compressobj(6, zlib.DEFLATED, -15)
    return made.compress(content) + made.flush()


def _brotli(content: bytes) -> bytes:
    compressed: bytes = brotli.compress(content)  # type: ignore[no-untyped-call]  # no types
    return compressed


def _broken_gzip() -> bytes:
    """Return 40 KB of gzip whose checksum and a stretch in the middle are wrong."""
    made = gzip.compress(b"".join(sha256(b"%d" % n).digest() for n in range(1280)), mtime=0)
    return made[:20_000] + bytes(2000) + made[22_000:]


_HEAD, _TAIL = HTML[:40], HTML[40:]
_HEADERS = b"".join(b"X-Filler-%d: %s\r\n" % (n, b"y" * 90) for n in range(400))
# one row: kind of the list, name, answer; the end of these can be known from the bytes
_KEPT_OPEN: tuple[tuple[str, str, bytes | Script], ...] = (
    ("plain", "plain", measured(HTML)),
    ("chunked", "chunked", CHUNKED + chunks(_HEAD, _TAIL) + LAST),
    ("chunked", "a chunk a byte",
     CHUNKED + chunks(*(HTML[n : n + 1] for n in range(len(HTML)))) + LAST),
    ("chunked", "chunk sizes with zeros and capitals", CHUNKED + b"000%X\r\n%s\r\n00\r\n\r\n"
     % (len(HTML), HTML)),
    ("chunk extensions", "chunk extensions", CHUNKED + chunks(_HEAD, _TAIL, more=b';a="b";c')
     + b"0;z\r\n\r\n"),
    ("chunk extensions", "trailers", CHUNKED + chunks(HTML) + b"0\r\nX-T: 1\r\nX-U: \xe9\r\n\r\n"),
    ("gzip", "gzip", coded(b"gzip", GZIPPED)),
    ("gzip", "gzip in chunks", OK + b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
     + chunks(GZIPPED[:9], GZIPPED[9:]) + LAST),
    ("gzip", "two gzip members", coded(b"x-gzip", gzip.compress(_HEAD, mtime=0)
     + gzip.compress(_TAIL, mtime=0))),
    ("gzip", "gzip in gzip", coded(b"gzip, gzip", gzip.compress(GZIPPED, mtime=0))),
    ("gzip", "gzip that is none", coded(b"gzip", HTML)),
    ("gzip", "gzip that breaks in the middle", coded(b"gzip", _broken_gzip())),
    ("gzip", "garbage behind the gzip member", coded(b"gzip", GZIPPED + b"junk" * 9)),
    ("br", "br", coded(b"br", _brotli(HTML))),
    ("br", "gzip in br", coded(b"gzip, br", _brotli(GZIPPED))),
    ("deflate", "deflate with a zlib header", coded(b"deflate", zlib.compress(HTML))),
    ("deflate", "deflate without one", coded(b"deflate", _raw_deflate(HTML))),
    ("unknown coding", "a coding that nobody knows", coded(b"x-rot13", HTML)),
    ("duplicate headers", "repeated and mixed-case headers", b"HTTP/1.1 200 OK\r\nx-a: 1\r\n"
     b"CONTENT-TYPE: text/html\r\nX-A: 2\r\nx-a:   3  \r\n" + LENGTH + b"\r\n" + HTML),
    ("duplicate headers", "the same length twice", OK + LENGTH + LENGTH + b"\r\n" + HTML),
    ("latin-1 headers", "latin-1 header", measured(HTML, OK + b"X-Name: caf\xe9\r\n")),
    ("latin-1 headers", "UTF-8 header", measured(HTML, OK + b"X-Name: caf\xc3\xa9\r\n")),
    ("odd reason phrases", "odd reason phrase", measured(HTML,
     b"HTTP/1.1 200 all's \xa1well!\r\nContent-Type: text/html\r\n")),
    ("odd reason phrases", "no reason phrase", measured(HTML,
     b"HTTP/1.1 200\r\nContent-Type: text/html\r\n")),
    ("odd reason phrases", "a status that nobody knows", measured(HTML,
     b"HTTP/1.1 299 Sure\r\nContent-Type: text/html\r\n")),
    ("HTTP/1.0", "HTTP/1.0 kept open", measured(HTML,
     b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Type: text/html\r\n")),
    ("1xx", "early hints", b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + measured(HTML)),
    ("1xx", "three interim responses", b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n"
     b"\r\nHTTP/1.1 103 Early Hints\r\n\r\n" + measured(HTML)),
    ("204/304", "no content", b"HTTP/1.1 204 No Content\r\n\r\n"),
    ("204/304", "not modified", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 4711\r\n\r\n"),
    ("huge headers", "forty kilobytes of headers", measured(HTML, OK + _HEADERS)),
    ("slow drip", "a byte at a time", Script(tuple(
     measured(HTML)[n : n + 4] for n in range(0, len(measured(HTML)), 4)), pause=0.004)),
    ("slow drip", "a pause inside of a chunk", Script(
     (CHUNKED + b"%x\r\n" % len(HTML) + _HEAD, _TAIL + b"\r\n0", b"\r\n\r\n"), pause=0.05)),
)  # fmt: skip
# the end of these is the end of the connection
_CLOSED: tuple[tuple[str, str, bytes | Script], ...] = (
    ("HTTP/1.0", "HTTP/1.0", b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n" + HTML),
    ("HTTP/1.0", "until the close", OK + b"Connection: close\r\n\r\n" + HTML),
    ("folded headers", "folded header", OK + b"X: a\r\n b\r\n\tc\r\n" + LENGTH + b"\r\n" + HTML),
    ("folded headers", "folded length", OK + b"Content-Length:\r\n %d\r\n\r\n" % len(HTML) + HTML),
    ("header line without a colon", "header without a colon",
     measured(HTML, OK + b"no colon here\r\n")),
    ("header line without a colon", "header without a name",
     measured(HTML, OK + b": nameless\r\n")),
    ("header line without a colon", "space before the colon", measured(HTML, OK + b"X-A : 1\r\n")),
    ("latin-1 headers", "control characters in a header",
     measured(HTML, OK + b"X-A: \0\x1b[31m\x7f\r\n")),
    ("odd reason phrases", "status of four digits", measured(HTML, b"HTTP/1.1 2000 OK\r\n")),
    ("odd reason phrases", "status below 100", measured(HTML, b"HTTP/1.1 099 OK\r\n")),
    ("odd reason phrases", "small letters", measured(HTML, b"http/1.1 200 ok\r\n")),
    ("rejected", "bad status line", b"HTP 200 OK\r\n\r\n" + HTML),
    ("rejected", "no HTTP at all", b"SSH-2.0-OpenSSH_9.6\r\n"),
    ("rejected", "HTTP/0.9", HTML),
    ("rejected", "HTTP/3.7", measured(HTML, b"HTTP/3.7 200 OK\r\n")),
    ("rejected", "an empty line first", b"\r\n" + measured(HTML)),
    ("rejected", "bare line feeds", b"HTTP/1.1 200 OK\nContent-Type: text/html\n\n" + HTML),
    ("rejected", "bare carriage returns", b"HTTP/1.1 200 OK\rContent-Type: text/html\r\r" + HTML),
    ("wrong Content-Length", "length too great", OK + b"Content-Length: %d\r\n\r\n"
     % (len(HTML) + 50) + HTML),
    ("wrong Content-Length", "length too small", OK + b"Content-Length: 20\r\nConnection: close\r\n"
     b"\r\n" + HTML),
    ("wrong Content-Length", "two lengths", OK + LENGTH + b"Content-Length: 3\r\n\r\n" + HTML),
    ("wrong Content-Length", "negative length", OK + b"Content-Length: -1\r\n\r\n" + HTML),
    ("wrong Content-Length", "length of forty digits",
     OK + b"Content-Length: %s\r\n\r\n" % (b"9" * 40)
     + HTML),
    ("wrong Content-Length", "length beside chunks",
     OK + LENGTH + b"Transfer-Encoding: chunked\r\n\r\n"
     + chunks(HTML) + LAST),
    ("truncation", "nothing", b""),
    ("truncation", "cut head", b"HTTP/1.1 200 OK\r\nContent-Ty"),
    ("truncation", "cut chunk", CHUNKED + chunks(_HEAD, _TAIL)[:60]),
    ("truncation", "missing last chunk", CHUNKED + chunks(_HEAD, _TAIL)),
    ("truncation", "cut trailers", CHUNKED + chunks(HTML) + b"0\r\nX-T: 1\r\n"),
    ("truncation", "cut gzip", OK + b"Content-Encoding: gzip\r\n\r\n" + GZIPPED[:-12]),
    ("truncation", "reset in the middle",
     Script((OK + LENGTH + b"\r\n" + _HEAD, b""), 0.3, "reset")),
    ("chunked", "bad chunk size", CHUNKED + b"zz\r\n" + HTML),
    ("chunked", "a chunk size of sixteen digits", CHUNKED + b"f" * 16 + b"\r\n" + HTML),
    ("chunked", "chunks with bare line feeds", CHUNKED + chunks(HTML, line_end=b"\n") + b"0\n\n"),
    ("chunked", "gzip as a transfer coding", OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n"
     + chunks(GZIPPED) + LAST),
    ("trailing garbage", "trailing garbage", measured(HTML, OK + b"Connection: close\r\n")
     + b"\0\xff junk"),
    ("trailing garbage", "garbage behind the last chunk",
     CHUNKED + chunks(HTML) + LAST + b"\r\n\r\n?"),
    ("204/304", "no content, and yet some", b"HTTP/1.1 204 No Content\r\n\r\n" + HTML),
    ("1xx", "switching protocols", b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n\0\1\2"),
    ("1xx", "interim responses and no more", b"HTTP/1.1 103 Early Hints\r\n\r\n" * 30),
    ("huge headers", "a header of two hundred kilobytes",
     measured(HTML, OK + b"X: " + b"y" * 200_000
     + b"\r\n")),
    ("slow drip", "rejected, then a long pause", Script(
     (OK + b"no colon here\r\n" + LENGTH + b"\r\n", _HEAD, _TAIL), pause=0.8, then="close")),
)  # fmt: skip
