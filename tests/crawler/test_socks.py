# SPDX-License-Identifier: AGPL-3.0-or-later
"""Through a SOCKS proxy names stay names, accounts stay apart, and causes stay apart."""

import socket
import threading

import pytest

from crawler.socks import REPLIES
from crawler.tor.reasons import cause_in_words

ONION = "a" * 56 + ".onion"


class Proxy:
    """A SOCKS5 server on loopback; ``reply`` is its answer to CONNECT."""

    def __init__(self, market):
        self._market = market
        self.reply, self.method, self.auth_reply = 0, 2, b"\x01\x00"
        self.asked, self.users, self.user_of = [], [], {}
        self.bound = b"\x01\0\0\0\0\0\0"
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.05)
        self.port = self._listener.getsockname()[1]
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    @property
    def uri(self):
        return f"socks5://127.0.0.1:{self.port}"

    def close(self):
        self._stop.set()
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _accept(self):
        while not self._stop.is_set():
            try:
                client, _address = self._listener.accept()
            except TimeoutError:
                continue
            self._threads.append(threading.Thread(target=self._serve, args=(client,)))
            self._threads[-1].start()

    def _serve(self, client):
        with client, client.makefile("rwb", buffering=0) as file:
            version, n_methods = file.read(2)
            file.read(n_methods)
            assert version == 5
            file.write(bytes((5, self.method)))
            if self.method == 0xFF:
                return
            _one, length = file.read(2)
            self.users.append(file.read(length))
            self.user_of[threading.get_ident()] = self.users[-1]
            file.read(file.read(1)[0])
            file.write(self.auth_reply)
            head = file.read(4)
            if len(head) < 4:
                return
            assert head == b"\x05\x01\x00\x03"
            host = file.read(file.read(1)[0]).decode()
            self.asked.append((host, int.from_bytes(file.read(2), "big")))
            file.write(bytes((5, self.reply, 0)) + self.bound)
            if self.reply == 0:
                self._relay(client)

    def _relay(self, client):
        """Hand the connection to the market itself: a new one would have to pass the guard."""
        self._market.serve(client)


@pytest.fixture
def proxy(market):
    server = Proxy(market)
    yield server
    server.close()


@pytest.fixture
def onion_crawl(crawls, order, proxy):
    """Crawl an onion address through the proxy."""

    def run(**settings):
        return crawls.run(
            start_uri=f"http://{ONION}/", orders=[order(hosts=(ONION,))], account="avatar",
            settings={"proxy": proxy.uri, "attempts": 1, **settings},
        )  # fmt: skip

    return run


def test_a_market_is_crawled_by_name_through_the_proxy(market, proxy, onion_crawl, crawls, html):
    market.answers["/"] = html.category("/p/1", "http://127.0.0.1:9/p/2")
    market.answers["/p/1"] = html.listing(1)
    report = onion_crawl()
    assert report.coverage.page_kinds == {"category": 1, "listing": 1}
    assert set(proxy.asked) == {(ONION, 80)}
    assert [c.uri for c in crawls.captures] == [f"http://{ONION}/", f"http://{ONION}/p/1"]
    assert f"Host: {ONION}\r\n".encode() in bytes(market.taps[0].got)


def test_the_handshake_is_no_part_of_the_archive(market, onion_crawl, crawls, html):
    from vestigo.evidence.warc import read_exchange

    market.answers["/"] = html.listing(1)
    onion_crawl()
    exchange = read_exchange(crawls.captures_folder, crawls.captures[0])
    assert exchange.request == bytes(market.taps[0].got)
    assert exchange.response == bytes(market.taps[0].sent)


def test_the_circuit_is_the_accounts_own_and_the_name_says_nothing(
    market, proxy, onion_crawl, html
):
    market.answers["/"] = html.listing(1)
    onion_crawl()
    assert len(set(proxy.users)) == 1
    assert b"avatar" not in proxy.users[0]
    assert len(proxy.users[0]) == 16


@pytest.mark.parametrize("reply", sorted({*REPLIES, 0x7F}))
def test_the_proxys_reasons_are_kept_apart(proxy, onion_crawl, crawls, reply):
    proxy.reply = reply
    report = onion_crawl()
    cause = REPLIES.get(reply, "reply-0x7f")
    assert report.coverage.failed == {f"socks:{cause}": 1}
    assert crawls.captures == []
    assert bool(cause_in_words(f"socks:{cause}")) == (reply in REPLIES)


def test_a_proxy_that_wants_another_method(proxy, onion_crawl):
    proxy.method = 0xFF
    assert onion_crawl().coverage.failed == {"socks:method-refused": 1}


def test_a_proxy_that_refuses_the_name(proxy, onion_crawl):
    proxy.auth_reply = b"\x01\x01"
    assert onion_crawl().coverage.failed == {"socks:credentials-refused": 1}


def test_a_proxy_that_hangs_up(proxy, onion_crawl):
    proxy.auth_reply = b"\x01"
    proxy.bound = b""
    proxy.reply = 0
    report = onion_crawl(deadline_seconds=2)
    assert list(report.coverage.failed) in (["socks:closed"], ["deadline"])


def test_a_reply_that_is_not_socks(proxy, onion_crawl):
    proxy.bound = b"\x09\0\0"
    assert onion_crawl().coverage.failed == {"socks:malformed-reply": 1}


@pytest.mark.parametrize("bound", [b"\x03\x05local\0\0", b"\x04" + bytes(18)], ids=["name", "ipv6"])
def test_any_kind_of_bound_address_is_skipped(market, proxy, onion_crawl, html, bound):
    market.answers["/"] = html.listing(1)
    proxy.bound = bound
    assert onion_crawl().coverage.page_kinds == {"listing": 1}


def test_no_proxy_there(crawls, order):
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    report = crawls.run(
        start_uri=f"http://{ONION}/", orders=[order(hosts=(ONION,))],
        settings={"proxy": f"socks5://127.0.0.1:{port}", "attempts": 1},
    )  # fmt: skip
    assert report.coverage.failed == {"proxy-connection-refused": 1}
    assert cause_in_words("proxy-connection-refused")
