# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whatever is missing or wrong, nothing goes around the proxy."""

import contextlib
import socket
import threading

import pytest

from crawler.scheduler import FrontierScheduler
from vestigo.errors import AuthorityError, ConfigurationError

ONION = "a" * 56 + ".onion"


class Listener:
    """A port that nobody may connect to; ``n_connections`` counts who did."""

    def __init__(self):
        self.n_connections = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._listener.settimeout(0.05)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._count)
        self._thread.start()

    def _count(self):
        while not self._stop.is_set():
            with contextlib.suppress(TimeoutError):
                self._listener.accept()[0].close()
                self.n_connections += 1

    def close(self):
        self._stop.set()
        self._thread.join(timeout=30)
        self._listener.close()


@pytest.fixture
def bypass():
    listener = Listener()
    yield listener
    listener.close()


@pytest.fixture
def dead_port():
    with socket.create_server(("127.0.0.1", 0)) as gone:
        return gone.getsockname()[1]


def test_the_bypass_counts(bypass):
    """Negative control of the listener."""
    socket.create_connection(("127.0.0.1", bypass.port), 5).close()
    for _again in range(200):
        if bypass.n_connections:
            return
        threading.Event().wait(0.05)
    pytest.fail("the listener counts nothing")


def test_an_empty_proxy_setting_refuses_an_onion_before_anything_is_opened(crawls, order):
    with pytest.raises(ConfigurationError, match="E-CRA-001"):
        crawls.run(start_uri=f"http://{ONION}/", orders=[order(hosts=(ONION,))])
    assert not crawls.captures_folder.exists()


@pytest.mark.parametrize("host", ["market.example", "203.0.113.9", "localhost", ONION])
def test_no_host_is_reached_directly_whatever_the_order_says(crawls, order, host):
    with pytest.raises(ConfigurationError, match="E-CRA-001"):
        crawls.run(start_uri=f"http://{host}/", orders=[order(hosts=(host,))])


def test_a_dead_proxy_fails_the_pages_and_nothing_else_is_tried(crawls, order, dead_port, html):
    report = crawls.run(
        start_uri=f"http://{ONION}/", orders=[order(hosts=(ONION,))],
        settings={"proxy": f"socks5://127.0.0.1:{dead_port}", "attempts": 2, "retry_seconds": 0},
    )  # fmt: skip
    assert report.coverage.failed == {"proxy-connection-refused": 1}
    assert crawls.refusals == []
    assert crawls.captures == []


WAYS_ROUND = {
    "a proxy of its own": lambda port: {"proxy": f"http://127.0.0.1:{port}"},
    "a SOCKS proxy of its own": lambda port: {"proxy": f"socks5h://127.0.0.1:{port}"},
    "credentials": lambda port: {"proxy": f"http://u:p@127.0.0.1:{port}", "_auth_proxy": ""},
}


@pytest.mark.parametrize("way", sorted(WAYS_ROUND))
def test_a_request_cannot_choose_its_own_way(
    market, crawls, order, dead_port, bypass, monkeypatch, html, way
):
    """Nothing sets these; if a library did, the crawl would end before anything is sent."""
    original = FrontierScheduler.next_request

    def next_request(scheduler):
        request = original(scheduler)
        if request is not None:
            request.meta.update(WAYS_ROUND[way](bypass.port))
        return request

    monkeypatch.setattr(FrontierScheduler, "next_request", next_request)
    with contextlib.suppress(ValueError):
        crawls.run(
            start_uri=f"http://{ONION}/", orders=[order(hosts=(ONION,))],
            settings={"proxy": f"socks5://127.0.0.1:{dead_port}", "attempts": 1},
        )  # fmt: skip
    assert bypass.n_connections == 0
    assert crawls.captures == []
    assert not market.taps


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"])
def test_proxies_of_the_environment_are_not_used(
    crawls, order, dead_port, bypass, monkeypatch, name
):
    monkeypatch.setenv(name, f"http://127.0.0.1:{bypass.port}")
    crawls.run(
        start_uri=f"http://{ONION}/", orders=[order(hosts=(ONION,))],
        settings={"proxy": f"socks5://127.0.0.1:{dead_port}", "attempts": 1},
    )  # fmt: skip
    assert bypass.n_connections == 0


def test_a_control_port_that_is_dead_stops_the_crawl_before_anything_is_sent(
    crawls, order, dead_port, bypass
):
    settings = {
        "proxy": f"socks5://127.0.0.1:{bypass.port}",
        "tor_control": f"127.0.0.1:{dead_port}",
    }
    with pytest.raises(Exception, match="E-CRA-031"):
        crawls.run(start_uri=f"http://{ONION}/", orders=[order(hosts=(ONION,))], settings=settings)
    assert bypass.n_connections == 0


def test_the_control_port_passes_the_guard(crawls, order, dead_port, monkeypatch):
    """Without the grant the guard refuses the socket: nothing connects by itself."""
    from contextlib import contextmanager

    from vestigo.authority import SocketGuard

    @contextmanager
    def nothing(self, host, port):
        yield

    monkeypatch.setattr(SocketGuard, "granting", nothing)
    settings = {"proxy": f"socks5://127.0.0.1:{dead_port}", "tor_control": f"127.0.0.1:{dead_port}"}
    with pytest.raises(AuthorityError, match="E-AUT-007"):
        crawls.run(start_uri=f"http://{ONION}/", orders=[order(hosts=(ONION,))], settings=settings)
