# SPDX-License-Identifier: AGPL-3.0-or-later
"""Nothing is fetched without authority, and an authority that ends, ends the crawl."""

import itertools
import socket
from datetime import timedelta

import pytest

from vestigo.authority import Gate
from vestigo.clock import system_clock
from vestigo.errors import AuthorityError, ConfigurationError, ExitCode
from vestigo.evidence.warc import iter_captures, segment_paths


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        (None, "E-AUT-001"),
        ({"hosts": ("market.onion",)}, "E-AUT-003"),
        ({"hosts": ("127.0.0.1:1",)}, "E-AUT-003"),
        ({"hosts": ("localhost",)}, "E-AUT-003"),
        ({"acts": ("search",)}, "E-AUT-004"),
        ({"accounts": ()}, "E-AUT-005"),
        ({"data_classes": ("message",)}, "E-AUT-006"),
        ({"acts": ("view",)}, "E-AUT-004"),
    ],
)
def test_nothing_is_opened_without_an_order_that_covers_the_crawl(
    market, crawls, order, fields, code
):
    orders = [] if fields is None else [order(**fields)]
    with pytest.raises(AuthorityError) as caught:
        crawls.run(orders=orders, account="avatar", password="x")
    assert caught.value.code == code
    assert caught.value.exit_code == ExitCode.AUTHORITY
    assert [refusal.code for refusal in crawls.refusals] == [code]
    assert market.taps == []
    assert segment_paths(crawls.captures_folder) == []


@pytest.mark.parametrize("days", [(-2, -1), (1, 2)], ids=["expired", "not begun"])
def test_nothing_is_opened_outside_of_the_period(market, crawls, order, days):
    now = system_clock()
    period = {"starts_at": now + timedelta(days=days[0]), "ends_at": now + timedelta(days=days[1])}
    with pytest.raises(AuthorityError, match="E-AUT-002"):
        crawls.run(orders=[order(**period)])
    assert market.taps == []


def test_an_order_that_ends_in_the_middle_stops_the_crawl_at_once(market, crawls, html, order):
    market.answers["/"] = html.category(*(f"/p/{n}" for n in range(50)))
    for n in range(50):
        market.answers[f"/p/{n}"] = html.listing(n)
    authorization = order()
    expired = []

    def clock():
        return authorization.ends_at if expired else system_clock()

    def expire(_request, _number):
        expired.append(True)
        return html.listing(5)

    market.answers["/p/5"] = expire
    with pytest.raises(AuthorityError, match="E-AUT-002"):
        crawls.run(orders=[authorization], clock=clock, settings={"concurrency": 1})
    assert [refusal.code for refusal in crawls.refusals] == ["E-AUT-002"]
    assert sum(market.asked.values()) == 7
    archived = list(iter_captures(crawls.captures_folder))
    assert len(archived) == 7
    assert archived == crawls.captures
    report = crawls.run()
    assert report.coverage.page_kinds == {"category": 1, "listing": 50}
    assert set(market.asked.values()) == {1}


def test_a_slow_page_is_cut_when_the_order_ends(market, crawls, order):
    now = system_clock()
    market.answers["/"] = b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n<html>"
    with pytest.raises(AuthorityError, match="E-AUT-002"):
        crawls.run(orders=[order(ends_at=now + timedelta(seconds=1))])
    (capture,) = crawls.captures
    assert capture.problem.startswith("authority-ended")


def test_every_socket_asks_the_gate_not_only_every_request(market, crawls, html, order):
    """Before all, for the request, when it is handed over, before its socket, before a byte."""
    market.answers["/"] = html.listing(1)
    asked = []

    class Listening(Gate):
        def check(self, intent):
            asked.append((intent.host, intent.port, intent.act, intent.what))
            return super().check(intent)

    crawls.run(gate=Listening([order()], system_clock))
    wanted = ("127.0.0.1", market.port, "view", market.uri)
    assert asked == [wanted] * 5


