# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every request passes and every answer carries, whatever a handler does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
HEADERS: tuple[tuple[str, str], ...] = (
    ("Content-Security-Policy", CSP),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cache-Control", "no-store"),
    ("X-Frame-Options", "DENY"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)
STAY = (b"strict-transport-security", b"max-age=63072000")  # RFC 6797: under https alone
SAFE_METHODS = frozenset({"GET", "HEAD"})
ELSEWHERE = frozenset({"cross-site", "same-site"})


@dataclass(frozen=True, slots=True)
class Origin:
    """The origins under which this console may be asked: ``scheme://host[:port]``."""

    allowed: frozenset[str]

    @classmethod
    def of(cls, port: int, public: str = "") -> Origin:
        """Return the loopback origins of ``port`` and, if named, the public https one."""
        loopback = {f"http://{host}:{port}" for host in ("127.0.0.1", "localhost")}
        return cls(frozenset(loopback | ({public} if public else set())))

    def host_allowed(self, host: str) -> bool:
        """Return whether a Host header names us (a foreign name that resolves here does not)."""
        return any(origin.partition("://")[2] == host.lower() for origin in self.allowed)

    def is_https(self, host: str) -> bool:
        """Return whether the page under ``host`` is served over https."""
        return f"https://{host.lower()}" in self.allowed

    def refuses(self, method: str, site: str | None, mode: str | None, origin: str | None) -> bool:
        """Return whether a request comes from elsewhere: embedded, or unsafe, or silent.

        Following a link to us is allowed; being embedded in another page is not.
        With ``Referrer-Policy: no-referrer`` browsers send ``Origin: null`` on our own forms,
        so ``Sec-Fetch-Site`` decides where it is sent and ``Origin`` elsewhere.
        """
        if method in SAFE_METHODS:
            return site in ELSEWHERE and mode != "navigate"
        if site is not None:
            foreign = origin not in (None, "null") and origin not in self.allowed
            return site != "same-origin" or foreign
        return origin not in self.allowed


def with_headers(
    present: Iterable[tuple[bytes, bytes]], *, https: bool = False
) -> list[tuple[bytes, bytes]]:
    """Return the headers of an answer with ours laid over them; the server is not named."""
    ours = [(name.lower().encode("ascii"), value.encode("ascii")) for name, value in HEADERS]
    names = {name for name, _value in ours} | {b"server"}
    return (
        [pair for pair in present if pair[0].lower() not in names]
        + ours
        + ([STAY] if https else [])
    )
