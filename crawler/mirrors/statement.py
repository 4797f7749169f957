# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a market's key-holder signed about the market's addresses: lists and canaries.

A signed text names addresses as its own, denounces others (copies often stand in the
same message), and may say how long it holds.  Nothing outside of the signed text counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlsplit

from crawler.links import normal_uri
from crawler.mirrors.dates import holds_until
from crawler.network import is_loopback
from vestigo.identifiers.onion import onion_name, onion_version
from vestigo.identifiers.pgp_message import (
    SignatureInvalid,
    SignedText,
    find_messages,
    verify_message,
)

_TOKEN = re.compile(r"[^\s<>\"'|]*[A-Za-z0-9-]+\.[A-Za-z][^\s<>\"'|]*")
_EDGES = "()[]{}*,;`“”«»!"
_DENOUNCED = re.compile(
    r"phish|fake|scam|impost|fraud|clon|rogue|malicious|compromised|seized|stolen|"
    r"\bnot\s+(?:ours|us|our)\b|\bdo\s+not\s+(?:use|visit|log)|no\s+longer\s+(?:ours|in\s+use)|"
    r"\bnever\s+use|retired|decommission|"
    r"fals[oa]s?\b|estafa|no\s+(?:son|es)\s+nuestr|no\s+us(?:e|ar|éis)|incautad|"
    r"golpe|não\s+(?:são|é)\s+noss|não\s+us|apreendid|"
    r"faux|fausse|arnaque|n[’']est\s+pas\s+à\s+nous|ne\s+sont\s+pas\s+à\s+nous|saisi|"
    r"gefälscht|betrug|nicht\s+(?:unsere?|benutzen|verwenden)|beschlagnahmt|"
    r"\bnep|oplicht|niet\s+(?:van\s+ons|gebruiken)|фишинг|поддел|мошен",
    re.IGNORECASE,
)
_OURS = re.compile(
    r"\b(?:our|official|genuine|valid|current|working|main|new|mirrors?|"
    r"nuestr|oficial|válid|espejos?|noss|espelhos?|nos|officiel|miroirs?|"
    r"unsere?|offiziell|gültig|onze|officiële|spiegels?)\w*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One verified message: who signed, when, for how long it holds, and which addresses.

    ``hosts`` are those it calls its own, ``denounced`` those it warns of; both in lower
    case, onion hosts without subdomain.
    """

    fingerprint: str
    signed_at: datetime
    holds_until: date | None
    hosts: frozenset[str]
    denounced: frozenset[str]


@dataclass(frozen=True, slots=True)
class Refused:
    """One message that proves nothing: why, and whose key it names ("" for none)."""

    reason: str
    fingerprint: str


def read_statements(text: str, keys: Sequence[str]) -> list[Statement | Refused]:
    """Return what the clear-signed messages in ``text`` say, in order.

    ``keys`` are armoured public keys that were had from elsewhere than ``text``.
    """
    found: list[Statement | Refused] = []
    for start, end in find_messages(text):
        try:
            found.append(statement_of(verify_message(text[start:end], keys)))
        except SignatureInvalid as error:
            found.append(Refused(error.reason, error.fingerprint))
    return found


def statement_of(signed: SignedText) -> Statement:
    """Return what a signed text says of addresses."""
    ours: set[str] = set()
    denounced: set[str] = set()
    for host, warned in _hosts(signed.text):
        (denounced if warned else ours).add(host)
    return Statement(
        fingerprint=signed.fingerprint,
        signed_at=signed.signed_at,
        holds_until=holds_until(signed.text, signed.signed_at.date()),
        hosts=frozenset(ours - denounced),
        denounced=frozenset(denounced),
    )


def site_of(host: str) -> str:
    """Return the host by which a site is known: an onion host without its subdomains."""
    name = onion_name(host)
    return f"{name}.onion" if name else host.lower().rstrip(".")


def site_of_uri(uri: str) -> str:
    """Return the site at an address; on this machine each port is a site of its own."""
    parts = urlsplit(uri)
    host = parts.hostname or ""
    return f"{site_of(host)}:{parts.port or 80}" if is_loopback(host) else site_of(host)


def _hosts(text: str) -> Iterator[tuple[str, bool]]:
    """Yield each host with whether the text warns of it.

    A warning holds for its own line and for the addresses under it, until a heading calls
    what follows the market's own or an empty line ends the addresses.
    """
    warned = seen = False
    for line in text.splitlines():
        hosts = list(_hosts_of_line(line))
        words = _TOKEN.sub(" ", line)
        if _DENOUNCED.search(words):
            if not hosts:
                warned, seen = True, False
            yield from ((host, True) for host in hosts)
            continue
        if not hosts:
            if _OURS.search(words) or (seen and not line.strip()):
                warned = False
            continue
        seen = True
        yield from ((host, warned) for host in hosts)


def _hosts_of_line(line: str) -> Iterator[str]:
    for match in _TOKEN.finditer(line):
        token = match.group().strip(_EDGES).rstrip(".:")
        uri = normal_uri(token if "://" in token else f"http://{token}")
        host = uri.split("/")[2].rpartition(":")[0] or uri.split("/")[2] if uri else ""
        if host and (onion_version(host) or "://" in token):
            yield site_of(host)
