# SPDX-License-Identifier: AGPL-3.0-or-later
"""Requests of RFC 3161: the digest of what is to be stamped, and a nonce."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from vestigo.evidence.stamping import der
from vestigo.evidence.stamping.refusal import MALFORMED, refused
from vestigo.i18n import _

HASHES = {
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
OIDS = {name: dotted for dotted, name in HASHES.items()}
NONCE_BITS = 64


@dataclass(frozen=True, slots=True)
class StampRequest:
    """A request as it was sent: its bytes and what they say; ``policy`` "" leaves it open."""

    content: bytes
    hash_name: str
    imprint: bytes
    nonce: int | None
    policy: str


def new_request(message: bytes, hash_name: str = "sha256", policy: str = "") -> StampRequest:
    """Return a request for a stamp of ``message``, with a fresh nonce, asking for certificates."""
    imprint, nonce = hashlib.new(hash_name, message).digest(), secrets.randbits(NONCE_BITS) | 1
    algorithm = der.encode(der.SEQUENCE, der.encode_oid(OIDS[hash_name]), der.encode(der.NULL))
    content = der.encode(
        der.SEQUENCE,
        der.encode_integer(1),
        der.encode(der.SEQUENCE, algorithm, der.encode(der.OCTET_STRING, imprint)),
        der.encode_oid(policy) if policy else b"",
        der.encode_integer(nonce),
        der.encode(der.BOOLEAN, b"\xff"),
    )
    return StampRequest(content, hash_name, imprint, nonce, policy)


def parse_request(content: bytes, where: str = "") -> StampRequest:
    """Return the request that the bytes hold; raises ``StampRefused`` E-EVI-140."""
    try:
        values = der.parts(der.one(content))
        der.expect_version_one(values[0])
        hash_name, imprint = message_imprint(values[1])
        rest = {value.tag: value for value in values[2:]}
        return StampRequest(
            content,
            hash_name,
            imprint,
            der.integer(rest[der.INTEGER]) if der.INTEGER in rest else None,
            der.oid(rest[der.OID]) if der.OID in rest else "",
        )
    except (ValueError, IndexError, KeyError) as error:
        raise refused(
            MALFORMED, _("This is no time stamp request: {reason}").format(reason=error), where
        ) from error


def message_imprint(value: der.Value) -> tuple[str, bytes]:
    """Return name of the hash and digest; ``ValueError`` for a hash that is not accepted."""
    algorithm, digest = der.parts(der.expect(value, der.SEQUENCE))
    name = hash_of(algorithm)
    imprint = der.expect(digest, der.OCTET_STRING).content
    if len(imprint) != hashlib.new(name).digest_size:
        raise ValueError("a digest of another length")
    return name, imprint


def hash_of(algorithm: der.Value) -> str:
    """Return the name of the hash of an AlgorithmIdentifier; ``ValueError`` if not accepted."""
    dotted = der.oid(der.parts(der.expect(algorithm, der.SEQUENCE))[0])
    if dotted not in HASHES:
        raise ValueError(f"the hash {dotted} is not accepted")
    return HASHES[dotted]
