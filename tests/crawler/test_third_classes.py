# SPDX-License-Identifier: AGPL-3.0-or-later
"""Buyers, messages and orders: not asked for, and where one turns up, not kept."""

import gzip
import re
from pathlib import Path

import pytest
from standing import PROFILE

from crawler.market import load_profile
from vestigo.evidence.warc import read_exchange
from vestigo.training.behaviour import load_behaviour
from vestigo.training.site import Site
from vestigo.training.telling import tell_world

SECRET = "meet me at the old mill"
RULES = """
[[links.follow]]
pattern = '^/buyer/'
kind = "buyer"

[[links.follow]]
pattern = '^/inbox$'
kind = "message"

[[links.follow]]
pattern = '^/my-orders$'
kind = "order"

[[links.follow]]
pattern = '^/(about|note)$'
kind = "other"

[[kinds]]
kind = "message"
has = ["p.message"]

[[kinds]]
kind = "order"
has = ["p.order"]

[[kinds]]
kind = "buyer"
has = ["p.buyer"]

"""
CLASS_OF = {"buyer": "buyer_profile", "message": "message", "order": "order"}
PAGE_OF = {"buyer": "/buyer/7", "message": "/inbox", "order": "/my-orders"}


@pytest.fixture
def profile(tmp_path):
    path = tmp_path / "third.toml"
    first, rest = Path(PROFILE).read_text().split("[[kinds]]", 1)
    path.write_text(f"{first}{RULES}[[kinds]]{rest}")
    return load_profile(str(path))


@pytest.fixture
def shop(market, html):
    """A market with a page of each class, and a note whose address says nothing."""
    market.answers["/"] = html.category("/p/1", *PAGE_OF.values(), "/about", "/note")
    market.answers["/p/1"] = html.listing(1)
    market.answers["/about"] = html.page("<p>About us</p>")
    market.answers["/note"] = html.page(f"<p class=message>{SECRET}</p>")
    for kind, path in PAGE_OF.items():
        market.answers[path] = html.page(f"<p class={kind}>{SECRET}</p>")
    return market


def archived(crawls):
    folder = crawls.captures_folder
    return b"".join(gzip.decompress(path.read_bytes()) for path in folder.glob("*.warc.gz"))


def test_without_their_class_nothing_of_them_is_asked_for_at_the_socket(shop, crawls):
    report = crawls.run()
    assert not set(PAGE_OF.values()) & set(shop.asked)
    assert report.coverage.refused == {"not-authorised": 3, "message-not-authorised": 1}
    told = [d for _a, why, d in crawls.events if why.endswith("links left out")]
    assert {(d["data_class"], d["n"]) for d in told} == {(one, "1") for one in CLASS_OF.values()}


def test_one_that_turns_up_is_not_filed(shop, crawls):
    crawls.run()
    assert shop.asked["/note"] == 1  # its address said nothing
    assert SECRET.encode() not in archived(crawls)
    (capture,) = [c for c in crawls.captures if c.uri.endswith("/note")]
    assert capture.problem.startswith("message-not-authorised")
    assert read_exchange(crawls.captures_folder, capture).body == b""
    (told,) = [d for _a, why, d in crawls.events if why == "body withheld: message-not-authorised"]
    assert "/note" not in told["address"]
    assert int(told["n_bytes"]) > len(SECRET)


@pytest.mark.parametrize("kind", CLASS_OF)
def test_the_class_that_is_named_is_asked_for_and_no_other(shop, crawls, order, kind):
    classes = ("listing", "vendor_profile", "feedback", CLASS_OF[kind])
    report = crawls.run(orders=[order(data_classes=classes)])
    assert {path for path in PAGE_OF.values() if path in shop.asked} == {PAGE_OF[kind]}
    assert report.coverage.page_kinds[kind] == (2 if kind == "message" else 1)
    assert (SECRET.encode() in archived(crawls)) is True
    others = {c.uri for c in crawls.captures if c.problem}
    assert others == (set() if kind == "message" else {f"{shop.uri}note"})


def test_a_later_authorization_lets_them_in(shop, crawls, order):
    crawls.run()
    everything = ("listing", "vendor_profile", "feedback", *CLASS_OF.values())
    report = crawls.run(orders=[order(data_classes=everything)])
    assert report.coverage.refused == {}
    assert {kind: report.coverage.page_kinds[kind] for kind in CLASS_OF} == {
        "buyer": 1, "message": 2, "order": 1,
    }  # fmt: skip
    assert shop.asked["/note"] == 2


def test_an_order_for_another_class_does_not_let_the_note_in(shop, crawls, order):
    crawls.run()
    classes = ("listing", "vendor_profile", "feedback", "order")
    crawls.run(orders=[order(data_classes=classes)])
    assert shop.asked["/note"] == 1


def test_a_profile_without_such_pages_looks_at_none(crawls, shop):
    report = crawls.run(profile=load_profile(PROFILE))
    assert "message-not-authorised" not in report.coverage.refused


def raw(answer):
    """Return an answer of the range as bytes."""
    head = "".join(f"{name}: {value}\r\n" for name, value in answer.headers)
    length = f"Content-Length: {len(answer.body)}\r\n\r\n"
    return f"HTTP/1.1 {answer.status} x\r\n{head}{length}".encode() + answer.body


@pytest.fixture
def range_market(market):
    """The pages of a small market of the range as somebody sees them who is logged in."""
    (venue,) = tell_world(1, load_behaviour("demo")).markets
    site = Site(venue.at(1))
    saved = [target for target, _answer in site.saved() if "/image/" not in target]
    wanted = [*saved[:25], *[target for target in saved if "/listing/" in target][:15]]
    pages = {target: site.answer("GET", target, site.session_cookie(), b"") for target in wanted}
    bodies = b"".join(answer.body for answer in pages.values()).decode()
    private = {*re.findall(r'href="(/user/[^"]+|/messages|/order/[^"]+)"', bodies)}
    pages |= {to: site.answer("GET", to, site.session_cookie(), b"") for to in private}
    market.answers.update({target: raw(answer) for target, answer in pages.items()})
    return market, private


@pytest.mark.parametrize("named", [(), ("message",), ("buyer_profile", "message", "order")])
def test_on_the_range_its_socket_counts_what_was_asked_for(range_market, crawls, order, named):
    market, private = range_market
    assert {path.split("/")[1] for path in private} == {"user", "messages", "order"}
    classes = ("listing", "vendor_profile", "feedback", *named)
    report = crawls.run(profile=load_profile("range"), orders=[order(data_classes=classes)])
    asked = {path.split("/")[1] for path in market.asked if path in private}
    allowed = {"message": "messages", "buyer_profile": "user"}
    assert asked == {allowed[one] for one in named if one in allowed}, "and nobody ever orders"
    assert report.coverage.page_kinds.get("message", 0) == ("message" in named)
    assert bool(report.coverage.page_kinds.get("buyer")) == ("buyer_profile" in named)