def test_a_library_that_opens_a_socket_of_its_own_is_refused(market, crawls, html, monkeypatch):
    """What a dependency might do on the side: ask a name server, phone home."""
    market.answers["/"] = html.listing(1)
    from crawler import judging

    real = judging.read_page

    def phoning_home(*arguments, **more):
        with pytest.raises(AuthorityError, match="E-AUT-007"):
            socket.getaddrinfo("publicsuffix.org", 443)
        with socket.socket() as sneaking, pytest.raises(AuthorityError):
            sneaking.connect(("127.0.0.1", market.port))
        return real(*arguments, **more)

    monkeypatch.setattr(judging, "read_page", phoning_home)
    crawls.run()
    refused = [details for action, why, details in crawls.events if "E-AUT-007" in why]
    assert [details["call"] for details in refused] == ["socket.getaddrinfo", "socket.connect"]
    assert refused[1]["destination"] == f"127.0.0.1:{market.port}"


@pytest.mark.parametrize(
    "start",
    ["http://market.onion/", "http://localhost:80/", "http://192.0.2.1/", "http://127.0.0.1.nip.io/",
     "http://[2001:db8::1]/", "http://2130706433/", "http://0/"],
)  # fmt: skip
def test_without_a_proxy_only_literal_loopback_addresses(crawls, order, start):
    from urllib.parse import urlsplit

    with pytest.raises(ConfigurationError) as caught:
        crawls.run(orders=[order(hosts=(urlsplit(start).hostname,))], start_uri=start)
    assert caught.value.code == "E-CRA-001"
    assert crawls.captures == []


@pytest.mark.parametrize(
    "proxy",
    ["socks5://192.0.2.1:9050", "http://127.0.0.1:9050", "socks4://127.0.0.1:9050", "127.0.0.1:9050",
     "socks5://localhost:9050", "socks5://127.0.0.1", "socks5://user@127.0.0.1:9050",
     "socks5://127.0.0.1:99999", "socks5://127.0.0.1:9050/x"],
)  # fmt: skip
def test_a_proxy_that_is_none_of_ours_is_refused(crawls, proxy):
    with pytest.raises(ConfigurationError) as caught:
        crawls.run(settings={"proxy": proxy})
    assert caught.value.code == "E-CRA-002"


def test_a_new_order_lets_in_what_the_old_one_did_not(market, crawls, html, order):
    market.answers["/"] = html.category("/v/a")
    market.answers["/v/a"] = html.page("<h1 class=vendor>a</h1>")
    crawls.run(orders=[order(data_classes=("listing",))])
    assert "/v/a" not in market.asked
    report = crawls.run(orders=[order()])
    assert report.coverage.page_kinds == {"category": 1, "vendor": 1}
    assert report.coverage.refused == {}


def test_links_that_are_left_out_stand_in_the_custody_log_with_code_and_number(
    market, crawls, html, order
):
    market.answers["/"] = html.category("/v/a", "/v/b", "/search?q=1", "/p/1")
    market.answers["/p/1"] = html.listing(1, '<a href="/v/a">a</a><a href="/v/c">c</a>')
    crawls.run(orders=[order(data_classes=("listing",), acts=("view",))])
    told = [(why, details) for _action, why, details in crawls.events if "left out" in why]
    host = f"127.0.0.1:{market.port}"
    one = {"host": host, "account": ""}
    assert told == [
        ("E-AUT-004 links left out", {**one, "act": "search", "data_class": "listing", "n": "1"}),
        ("E-AUT-006 links left out", {**one, "act": "view", "data_class": "vendor_profile",
                                      "n": "3"}),
    ]  # fmt: skip
    crawls.events.clear()
    crawls.run(orders=[order(data_classes=("listing",), acts=("view",))])
    assert not [why for _action, why, _details in crawls.events if "left out" in why]


def test_two_authorities_in_turn_are_named_in_their_captures(market, crawls, html, order):
    market.answers["/"] = html.category("/p/1")
    market.answers["/p/1"] = html.listing(1)
    orders = [order(reference=str(n)) for n in range(2)]
    for n, one in enumerate(orders):
        crawls.run(orders=[one], start_uri=f"{market.uri}p/{n}" if n else market.uri)
    assert {c.authorization_id for c in crawls.captures} <= {o.record_id for o in orders}
    assert list(itertools.islice((c.account for c in crawls.captures), 1)) == [""]
