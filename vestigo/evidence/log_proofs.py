# SPDX-License-Identifier: AGPL-3.0-or-later
"""Proofs about the log of a case, made from its stored tree and compared with its root."""

from __future__ import annotations

from contextlib import suppress

from vestigo.errors import SourceUnreachable
from vestigo.evidence.custody import CustodyLog
from vestigo.evidence.log_tree import LogTree
from vestigo.evidence.merkle import leaf_hash
from vestigo.evidence.merkle_proofs import verify_consistency, verify_inclusion
from vestigo.evidence.note import Note
from vestigo.evidence.tlog_files import InclusionFile
from vestigo.i18n import _


def sound_tree(custody: CustodyLog, size: int, root: bytes) -> LogTree:
    """Return the stored tree once it has ``root`` over its first ``size`` leaves.

    What a crash took out of it is made again.  Raises ``VerificationError`` E-EVI-106 or
    E-EVI-111 where the log was changed, E-EVI-113 where it is not the log of that root;
    ``SourceUnreachable`` E-EVI-126 where the tree cannot be written.
    """
    tree = custody.tree()
    with suppress(ValueError):
        if tree.root(size) == root:
            return tree
    tree = custody.tree_made_again()
    try:
        found = tree.root(size)
    except ValueError as error:
        raise SourceUnreachable(
            "E-EVI-126",
            _("The tree of the custody log cannot be written: {reason}").format(reason=error),
            where=str(tree.folder),
            remedy=_("Make room on the disk, or let this account write to the folder."),
        ) from error
    verify_consistency(size, root, size, found, ())
    return tree


def event_proof(
    tree: LogTree, line: bytes, number: int, size: int, root: bytes, note: Note
) -> InclusionFile:
    """Return the ``tlog-proof`` of event ``number`` (its ``line``, no line feed), verified."""
    path = tree.inclusion_proof(number - 1, size)
    verify_inclusion(leaf_hash(line), number - 1, size, path, root)
    return InclusionFile(number - 1, tuple(path), note)
