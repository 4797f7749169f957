# SPDX-License-Identifier: AGPL-3.0-or-later
"""The cases of more than one exchange: redirects, reuse, query strings, log-ins, cookies."""

from __future__ import annotations

from vestigo.pipeline.wire.cases import (
    CHUNKED,
    HTML,
    LAST,
    LOGIN,
    OK,
    WireCase,
    chunks,
    measured,
)
from vestigo.pipeline.wire.tapped import Answers

SESSION = b"s3cret-session"
_SET = b"Set-Cookie: sid=" + SESSION + b"; Path=/; HttpOnly\r\n"
_QUERY = "/search?q=a%20b&x=%2F%C3%A9&empty=&q=2;c"


def conversations() -> list[WireCase]:
    """Return the cases in a fixed order."""
    return [*_redirects(), *_reuse(), *_cookies(), _log_in()]


def _page(*paths: str) -> bytes:
    items = "".join(f'<li><a href="{path}">l</a></li>' for path in paths)
    body = f"<!doctype html><html><body><ul class=category>{items}</ul></body></html>"
    return body.encode()


def _to(status: bytes, location: bytes, more: bytes = b"") -> bytes:
    head = b"HTTP/1.1 " + status + b"\r\nLocation: " + location + b"\r\n" + more
    return head + b"Content-Length: 0\r\n\r\n"


def _redirects() -> list[WireCase]:
    chain: dict[str, Answers] = {
        "/": _to(b"301 Moved", b"/p/1"),
        "/p/1": _to(b"302 Found", b"p2?a=b"),
        "/p/p2?a=b": measured(HTML, _to(b"307 Again", b"/p/3")[:-21]),
        "/p/3": _to(b"308 For good", b"/p/4", _SET),
        "/p/4": measured(HTML),
    }
    loop: dict[str, Answers] = {"/": _to(b"302 Found", b"/p/1"), "/p/1": _to(b"302 Found", b"/")}
    odd = OK.replace(b"200 OK", b"302 Found") + b"Location: /search?q=caf\xe9\r\nLocation: /p/2\r\n"
    nowhere = OK.replace(b"200 OK", b"301 Moved")
    return [
        WireCase(name="a chain of redirects", kind="redirects", answers=chain, n_exchanges=5),
        WireCase(name="a loop of redirects", kind="redirects", answers=loop, n_exchanges=2),
        WireCase(name="two odd locations", kind="redirects", n_exchanges=2,
                 answers={"/": measured(HTML, odd)}),
        WireCase(name="a redirect to nowhere", kind="redirects",
                 answers={"/": measured(HTML, nowhere)}),
        WireCase(name="a redirect to another host", kind="redirects",
                 answers={"/": _to(b"302 Found", b"http://other.invalid/p/1")}),
    ]  # fmt: skip


def _reuse() -> list[WireCase]:
    many: dict[str, Answers] = {"/": measured(_page(*(f"/p/{n}" for n in range(6))))}
    many |= {
        f"/p/{n}": measured(HTML) if n % 2 else CHUNKED + chunks(HTML) + LAST for n in range(6)
    }
    forged: dict[str, Answers] = {"/": measured(_page("/p/1", "/p/2")) + measured(b"forged")}
    forged |= {f"/p/{n}": measured(HTML) + measured(b"forged") for n in (1, 2)}
    ends: dict[str, Answers] = {"/": measured(_page("/p/1", "/p/2"), OK + b"Connection: close\r\n")}
    ends |= {f"/p/{n}": measured(HTML) for n in (1, 2)}
    asked: dict[str, Answers] = {"/": measured(_page(_QUERY)), _QUERY: measured(HTML)}
    return [
        WireCase(name="seven pages on one connection", kind="keep-alive reuse", answers=many,
                 n_exchanges=7),
        WireCase(name="a second answer behind each", kind="keep-alive reuse", answers=forged,
                 n_exchanges=3),
        WireCase(name="closed behind the first page", kind="keep-alive reuse", answers=ends,
                 closes=frozenset({"/"}), n_exchanges=3),
        WireCase(name="a query string as it stands", kind="query strings", answers=asked,
                 n_exchanges=2),
    ]  # fmt: skip


def _cookies() -> list[WireCase]:
    domain = (
        b"Set-Cookie: a=" + SESSION + b"; Domain=127.0.0.1; Path=/\r\n"
        b'set-cookie: b="x; y' + SESSION + b'"; Domain=.example.onion\r\n'
        b"SET-COOKIE: c=" + SESSION + b"; Domain=co.uk; Secure; SameSite=None\r\n"
        b"Set-Cookie: nameless-" + SESSION + b"\r\n"
    )
    set_and_sent: dict[str, Answers] = {"/": measured(_page("/p/1", "/p/2"), OK + domain)}
    set_and_sent |= {f"/p/{n}": measured(HTML, OK + _SET) for n in (1, 2)}
    in_trailer = CHUNKED + chunks(_page("/p/1")) + b"0\r\n" + _SET + b"\r\n"
    folded = measured(HTML, OK + b"Set-Cookie: sid=\r\n " + SESSION + b"\r\n")
    cut = OK + b"Set-Cookie: sid=" + SESSION
    return [
        WireCase(name="cookies with a Domain", kind="Domain cookies", answers=set_and_sent,
                 n_exchanges=3),
        WireCase(name="a cookie in a trailer", kind="Domain cookies", n_exchanges=2,
                 answers={"/": in_trailer, "/p/1": measured(HTML)}),
        WireCase(name="a cookie in a folded header", kind="Domain cookies", answers={"/": folded},
                 closes=frozenset({"/"})),
        WireCase(name="a cut cookie", kind="Domain cookies", answers={"/": cut},
                 closes=frozenset({"/"})),
    ]  # fmt: skip


def _log_in() -> WireCase:
    inside = b'<!doctype html><html><body><a class=logout href="/logout">x</a>'

    def front(request: bytes, _number: int) -> bytes:
        known = SESSION in request
        return measured(inside + _page("/p/1")) if known else measured(_form())

    def log_in(request: bytes, _number: int) -> bytes:
        if request.startswith(b"POST"):
            return _to(b"303 See Other", b"/", _SET)
        return measured(_form())

    return WireCase(
        name="a log-in by POST",
        kind="POST log-ins",
        answers={"/": front, "/login": log_in, "/p/1": measured(HTML)},
        log_in=True,
        n_exchanges=4,
    )


def _form() -> bytes:
    return b"<!doctype html><html><body>" + LOGIN + b"</body></html>"
