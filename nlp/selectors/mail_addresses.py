# SPDX-License-Identifier: AGPL-3.0-or-later
"""E-mail addresses in a text, written openly or with the signs spelt out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nlp.selectors.contact import Contact
from vestigo.identifiers import contacts

LONGEST_LOCAL = 64
REACH = 40  # before an address: "Jabber-ID: ", "mein jabber ist "
_EMAIL = re.compile(r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{3,120}")
_LOCAL = re.compile(r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9_%+-][A-Za-z0-9._%+-]{0,63}$")
# (at) [at] {arroba} and, where the points are spelt out as well, " at " or the sign itself
_AT = re.compile(
    r"[ \t]{0,2}(?P<closed>[(\[{<][ \t]?(?:at|ät|arroba|chez|@)[ \t]?[)\]}>])[ \t]{0,2}"
    r"|[ \t]{1,2}(?:at|arroba|chez)[ \t]{1,2}|@",
    re.IGNORECASE,
)
# What every such sign has in it, looked for first: a blank or a bracket before the word.
_AT_CORE = re.compile(r"[@ \t(\[{<](?:(?<=@)|(?i:at|ät|arroba|chez)(?=[ \t)\]}>]))")
_BEFORE_CORE = 4  # characters of a sign before that
_SPELT = (
    r"(?:[ \t]{0,2}[(\[{<][ \t]?(?:dot|punto|ponto|punkt|point|punt|\.)[ \t]?[)\]}>][ \t]{0,2}"
    r"|[ \t]{1,2}(?:dot|punto|ponto|punkt|point|punt)[ \t]{1,2})"
)
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})"
_HOST = re.compile(rf"{_LABEL}(?:(?:\.|{_SPELT}){_LABEL}){{1,4}}(?![A-Za-z0-9@_-])", re.IGNORECASE)
_POINT = re.compile(rf"{_SPELT}|\.", re.IGNORECASE)
_SPELT_POINT = re.compile(_SPELT, re.IGNORECASE)
_JABBER_BEFORE = re.compile(
    r"(?<!\w)(?:jabber|xmpp)(?:[^A-Za-z0-9@]{0,4}(?:jabber|xmpp|id|is|es|est|ist|é|address|adresse|contact"
    r"|kontakt|contacto|account|konto|compte|cuenta|otr|omemo)(?!\w)){0,3}[^A-Za-z0-9@]{0,6}$",
    re.IGNORECASE,
)
_JABBER_BEHIND = re.compile(r"[ \t]{0,2}[(\[][ \t]?(?:jabber|xmpp)(?!\w)", re.IGNORECASE)
_JABBER_HOST = re.compile(r"@(?:[a-z0-9-]{1,63}\.){0,3}(?:jabber|xmpp|jabb)[a-z0-9-]{0,20}\.")


def mail_addresses(text: str) -> Iterator[Contact]:
    """Yield every e-mail address and Jabber id; of those spelt out the span is all of it."""
    for match in _EMAIL.finditer(text) if "@" in text else ():
        written = match.group().rstrip(".-")
        value = contacts.email(written)
        if value is not None:
            start, end = match.start(), match.start() + len(written)
            yield Contact(_kind(text, start, end, value), value, start, end)
    for match in _signs(text):
        found = _spelt_out(text, match)
        if found is not None:
            yield found


def _signs(text: str) -> Iterator[re.Match[str]]:
    """Yield what ``_AT.finditer`` does; only places near its words are looked at."""
    end = 0
    for core in _AT_CORE.finditer(text):
        for start in range(max(end, core.start() - _BEFORE_CORE), core.start() + 1):
            match = _AT.match(text, start)
            if match is not None:
                end = match.end()
                yield match
                break


def _spelt_out(text: str, sign: re.Match[str]) -> Contact | None:
    """Return the address around a spelt sign: "shop (at) mail [dot] example"."""
    low = max(0, sign.start() - LONGEST_LOCAL - 1)
    local = _LOCAL.search(text[low : sign.start()])
    host = _HOST.match(text, sign.end())
    if local is None or host is None:
        return None
    if not sign.group("closed") and not _SPELT_POINT.search(host.group()):
        return None
    value = contacts.email(f"{local.group()}@{_POINT.sub('.', host.group())}")
    if value is None:
        return None
    start = low + local.start()
    return Contact(_kind(text, start, host.end(), value), value, start, host.end())


def _kind(text: str, start: int, end: int, value: str) -> str:
    """Return ``jabber`` where the words beside it or the host's name say so, else ``email``."""
    before = text[max(0, start - REACH) : start]
    named = _JABBER_BEFORE.search(before) or _JABBER_BEHIND.match(text, end)
    return "jabber" if named or _JABBER_HOST.search(value.lower()) else "email"
