# SPDX-License-Identifier: AGPL-3.0-or-later
"""The hash of Bitcoin, and how a hash is displayed."""

from __future__ import annotations

from hashlib import sha256

HASH_BYTES = 32


def double_sha256(content: bytes) -> bytes:
    """Return SHA-256 of SHA-256 (32 bytes, in the order of the wire)."""
    return sha256(sha256(content).digest()).digest()


def displayed(digest: bytes) -> str:
    """Return a hash as people write it: byte-reversed, lower hex."""
    return digest[::-1].hex()


def from_displayed(text: str) -> bytes:
    """Return the 32 bytes of the wire for a displayed hash (``ValueError`` otherwise)."""
    digest = bytes.fromhex(text)[::-1]
    if len(digest) != HASH_BYTES:
        raise ValueError(f"{text!r} is no 32-byte hash")
    return digest
