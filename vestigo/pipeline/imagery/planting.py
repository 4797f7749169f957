# SPDX-License-Identifier: AGPL-3.0-or-later
"""In how many ways a picture can come: each is one plant of the benchmark."""

from __future__ import annotations

import base64
import gzip
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote_from_bytes

import brotli

from vestigo.pipeline.imagery.pictures import Picture
from vestigo.pipeline.invented_market import http_response, page_response

TERM = "zzforbiddenzz"
_CUT = 0.6


@dataclass(frozen=True, slots=True)
class Plant:
    """One picture at one address; ``answer`` is what the server sends, byte for byte.

    ``form`` is the picture as it is sent; ``expected`` is ``hit``, ``withheld`` or
    ``refused`` (never asked for); ``close`` ends the connection behind the answer.
    """

    way: str
    number: int
    target: str
    answer: bytes
    form: bytes
    expected: str = "hit"
    close: bool = False


Way = Callable[[Picture], Plant]


def plant(picture: Picture, ways: dict[str, Way] | None = None) -> Plant:
    """Return the plant of a picture: the ways take turns."""
    known = ways or WAYS
    names = sorted(known)
    return known[names[picture.number % len(names)]](picture)


def _target(way: str, picture: Picture) -> str:
    return f"/q/{way}/{picture.number}"


def _b64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def _listing(number: int, more: str, category: str = "Goods") -> str:
    return (
        f"<h1 class=listing>Offer {number}</h1><p class=cat>{category}</p>"
        f"<p class=price>1.5 BTC</p>{more}"
    )


def _image(p: Picture) -> Plant:
    return Plant("image", p.number, _target("image", p), http_response(p.png, "image/png"), p.png)


def _re_encoded(p: Picture) -> Plant:
    return Plant(
        "re-encoded", p.number, _target("re", p), http_response(p.jpeg, "image/jpeg"), p.jpeg
    )


def _data_uri(p: Picture) -> Plant:
    shown = f'<img src="data:image/png;base64,{_b64(p.png)}">'
    return Plant(
        "data-uri",
        p.number,
        f"/q/listing/{p.number}",
        page_response(_listing(p.number, shown)),
        p.png,
    )


def _data_re_encoded(p: Picture) -> Plant:
    shown = f"<img alt=x src=data:image/jpeg;base64,{_b64(p.jpeg)} width=9>"
    return Plant("data-uri-re-encoded", p.number, _target("dre", p), page_response(shown), p.jpeg)


def _data_percent(p: Picture) -> Plant:
    shown = f"<img src='data:image/png,{quote_from_bytes(p.png, safe='')}'>"
    return Plant("data-uri-percent", p.number, _target("pct", p), page_response(shown), p.png)


def _data_wrapped(p: Picture) -> Plant:
    lines = "\n".join(_b64(p.png)[n : n + 76] for n in range(0, len(_b64(p.png)), 76))
    return Plant("data-uri-lines", p.number, _target("lines", p),
                 page_response(f'<img src="data:image/png;base64,\n{lines}">'), p.png)  # fmt: skip


def _avatar(p: Picture) -> Plant:
    coded = _b64(p.png).replace("/", "&#47;").replace("+", "&#x2b;")
    shown = f'<h1 class=vendor>seller{p.number}</h1><img src="data:image/png;base64,{coded}">'
    return Plant("avatar-entities", p.number, f"/q/vendor/{p.number}", page_response(shown), p.png)


def _css(p: Picture) -> Plant:
    body = f"body{{background:url(data:image/png;base64,{_b64(p.png)})}}".encode("ascii")
    return Plant("css", p.number, _target("css", p), http_response(body, "text/css"), p.png)


def _script(p: Picture) -> Plant:
    coded = _b64(p.png).replace("/", "\\/")
    return Plant(
        "script",
        p.number,
        _target("js", p),
        page_response(f'<script>var a="{coded}";</script>'),
        p.png,
    )


def _svg(p: Picture) -> Plant:
    inner = f'<svg><image href="data:image/png;base64,{_b64(p.png)}"/></svg>'
    coded = _b64(inner.encode("ascii"))
    shown = page_response(f"<img src='data:image/svg+xml;base64,{coded}'>")
    return Plant("svg-in-data-uri", p.number, _target("svg", p), shown, p.png)


def _utf16(p: Picture) -> Plant:
    text = f'<html><img src="data:image/png;base64,{_b64(p.png)}"></html>'
    body = text.encode("utf-16")
    return Plant(
        "utf-16",
        p.number,
        _target("wide", p),
        http_response(body, "text/html; charset=utf-16"),
        p.png,
    )


def _wrong_type(p: Picture) -> Plant:
    return Plant(
        "wrong-type", p.number, _target("type", p), http_response(p.png, "text/html"), p.png
    )


