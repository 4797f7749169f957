# SPDX-License-Identifier: AGPL-3.0-or-later
"""No socket call reaches a place that was not granted: the ways past the gate are shut."""

import asyncio
import socket
import threading
import urllib.request
from datetime import UTC, datetime

import pytest

from vestigo.authority import SocketGuard, guarded
from vestigo.errors import AuthorityError

NOW = datetime(2026, 1, 31, tzinfo=UTC)


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5)
        yield server


@pytest.fixture
def refusals():
    return []


@pytest.fixture
def guard(refusals):
    watching = SocketGuard(lambda: NOW, refusals.append)
    with guarded(watching):
        yield watching


OPENED = []


def fresh(*kind):
    """Return a new socket that is closed when the test ends."""
    OPENED.append(socket.socket(*kind))
    return OPENED[-1]


@pytest.fixture
def _closed_afterwards():
    yield
    while OPENED:
        OPENED.pop().close()


WAYS_PAST_THE_GATE = {
    "connect": lambda port: fresh().connect(("127.0.0.1", port)),
    "connect_ex": lambda port: fresh().connect_ex(("127.0.0.1", port)),
    "ipv6": lambda port: fresh(socket.AF_INET6).connect(("::1", port)),
    "mapped ipv6": lambda port: fresh(socket.AF_INET6).connect(("::ffff:127.0.0.1", port)),
    "create_connection": lambda port: socket.create_connection(("127.0.0.1", port)),
    "by name": lambda port: socket.create_connection(("localhost", port)),
    "getaddrinfo": lambda _port: socket.getaddrinfo("market.example", 80),
    "gethostbyname": lambda _port: socket.gethostbyname("market.example"),
    "gethostbyname_ex": lambda _port: socket.gethostbyname_ex("market.example"),
    "gethostbyaddr": lambda _port: socket.gethostbyaddr("127.0.0.1"),
    "getnameinfo": lambda port: socket.getnameinfo(("127.0.0.1", port), 0),
    "dns datagram": lambda _port: fresh(socket.AF_INET, socket.SOCK_DGRAM).sendto(
        b"x", ("127.0.0.1", 53)
    ),
    "sendmsg": lambda _port: fresh(socket.AF_INET, socket.SOCK_DGRAM).sendmsg(
        [b"x"], [], 0, ("127.0.0.1", 53)
    ),
    "connected datagram": lambda _port: fresh(socket.AF_INET, socket.SOCK_DGRAM).connect(
        ("127.0.0.1", 53)
    ),
    "ipv6 datagram": lambda _port: fresh(socket.AF_INET6, socket.SOCK_DGRAM).sendto(
        b"x", ("::1", 53)
    ),
    "unix datagram": lambda _port: fresh(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(
        b"x", "/run/systemd/journal/socket"
    ),
    "raw": lambda _port: fresh(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP),
    "raw ipv6": lambda _port: fresh(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6),
    "packet": lambda _port: fresh(socket.AF_PACKET, socket.SOCK_DGRAM, 0),
    "netlink": lambda _port: fresh(socket.AF_NETLINK, socket.SOCK_RAW, 0),
    "raw with flags": lambda _port: fresh(
        socket.AF_INET, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.IPPROTO_ICMP
    ),
    "unix": lambda _port: fresh(socket.AF_UNIX).connect("/run/systemd/resolve/socket"),
    "abstract unix": lambda _port: fresh(socket.AF_UNIX).connect(b"\0bus"),
    "a library": lambda port: urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=1),
}


@pytest.mark.usefixtures("_closed_afterwards")
@pytest.mark.parametrize("way", WAYS_PAST_THE_GATE)
def test_nothing_that_was_not_granted_is_reached(guard, refusals, listener, way):
    with pytest.raises(AuthorityError) as caught:
        WAYS_PAST_THE_GATE[way](listener.getsockname()[1])
    assert caught.value.code == "E-AUT-007"
    assert [refusal.code for refusal in refusals] == ["E-AUT-007"]
    assert refusals[0].at == NOW
    listener.settimeout(0)
    with pytest.raises(BlockingIOError):
        listener.accept()


def test_what_is_granted_is_reached_while_it_is_granted(guard, refusals, listener):
    place = listener.getsockname()
    with guard.granting(*place), guard.granting(*place):
        pass
    with guard.granting(*place), socket.socket() as client:
        client.connect(place)
    with socket.socket() as client, pytest.raises(AuthorityError):
        client.connect(place)
    assert len(refusals) == 1


def test_a_grant_is_for_one_port_of_one_host(guard, listener):
    host, port = listener.getsockname()
    with (
        guard.granting(host, port + 1 if port < 65535 else 1),
        guard.granting("127.0.0.2", port),
        socket.socket() as client,
        pytest.raises(AuthorityError),
    ):
        client.connect((host, port))


def test_a_thread_has_no_way_of_its_own(guard, refusals, listener):
    caught = []

    def sneak():
        with socket.socket() as client:
            try:
                client.connect(listener.getsockname())
            except AuthorityError as error:
                caught.append(error.code)

    thread = threading.Thread(target=sneak)
    thread.start()
    thread.join()
    assert caught == ["E-AUT-007"]
    assert len(refusals) == 1


def test_asyncio_works_with_literal_addresses_and_needs_no_exception(guard, refusals, listener):
    host, port = listener.getsockname()

    async def talk():
        with guard.granting(host, port):
            _reader, writer = await asyncio.open_connection(host, port)
        connection, _address = listener.accept()
        writer.writelines([b"he", b"llo"])
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        with connection:
            return connection.recv(5)

    assert asyncio.run(talk()) == b"hello"
    assert refusals == []


def test_a_pair_of_sockets_and_a_descriptor_that_is_open_are_nobodys_way_out(guard, refusals):
    one, other = socket.socketpair()
    with one, other:
        again = socket.socket(fileno=socket.dup(one.fileno()))
        with again:
            again.sendall(b"x")
            assert other.recv(1) == b"x"
    assert refusals == []


def test_a_child_is_outside_of_the_hook_which_is_a_documented_limit(guard, listener):
    """The guide says so: whoever starts a process has to keep it off the network otherwise."""
    import subprocess
    import sys

    host, port = listener.getsockname()
    words = [sys.executable, "-c", f"import socket; socket.create_connection(({host!r}, {port}))"]
    assert subprocess.run(words, check=False, timeout=60).returncode == 0


def test_without_an_active_guard_nothing_is_asked(listener, refusals):
    with guarded(SocketGuard(lambda: NOW, refusals.append)):
        pass
    with socket.socket() as client:
        client.connect(listener.getsockname())
    assert refusals == []


def test_a_guard_inside_another_lets_the_outer_grants_stand(guard, refusals, listener):
    inner_refusals = []
    inner = SocketGuard(lambda: NOW, inner_refusals.append)
    with guarded(inner), guard.granting(*listener.getsockname()), socket.socket() as client:
        client.connect(listener.getsockname())
    with guarded(inner), socket.socket() as client, pytest.raises(AuthorityError):
        client.connect(listener.getsockname())
    assert (len(refusals), len(inner_refusals)) == (0, 1)


def test_a_guard_without_a_listener_refuses_all_the_same(listener):
    with (
        guarded(SocketGuard(lambda: NOW)),
        socket.socket() as client,
        pytest.raises(AuthorityError),
    ):
        client.connect(listener.getsockname())
