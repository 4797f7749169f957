# SPDX-License-Identifier: AGPL-3.0-or-later
"""The form of contacts that carry no checksum, and of those that do (Threema has none).

Each function takes what a text gives and returns the canonical value, or None where
the form is not that of the kind.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from types import MappingProxyType

_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,6}[A-Za-z]{2,24}")
_TELEGRAM = re.compile(r"[A-Za-z][A-Za-z0-9_]{4,31}")
_WICKR = re.compile(r"[A-Za-z0-9_.-]{3,32}")
_THREEMA = re.compile(r"[A-Z0-9*][A-Z0-9]{7}")
_SIGNAL = re.compile(r"[A-Za-z_][A-Za-z0-9_]{2,31}\.[0-9]{2,10}")
_MATRIX = re.compile(r"@[a-z0-9._=/+-]{1,128}:(?:[a-z0-9-]{1,63}\.){1,6}[a-z]{2,24}(?::\d{1,5})?")
_TOX = re.compile(r"[0-9A-F]{76}")
_SESSION = re.compile(r"05[0-9a-f]{64}")
# ITU-T E.164; numbers of North America (+1) and of +7 have one length
_PHONE = re.compile(r"\+(?:1[2-9][0-9]{2}[2-9][0-9]{6}|7[0-9]{10}|[2-689][0-9]{7,14})")


def email(text: str) -> str | None:
    """Return an e-mail address with its host in lower case."""
    if not _EMAIL.fullmatch(text) or ".." in text or text.startswith("."):
        return None
    local, _at, host = text.partition("@")
    return f"{local}@{host.lower()}"


def telegram(text: str) -> str | None:
    """Return a Telegram name without ``@`` and ``t.me/`` (5 to 32 characters)."""
    name = text.removeprefix("@")
    return name if _TELEGRAM.fullmatch(name) else None


def wickr(text: str) -> str | None:
    """Return a Wickr Me name as written, without ``@``."""
    name = text.removeprefix("@").rstrip(".-")
    return name if _WICKR.fullmatch(name) else None


def threema(text: str) -> str | None:
    """Return a Threema id: eight characters, upper case, with a digit or all letters."""
    name = text.upper()
    return name if _THREEMA.fullmatch(name) else None


def signal(text: str) -> str | None:
    """Return a Signal user name: a name, a point and two digits or more."""
    name = text.removeprefix("@")
    return name if _SIGNAL.fullmatch(name) else None


def matrix(text: str) -> str | None:
    """Return a Matrix id with its ``@`` and server, in lower case."""
    name = text.lower()
    return name if _MATRIX.fullmatch(name) else None


def tox(text: str) -> str | None:
    """Return a Tox id (38 bytes in upper hex) whose two checksum bytes hold."""
    name = text.upper()
    return name if _TOX.fullmatch(name) and _tox_checksum_holds(bytes.fromhex(name)) else None


def session(text: str) -> str | None:
    """Return a Session id (``05`` and 32 bytes in lower hex); it has no checksum."""
    name = text.lower()
    return name if _SESSION.fullmatch(name) else None


def phone(text: str) -> str | None:
    """Return a telephone number in E.164 (``+`` and 8 to 15 digits), or None."""
    digits = "+" + re.sub(r"[^0-9]", "", text) if text.startswith(("+", "00")) else ""
    if text.startswith("00"):
        digits = "+" + digits[3:]
    return digits if _PHONE.fullmatch(digits) else None


def _tox_checksum_holds(raw: bytes) -> bool:
    even = odd = 0
    for index, byte in enumerate(raw[:36]):
        if index % 2:
            odd ^= byte
        else:
            even ^= byte
    return raw[36:] == bytes((even, odd))


CHECKS: MappingProxyType[str, Callable[[str], str | None]] = MappingProxyType(
    {
        "email": email,
        "telegram": telegram,
        "wickr": wickr,
        "threema": threema,
        "signal": signal,
        "matrix": matrix,
        "tox": tox,
        "session": session,
        "phone": phone,
        "jabber": email,
    }
)
