# SPDX-License-Identifier: AGPL-3.0-or-later
"""Small things read off a request: headers, cookies, language, the way back."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from typing import Any

from vestigo.i18n import DOCUMENT_LANGUAGES, SOURCE_LANGUAGE

LANGUAGE_COOKIE = "vestigo-language"
_COOKIE_OPTIONS = "Path=/; HttpOnly; SameSite="


def header_of(scope: Any, name: bytes) -> str | None:
    """Return the value of a header, None where it is absent or repeated with other values."""
    values = {value for key, value in scope["headers"] if key.lower() == name}
    return values.pop().decode("latin-1") if len(values) == 1 else None


def cookies_of(scope: Any) -> dict[str, str]:
    """Return the cookies of a request; a malformed header gives none."""
    jar: SimpleCookie = SimpleCookie()
    try:
        jar.load(header_of(scope, b"cookie") or "")
    except CookieError:
        return {}
    return {name: morsel.value for name, morsel in jar.items()}


def language_of(scope: Any) -> str:
    """Return the language of a request: its cookie, then Accept-Language, then English."""
    chosen = cookies_of(scope).get(LANGUAGE_COOKIE, "")
    if chosen in DOCUMENT_LANGUAGES:
        return chosen
    for part in (header_of(scope, b"accept-language") or "").split(",")[:20]:
        language = part.split(";")[0].strip().split("-")[0].lower()
        if language in DOCUMENT_LANGUAGES:
            return language
    return SOURCE_LANGUAGE


def set_cookie(
    name: str, value: str, *, secure: bool, seconds: int | None = None, same_site: str = "Strict"
) -> str:
    """Return a Set-Cookie value; without ``seconds`` the cookie ends with the browser."""
    age = "" if seconds is None else f"; Max-Age={seconds}"
    return f"{name}={value}; {_COOKIE_OPTIONS}{same_site}{'; Secure' if secure else ''}{age}"


def way_back(wanted: str) -> str:
    """Return ``wanted`` where it is a path on this console, else the overview."""
    local = wanted.startswith("/") and not wanted.startswith(("//", "/\\", "/sign-"))
    clean = wanted.isascii() and wanted.isprintable() and "\\" not in wanted
    return wanted if local and clean else "/"
