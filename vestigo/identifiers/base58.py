# SPDX-License-Identifier: AGPL-3.0-or-later
"""Base58Check: the alphabet and checksum of addresses before segregated witness."""

from __future__ import annotations

import hashlib

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
CHECKSUM_BYTES = 4
LONGEST = 120  # characters; a quadratic decoder must not be fed a novel

_VALUES = {character: value for value, character in enumerate(ALPHABET)}


def encode_check(payload: bytes) -> str:
    """Return ``payload`` with its checksum in base 58."""
    raw = payload + _checksum(payload)
    number, digits = int.from_bytes(raw, "big"), []
    while number:
        number, digit = divmod(number, 58)
        digits.append(ALPHABET[digit])
    n_zeros = len(raw) - len(raw.lstrip(b"\0"))
    return ALPHABET[0] * n_zeros + "".join(reversed(digits))


def decode_check(text: str) -> bytes | None:
    """Return the payload of ``text``, or None when alphabet, length or checksum is wrong."""
    if not text or len(text) > LONGEST:
        return None
    number = 0
    for character in text:
        value = _VALUES.get(character)
        if value is None:
            return None
        number = number * 58 + value
    n_zeros = len(text) - len(text.lstrip(ALPHABET[0]))
    raw = b"\0" * n_zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")
    payload, checksum = raw[:-CHECKSUM_BYTES], raw[-CHECKSUM_BYTES:]
    return payload if len(raw) > CHECKSUM_BYTES and _checksum(payload) == checksum else None


def _checksum(payload: bytes) -> bytes:
    return hashlib.sha256(hashlib.sha256(payload).digest()).digest()[:CHECKSUM_BYTES]
