# SPDX-License-Identifier: AGPL-3.0-or-later
"""Onion keys and names that follow from a seed (rend-spec-v3, section 6 and appendix A.2)."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_VERSION = b"\x03"


@dataclass(frozen=True, slots=True)
class OnionKey:
    """A service key; ``expanded`` is what Tor's control protocol takes (64 bytes)."""

    name: str
    expanded: bytes

    @property
    def host(self) -> str:
        """The host of the service."""
        return f"{self.name}.onion"


def onion_key(seed: int, market: str, door: str) -> OnionKey:
    """Return the key of one address of a market; the same seed gives the same address."""
    secret = hashlib.sha256(f"vestigo.range.onion/{seed}/{market}/{door}".encode()).digest()
    private = Ed25519PrivateKey.from_private_bytes(secret)
    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    check = hashlib.sha3_256(b".onion checksum" + public + _VERSION).digest()[:2]
    name = base64.b32encode(public + check + _VERSION).decode().lower()
    return OnionKey(name, _expanded(secret))


def _expanded(secret: bytes) -> bytes:
    """Return the scalar (clamped as RFC 8032 says) with the prefix of signatures."""
    digest = bytearray(hashlib.sha512(secret).digest())
    digest[0] &= 0xF8
    digest[31] = digest[31] & 0x7F | 0x40
    return bytes(digest)
