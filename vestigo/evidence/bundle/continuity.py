# SPDX-License-Identifier: AGPL-3.0-or-later
"""Comparing the custody log with all that is known of it, before anything is added to it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from vestigo.errors import VerificationError
from vestigo.evidence.bundle.view import HEAD_REASON, view_at
from vestigo.evidence.checkpoint import Checkpoint, parse_checkpoint
from vestigo.evidence.custody import CustodyEvent, CustodyLog
from vestigo.evidence.custody_reading import whole_lines
from vestigo.evidence.head_note import is_announced
from vestigo.evidence.merkle import roots_at
from vestigo.i18n import _
from vestigo.store import CaseFolder, RecordLedger

DISPOSAL = "disposal"


def compare_log(folder: CaseFolder, ledger: RecordLedger, custody: CustodyLog) -> bool:
    """Compare log, kept checkpoints, record ledger and disposals; nothing is written.

    Returns whether a crash kept the last head of the record ledger out of the log.
    Raises ``VerificationError``: E-EVI-023 where the log is missing, cut or rewritten,
    E-EVI-024 where the record ledger is ahead of it, E-EVI-025 for a record that is
    said to be disposed of without an event; and as ``view_at`` does.
    """
    compare_checkpoints(folder, custody)
    view_at(folder, ledger, custody, None)
    head, gone = ledger.head(), set(ledger.disposed())
    announced = is_announced(folder.custody, head)
    events = tuple(custody.events())  # read last: another process may be writing
    _refuse_unlogged_disposals(gone, events)
    logged = {event.object_sha256 for event in events if event.reason == HEAD_REASON}
    if not head.n_entries or head.entry_sha256 in logged:
        return False
    if announced:
        return True
    raise VerificationError(
        "E-EVI-024",
        _("The record ledger is ahead of the custody log: an event was removed."),
        where=f"{head.n_entries} {head.entry_sha256}",
        remedy=_("Restore the log from a copy that verifies; nothing was sealed."),
    )


def compare_checkpoints(folder: CaseFolder, custody: CustodyLog) -> None:
    """Refuse a log that does not begin with every state of it that was signed before.

    These are the notes in ``CASE/anchors``, in the bundles, and those that were cosigned.
    """
    known = [_noted(path) for path in _notes(folder)]
    if not custody.head().n_events:
        raise _another_log(str(custody.path))
    roots = roots_at(whole_lines(custody.path), {state.size for _path, state in known})
    for path, state in known:
        if roots.get(state.size) != state.root:
            raise _another_log(str(path))


def _notes(folder: CaseFolder) -> list[Path]:
    bundled = folder.bundles.glob("bundle-*/seal/checkpoint.note")
    witnessed = (folder.custody / "witness").glob("*.note")
    return sorted([*folder.anchors.glob("checkpoint-*.note"), *bundled, *witnessed])


def _noted(path: Path) -> tuple[Path, Checkpoint]:
    try:
        return path, parse_checkpoint(path.read_bytes().decode("utf-8"))
    except (OSError, ValueError) as error:
        raise _another_log(str(path)) from error


def _another_log(where: str) -> VerificationError:
    return VerificationError(
        "E-EVI-023",
        _("The custody log is missing, cut or not the one of an earlier checkpoint."),
        where=where,
        remedy=_("Restore the log from a copy that verifies; nothing was sealed."),
    )


def _refuse_unlogged_disposals(gone: set[str], events: Iterable[CustodyEvent]) -> None:
    logged = {event.object_sha256 for event in events if event.action == DISPOSAL}
    for record_id in sorted(gone - logged):
        raise VerificationError(
            "E-EVI-025",
            _("A record is said to be disposed of, but the custody log has no such event."),
            where=record_id,
            remedy=_("Restore the case from a copy that verifies, or find the order."),
        )
