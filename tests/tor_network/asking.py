# SPDX-License-Identifier: AGPL-3.0-or-later
"""GETs over a Tor SOCKS port, by nothing but sockets.

HTTP libraries take Tor's extended error codes (0xF0 to 0xF7, socks-extensions.txt) for a
broken reply and leave the connection open; here every refusal is one ``OSError``, and the
connection is shut either way.
"""

from __future__ import annotations

import http.client
import socket
from urllib.parse import urlsplit

SUCCEEDED = 0
ADDRESS_IPV4 = b"\x01"
REPLY_LENGTH = 10


def ask(socks_port: int, uri: str, *, name: str, seconds: float) -> bytes:
    """Return the body of one answer; ``name`` isolates the circuit.

    Raises ``OSError`` when Tor or the service refuses, breaks off or stays silent for
    ``seconds`` in one step.
    """
    parts = urlsplit(uri)
    with connect(socks_port, uri, name=name, seconds=seconds) as line:
        line.sendall(f"GET {parts.path} HTTP/1.0\r\nHost: {parts.netloc}\r\n\r\n".encode())
        return _body(line)


def connect(socks_port: int, uri: str, *, name: str, seconds: float) -> socket.socket:
    """Return a connection to the service of ``uri``; raises like ``ask``."""
    parts = urlsplit(uri)
    line = socket.create_connection(("127.0.0.1", socks_port), timeout=seconds)
    try:
        _greet(line, name)
        _connect(line, parts.hostname, parts.port or 80)
    except BaseException:
        line.close()
        raise
    return line


def _greet(line: socket.socket, name: str) -> None:
    line.sendall(b"\x05\x01\x02")
    _expect(_exactly(line, 2), b"\x05\x02")
    user = name.encode()
    line.sendall(b"\x01" + bytes([len(user)]) + user + b"\x01x")
    _expect(_exactly(line, 2), b"\x01\x00")


def _connect(line: socket.socket, host: str, port: int) -> None:
    wire = host.encode()
    line.sendall(b"\x05\x01\x00\x03" + bytes([len(wire)]) + wire + port.to_bytes(2, "big"))
    reply = _exactly(line, REPLY_LENGTH)
    if reply[1] != SUCCEEDED:
        raise ConnectionError(f"Tor refused {host}: 0x{reply[1]:02x}")
    _expect(reply[3:4], ADDRESS_IPV4)


def _body(line: socket.socket) -> bytes:
    with http.client.HTTPResponse(line) as response:
        try:
            response.begin()
            return response.read()
        except http.client.HTTPException as error:
            raise ConnectionError(f"no whole answer: {error!r}") from error


def _exactly(line: socket.socket, n_bytes: int) -> bytes:
    told = b""
    while len(told) < n_bytes:
        more = line.recv(n_bytes - len(told))
        if not more:
            raise ConnectionError(f"the proxy hung up after {told!r}")
        told += more
    return told


def _expect(told: bytes, wanted: bytes) -> None:
    if told != wanted:
        raise ConnectionError(f"the proxy said {told!r}, not {wanted!r}")
