# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whatever a market answers, a crawl is bounded, says what it met, and goes on with the rest."""

import dataclasses
import gzip
import itertools
import resource
import zlib
from datetime import UTC, datetime, timedelta

import brotli
import pytest

from crawler.market.attributes import MOST_IN_A_TAG, bound_attributes
from crawler.market.profile import Bounds
from crawler.traps import TrapBounds
from vestigo.errors import VestigoError
from vestigo.evidence.warc import iter_captures, read_exchange
from vestigo.pipeline.wire.tapped import Script

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
SMALL = 1_000_000
ZEROS = bytes(4 * SMALL)


def coded(name, content):
    return (
        OK + b"Content-Encoding: %s\r\nContent-Length: %d\r\n\r\n" % (name, len(content)) + content
    )


BOMBS = {
    "gzip": coded(b"gzip", gzip.compress(ZEROS)),
    "deflate": coded(b"deflate", zlib.compress(ZEROS)),
    "br": coded(b"br", brotli.compress(ZEROS, quality=1)),
    "nested": coded(b"gzip, gzip", gzip.compress(gzip.compress(ZEROS))),
}


@pytest.mark.parametrize("kind", BOMBS)
def test_a_bomb_is_cut_named_and_kept_as_it_came(market, crawls, html, monkeypatch, kind):
    monkeypatch.setattr("vestigo.evidence.warc.decoding.MAX_DECODED", SMALL)
    market.answers |= {"/": html.category("/p/1", "/p/2"), "/p/1": BOMBS[kind]}
    market.answers["/p/2"] = html.listing(2)
    report = crawls.run()
    assert report.coverage.failed == {"decoded-too-long": 1}
    assert report.coverage.page_kinds == {"category": 1, "listing": 1}
    assert market.asked["/p/1"] == 1  # it will not be smaller the next time
    (bomb,) = [capture for capture in crawls.captures if capture.uri.endswith("/p/1")]
    assert bomb.n_body_bytes == SMALL
    assert read_exchange(crawls.captures_folder, bomb).response == BOMBS[kind]


def test_a_thousand_codings_are_not_undone(market, crawls):
    market.answers["/"] = coded(b"gzip," * 1000 + b"gzip", gzip.compress(b"<html>"))
    report = crawls.run()
    assert not report.coverage.fetched
    (capture,) = crawls.captures
    assert capture.problem == "content-encoding:too-many" or capture.problem.startswith("media")


def endless(head, piece):
    """An answer that begins with ``head`` and goes on with ``piece`` for a minute."""
    return Script((head, *([piece] * 6000)), pause=0.01)


