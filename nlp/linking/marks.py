# SPDX-License-Identifier: AGPL-3.0-or-later
"""Contacts, payment addresses and links of an account: shared exactly, or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from nlp.linking.handles import plain_name
from nlp.linking.profile import Profile
from nlp.linking.stripping import PlainText, strip_armour

ADDRESS_KINDS = frozenset({"btc", "ltc", "xmr", "eth", "trx", "bch", "dash", "zec"})
CONTACT_KINDS = frozenset({
    "email", "jabber", "xmpp", "telegram", "wickr", "threema", "signal", "matrix", "tox", "session",
    "phone", "icq", "kik", "bitmessage", "whatsapp", "skype", "discord",
})  # fmt: skip
MAIL_LIKE = frozenset({"email", "jabber", "xmpp"})
NAMED_KINDS = MAIL_LIKE | {"telegram", "wickr", "kik", "skype", "signal", "discord"}
MIN_PATH = 8
MAX_MARKS = 400
_ONION_LINK = re.compile(
    r"(?<![a-z0-9])([a-z2-7]{16,56})(?:\.onion)(?::\d+)?(/[^\s<>\"'()\[\]]{1,300})", re.IGNORECASE
)
_WEB_LINK = re.compile(r"https?://(?!\S{0,80}\.onion)[^\s<>\"'()\[\]]{8,300}", re.IGNORECASE)
_NUMBERED = re.compile(r"(?<![a-z])(icq)\W{0,12}(\d{5,10})(?!\d)", re.IGNORECASE)
_BITMESSAGE = re.compile(r"(?<![A-Za-z0-9])(BM-[1-9A-HJ-NP-Za-km-z]{30,40})(?![A-Za-z0-9])")
_NAMED = re.compile(r"(?<![a-z])(kik|skype)\s{0,2}[:=]\s{0,2}([a-z0-9._-]{4,40})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Marks:
    """What an account can be reached or paid at, and the links that it gives.

    Each is a set of "kind value"; ``fingerprints`` are keys that the text quotes;
    ``names`` are the plain names inside of its contacts.
    """

    contacts: frozenset[str]
    addresses: frozenset[str]
    links: frozenset[str]
    fingerprints: frozenset[str]
    names: frozenset[str]


def marks_of(profile: Profile, plain: PlainText) -> Marks:
    """Return the marks of an account, from its contacts and from its text."""
    found = [(kind.strip().lower(), value) for kind, value in profile.contacts]
    found += [(item.kind, item.value) for item in plain.selectors]
    text = strip_armour(profile.text)
    found += _written(text)
    contacts = [(k, v) for k, v in found if k in CONTACT_KINDS and v.strip()][:MAX_MARKS]
    return Marks(
        contacts=frozenset(_contact(kind, value) for kind, value in contacts),
        addresses=frozenset(_address(k, v) for k, v in found[:MAX_MARKS] if k in ADDRESS_KINDS),
        links=frozenset(list(_links(text))[:MAX_MARKS]),
        fingerprints=frozenset(v.upper() for k, v in found if k == "pgp_fingerprint"),
        names=frozenset(filter(None, (_name(kind, value) for kind, value in contacts))),
    )


def _written(text: str) -> list[tuple[str, str]]:
    """Return contacts of older kinds that ``nlp.selectors`` does not read."""
    found = [(m.group(1).lower(), m.group(2)) for m in _NUMBERED.finditer(text)]
    found += [("bitmessage", m.group(1)) for m in _BITMESSAGE.finditer(text)]
    return found + [(m.group(1).lower(), m.group(2)) for m in _NAMED.finditer(text)]


def _contact(kind: str, value: str) -> str:
    """Return "kind value"; e-mail and jabber addresses are one kind, for sellers mix them."""
    plain = value.strip().lstrip("@").casefold()
    return f"{'mail' if kind in MAIL_LIKE else kind} {plain}"


def _address(kind: str, value: str) -> str:
    text = value.strip()
    return f"{kind} {text.lower() if kind == 'eth' or text.lower().startswith('bc1') else text}"


def _name(kind: str, value: str) -> str:
    local = value.strip().lstrip("@").partition("@")[0]
    return plain_name(local) if kind in NAMED_KINDS else ""


def _links(text: str) -> Iterable[str]:
    """Yield links that lead to one page; a bare market address says nothing."""
    for match in _ONION_LINK.finditer(text):
        path = match.group(2).rstrip(".,;:!?")
        if len(path) >= MIN_PATH:
            yield f"{match.group(1).lower()}.onion{path}"
    for match in _WEB_LINK.finditer(text):
        link = match.group().rstrip(".,;:!?/").lower()
        if len(link.partition("//")[2].partition("/")[2]) >= MIN_PATH:
            yield link.partition("//")[2]
