# SPDX-License-Identifier: AGPL-3.0-or-later
"""A raw web server on loopback that keeps every byte its sockets took and gave."""

from __future__ import annotations

import socket
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

_LOOK_SECONDS = 0.05
_PIECE = 65536
NOT_FOUND = (
    b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nContent-Length: 52\r\n\r\n"
    b"<!doctype html><html><body><p>gone</p></body></html>"
)


@dataclass(frozen=True, slots=True)
class Script:
    """An answer in ``pieces`` with a pause of ``pause`` seconds before each but the first.

    ``then`` says what follows: ``stay`` (the connection lives on), ``close`` or ``reset``.
    """

    pieces: tuple[bytes, ...]
    pause: float = 0.0
    then: str = "stay"


Answer = bytes | Script
Answers = Answer | Callable[[bytes, int], Answer]


@dataclass(slots=True)
class Turn:
    """One request as it was read off the socket, and what the socket took for an answer."""

    got: bytes
    sent: bytearray = field(default_factory=bytearray)


@dataclass(slots=True)
class Tap:
    """The bytes of one connection, in all and turn by turn."""

    got: bytearray = field(default_factory=bytearray)
    sent: bytearray = field(default_factory=bytearray)
    turns: list[Turn] = field(default_factory=list)


class TappedServer:
    """Answers each target with raw bytes; ``answers`` maps targets to answers.

    A function gets (request bytes, how often the target was asked before).  The
    connection is closed behind the answers to the targets in ``close_after``.
    """

    def __init__(self) -> None:
        self.answers: dict[str, Answers] = {}
        self.close_after: set[str] = set()
        self.taps: list[Tap] = []
        self.asked: Counter[str] = Counter()
        self._stop = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(_LOOK_SECONDS)
        self.port: int = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    @property
    def uri(self) -> str:
        """The address of the server's first page."""
        return f"http://127.0.0.1:{self.port}/"

    def stop(self) -> None:
        """Let every connection end soon."""
        self._stop.set()

    def close(self) -> None:
        """End every connection and thread."""
        self.stop()
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def serve(self, connection: socket.socket) -> None:
        """Answer what comes over one connection until it ends."""
        tap = Tap()
        self.taps.append(tap)
        connection.settimeout(_LOOK_SECONDS)
        with connection:
            while not self._stop.is_set():
                request = self._request(connection, tap)
                if request is None or not self._answer(connection, tap, request):
                    return

    def _accept(self) -> None:
        while not self._stop.is_set():
            try:
                connection, _address = self._listener.accept()
            except TimeoutError:
                continue
            thread = threading.Thread(target=self.serve, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _answer(self, connection: socket.socket, tap: Tap, request: bytes) -> bool:
        """Send the answer; say whether the connection lives on."""
        target = request.split(b" ")[1].decode("latin-1")
        answer = self.answers.get(target, NOT_FOUND)
        number = self.asked[target]
        self.asked[target] += 1
        raw = answer(request, number) if callable(answer) else answer
        script = raw if isinstance(raw, Script) else Script((raw,))
        turn = Turn(request)
        tap.turns.append(turn)
        for n, piece in enumerate(script.pieces):
            if n and script.pause:
                self._stop.wait(script.pause)
            if not self._send(connection, tap, turn, piece):
                return False
        if script.then == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        return script.then == "stay" and target not in self.close_after

    def _send(self, connection: socket.socket, tap: Tap, turn: Turn, piece: bytes) -> bool:
        """Send a piece; the tap keeps what the socket took, no more and no less."""
        view = memoryview(piece)
        while view and not self._stop.is_set():
            try:
                taken = connection.send(view)
            except TimeoutError:
                continue
            except OSError:
                return False
            tap.sent += view[:taken]
            turn.sent += view[:taken]
            view = view[taken:]
        return not view

    def _request(self, connection: socket.socket, tap: Tap) -> bytes | None:
        got = b""
        while not self._stop.is_set():
            if _is_whole(got):
                return got
            try:
                piece = connection.recv(_PIECE)
            except TimeoutError:
                continue
            except OSError:
                return None
            if not piece:
                return None
            tap.got += piece
            got += piece
        return None


def _is_whole(got: bytes) -> bool:
    head, end, body = got.partition(b"\r\n\r\n")
    if not end:
        return False
    lengths = [
        int(line.split(b":")[1])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length:")
    ]
    return len(body) >= sum(lengths)
