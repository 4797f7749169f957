# SPDX-License-Identifier: AGPL-3.0-or-later
"""One HTTP exchange with a host that the gate granted: guard, socket, proxy, deadline.

Through the proxy where one is given (names are resolved there, RFC 1928); without one only
literal addresses are connected to: loopback, or what the settings name beside a host.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from vestigo.authority.sockets import SocketGuard

Proxy = tuple[str, int]
PIECE = 64 * 1024
GREETING, GREETED = b"\x05\x01\x00", b"\x05\x00"
CONNECT = b"\x05\x01\x00"
ADDRESS_BYTES = {1: 4, 4: 16}
NAME, SUCCEEDED = 3, 0


@contextmanager
def open_line(
    guard: SocketGuard, proxy: Proxy | None, host: str, port: int, *, tls: bool, deadline: float,
    address: str = "",
) -> Iterator[http.client.HTTPConnection]:  # fmt: skip
    """Yield a connection to ``host:port`` that ends after ``deadline`` seconds, whatever it does.

    ``address`` is the literal address of a host that the settings of the case name with it.
    ``OSError`` where it cannot be had.  The gate was asked before.
    """
    line = http.client.HTTPConnection(host.strip("[]"), port)
    line.sock = _connected(guard, proxy, address or _name(host, proxy), port, deadline)
    watch = threading.Timer(deadline, _cut, (line,))
    watch.daemon = True
    watch.start()
    try:
        if proxy is not None:
            connect_through(line.sock, host, port)
        if tls:
            context = ssl.create_default_context()
            line.sock = context.wrap_socket(line.sock, server_hostname=host.strip("[]"))
        yield line
    finally:
        watch.cancel()
        line.close()


def whole_body(answer: http.client.HTTPResponse, most: int) -> bytes:
    """Return the body of an answer; ``OSError`` where it is cut or has more than ``most`` bytes."""
    pieces, size = [], 0
    while piece := answer.read(PIECE):
        pieces.append(piece)
        size += len(piece)
        if size > most:
            raise OSError("the answer is too long")
    if answer.length:  # what is left of the length that was announced
        raise OSError("the answer is cut")
    return b"".join(pieces)


def connect_through(connection: socket.socket, host: str, port: int) -> None:
    """Ask the proxy at the other end for ``host:port``; ``OSError`` where it refuses."""
    connection.sendall(GREETING)
    if _exactly(connection, 2) != GREETED:
        raise OSError("the proxy wants what is not given")
    name = host.strip("[]").encode("ascii")
    connection.sendall(CONNECT + bytes([NAME, len(name)]) + name + port.to_bytes(2, "big"))
    _version, status, _reserved, kind = _exactly(connection, 4)
    if status != SUCCEEDED:
        raise OSError(f"the proxy refused with {status}")
    length = _exactly(connection, 1)[0] if kind == NAME else ADDRESS_BYTES.get(kind, 0)
    _exactly(connection, length + 2)


def _exactly(connection: socket.socket, n_bytes: int) -> bytes:
    content = b""
    while len(content) < n_bytes:
        piece = connection.recv(n_bytes - len(content))
        if not piece:
            raise OSError("the proxy closed the connection")
        content += piece
    return content


def _connected(
    guard: SocketGuard, proxy: Proxy | None, host: str, port: int, deadline: float
) -> socket.socket:
    target = proxy or (host, port)
    address = ipaddress.ip_address(target[0])
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6  # noqa: PLR2004
    connection = socket.socket(family, socket.SOCK_STREAM)
    connection.settimeout(deadline)
    try:
        with guard.granting(*target):
            connection.connect(target)
    except BaseException:
        connection.close()
        raise
    return connection


def _name(host: str, proxy: Proxy | None) -> str:
    return host.strip("[]") if proxy else _loopback(host.strip("[]"))


def _loopback(host: str) -> str:
    """Return a literal loopback address; nothing else is reached without a proxy."""
    with suppress(ValueError):
        if ipaddress.ip_address(host).is_loopback:
            return host
    raise OSError("without a proxy only literal loopback addresses are connected to")


def _cut(line: http.client.HTTPConnection) -> None:
    """End an exchange that takes too long, however slowly it drips."""
    with suppress(OSError, AttributeError):  # None where it ended just now
        line.sock.shutdown(socket.SHUT_RDWR)
