# SPDX-License-Identifier: AGPL-3.0-or-later
"""Server-side sessions, the name of their cookie, and the brake on guessing."""

from __future__ import annotations

import hashlib
import secrets
import threading
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from vestigo.clock import Clock

IDLE = timedelta(minutes=20)
LONGEST = timedelta(hours=12)
FREE_FAILURES = 5
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(minutes=15)
MAX_NAMES = 10_000
HOST_COOKIE = "__Host-vestigo"
HOST_PROBE = "__Host-vestigo-probe"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """One person's session: account name, role, and when it began and was last used.

    ``key`` names it where sessions are listed (it opens nothing); ``browser`` is what the
    browser calls itself; ``confirmed_at`` is when the person last proved again who they are;
    ``by`` is what the session was begun with: a password, a provider, or a passkey's id.
    """

    account: str
    role: str
    began_at: datetime
    used_at: datetime
    key: str = ""
    browser: str = ""
    confirmed_at: datetime | None = None
    by: str = "password"


class Sessions:
    """Sessions by the SHA-256 of their token; the token itself is only in the browser."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._open: dict[str, SignedIn] = {}
        self._lock = threading.Lock()

    def begin(
        self, account: str, role: str, replaces: str | None, browser: str = "", by: str = "password"
    ) -> str:
        """Begin a session and return its fresh token; the session ``replaces`` ends."""
        token = secrets.token_urlsafe(32)
        now = self._clock()
        with self._lock:
            self._open = {key: one for key, one in self._open.items() if _alive(one, now)}
            self._open.pop(_key(replaces), None)
            self._open[_key(token)] = SignedIn(
                account, role, now, now, _key(token)[:16], browser, by=by
            )
        return token

    def use(self, token: str | None) -> SignedIn | None:
        """Return the session of ``token`` and note its use; None when it has ended."""
        now = self._clock()
        with self._lock:
            found = self._open.get(_key(token))
            if found is None or not _alive(found, now):
                self._open.pop(_key(token), None)
                return None
            self._open[_key(token)] = replace(found, used_at=now)
        return found

    def end(self, token: str | None) -> None:
        """End the session of ``token``."""
        with self._lock:
            self._open.pop(_key(token), None)

    def confirm(self, key: str) -> bool:
        """Note that the person of the session listed under ``key`` proved just now who they are."""
        now = self._clock()
        with self._lock:
            for token, one in self._open.items():
                if one.key == key and _alive(one, now):
                    self._open[token] = replace(one, confirmed_at=now)
                    return True
        return False

    def all(self) -> list[SignedIn]:
        """Return the sessions that are open, the one used last first."""
        now = self._clock()
        with self._lock:
            found = [one for one in self._open.values() if _alive(one, now)]
        return sorted(found, key=lambda one: (one.used_at, one.key), reverse=True)

    def revoke(self, key: str, account: str = "") -> SignedIn | None:
        """End the session that is listed under ``key`` (of ``account``, where that is given)."""
        with self._lock:
            for token, one in list(self._open.items()):
                if one.key == key and account in ("", one.account):
                    return self._open.pop(token)
        return None

    def revoke_others(self, account: str, kept: str, by: str = "") -> int:
        """End the sessions of ``account`` but the one listed under ``kept``; return how many.

        With ``by`` only those that were begun with it.
        """
        with self._lock:
            gone = [token for token, one in self._open.items()
                    if one.account == account and one.key != kept
                    and by in ("", one.by)]  # fmt: skip
            for token in gone:
                del self._open[token]
        return len(gone)


class Brake:
    """After five failures a name has to wait; the wait doubles up to fifteen minutes."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failures: dict[str, tuple[int, datetime]] = {}
        self._lock = threading.Lock()

    def pause(self, name: str) -> timedelta:
        """Return how long ``name`` has to wait before the next attempt (zero: not at all)."""
        with self._lock:
            n, free_at = self._failures.get(name, (0, self._clock()))
        return max(free_at - self._clock(), timedelta(0)) if n >= FREE_FAILURES else timedelta(0)

    def failed(self, name: str) -> int:
        """Note a failure of ``name`` and return how many there were in a row."""
        now = self._clock()
        with self._lock:
            if len(self._failures) >= MAX_NAMES:
                self._failures = {
                    key: (n, at) for key, (n, at) in self._failures.items() if at > now
                }
            n = self._failures.get(name, (0, now))[0] + 1
            doublings = min(max(n - FREE_FAILURES, 0), 10)
            self._failures[name] = (n, now + min(FIRST_PAUSE * 2**doublings, LONGEST_PAUSE))
        return n

    def succeeded(self, name: str) -> None:
        """Forget the failures of ``name``."""
        with self._lock:
            self._failures.pop(name, None)


def fallback_cookie(port: int) -> str:
    """Return the cookie name for a browser that keeps no ``__Host-`` cookie on plain http."""
    return f"vestigo-{port}"


def _alive(session: SignedIn, now: datetime) -> bool:
    return now - session.used_at < IDLE and now - session.began_at < LONGEST


def _key(token: str | None) -> str:
    return hashlib.sha256((token or "").encode("utf-8", "replace")).hexdigest()
