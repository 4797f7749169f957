# SPDX-License-Identifier: AGPL-3.0-or-later
"""Merkle trees as Bitcoin builds them: an odd last hash is paired with itself."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.parsing.digest import double_sha256


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """Return the root over at least one leaf (all hashes in wire order)."""
    level = list(leaves)
    while len(level) > 1:
        level = _next_level(level)
    return level[0]


def unambiguous_root(leaves: Sequence[bytes]) -> bytes | None:
    """Return the root, or None when two equal hashes are paired somewhere (CVE-2012-2459).

    Such a block has the merkle root of a shorter one, so its root proves nothing.
    """
    level = list(leaves)
    while len(level) > 1:
        if any(level[i] == level[i + 1] for i in range(0, len(level) - 1, 2)):
            return None
        level = _next_level(level)
    return level[0]


def merkle_branch(leaves: Sequence[bytes], position: int) -> tuple[bytes, ...]:
    """Return the sibling hashes of the leaf at ``position``, from the leaf up."""
    level, branch = list(leaves), []
    while len(level) > 1:
        branch.append(level[min(position ^ 1, len(level) - 1)])
        level, position = _next_level(level), position >> 1
    return tuple(branch)


def root_of_branch(leaf: bytes, branch: Sequence[bytes], position: int) -> bytes:
    """Return the root that ``leaf`` at ``position`` and its ``branch`` lead to."""
    node = leaf
    for sibling in branch:
        pair = sibling + node if position & 1 else node + sibling
        node, position = double_sha256(pair), position >> 1
    return node


def _next_level(level: list[bytes]) -> list[bytes]:
    if len(level) & 1:
        level = [*level, level[-1]]
    return [double_sha256(level[i] + level[i + 1]) for i in range(0, len(level), 2)]
