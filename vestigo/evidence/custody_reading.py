# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading the custody log and recomputing its chain."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from vestigo.errors import VerificationError
from vestigo.evidence.custody_event import ZERO, CustodyEvent, CustodyHead, parse_event
from vestigo.evidence.custody_faults import broken_chain, cut_off, other_leaf
from vestigo.evidence.log_tree import LogTree
from vestigo.evidence.merkle import leaf_hash
from vestigo.evidence.merkle_proofs import HASH_BYTES
from vestigo.i18n import _


def read_events(path: Path, up_to: int | None = None) -> Iterator[CustodyEvent]:
    """Yield the events of the log at ``path``; an unfinished last line is not an event."""
    for n, line in enumerate(whole_lines(path), 1):
        if up_to is not None and n > up_to:
            return
        try:
            yield parse_event(line)
        except ValueError as error:
            raise _wrong(
                "E-EVI-003", _("Line {n} of the custody log is no event.").format(n=n), path
            ) from error


def whole_lines(path: Path) -> Iterator[bytes]:
    """Yield the finished lines of the log, without their line feeds."""
    if not path.exists():
        return
    with path.open("rb") as handle:
        for line in handle:
            if line.endswith(b"\n"):
                yield line[:-1]


def verified_head(path: Path) -> CustodyHead:
    """Recompute the chain of the log at ``path``; errors as in ``CustodyLog.verify``."""
    head, last_at = CustodyHead(0, ZERO), None
    for event in read_events(path):
        n = head.n_events + 1
        if event.previous_sha256 != head.sha256:
            raise broken_chain(path, list(whole_lines(path)), n)
        if event.id != n:
            raise _wrong(
                "E-EVI-005", _("Event {n} carries the number {id}.").format(n=n, id=event.id), path
            )
        if last_at is not None and event.at < last_at:
            raise _wrong(
                "E-EVI-006", _("Event {n} is earlier than the one before it.").format(n=n), path
            )
        head, last_at = CustodyHead(n, event.sha256), event.at
    return head


def compare_tree(path: Path, tree: LogTree) -> None:
    """Compare the log with the hashes that its tree kept of each event.

    Raises ``VerificationError``: E-EVI-106 events are gone at the end, E-EVI-111 the log was
    rewritten as a whole from an event on.  A hash of zeros is one that a crash took away.
    """
    state, n = tree.state(), 0
    lines = zip(whole_lines(path), tree.leaves(), strict=False)
    for n, (line, kept) in enumerate(lines, 1):
        if kept not in (leaf_hash(line), bytes(HASH_BYTES)):
            raise other_leaf(path, n)
    if n < state.n_leaves:
        raise cut_off(path, n + 1, state.n_leaves)


def _wrong(code: str, what: str, path: Path) -> VerificationError:
    return VerificationError(
        code, what, where=str(path), remedy=_("Compare with a bundle or copy that verifies.")
    )
