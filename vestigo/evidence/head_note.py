# SPDX-License-Identifier: AGPL-3.0-or-later
"""The announced head: tells a crash from an event that somebody removed.

Just before the record ledger commits, its new head is written beside the custody log;
once the log has the event, the note goes.  A ledger that is ahead of the log is the
work of a crash only where the note gives its very head.
"""

from __future__ import annotations

from pathlib import Path

from vestigo.store import LedgerHead
from vestigo.store.atomic import write_atomically

NAME = "head.announced"


def announce_head(custody: Path, head: LedgerHead) -> None:
    """Write ``head`` beside the log in the folder ``custody``, durably."""
    write_atomically(custody / NAME, _text(head))


def forget_head(custody: Path) -> None:
    """Remove the note, and what a killed process left of one: the log has the event."""
    for left in (custody / NAME, *custody.glob(f".{NAME}.*.part")):
        left.unlink(missing_ok=True)


def is_announced(custody: Path, head: LedgerHead) -> bool:
    """Whether ``head`` is the one that was announced and not logged yet."""
    path = custody / NAME
    return path.is_file() and path.read_bytes() == _text(head)


def _text(head: LedgerHead) -> bytes:
    return f"{head.n_entries} {head.entry_sha256}\n".encode()