def _behind_text(p: Picture) -> Plant:
    body = b"<html><body>hello</body></html>\n" + p.png
    return Plant(
        "behind-text", p.number, _target("behind", p), http_response(body, "text/html"), p.png
    )


def _compressed(p: Picture) -> Plant:
    body = gzip.compress(p.png, mtime=0)
    answer = http_response(body, "text/html", more="Content-Encoding: gzip\r\n")
    return Plant("gzip", p.number, _target("gz", p), answer, p.png)


def _twice(p: Picture) -> Plant:
    body = brotli.compress(zlib.compress(p.png))  # type: ignore[no-untyped-call]  # no stubs
    answer = http_response(body, "image/png", more="Content-Encoding: deflate, br\r\n")
    return Plant("deflate-br", p.number, _target("br", p), answer, p.png)


def _gzip_file(p: Picture) -> Plant:
    body = gzip.compress(p.png, mtime=0)
    return Plant(
        "gzip-file", p.number, _target("file", p), http_response(body, "application/gzip"), p.png
    )


def _chunked(p: Picture) -> Plant:
    pieces = [p.png[n : n + 97] for n in range(0, len(p.png), 97)]
    chunks = b"".join(b"%x;x=y\r\n%s\r\n" % (len(one), one) for one in pieces)
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"
    return Plant("chunked", p.number, _target("chunk", p), head + chunks + b"0\r\n\r\n", p.png)


def _redirect(p: Picture) -> Plant:
    answer = http_response(p.png, "text/html", status="302 Found", more="Location: /\r\n")
    return Plant("redirect", p.number, _target("go", p), answer, p.png)


def _log_in(p: Picture) -> Plant:
    form = (
        "<form id=login method=post action=/login><input name=user>"
        f'<input type=password name=password><img src="data:image/png;base64,{_b64(p.png)}"></form>'
    )
    return Plant("log-in-page", p.number, _target("in", p), page_response(form), p.png)


def _error(p: Picture) -> Plant:
    shown = f'<img src="data:image/png;base64,{_b64(p.png)}">'
    return Plant(
        "error-page", p.number, _target("err", p), page_response(shown, status="500 Broken"), p.png
    )


def _not_found(p: Picture) -> Plant:
    return Plant("not-found", p.number, _target("404", p),
                 http_response(p.png, "text/html", status="404 Not Found"), p.png)  # fmt: skip


def _bad_status_line(p: Picture) -> Plant:
    answer = b"HTTQ/9 fine\r\nContent-Type: text/html\r\n\r\n" + p.png
    return Plant("no-http", p.number, _target("odd", p), answer, p.png, close=True)


def _behind_the_end(p: Picture) -> Plant:
    answer = http_response(b"<html><body>hello</body></html>", "text/html") + p.png
    return Plant("behind-the-end", p.number, _target("tail", p), answer, p.png, close=True)


def _truncated(p: Picture) -> Plant:
    cut = p.png[: int(len(p.png) * _CUT)]
    answer = http_response(cut, "image/png", length=len(p.png))
    return Plant(
        "truncated", p.number, _target("cut", p), answer, cut, expected="withheld", close=True
    )


def _category(p: Picture) -> Plant:
    mark = p.png[200:264].hex()  # behind the head that all have in common
    shown = _listing(p.number, f"<pre>{mark}</pre>", TERM.upper())
    return Plant(
        "category", p.number, f"/q/listing/c{p.number}", page_response(shown), mark.encode("ascii")
    )


def _address(p: Picture) -> Plant:
    target = f"/q/{TERM}/{p.number}"
    return Plant(
        "address", p.number, target, http_response(p.png, "image/png"), p.png, expected="refused"
    )


def _address_coded(p: Picture) -> Plant:
    coded = "".join(f"%{ord(letter):02x}" for letter in TERM)
    target = f"/q/coded/{p.number}?k={coded}"
    return Plant(
        "address-coded",
        p.number,
        target,
        http_response(p.png, "image/png"),
        p.png,
        expected="refused",
    )


WAYS: dict[str, Way] = {
    "address": _address, "address-coded": _address_coded, "avatar": _avatar,
    "bad-status-line": _bad_status_line, "behind-text": _behind_text,
    "behind-the-end": _behind_the_end, "category": _category, "chunked": _chunked,
    "compressed": _compressed, "css": _css, "data-percent": _data_percent,
    "data-re-encoded": _data_re_encoded, "data-uri": _data_uri, "data-wrapped": _data_wrapped,
    "error": _error, "gzip-file": _gzip_file, "image": _image, "log-in": _log_in,
    "not-found": _not_found, "re-encoded": _re_encoded, "redirect": _redirect,
    "script": _script, "svg": _svg, "truncated": _truncated, "twice": _twice,
    "utf-16": _utf16, "wrong-type": _wrong_type,
}  # fmt: skip
