# SPDX-License-Identifier: AGPL-3.0-or-later
"""As much of Tor's control protocol as publishing a service takes (control-spec).

Nothing that answers is believed to be Tor: replies are bounded, and the cookie is never
sent but proven (SAFECOOKIE), so that a stranger on the port learns nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import socket
from collections import deque
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from vestigo.errors import ConfigurationError, SourceUnreachable, UsageError
from vestigo.i18n import _

SECONDS = 20.0
COOKIE_BYTES = 32
_LONGEST_LINE = 16_384
_MOST_LINES = 512
_CLIENT = b"Tor safe cookie authentication controller-to-server hash"
_SERVER = b"Tor safe cookie authentication server-to-controller hash"
_LOOPBACK = re.compile(r"(127\.0\.0\.1|\[::1\]):([0-9]{1,5})")
_MAX_PORT = 65_535
_REPLY = re.compile(r"[0-9]{3}[ +-]")


def control_address(text: str) -> tuple[str, int]:
    """Return host and port of ``127.0.0.1:PORT`` or ``[::1]:PORT``.

    Raises ``UsageError`` E-TRA-060 for anything else: a control port is never reached
    over a network.
    """
    matched = _LOOPBACK.fullmatch(text)
    if matched is None or not 0 < int(matched[2]) <= _MAX_PORT:
        raise UsageError(
            "E-TRA-060",
            _("The control port of Tor must be on this machine."),
            where=text,
            remedy=_("Give --tor-control 127.0.0.1:PORT."),
        )
    return matched[1].strip("[]"), int(matched[2])


class TorControl:
    """A connection to the control port; onion services live as long as it does."""

    def __init__(self, host: str, port: int) -> None:
        self._place = f"{host}:{port}"
        try:
            self._socket = socket.create_connection((host, port), SECONDS)
        except OSError as error:
            raise self._unreachable(error.strerror or type(error).__name__) from error
        self._got = b""
        self._events: deque[str] = deque()

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

        Raises ``ConfigurationError`` E-TRA-062 when Tor does not accept it.
        """
        methods, cookie_path = self._methods()
        if "NULL" in methods:
            self._log_in("")
        elif "SAFECOOKIE" in methods and cookie_path is not None:
            self._log_in(self._proof(cookie_path))
        elif "HASHEDPASSWORD" in methods:
            self._log_in(_quoted(password()))
        else:
            raise self._refused(_("it offers neither a cookie file nor a password"))

    def setting(self, name: str) -> str:
        """Return the value of one option of this Tor."""
        line = self._asked(f"GETCONF {name}")[-1]
        return line.partition("=")[2]

    def add_onion(self, expanded_key: str, port: int) -> str:
        """Publish a loopback port as port 80 of a service; return its name.

        ``expanded_key`` is base64 of the 64 bytes.  ``SourceUnreachable`` E-TRA-064 when Tor
        refuses (the same service is there already).
        """
        command = f"ADD_ONION ED25519-V3:{expanded_key} Port=80,127.0.0.1:{port}"
        for line in self._asked(command):
            name, _equals, value = line.partition("=")
            if name == "ServiceID":
                return value
        raise self.no_service(_("it names no service"))

    def delete_onion(self, name: str) -> None:
        """Take a service back."""
        self._asked(f"DEL_ONION {name}")

    def watch(self, events: str) -> None:
        """Ask for events (``""`` for none any more)."""
        self._asked(f"SETEVENTS {events}".rstrip())

    def next_event(self, seconds: float) -> str:
        """Return the next event; "" when none comes in time."""
        if self._events:
            return self._events.popleft()
        self._socket.settimeout(max(seconds, 0.001))
        try:
            return self._line()[4:]
        except TimeoutError:
            return ""
        except OSError as error:
            raise self._unreachable(error.strerror or type(error).__name__) from error
        finally:
            self._socket.settimeout(SECONDS)

    def _methods(self) -> tuple[list[str], Path | None]:
        for line in self._asked("PROTOCOLINFO 1"):
            matched = re.fullmatch(r'AUTH METHODS=([A-Z,]+)(?: COOKIEFILE="(.*)")?', line)
            if matched:
                path = re.sub(r"\\(.)", r"\1", matched[2]) if matched[2] else ""
                return matched[1].split(","), Path(path) if path else None
        raise self._unreachable(_("what answers is no control port of Tor"))

    def _proof(self, path: Path) -> str:
        """Return the proof that we can read the cookie, once Tor has proven the same."""
        try:
            with path.open("rb") as handle:
                cookie = handle.read(COOKIE_BYTES + 1)
        except OSError as error:
            raise self._refused(f"{path}: {error.strerror}") from error
        if len(cookie) != COOKIE_BYTES:
            raise self._refused(f"{path}: {len(cookie)} B")
        ours = os.urandom(COOKIE_BYTES)
        reply = self._asked(f"AUTHCHALLENGE SAFECOOKIE {ours.hex()}")[-1]
        matched = re.fullmatch(
            r"AUTHCHALLENGE SERVERHASH=([0-9A-Fa-f]{64}) SERVERNONCE=([0-9A-Fa-f]{64})", reply
        )
        if matched is None:
            raise self._refused(_("its answer to the challenge is malformed"))
        message = cookie + ours + bytes.fromhex(matched[2])
        if not hmac.compare_digest(_keyed(_SERVER, message), bytes.fromhex(matched[1])):
            raise self._refused(_("what answers does not know the cookie itself"))
        return _keyed(_CLIENT, message).hex()

    def _log_in(self, proof: str) -> None:
        status, lines = self._exchange(f"AUTHENTICATE {proof}".rstrip())
        if status != "250":
            raise self._refused(lines[-1])

    def _asked(self, command: str) -> list[str]:
        status, lines = self._exchange(command)
        if status != "250":
            raise self.no_service(lines[-1])
        return lines

    def _exchange(self, command: str) -> tuple[str, list[str]]:
        """Send a command; return status and lines of the reply, events put aside."""
        try:
            self._socket.sendall(command.encode() + b"\r\n")
            lines: list[str] = []
            while len(lines) < _MOST_LINES:
                line = self._line()
                if not _REPLY.match(line):
                    raise self._unreachable(_("what answers is no control port of Tor"))
                if line.startswith("6"):
                    self._events.append(line[4:])
                    continue
                lines.append(line[4:])
                if line[3:4] == " ":
                    return line[:3], lines
        except OSError as error:
            raise self._unreachable(error.strerror or type(error).__name__) from error
        raise self._unreachable(_("its answer does not end"))

    def _line(self) -> str:
        while b"\n" not in self._got:
            piece = self._socket.recv(_LONGEST_LINE)
            if not piece or len(self._got) > _LONGEST_LINE:
                raise ConnectionResetError(0, _("the connection ended"))
            self._got += piece
        raw, _end, self._got = self._got.partition(b"\n")
        return raw.decode("latin-1").rstrip("\r")

    def _unreachable(self, reason: str) -> SourceUnreachable:
        return SourceUnreachable(
            "E-TRA-061",
            _("No Tor answers at the control port: {reason}.").format(reason=reason),
            where=self._place,
            remedy=_("Start a Tor with “ControlPort {place}”, or leave --onion out.").format(
                place=self._place
            ),
        )

    def _refused(self, reason: str) -> ConfigurationError:
        return ConfigurationError(
            "E-TRA-062",
            _("Tor does not let us use its control port: {reason}.").format(reason=reason),
            where=self._place,
            remedy=_("Set CookieAuthentication 1 and let this account read the cookie file, or "
                     "give the right password with --tor-password-stdin."),
        )  # fmt: skip

    def no_service(self, reason: str) -> SourceUnreachable:
        """Return the error E-TRA-064 for a Tor that does not do what it was asked for."""
        return SourceUnreachable(
            "E-TRA-064",
            _("Tor does not carry out what it was asked for: {reason}.").format(reason=reason),
            where=self._place,
            remedy=_("End another range of the same seed, or look into the log of Tor."),
        )


def _keyed(key: bytes, message: bytes) -> bytes:
    return hmac.new(key, message, hashlib.sha256).digest()


def _quoted(text: str) -> str:
    """Return ``text`` as a quoted string of the protocol; a line end cannot be in it."""
    plain = text.replace("\r", "").replace("\n", "")
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'
