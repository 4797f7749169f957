# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tor played by us: its control port and its SOCKS port, as far as a crawl asks them."""

from __future__ import annotations

import contextlib
import socket
import threading

USUAL = {
    "PROTOCOLINFO 1": "250-PROTOCOLINFO 1\r\n250-AUTH METHODS=NULL\r\n250 OK\r\n",
    "GETINFO version": "250-version=0.4.9.11 (git-0123)\r\n250 OK\r\n",
    "GETINFO config-text": "250+config-text=\r\nSocksPort 9050\r\n..dotted\r\n.\r\n250 OK\r\n",
    "GETINFO consensus/valid-after": "250-consensus/valid-after=2026-11-22 06:09:00\r\n250 OK\r\n",
    "GETINFO consensus/fresh-until": "250-consensus/fresh-until=2026-11-22 06:09:20\r\n250 OK\r\n",
    "GETCONF TestingTorNetwork": "250 TestingTorNetwork=1\r\n",
}


class FakeControl:
    """A control port; ``answers`` maps a command to the reply, "250 OK" where it is none."""

    def __init__(self, answers):
        self.answers, self.asked = USUAL | answers, []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.05)
        self.port = self._listener.getsockname()[1]
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._accept)
        self._thread.start()

    def close(self):
        self._stop.set()
        self._thread.join(timeout=60)
        self._listener.close()

    def _accept(self):
        while not self._stop.is_set():
            with contextlib.suppress(OSError), self._listener.accept()[0] as client:
                client.settimeout(10)
                for raw in client.makefile("rb"):
                    line = raw.decode("latin-1").strip()
                    self.asked.append(line)
                    answer = self.answers.get(line, "250 OK\r\n")
                    if answer is None:
                        break
                    client.sendall(answer.encode("latin-1"))


class FakeSocks(FakeControl):
    """Answers as Tor's SOCKS port does; ``reply`` None: takes no user names."""

    def __init__(self, reply=0xF6, page=b"HTTP/1.0 501 Tor is not an HTTP Proxy\r\n\r\n"):
        self.reply, self.page = reply, page
        super().__init__({})

    def _accept(self):
        while not self._stop.is_set():
            with contextlib.suppress(OSError), self._listener.accept()[0] as client:
                client.settimeout(10)
                first = client.recv(3)
                if first[:1] != b"\x05":
                    client.recv(4096)
                    client.sendall(self.page)
                    continue
                client.sendall(b"\x05\xff" if self.reply is None else b"\x05\x02")
                if self.reply is not None:
                    client.recv(10)
                    client.sendall(b"\x01\x00")
                    self.asked.append(client.recv(4096))
                    client.sendall(bytes((5, self.reply, 0, 1)) + bytes(6))
