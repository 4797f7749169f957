# SPDX-License-Identifier: AGPL-3.0-or-later
"""A connection to Tor's control port: authentication, commands, events (control-spec).

The cookie is never sent but proven (SAFECOOKIE), so that a stranger on the port learns
nothing.  Who uses it says which errors its user reads: the abstract methods.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from vestigo.errors import VestigoError
from vestigo.i18n import _
from vestigo.tor.address import connect_loopback
from vestigo.tor.reply import NoReplyError, ReplyReader

SECONDS = 20.0
COOKIE_BYTES = 32
_PIECE = 16_384
_CLIENT = b"Tor safe cookie authentication controller-to-server hash"
_SERVER = b"Tor safe cookie authentication server-to-controller hash"


class ControlConnection(ABC):
    """One connection; what it asked Tor for (services, events) lives as long as it does."""

    def __init__(self, host: str, port: int) -> None:
        self._place = f"{host}:{port}"
        self._reader = ReplyReader()
        self._events: deque[str] = deque()
        try:
            self._socket = connect_loopback(host, port, SECONDS)
        except OSError as error:
            raise self._gone(error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close; Tor takes back every service that this connection added."""
        self._socket.close()

    def authenticate(self, password: Callable[[], str]) -> None:
        """Log in with the cookie file or, where there is none, with ``password()``.

        Raises the error of ``refused`` when Tor does not accept it.
        """
        methods, cookie_path = self._methods()
        if "NULL" in methods:
            self._log_in("")
        elif "SAFECOOKIE" in methods and cookie_path is not None:
            self._log_in(self._proof(cookie_path))
        elif "HASHEDPASSWORD" in methods:
            self._log_in(_quoted(password()))
        else:
            raise self.refused(_("it offers neither a cookie file nor a password"))

    def setting(self, name: str) -> str:
        """Return the value of one option of this Tor."""
        line = self.ask(f"GETCONF {name}")[-1]
        return line.partition("=")[2]

    def watch(self, events: str) -> None:
        """Ask for events (``""`` for none any more)."""
        self.ask(f"SETEVENTS {events}".rstrip())

    def next_event(self, seconds: float) -> str:
        """Return the next event; "" when none comes in time."""
        ends_at = time.monotonic() + seconds
        while not self._events:
            try:
                status, lines = self._reply(ends_at - time.monotonic())
            except TimeoutError:
                return ""
            except OSError as error:
                raise self._gone(error) from error
            if status.startswith("6"):
                self._events.append("\n".join(lines))
        return self._events.popleft()

    def ask(self, command: str) -> list[str]:
        """Return the lines of the reply; raises the error of ``declined`` for a refusal."""
        status, lines = self._exchange(command)
        if status != "250":
            raise self.declined(lines[-1])
        return lines

    def _methods(self) -> tuple[list[str], Path | None]:
        for line in self.ask("PROTOCOLINFO 1"):
            matched = re.fullmatch(r'AUTH METHODS=([A-Z,]+)(?: COOKIEFILE="(.*)")?', line)
            if matched:
                path = re.sub(r"\\(.)", r"\1", matched[2]) if matched[2] else ""
                return matched[1].split(","), Path(path) if path else None
        raise self.unreachable(_("what answers is no control port of Tor"))

    def _proof(self, path: Path) -> str:
        """Return the proof that we can read the cookie, once Tor has proven the same."""
        try:
            with path.open("rb") as handle:
                cookie = handle.read(COOKIE_BYTES + 1)
        except OSError as error:
            raise self.refused(f"{path}: {error.strerror}") from error
        if len(cookie) != COOKIE_BYTES:
            raise self.refused(f"{path}: {len(cookie)} B")
        ours = os.urandom(COOKIE_BYTES)
        reply = self.ask(f"AUTHCHALLENGE SAFECOOKIE {ours.hex()}")[-1]
        matched = re.fullmatch(
            r"AUTHCHALLENGE SERVERHASH=([0-9A-Fa-f]{64}) SERVERNONCE=([0-9A-Fa-f]{64})", reply
        )
        if matched is None:
            raise self.refused(_("its answer to the challenge is malformed"))
        message = cookie + ours + bytes.fromhex(matched[2])
        if not hmac.compare_digest(_keyed(_SERVER, message), bytes.fromhex(matched[1])):
            raise self.refused(_("what answers does not know the cookie itself"))
        return _keyed(_CLIENT, message).hex()

    def _log_in(self, proof: str) -> None:
        status, lines = self._exchange(f"AUTHENTICATE {proof}".rstrip())
        if status != "250":
            raise self.refused(lines[-1])

    def _exchange(self, command: str) -> tuple[str, list[str]]:
        """Send a command; return status and lines of the reply, events put aside."""
        try:
            ends_at = time.monotonic() + SECONDS
            self._socket.settimeout(SECONDS)
            self._socket.sendall(command.encode() + b"\r\n")
            while True:
                status, lines = self._reply(ends_at - time.monotonic())
                if not status.startswith("6"):
                    return status, lines
                self._events.append("\n".join(lines))
        except OSError as error:
            raise self._gone(error) from error

    def _reply(self, seconds: float) -> tuple[str, list[str]]:
        """Return the next reply or event; raises ``OSError`` (``TimeoutError``) and our own."""
        ends_at = time.monotonic() + seconds
        try:
            while (reply := self._reader.reply()) is None:
                left = ends_at - time.monotonic()
                if left <= 0:
                    raise TimeoutError
                self._socket.settimeout(left)
                piece = self._socket.recv(_PIECE)
                if not piece:
                    raise ConnectionResetError(0, _("the connection ended"))
                self._reader.feed(piece)
        except NoReplyError as error:
            raise self.unreachable(_("what answers is no control port of Tor")) from error
        return reply

    def _gone(self, error: OSError) -> VestigoError:
        return self.unreachable(error.strerror or type(error).__name__)

    @abstractmethod
    def unreachable(self, reason: str) -> VestigoError:
        """Return the error for a port where no Tor answers (any more)."""

    @abstractmethod
    def refused(self, reason: str) -> VestigoError:
        """Return the error for a Tor that does not let us in."""

    @abstractmethod
    def declined(self, reason: str) -> VestigoError:
        """Return the error for a Tor that does not do what it was asked for."""


def _keyed(key: bytes, message: bytes) -> bytes:
    return hmac.new(key, message, hashlib.sha256).digest()


def _quoted(text: str) -> str:
    """Return ``text`` as a quoted string of the protocol; a line end cannot be in it."""
    plain = text.replace("\r", "").replace("\n", "")
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'