TARPITS = {
    "silent": Script((b"", b""), pause=60),
    "silent behind the head": Script((OK + b"Content-Length: 9\r\n\r\n", b""), pause=60),
    "endless headers": endless(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
    "endless header": endless(b"HTTP/1.1 200 OK\r\nX: ", b"y" * 50),
    "endless chunks": endless(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    "endless interim responses": endless(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    "endless body": endless(OK + b"\r\n<html>", b"x"),
    "endless trailers": endless(OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X: y\r\n"),
    "endless garbage": endless(b"", b"\0\xff"),
}


@pytest.mark.parametrize("kind", TARPITS)
def test_a_tarpit_ends_at_the_deadline_and_the_rest_is_fetched(market, crawls, html, kind):
    market.answers |= {"/": html.category("/p/1", "/p/2"), "/p/1": TARPITS[kind]}
    market.answers["/p/2"] = html.listing(2)
    report = crawls.run(settings={"deadline_seconds": 2, "attempts": 1})
    market.stop()
    assert sum(report.coverage.failed.values()) == 1
    assert report.coverage.page_kinds == {"category": 1, "listing": 1}
    (capture,) = [one for one in crawls.captures if one.uri.endswith("/p/1")]
    assert capture.problem
    exchange = read_exchange(crawls.captures_folder, capture)
    (sent,) = [turn.sent for tap in market.taps for turn in tap.turns if b"/p/1" in turn.got]
    assert bytes(sent).startswith(exchange.response)


def test_a_tag_with_very_many_attributes_does_not_hold_the_parser(market, crawls, html):
    """Compared each with all others, 200,000 of them would hold it for minutes."""
    many = " ".join(f"a{number}=1" for number in range(200_000))
    market.answers |= {"/": html.category("/p/1", "/p/2"), "/p/2": html.listing(2)}
    market.answers["/p/1"] = html.page(f"<h1 {many} class=listing>One</h1><p class=price>1 BTC</p>")
    report = crawls.run()
    assert not report.coverage.failed
    assert sum(report.coverage.page_kinds.values()) == 3


def test_very_many_headers_of_one_name_do_not_hold_the_crawl(market, crawls, html):
    """Put into Scrapy's headers one by one, 40,000 of them would hold it for minutes."""
    head, _end, body = html.listing(1).partition(b"\r\n\r\n")
    market.answers |= {"/": html.category("/p/1", "/p/2"), "/p/2": html.listing(2)}
    market.answers["/p/1"] = head + b"\r\nX: y" * 40_000 + b"\r\n\r\n" + body
    report = crawls.run()
    assert not report.coverage.failed
    assert report.coverage.page_kinds == {"category": 1, "listing": 2}


def test_attributes_beyond_the_bound_are_left_out_of_the_marked_copy():
    inner = " ".join(f"a{number}='>'" for number in range(MOST_IN_A_TAG + 50))
    copy = bound_attributes(f"<p {inner} z=1><b title='x'>y</b>")
    assert copy.endswith(f"a{MOST_IN_A_TAG - 1}='>'><b title='x'>y</b>")
    whole = f'<img src="data:image/png;base64,{"A " * 5000}" alt="x y"><p {"a=1 " * 100}>'
    assert bound_attributes(whole) == whole


def test_redirects_without_end_are_followed_five_times(market, crawls):
    numbers = itertools.count(2)

    def on(_request, _number):
        target = b"/p/%d" % next(numbers)
        return b"HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n" % target

    market.answers |= {"/": on, **{f"/p/{n}": on for n in range(2, 40)}}
    report = crawls.run()
    assert report.coverage.failed == {"too-many-redirects": 1}
    assert len(crawls.captures) == 6


class Trap:
    """Answers whatever is asked for with a page whose links lead further in."""

    def __init__(self, market, html, links):
        self._html, self._links = html, links
        market.answers = self

    def get(self, target, _default):
        return self._html.category(*self._links(target))


def calendar(target):
    month = int(target.rpartition("=")[2]) if "month=" in target else 0
    return [f"/search?month={month + 1}", f"/search?month={month + 2}"]


def permutations(_target):
    return ["/search?" + "&".join(pairs) for pairs in itertools.permutations(("a=1", "b=2", "c=3"))]


def deeper(target):
    return [f"{target.rstrip('/')}/search" if target != "/" else "/search"]


def days(target):
    day = int(target.rpartition("/")[2]) if target.startswith("/c/") else 0
    return [f"/c/{day + 1}", f"/c/{day + 2}"]


def sessions(target):
    number = int(target.rpartition("=")[2][:8], 16) if "sid=" in target else 0
    return [f"/search?sid={number + n:08x}{'0a1b2c3d4e5f'}" for n in (1, 2, 3)]


@pytest.mark.parametrize(
    ("links", "cause", "most"),
    [
        (calendar, "trap-variants", 21), (permutations, "trap-same-page", 2),
        (sessions, "trap-same-page", 2), (deeper, "trap-repeats", 4), (days, "trap-endless", 31),
    ],
    ids=["calendar", "permutations", "session ids", "deeper", "days"],
)  # fmt: skip
def test_a_trap_is_bounded_by_the_profile_and_reported(
    market, crawls, html, profile, links, cause, most
):
    Trap(market, html, links)
    bounded = dataclasses.replace(profile, bounds=Bounds(variants=20, leading=30))
    report = crawls.run(profile=bounded)
    assert report.coverage.fetched <= most
    assert report.coverage.refused[cause] >= 1
    assert set(report.coverage.refused) == {cause}
    again = crawls.run(profile=bounded)
    assert again.coverage == report.coverage


def test_the_bounds_of_a_kind_and_of_depth():
    bounds = TrapBounds(Bounds(depth=3, pages=2), [("http://h/p/1", "listing")])
    assert bounds.cause("http://h/a/b/c/d", "") == "trap-depth"
    assert bounds.cause("http://h/p/2", "listing") == ""
    assert bounds.cause("http://h/p/3", "listing") == "trap-pages"
    assert bounds.cause("http://h/p/2", "listing") == bounds.cause("http://h/p/1", "listing") == ""
    assert bounds.cause("http://h/v/3", "vendor") == ""


def test_a_large_market_is_no_trap():
    bounds = TrapBounds(Bounds(leading=10, per_listing=5), [])
    for n in range(20):
        assert bounds.cause(f"http://h/p/{n}", "listing") == ""
    assert [bounds.cause(f"http://h/c/{n}", "category") for n in range(111)] == [
        *[""] * 110, "trap-endless",
    ]  # fmt: skip
    assert bounds.cause("http://h/v/1", "vendor") == ""
    assert bounds.cause("http://h/c/200", "category") == "", "more is known: more is believed"


def test_a_short_parameter_is_no_session():
    bounds = TrapBounds(Bounds(), [("http://h/v?sid=12", "vendor")])
    assert bounds.cause("http://h/v?sid=13", "vendor") == ""
    assert bounds.cause("http://h/v?x=1&sid=12", "vendor") == ""
    assert bounds.cause("http://h/v?sid=12&x=1", "vendor") == "trap-same-page"


ODD = {
    "nothing": b"",
    "zeros": bytes(5000),
    "no HTML": b"\xff\xfe\xfd" * 2000,
    "unclosed": b"<html><body>" + b"<div><p class=" * 3000,
    "deep": b"<div>" * 20_000,
    "entities": b"&lt" * 5000 + b"&#99999999999;&#xD800;&#0;",
    "surrogates": "<p>\ud800</p>".encode("utf-8", "surrogatepass"),
    "attributes": b"<p " + b"a=1 " * 20_000 + b">",
    "script": b"<script>" + b"<!--" * 5000,
}


@pytest.mark.parametrize("charset", ["utf-8", "utf-16", "utf-7", "idna", "rot13", "\xe9x", "hex"])
def test_pages_that_are_no_html_break_nothing(market, crawls, html, charset):
    declared = charset.encode("latin-1")
    names = [f"/p/{n}" for n in range(len(ODD))]
    market.answers |= {"/": html.category(*names)}
    for path, body in zip(names, ODD.values(), strict=True):
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=" + declared
        market.answers[path] = head + b"\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    report = crawls.run(settings={"attempts": 1})
    assert report.coverage.known == len(ODD) + 1
    assert not report.coverage.waiting
    assert "listing" not in report.coverage.page_kinds
    bodies = {read_exchange(crawls.captures_folder, one).body for one in crawls.captures}
    assert bodies >= set(ODD.values())


class Jumping:
    """A clock that goes right until ``jump`` is set."""

    def __init__(self):
        self.jump = timedelta()

    def __call__(self):
        return datetime.now(UTC) + self.jump


@pytest.mark.parametrize("hours", [-30 * 24, -2, 2])
def test_a_clock_that_jumps_in_the_middle_loses_no_page(market, crawls, html, hours, order):
    clock = Jumping()
    now = datetime.now(UTC)
    wide = order(starts_at=now - timedelta(days=90), ends_at=now + timedelta(days=90))

    def first(_request, number):
        clock.jump = timedelta(hours=hours) if number == 0 else clock.jump
        return html.page("busy", status="500 Busy") if number == 0 else html.listing(1)

    market.answers |= {"/": html.category("/p/1", "/p/2"), "/p/1": first}
    market.answers["/p/2"] = html.listing(2)
    settings = {"retry_seconds": 0.2, "concurrency": 1}
    report = crawls.run(clock=clock, orders=[wide], settings=settings)
    assert report.coverage.page_kinds == {"category": 1, "listing": 2}


@pytest.fixture
def little_room():
    """Let no file of this process grow past ``n`` bytes, as on a full disk; then again."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    def limit(n):
        resource.setrlimit(resource.RLIMIT_FSIZE, (n, hard))

    yield limit
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_disk_that_is_full_while_a_record_is_written(market, crawls, html, little_room):
    noise = "".join(str(hash((n, "x"))) for n in range(6000))
    names = [f"/p/{n}" for n in range(12)]
    market.answers |= {"/": html.category(*names)}
    market.answers |= {name: html.listing(name, f"<p>{noise}</p>") for name in names}
    little_room(200_000)
    with pytest.raises(VestigoError) as caught:
        crawls.run()
    assert caught.value.code in ("E-EVI-101", "E-CRA-061")
    whole = list(iter_captures(crawls.captures_folder))
    assert whole == crawls.captures
    little_room(resource.RLIM_INFINITY)
    report = crawls.run()
    assert report.coverage.page_kinds == {"category": 1, "listing": 12}
    assert not list(crawls.captures_folder.glob("*.torn"))
    archived = list(iter_captures(crawls.captures_folder))
    assert archived == crawls.captures
    for capture in archived:
        assert read_exchange(crawls.captures_folder, capture).status == 200
