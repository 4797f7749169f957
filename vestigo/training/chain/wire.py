# SPDX-License-Identifier: AGPL-3.0-or-later
"""The few pieces of Bitcoin's wire format that making blocks needs."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

_ONE_BYTE_BELOW = 0xFD
_TWO_BYTES_UP_TO = 0xFFFF
_LONGEST_SHORT_PUSH = 75
_LARGEST_OP_CODE_NUMBER = 16


def double_sha256(content: bytes) -> bytes:
    """Return SHA-256 of SHA-256, in wire order."""
    return hashlib.sha256(hashlib.sha256(content).digest()).digest()


def displayed(digest: bytes) -> str:
    """Return a hash as people write it: reversed, in hexadecimal."""
    return digest[::-1].hex()


def compact_size(number: int) -> bytes:
    """Return ``number`` as a CompactSize."""
    if number < _ONE_BYTE_BELOW:
        return bytes([number])
    if number <= _TWO_BYTES_UP_TO:
        return b"\xfd" + number.to_bytes(2, "little")
    return b"\xfe" + number.to_bytes(4, "little")


def push(content: bytes) -> bytes:
    """Return the script that pushes up to 75 bytes."""
    if not 0 < len(content) <= _LONGEST_SHORT_PUSH:
        raise ValueError(f"{len(content)} bytes are no short push")
    return bytes([len(content)]) + content


def push_height(height: int) -> bytes:
    """Return the push of a block height as BIP 34 asks (small numbers as op codes)."""
    if height <= _LARGEST_OP_CODE_NUMBER:
        return bytes([0x50 + height])
    n_bytes = (height.bit_length() + 8) // 8
    return push(height.to_bytes(n_bytes, "little"))


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """Return the root over hashes in wire order; an odd last one counts twice."""
    level = list(leaves)
    while len(level) > 1:
        if len(level) % 2:
            level.append(level[-1])
        pairs = range(0, len(level), 2)
        level = [double_sha256(level[at] + level[at + 1]) for at in pairs]
    return level[0]


def output_bytes(value_sat: int, script: bytes) -> bytes:
    """Return one transaction output."""
    return value_sat.to_bytes(8, "little") + compact_size(len(script)) + script
