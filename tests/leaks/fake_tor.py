# SPDX-License-Identifier: AGPL-3.0-or-later
"""A SOCKS5 proxy on a unix socket that knows a few onion services, and a plain relay.

``FakeTor`` answers for its services itself: ``hosts`` maps a host to a function from the
request (bytes) to the response (bytes).  What was asked for is kept in ``asked``; any host
that it does not know is refused as Tor refuses an onion without a descriptor.
"""

from __future__ import annotations

import contextlib
import socket
import threading

NOT_FOUND = 0xF0
SECONDS = 30


class UnixServer:
    """Serves each connection to a unix socket on a thread of its own."""

    def __init__(self, path):
        self.path = path
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen(64)
        self._listener.settimeout(0.05)
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def close(self):
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=60)
        self._listener.close()

    def _accept(self):
        while not self._stop.is_set():
            try:
                client, _address = self._listener.accept()
            except TimeoutError:
                continue
            self._threads.append(threading.Thread(target=self._begin, args=(client,)))
            self._threads[-1].start()

    def _begin(self, client):
        client.settimeout(SECONDS)
        # whoever hangs up in the middle of the handshake is no error of the test
        with client, contextlib.suppress(OSError, ValueError, IndexError, KeyError):
            self.serve(client)

    def serve(self, client):
        raise NotImplementedError


class FakeTor(UnixServer):
    """See the module; ``users`` are the SOCKS user names."""

    def __init__(self, path, hosts):
        self.hosts, self.asked, self.users, self.requests = hosts, [], [], []
        super().__init__(path)

    def serve(self, client):
        with client.makefile("rwb", buffering=0) as file:
            host, port = self._handshake(file)
            self.asked.append((host, port))
            answer = self.hosts.get(host)
            file.write(bytes((5, 0 if answer else NOT_FOUND, 0, 1)) + bytes(6))
            while answer and not self._stop.is_set():
                request = read_request(file)
                if not request:
                    return
                self.requests.append((host, request))
                client.sendall(answer(request))

    def _handshake(self, file):
        _version, n_methods = file.read(2)
        named = 2 in file.read(n_methods)
        file.write(bytes((5, 2 if named else 0)))
        if named:
            _one, length = file.read(2)
            self.users.append(file.read(length))
            file.read(file.read(1)[0])
            file.write(b"\x01\x00")
        _version, _connect, _zero, kind = file.read(4)
        raw = file.read(file.read(1)[0] if kind == 3 else {1: 4, 4: 16}[kind])
        host = raw.decode() if kind == 3 else socket.inet_ntop(*_family(kind), raw)
        return host, int.from_bytes(file.read(2), "big")


def _family(kind):
    return (socket.AF_INET if kind == 1 else socket.AF_INET6,)


def read_request(file):
    """Return one request, body included; b"" at the end."""
    got = b""
    while b"\r\n\r\n" not in got:
        piece = file.read(65536)
        if not piece:
            return b""
        got += piece
    head, _end, body = got.partition(b"\r\n\r\n")
    lines = [line.split(b":") for line in head.lower().split(b"\r\n")]
    length = sum(int(line[1]) for line in lines if line[0] == b"content-length")
    while len(body) < length:
        body += file.read(length - len(body))
    return got


class Relay(UnixServer):
    """Joins each connection to a TCP port of this machine (that of a real Tor)."""

    def __init__(self, path, port):
        self._port = port
        super().__init__(path)

    def serve(self, client):
        with socket.create_connection(("127.0.0.1", self._port), SECONDS) as far:
            back = threading.Thread(target=self._copy, args=(far, client))
            back.start()
            self._copy(client, far)
            back.join(timeout=SECONDS)

    def _copy(self, source, target):
        """Copy until an end; both ends are let go then."""
        source.settimeout(0.2)
        with contextlib.suppress(OSError):
            while not self._stop.is_set():
                try:
                    piece = source.recv(65536)
                except TimeoutError:
                    continue
                if not piece:
                    break
                target.sendall(piece)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_WR)
