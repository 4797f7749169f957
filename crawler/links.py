# SPDX-License-Identifier: AGPL-3.0-or-later
"""One spelling for each address, so that a page is asked for once."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urljoin, urlsplit

from w3lib.url import safe_url_string

MAX_URI = 4096
_REMEMBERED = 4096  # the links of a market's navigation stand on every page


def normal_uri(raw: str) -> str:
    """Return the address in its one spelling, "" for what cannot be asked for.

    That is also what is longer than ``MAX_URI`` in that spelling; only short texts are
    remembered.
    """
    return _short(raw) if len(raw) <= MAX_URI else _bounded(spelled(raw))


def is_too_long(raw: str) -> bool:
    """Say whether ``raw`` is an address but for its length."""
    return not normal_uri(raw) and len(spelled(raw)) > MAX_URI


@lru_cache(_REMEMBERED)
def _short(raw: str) -> str:
    return _bounded(spelled(raw))


def _bounded(uri: str) -> str:
    return uri if len(uri) <= MAX_URI else ""


def spelled(raw: str) -> str:
    """Return the address in its one spelling, however long, "" for what is none.

    Scheme and host in lower case, no default port, a path, no fragment, no log-in
    part, printable ASCII only (percent-encoded as browsers do).
    """
    try:
        parts = urlsplit(safe_url_string(raw.strip()))
        host, port = parts.hostname, parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not host or parts.username is not None:
        return ""
    shown = f"[{host}]" if ":" in host else host
    default = port is None or port == {"http": 80, "https": 443}[parts.scheme]
    netloc = shown if default else f"{shown}:{port}"
    uri = parts._replace(netloc=netloc, path=parts.path or "/", fragment="").geturl()
    plain = uri.isascii() and not any(c <= " " or c == "\x7f" for c in uri)
    return uri if plain else ""


def joined_uri(base: str, reference: str) -> str:
    """Return where ``reference`` leads to from ``base``, "" where it is no address at all."""
    try:
        return urljoin(base, reference)
    except ValueError:  # "http://[::1", and whatever else a server may write
        return ""
