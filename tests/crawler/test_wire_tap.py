# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is archived is what went over the wire, byte for byte, whatever the server does.

The reference is a tap on the server's own socket.
"""

import gzip

import pytest
from warcio.checker import Checker

from vestigo.evidence.warc import read_exchange, segment_paths

HTML = b"<!doctype html><html><body><h1 class=listing>L</h1><p class=price>1 BTC</p></body></html>"
LENGTH = b"Content-Length: %d\r\n" % len(HTML)
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
HALVES = b"%x\r\n%s\r\n%x\r\n%s\r\n" % (40, HTML[:40], len(HTML) - 40, HTML[40:])
GZIPPED = gzip.compress(HTML, mtime=0)
COMPLETE = {
    "plain": OK + LENGTH + b"\r\n" + HTML,
    "chunked": CHUNKED + HALVES + b"0\r\n\r\n",
    "chunk extensions and trailers": CHUNKED + b'%x;a="b"\r\n%s\r\n0;z\r\nX-T: 1\r\n\r\n'
    % (len(HTML), HTML),
    "gzip": OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(GZIPPED) + GZIPPED,
    "gzip in chunks": OK + b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
    + b"%x\r\n%s\r\n0\r\n\r\n" % (len(GZIPPED), GZIPPED),
    "repeated and mixed-case headers": b"HTTP/1.1 200 OK\r\nx-a: 1\r\nCONTENT-TYPE: text/html\r\n"
    b"X-A: 2\r\nx-a:   3  \r\n" + LENGTH + b"\r\n" + HTML,
    "latin-1 header": OK + b"X-Name: caf\xe9\r\n" + LENGTH + b"\r\n" + HTML,
    "odd reason phrase": b"HTTP/1.1 200 all's \xa1well!\r\nContent-Type: text/html\r\n" + LENGTH
    + b"\r\n" + HTML,
    "no reason phrase": b"HTTP/1.1 200\r\nContent-Type: text/html\r\n" + LENGTH + b"\r\n" + HTML,
    "no content": b"HTTP/1.1 204 No Content\r\n\r\n",
    "not modified": b"HTTP/1.1 304 Not Modified\r\nContent-Length: 4711\r\n\r\n",
    "not found": b"HTTP/1.1 404 Nope\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nno",
    "server error": b"HTTP/1.1 500 Oh\r\nContent-Length: 2\r\n\r\nno",
}  # fmt: skip
CLOSED_AFTER = {
    "HTTP/1.0": b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n" + HTML,
    "until the close": OK + b"Connection: close\r\n\r\n" + HTML,
    "header without a colon": OK + b"no colon here\r\n" + LENGTH + b"\r\n" + HTML,
    "bad status line": b"HTP 200 OK\r\n\r\n" + HTML,
    "no HTTP at all": b"SSH-2.0-OpenSSH_9.6\r\n",
    "length too great": OK + b"Content-Length: %d\r\n\r\n" % (len(HTML) + 50) + HTML,
    "length too small": OK + b"Content-Length: 20\r\nConnection: close\r\n\r\n" + HTML,
    "two lengths": OK + LENGTH + b"Content-Length: 3\r\n\r\n" + HTML,
    "cut chunk": CHUNKED + HALVES[:60],
    "bad chunk size": CHUNKED + b"zz\r\n" + HTML,
    "missing last chunk": CHUNKED + HALVES,
    "cut head": b"HTTP/1.1 200 OK\r\nContent-Ty",
    "trailing garbage": OK + LENGTH + b"Connection: close\r\n\r\n" + HTML + b"\0\xff junk",
    "cut gzip": OK + b"Content-Encoding: gzip\r\n\r\n" + GZIPPED[:-12],
    "nothing": b"",
    "interim response": b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + OK + LENGTH + b"\r\n"
    + HTML,
    "bare line feeds": b"HTTP/1.1 200 OK\nContent-Type: text/html\n\n" + HTML,
    "obsolete folding": OK + b"X: a\r\n b\r\n" + LENGTH + b"\r\n" + HTML,
}  # fmt: skip
FORMS = {**COMPLETE, **CLOSED_AFTER}
READABLE = {
    "HTTP/1.0", "until the close", "header without a colon", "trailing garbage",
    "interim response", "bare line feeds", "obsolete folding",
}  # fmt: skip


def archived(crawls):
    return [read_exchange(crawls.captures_folder, capture) for capture in crawls.captures]


def accepted_by_warcio(folder):
    class Arguments:
        inputs = tuple(map(str, segment_paths(folder)))
        verbose = False

    checker = Checker(Arguments)
    checker.process_all()
    return checker.exit_value == 0


@pytest.mark.parametrize("form", FORMS)
def test_the_archive_holds_what_the_socket_saw(market, crawls, form):
    market.answers["/"] = FORMS[form]
    if form in CLOSED_AFTER:
        market.close_after.add("/")
    report = crawls.run(settings={"attempts": 1})
    (exchange,) = archived(crawls)
    (tap,) = market.taps
    assert exchange.response == bytes(tap.sent)
    assert exchange.request == bytes(tap.got)
    assert accepted_by_warcio(crawls.captures_folder)
    assert report.coverage.known == 1


@pytest.mark.parametrize("form", sorted({*COMPLETE, *READABLE} - {"no content", "not modified",
                                         "not found", "server error"}))  # fmt: skip
def test_what_can_be_read_is_read_from_the_archived_bytes(market, crawls, form):
    market.answers["/"] = FORMS[form]
    if form in CLOSED_AFTER:
        market.close_after.add("/")
    report = crawls.run(settings={"attempts": 1})
    (exchange,) = archived(crawls)
    assert exchange.body == HTML
    assert report.coverage.page_kinds == {"listing": 1}


@pytest.mark.parametrize(
    ("form", "cause", "truncated"),
    [
        ("bad status line", "rejected-by-parser; bad-status-line", ""),
        ("length too great", "truncated-body", "disconnect"),
        ("cut chunk", "truncated-body", "disconnect"),
        ("missing last chunk", "truncated-body", "disconnect"),
        ("cut gzip", "truncated-coding", ""),
        ("bad chunk size", "rejected-by-parser; bad-chunk", ""),
        ("two lengths", "rejected-by-parser; bad-length", ""),
        ("nothing", None, ""),
        ("server error", "http-500", ""),
    ],
)
def test_what_cannot_be_read_fails_with_its_cause_and_is_kept(
    market, crawls, form, cause, truncated
):
    market.answers["/"] = FORMS[form]
    if form in CLOSED_AFTER:
        market.close_after.add("/")
    report = crawls.run(settings={"attempts": 2})
    assert report.coverage.fetched == 0
    assert report.n_failed == 1
    assert len(crawls.captures) == 2
    if cause:
        (found,) = report.coverage.failed
        assert cause.startswith(found)
    if truncated:
        (path,) = segment_paths(crawls.captures_folder)
        assert (
            gzip.decompress(path.read_bytes()).count(f"WARC-Truncated: {truncated}".encode()) == 2
        )


def test_bytes_behind_a_response_never_pass_for_the_next_one(market, crawls, html):
    """Response splitting: a second answer sent along with the first is nobody's answer."""
    forged = html.listing("forged")
    market.answers["/"] = html.category("/p/1", "/p/2", "/p/3") + forged
    for n in (1, 2, 3):
        market.answers[f"/p/{n}"] = html.listing(n) + forged
    report = crawls.run()
    assert report.coverage.page_kinds == {"category": 1, "listing": 3}
    bodies = {e.capture.uri[-4:]: e.body for e in archived(crawls)}
    for n in (1, 2, 3):
        assert f"Listing {n}".encode() in bodies[f"/p/{n}"]
    sent = b"".join(bytes(tap.sent) for tap in market.taps)
    assert sorted(e.response for e in archived(crawls)) == sorted(
        piece + forged for piece in sent.split(forged) if piece
    )


