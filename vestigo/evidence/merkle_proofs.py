# SPDX-License-Identifier: AGPL-3.0-or-later
"""Inclusion and consistency proofs (RFC 6962, 2.1.1 and 2.1.2; checked as in RFC 9162)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from vestigo.errors import VerificationError
from vestigo.evidence.merkle import EMPTY_ROOT, node_hash
from vestigo.i18n import _

Subtree = Callable[[int, int], bytes]
HASH_BYTES = 32
LONGEST = 63  # hashes of one proof: no log is longer than 2^63 events


def inclusion_proof(index: int, size: int, subtree: Subtree) -> list[bytes]:
    """Return the path from leaf ``index`` (from 0) to the root over ``size`` leaves.

    ``subtree`` gives the root over the leaves in [begin, end).  Raises ``ValueError``
    where the tree has no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    path, begin, end = [], 0, size
    while end - begin > 1:
        middle = begin + split(end - begin)
        if index < middle:
            path.append(subtree(middle, end))
            end = middle
        else:
            path.append(subtree(begin, middle))
            begin = middle
    return path[::-1]


def consistency_proof(old: int, size: int, subtree: Subtree) -> list[bytes]:
    """Return the proof that the first ``old`` leaves of ``size`` are an earlier tree.

    Empty for equal sizes and for ``old`` 0.  Raises ``ValueError`` where ``old`` is larger.
    """
    if not 0 <= old <= size:
        raise ValueError(f"no tree of {old} leaves within {size}")
    if old in (0, size):
        return []
    path, begin, end, known = [], 0, size, True
    while end != old:
        middle = begin + split(end - begin)
        if old <= middle:
            path.append(subtree(middle, end))
            end = middle
        else:
            path.append(subtree(begin, middle))
            begin, known = middle, False
    if not known:
        path.append(subtree(begin, end))
    return path[::-1]


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Check that ``leaf`` (its hash) stands at ``index`` under ``root``.

    Raises ``VerificationError`` E-EVI-112.
    """
    if not 0 <= index < size or len(proof) > LONGEST:
        raise _no_inclusion(index)
    at, last, digest = index, size - 1, leaf
    for other in proof:
        if last == 0:
            raise _no_inclusion(index)
        if at & 1 or at == last:
            digest = node_hash(other, digest)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            digest = node_hash(digest, other)
        at, last = at >> 1, last >> 1
    if last or digest != root:
        raise _no_inclusion(index)


def verify_consistency(
    old: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]
) -> None:
    """Check that the tree of ``size`` leaves under ``root`` begins with the one of ``old``.

    Raises ``VerificationError`` E-EVI-113 that names both heads.
    """
    if not _consistent(old, old_root, size, root, proof):
        raise VerificationError(
            "E-EVI-113",
            _("The log does not go on from the state that was known: it forked."),
            where=f"{old} {old_root.hex()} / {size} {root.hex()}",
            remedy=_("Keep both checkpoints: one of the two logs was rewritten."),
        )


def split(n: int) -> int:
    """Return the largest power of two below ``n`` (n > 1): where a tree divides."""
    return 1 << (n - 1).bit_length() - 1


def _consistent(old: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    if not 0 <= old <= size or len(proof) > LONGEST:
        return False
    if old == size:
        return not proof and old_root == root
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not path or not proof:
        return False
    at, last = old - 1, size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    before = after = path[0]
    for other in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            before, after = node_hash(other, before), node_hash(other, after)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            after = node_hash(after, other)
        at, last = at >> 1, last >> 1
    return last == 0 and before == old_root and after == root


def _no_inclusion(index: int) -> VerificationError:
    return VerificationError(
        "E-EVI-112",
        _("The proof does not lead from event {n} to the checkpoint.").format(n=index + 1),
        where=str(index + 1),
        remedy=_("Compare the event and the proof with a bundle that verifies."),
    )
