# SPDX-License-Identifier: AGPL-3.0-or-later
"""Addresses in the custody log: without what names a third person, or as a digest alone."""

from __future__ import annotations

import hashlib
import re
from urllib.parse import urlsplit

MASK = "xxxxx"
_PERSON = re.compile(
    r"(?P<kept>/(?:u|user|users|buyer|buyers|customer|customers|member|members|profile|profiles|"
    r"message|messages|msg|inbox|order|orders|purchase|purchases)/)[^/]+",
    re.IGNORECASE,
)
_VALUE = re.compile(r"(?P<kept>[^=&;]+=)[^&;]*")
_MAIL = re.compile(r"[^/\s@]+(?:@|%40)[^/\s]+", re.IGNORECASE)


def masked_address(uri: str, *, third: bool = False) -> str:
    """Return ``uri`` with what may name a third person masked; its fragment is left out.

    Values of a query and what follows a word for a person in the path are masked;
    ``third`` says that the whole page is a third person's: then only the host is told.
    """
    try:
        parts = urlsplit(uri)
    except ValueError:
        return named_by_digest(uri)
    if not parts.scheme or not parts.netloc:
        return uri if uri.isidentifier() or " " in uri else named_by_digest(uri)
    if third:
        return f"{parts.scheme}://{_host(parts.netloc)}/{MASK}"
    path = _MAIL.sub(MASK, _PERSON.sub(rf"\g<kept>{MASK}", parts.path))
    query = _VALUE.sub(rf"\g<kept>{MASK}", parts.query)
    masked = f"{parts.scheme}://{_host(parts.netloc)}{path}"
    return f"{masked}?{query}" if query else masked


def named_by_digest(uri: str) -> str:
    """Return what stands for an address that itself must not be written anywhere."""
    return f"withheld:{hashlib.sha256(uri.encode('utf-8', 'surrogatepass')).hexdigest()}"


def _host(netloc: str) -> str:
    return netloc.rpartition("@")[2]
