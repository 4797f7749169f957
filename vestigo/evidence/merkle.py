# SPDX-License-Identifier: AGPL-3.0-or-later
"""The Merkle tree of RFC 6962 over the lines of the custody log."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

LEAF, NODE = b"\x00", b"\x01"


def leaf_hash(line: bytes) -> bytes:
    """Return the hash of one leaf."""
    return hashlib.sha256(LEAF + line).digest()


def merkle_root(lines: Iterable[bytes]) -> bytes:
    """Return the root over ``lines``; memory grows with the logarithm of their number."""
    subtrees: list[tuple[int, bytes]] = []
    for line in lines:
        size, digest = 1, leaf_hash(line)
        while subtrees and subtrees[-1][0] == size:
            digest = _node(subtrees.pop()[1], digest)
            size *= 2
        subtrees.append((size, digest))
    if not subtrees:
        return hashlib.sha256(b"").digest()
    root = subtrees.pop()[1]
    while subtrees:
        root = _node(subtrees.pop()[1], root)
    return root


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(NODE + left + right).digest()
