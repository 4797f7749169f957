# SPDX-License-Identifier: AGPL-3.0-or-later
"""Negative controls: the watch over the empty network sees what a leak would be."""

import sys

import pytest

LEAKS = {
    "a name": ("import socket; socket.getaddrinfo('leak.example', 80)", "names", "leak.example"),
    "a connection": (
        "import socket; s = socket.socket(); s.settimeout(0.3); s.connect_ex(('203.0.113.9', 443))",
        "outside", "tcp 203.0.113.9 443",
    ),
    "a datagram": (
        "import socket; s = socket.socket(type=socket.SOCK_DGRAM); s.sendto(b'', ('203.0.113.9', 3478))",
        "outside", "udp 203.0.113.9 3478",
    ),
    "loopback": (
        "import socket; s = socket.socket(); s.connect_ex(('127.0.0.1', 8443))",
        "loopback", "tcp 127.0.0.1 8443",
    ),
    "a page of this machine": (
        "import urllib.request as u; u.urlopen('http://127.0.0.1:8099/pixel', timeout=9).close()",
        "requests", "GET /pixel HTTP/1.1",
    ),
}  # fmt: skip


@pytest.mark.parametrize("leak", sorted(LEAKS))
def test_the_watch_sees_it(isolated, fake_tor, leak):
    program, where, what = LEAKS[leak]
    seen = isolated([sys.executable, "-c", program], fake_tor({}).path)
    assert seen.code == 0, seen.stderr
    assert what in getattr(seen, where)
    assert seen.leaks


def test_the_proxy_is_no_leak(isolated, fake_tor):
    program = (
        "import socket; s = socket.create_connection(('127.0.0.1', 9050), 9);"
        "s.sendall(b'\\5\\1\\0'); assert s.recv(2) == b'\\5\\0'"
    )
    seen = isolated([sys.executable, "-c", program], fake_tor({}).path)
    assert (seen.code, seen.leaks) == (0, [])


def test_a_command_that_hangs_is_ended(isolated, fake_tor):
    words = [sys.executable, "-c", "import time; time.sleep(600)"]
    seen = isolated(words, fake_tor({}).path, seconds=1)
    assert seen.code == "too long"


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("search a.example\nnameserver 10.0.0.53\noptions ndots:5\n", ["10.0.0.53"]),
        ("nameserver 10.0.0.53\nnameserver fd00::53\nnameserver 10.0.0.53\n", ["10.0.0.53", "fd00::53"]),
        ("# nameserver 10.0.0.1\nnameserver fe80::1%eth0\n", ["127.0.0.1"]),
        ("", ["127.0.0.1"]),
    ],
)  # fmt: skip
def test_whom_a_machine_asks_for_names(tmp_path, inside, text, asked):
    (tmp_path / "resolv.conf").write_text(text)
    assert inside.name_servers(tmp_path / "resolv.conf") == asked


def test_a_machine_without_the_file_asks_itself(tmp_path, inside):
    assert inside.name_servers(tmp_path / "none") == ["127.0.0.1"]
