# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a market's key-holder signed about the market's addresses: lists and canaries.

A signed text names addresses as its own, denounces others (copies often stand in the
same message), and may say how long it holds.  Nothing outside of the signed text counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlsplit

from crawler.mirrors.dates import holds_until
from crawler.mirrors.reading import read_addresses
from crawler.mirrors.sentences import site_of
from crawler.network import is_loopback
from vestigo.identifiers.pgp_message import (
    SignatureInvalid,
    SignedText,
    find_messages,
    verify_message,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One verified message: who signed, when, for how long it holds, and which addresses.

    ``hosts`` are those it calls its own, ``denounced`` those it warns of, ``unclear``
    those of which neither can be told; in lower case, onion hosts without subdomain.
    """

    fingerprint: str
    signed_at: datetime
    holds_until: date | None
    hosts: frozenset[str]
    denounced: frozenset[str]
    unclear: frozenset[str] = frozenset()


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
    read = read_addresses(signed.text)
    return Statement(
        fingerprint=signed.fingerprint,
        signed_at=signed.signed_at,
        holds_until=holds_until(signed.text, signed.signed_at.date()),
        hosts=frozenset(read.owned),
        denounced=frozenset(read.warned),
        unclear=frozenset(read.open),
    )


def site_of_uri(uri: str) -> str:
    """Return the site at an address; on this machine each port is a site of its own."""
    parts = urlsplit(uri)
    host = parts.hostname or ""
    return f"{site_of(host)}:{parts.port or 80}" if is_loopback(host) else site_of(host)
