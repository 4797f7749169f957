# SPDX-License-Identifier: AGPL-3.0-or-later
"""The Merkle tree of RFC 6962 over the lines of the custody log."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable

LEAF, NODE = b"\x00", b"\x01"
EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(line: bytes) -> bytes:
    """Return the hash of one leaf."""
    return hashlib.sha256(LEAF + line).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node."""
    return hashlib.sha256(NODE + left + right).digest()


def merkle_root(lines: Iterable[bytes]) -> bytes:
    """Return the root over ``lines``; memory grows with the logarithm of their number."""
    subtrees: list[tuple[int, bytes]] = []
    for line in lines:
        _add(subtrees, line)
    return _root(subtrees)


def roots_at(lines: Iterable[bytes], sizes: Collection[int]) -> dict[int, bytes]:
    """Return the root over the first N ``lines`` for each N of ``sizes`` that there are."""
    subtrees: list[tuple[int, bytes]] = []
    roots = {0: _root(subtrees)} if 0 in sizes else {}
    for n, line in enumerate(lines, 1):
        _add(subtrees, line)
        if n in sizes:
            roots[n] = _root(subtrees)
    return roots


def folded(hashes: list[bytes]) -> bytes:
    """Return the root over 2^k hashes of subtrees of one height (a complete subtree)."""
    while len(hashes) > 1:
        hashes = [node_hash(hashes[i], hashes[i + 1]) for i in range(0, len(hashes), 2)]
    return hashes[0]


def _add(subtrees: list[tuple[int, bytes]], line: bytes) -> None:
    size, digest = 1, leaf_hash(line)
    while subtrees and subtrees[-1][0] == size:
        digest = node_hash(subtrees.pop()[1], digest)
        size *= 2
    subtrees.append((size, digest))


def _root(subtrees: list[tuple[int, bytes]]) -> bytes:
    if not subtrees:
        return EMPTY_ROOT
    root = subtrees[-1][1]
    for _size, digest in reversed(subtrees[:-1]):
        root = node_hash(digest, root)
    return root
