# SPDX-License-Identifier: AGPL-3.0-or-later
"""Cookies out of a browser's file in the Netscape form (``cookies.txt``).

A line has seven fields between tabs: domain, whether subdomains count, path, whether it is
secure, expiry in seconds (0 for a session), name, value.  ``#HttpOnly_`` in front of the
domain is a mark, not a remark.  What is wrong is told by the number of its line alone:
names and values are secrets.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from http.cookiejar import Cookie

from vestigo.errors import InputError
from vestigo.i18n import _

HTTP_ONLY = "#HttpOnly_"
MOST_BYTES = 1 << 20
FIELDS = 7
_FLAGS = {"TRUE": True, "FALSE": False}
_LONGEST = 4096
_LAST_SECOND = 253_402_300_799


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that gives no cookie; ``cause`` is a short stable word."""

    number: int
    cause: str


@dataclass(frozen=True, slots=True)
class CookieFile:
    """The cookies of a file that fit the market, and the lines that gave none."""

    cookies: tuple[Cookie, ...] = field(repr=False)
    bad: tuple[BadLine, ...]


def parse_netscape(content: bytes, hosts: Iterable[str], now: datetime) -> CookieFile:
    """Return the cookies for ``hosts`` (names without port).

    Causes of a line that is left out: ``fields``, ``flag``, ``expiry``, ``name``,
    ``characters``, ``path``, ``other-host``, ``expired``.  Raises ``InputError``: E-CRA-051
    the file is too long or no text, E-CRA-052 no line gives a cookie for the market.
    """
    names = {host.lower() for host in hosts}
    found: list[Cookie] = []
    bad: list[BadLine] = []
    for number, line in enumerate(_lines(content), 1):
        http_only = line.startswith(HTTP_ONLY)
        if not line.strip() or (line.startswith("#") and not http_only):
            continue
        made = _cookie(line.removeprefix(HTTP_ONLY), names, now, http_only=http_only)
        if isinstance(made, Cookie):
            found.append(made)
        else:
            bad.append(BadLine(number, made))
    if not found:
        raise InputError(
            "E-CRA-052",
            _("No line of the file gives a cookie for this market."),
            where=_shown(bad),
            remedy=_("Save the cookies of the market's own address, after the log-in."),
        )
    return CookieFile(tuple(found), tuple(bad))


def _lines(content: bytes) -> list[str]:
    text = content[:MOST_BYTES].decode("utf-8-sig", "replace")
    if len(content) > MOST_BYTES or "\ufffd" in text:
        raise InputError(
            "E-CRA-051",
            _("The file of cookies cannot be read."),
            remedy=_("Give a text file in the Netscape form, as browsers save it."),
        )
    return [line.removesuffix("\r") for line in text.split("\n")]


def _shown(bad: list[BadLine]) -> str:
    return ", ".join(f"{one.number}: {one.cause}" for one in bad[:20])


def _cookie(line: str, hosts: set[str], now: datetime, *, http_only: bool) -> Cookie | str:
    """Return the cookie of a line, or why it gives none."""
    parts = line.split("\t")
    if len(parts) == FIELDS - 1:
        parts.append("")  # an empty value whose tab an editor took away
    if len(parts) != FIELDS:
        return "fields"
    domain, wide, path, secure, expires, name, value = parts
    cause = _fault(wide, path, secure, expires, name, value)
    if cause:
        return cause
    bare = domain.strip().lower().lstrip(".")
    wide_domain = _FLAGS[wide.upper()]
    if not any(_fits(host, bare, subdomains=wide_domain) for host in hosts):
        return "other-host"
    until = int(expires.partition(".")[0]) or None
    if until is not None and until <= now.timestamp():
        return "expired"
    return Cookie(
        version=0, name=name, value=value, port=None, port_specified=False,
        domain=f".{bare}" if wide_domain else bare, domain_specified=wide_domain,
        domain_initial_dot=wide_domain, path=path, path_specified=True,
        secure=_FLAGS[secure.upper()], expires=until, discard=until is None, comment=None,
        comment_url=None, rest={"HttpOnly": ""} if http_only else {},
    )  # fmt: skip


def _fault(*fields: str) -> str:
    """Return what is wrong with the fields behind the domain, "" for nothing."""
    wide, path, secure, expires, name, value = fields
    if wide.upper() not in _FLAGS or secure.upper() not in _FLAGS:
        return "flag"
    whole = expires.partition(".")[0]
    if not (whole.isascii() and whole.isdigit()) or int(whole[:15]) > _LAST_SECOND:
        return "expiry"
    if not name:
        return "name"
    if not path.startswith("/"):
        return "path"
    odd = any(c < " " or c in ";\x7f" for c in name + value + path)
    long = len(name) + len(value) + len(path) > _LONGEST
    return "characters" if odd or long or "=" in name or not (name + value).isascii() else ""


def _fits(host: str, domain: str, *, subdomains: bool) -> bool:
    """Whether a cookie of ``domain`` goes to ``host``; a bare ending such as "onion" never."""
    if host == domain:
        return True
    return subdomains and "." in domain and host.endswith(f".{domain}")