def test_the_request_is_the_one_that_was_sent(market, crawls, html):
    target = "/search?q=a%20b&x=%2F%C3%A9&empty="
    market.answers["/"] = html.category(target)
    market.answers[target] = html.category()
    crawls.run()
    request = archived(crawls)[-1].request
    assert request.startswith(f"GET {target} HTTP/1.1\r\n".encode())
    assert bytes(market.taps[0].got).endswith(request)
    names = [line.split(b":")[0].lower() for line in request.split(b"\r\n")[1:-2]]
    assert names[0] == b"host"
    assert b"Firefox/" in request
    assert b"python" not in request.lower()
    assert b"scrapy" not in request.lower()


def test_a_kept_alive_connection_is_split_between_its_exchanges(market, crawls, html):
    market.answers["/"] = html.category(*(f"/p/{n}" for n in range(6)))
    for n in range(6):
        market.answers[f"/p/{n}"] = html.listing(n)
    crawls.run(settings={"concurrency": 1})
    assert len(market.taps) == 1
    exchanges = archived(crawls)
    assert b"".join(e.request for e in exchanges) == bytes(market.taps[0].got)
    assert b"".join(e.response for e in exchanges) == bytes(market.taps[0].sent)


def test_a_body_that_is_too_long_is_cut_and_marked(market, crawls, monkeypatch):
    monkeypatch.setattr("crawler.handler.HEAD_ALLOWANCE", 0)
    market.answers["/"] = OK + b"Content-Length: 300000\r\n\r\n" + b"x" * 300_000
    report = crawls.run(settings={"max_body_bytes": 100_000})
    (exchange,) = archived(crawls)
    assert len(exchange.response) == 100_000
    assert bytes(market.taps[0].sent).startswith(exchange.response)
    assert report.coverage.failed == {"too-long": 1}
    (path,) = segment_paths(crawls.captures_folder)
    assert b"WARC-Truncated: length" in gzip.decompress(path.read_bytes())
    assert "too-long" in exchange.capture.problem


def test_a_page_that_drips_is_cut_at_the_deadline(market, crawls):
    def drip(_request, _number):
        return OK + b"Content-Length: 100\r\n\r\n<html>"

    market.answers["/"] = drip
    report = crawls.run(settings={"deadline_seconds": 0.5, "attempts": 1})
    assert report.coverage.failed == {"deadline": 1}
    (exchange,) = archived(crawls)
    assert exchange.response == bytes(market.taps[0].sent)
    (path,) = segment_paths(crawls.captures_folder)
    assert b"WARC-Truncated: time" in gzip.decompress(path.read_bytes())
