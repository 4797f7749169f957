# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo doctor`` on the Tor of a crawl: there, fit, or what is wrong with it."""

import socket

import pytest

from crawler.socks import SocksProxy
from crawler.tor.probing import ProxyProbe, probe_proxy
from vestigo.pipeline.tor_health import examine_tor
from vestigo.settings import default_settings


@pytest.fixture
def dead_port():
    with socket.create_server(("127.0.0.1", 0)) as gone:
        return gone.getsockname()[1]


@pytest.mark.parametrize(
    ("reply", "page", "expected"),
    [
        (0xF6, b"", ProxyProbe(True, True, True)),
        (1, b"HTTP/1.0 501 Tor is not an HTTP Proxy\r\n\r\n", ProxyProbe(True, True, False)),
        (1, b"hello", ProxyProbe(False, True, False)),
        (None, b"HTTP/1.0 501 Tor is not an HTTP Proxy\r\n\r\n", ProxyProbe(True, False, False)),
    ],
)
def test_what_answers_at_the_proxy_port(tor_socks, reply, page, expected):
    server = tor_socks(reply, page)
    assert probe_proxy(SocksProxy("127.0.0.1", server.port)) == expected


def doctor(**more):
    return {
        check: (state, said)
        for check, state, said in examine_tor(default_settings()["crawl"] | more)
    }


def test_doctor_without_a_proxy():
    assert doctor()["tor"][0] == "ok"


def test_doctor_on_a_tor_that_is_fit(tor_control, tor_socks):
    server = tor_socks()
    proxy = f"socks5://127.0.0.1:{server.port}"
    found = doctor(proxy=proxy, tor_control=f"127.0.0.1:{tor_control({}).port}")
    assert found["tor"][0] == "ok"
    assert found["tor_control"] == (
        "ok",
        "Tor 0.4.9.11, consensus valid after 2026-11-22T06:09:00Z",
    )
    assert doctor(proxy=proxy)["tor_control"][0] == "warning"


def test_doctor_names_what_is_wrong(tor_control, dead_port):
    proxy = f"socks5://127.0.0.1:{dead_port}"
    found = doctor(proxy=proxy, tor_control=f"127.0.0.1:{dead_port}")
    assert found["tor"][0] == found["tor_control"][0] == "failed"
    assert doctor(proxy="http://127.0.0.1:1")["tor"][0] == "failed"
    assert doctor(proxy=proxy, tor_control="elsewhere:1")["tor_control"][0] == "failed"
    young = tor_control({"GETINFO consensus/valid-after": "551 none\r\n"})
    assert doctor(proxy=proxy, tor_control=f"127.0.0.1:{young.port}")["tor_control"][0] == "warning"


@pytest.mark.parametrize(("reply", "page", "state"), [(1, b"hello", "warning"), (1, b"Tor is not an HTTP Proxy", "warning"), (None, b"Tor is not an HTTP Proxy", "failed")])  # fmt: skip
def test_doctor_on_a_proxy_that_is_not_quite_it(tor_socks, reply, page, state):
    server = tor_socks(reply, page)
    assert doctor(proxy=f"socks5://127.0.0.1:{server.port}")["tor"][0] == state
