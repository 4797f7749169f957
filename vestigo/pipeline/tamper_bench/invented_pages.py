# SPDX-License-Identifier: AGPL-3.0-or-later
"""Invented pages of a small market, and the records that were read out of them."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from vestigo.evidence.warc import Exchange
from vestigo.records import (
    CERTAIN,
    ByteRange,
    Capture,
    Feedback,
    FieldSpan,
    Listing,
    Method,
    Page,
    Record,
    Selector,
    Span,
)

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PASSWORD = "hunter2-planted-password"  # noqa: S105 (nobody's: tests look for it in bundles)
COOKIE = "planted-cookie-0123456789"
BUYER = "b***r77"
METHOD = Method(rule="test.hand.v1", settings_sha256="0" * 64)
HOSTILE = "=cmd|' /C calc'!A0 \u202e gnp.exe \x1b[31m ../../etc/passwd {{7*7}}"


def page(title: str, more: str = "") -> bytes:
    """Return an HTML page with a heading."""
    text = (
        f"<html><head><title>x</title></head><body><h1>{title}</h1><p>10 g</p>{more}</body></html>"
    )
    return text.encode()


def response(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    """Return the wire bytes of an answer."""
    head = "".join(f"{line}\r\n" for line in (f"HTTP/1.1 {status}", *headers))
    return head.encode("latin-1") + b"\r\n" + body


def chunked(body: bytes, size: int = 40) -> bytes:
    """Return a body as it travels in chunks."""
    pieces = [body[i : i + size] for i in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in pieces) + b"0\r\n\r\n"


def first_page() -> bytes:
    """Return the listing that most records were read out of."""
    return page("Blue &amp; fine", f"<p>feedback by {BUYER}: great</p><p>{HOSTILE}</p>")


def latin_page() -> bytes:
    """Return a listing that is no UTF-8."""
    return page("Caf\u00e9", "<p>a\u00f1o</p>").decode().encode("latin-1")


def exchanges(authorization_id: str) -> list[Exchange]:
    """Return a log-in, two listings, a category, a broken answer and junk."""
    latin = latin_page()
    wires = [
        ("POST", "/login", response(b"welcome", "Content-Length: 7", "Set-Cookie: sid=" + COOKIE)),
        ("GET", "/listing/1", response(
            chunked(gzip.compress(first_page(), mtime=0)),
            "Content-Type: text/html; charset=utf-8",
            "Transfer-Encoding: chunked", "Content-Encoding: gzip",
        )),
        ("GET", "/listing/2?a=b", response(
            latin, "Content-Type: text/html; charset=iso-8859-1", f"Content-Length: {len(latin)}",
        )),
        ("GET", "/category", response(page("All"), "Content-Type: text/html")),
        ("GET", "/broken", response(
            b"5\r\nabc", "Content-Type: text/plain", "Transfer-Encoding: chunked",
        )),
        ("GET", "/junk", b"not http at all"),
    ]  # fmt: skip
    return [exchange(n, *wire, authorization_id) for n, wire in enumerate(wires)]


def exchange(n: int, method: str, path: str, wire: bytes, authorization_id: str) -> Exchange:
    """Return the exchange of minute ``n``; what is posted is a log-in with a password."""
    request = f"{method} {path} HTTP/1.1\r\nHost: m.test\r\nCookie: sid={COOKIE}\r\n\r\n".encode()
    login = method == "POST"
    return Exchange(
        uri=f"http://m.test{path}",
        method=method,
        began_at=NOON + timedelta(minutes=n),
        request=request + (f"user=a&password={PASSWORD}".encode() if login else b""),
        response=wire,
        authorization_id=authorization_id,
        account="avatar1",
        truncated="",
        secret_request_body=login,
    )


def span(capture: Capture, body: bytes, text: bytes) -> Span:
    """Return the span of ``text`` in the body of a capture."""
    start = body.index(text)
    piece = ByteRange.cut(body, start, start + len(text))
    return Span(capture_id=capture.capture_id, ranges=(piece,), text=text.decode("latin-1"))


def derived(capture: Capture) -> dict[str, Any]:
    """Return what every record that was read out of a capture says of itself."""
    return {"sources": (capture.record_id,), "method": METHOD, "confidence": CERTAIN,
            "observed_at": capture.observed_at}  # fmt: skip


def market_records(captures: Sequence[Capture]) -> list[Record]:
    """Return a page for each capture, and what stands on the second and the third of them."""
    pages = [Page(market="m", uri=c.uri, page_kind="listing", truncated=False, leftovers=(),
                  failed_assertions=(), **derived(c)) for c in captures]  # fmt: skip
    return [*pages, *_read_out_of(captures[1], captures[2])]


def _read_out_of(first: Capture, second: Capture) -> list[Record]:
    html, latin = first_page(), latin_page()
    absent: dict[str, Any] = {"price_amount": None, "price_currency": None}
    listing: dict[str, Any] = {
        "market": "m", "description": "", "vendor_handle": "seller", "category": ("a", "b"),
        "ships_from": None, "ships_to": None, "feedback_count": None, "listed_on": None,
    }  # fmt: skip
    blue = FieldSpan(field="title", span=span(first, html, b"Blue &amp; fine"))
    cafe = FieldSpan(field="title", span=span(second, latin, "Caf\u00e9".encode("latin-1")))
    buyer = FieldSpan(field="buyer_handle", span=span(first, html, BUYER.encode()))
    return [
        Listing(listing_key="1", title="Blue & fine", price_amount=Decimal("1.50"),
                price_currency="EUR", spans=(blue,), **listing, **derived(first)),
        Listing(listing_key="2", title="Caf\u00e9", spans=(cafe,), **absent, **listing,
                **derived(second)),
        Feedback(market="m", listing_key="1", vendor_handle="seller", buyer_handle=BUYER,
                 given_on=None, rating="5", text=f"great says {BUYER}", spans=(buyer,), **absent,
                 **derived(first)),
        Selector(subject="s", selector_kind="btc", value="1BoatSLRHtKNngkdXEeobR76b53LETtpyT",
                 checksum_ok=True, party="vendor", field="description",
                 span=span(first, html, b"10 g"), **derived(first)),
    ]  # fmt: skip
