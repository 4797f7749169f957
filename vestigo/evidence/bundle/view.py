# SPDX-License-Identifier: AGPL-3.0-or-later
"""A case as it stood at a checkpoint: so many events, so many records."""

from __future__ import annotations

from dataclasses import dataclass

from vestigo.errors import UsageError, VerificationError
from vestigo.evidence.custody import CustodyEvent, CustodyLog
from vestigo.evidence.custody_reading import whole_lines
from vestigo.evidence.merkle import merkle_root
from vestigo.i18n import _
from vestigo.store import CaseFolder, RecordLedger
from vestigo.store.ledger import next_hash

HEAD_REASON = "record ledger head"
ZERO = "0" * 64


@dataclass(frozen=True, slots=True)
class CaseView:
    """The part of a case that a bundle at checkpoint ``size`` holds.

    ``entries`` are (record id, kind) in order of entry; ``known`` maps the digest of
    every object that an event names to the first event that does.  ``whole`` is the view that
    a disclosed copy leaves something out of: who is to be masked is told by all records.
    """

    folder: CaseFolder
    ledger: RecordLedger
    custody: CustodyLog
    size: int
    root: bytes
    events: tuple[CustodyEvent, ...]
    entries: tuple[tuple[str, str], ...]
    known: dict[str, CustodyEvent]
    whole: CaseView | None = None

    @property
    def told(self) -> set[str]:
        """The digests that events name; in a disclosed copy those of the events that remain."""
        return {event.object_sha256 for event in self.events if event.object_sha256}

    @property
    def n_entries(self) -> int:
        """How many entries of the record ledger belong to the checkpoint."""
        return len(self.entries)


def view_at(
    folder: CaseFolder, ledger: RecordLedger, custody: CustodyLog, at_checkpoint: int | None
) -> CaseView:
    """Return the case at a checkpoint (None: at the last event), its chains compared.

    Raises ``UsageError`` E-BUN-002 for a checkpoint that is not there, and
    ``VerificationError``: E-EVI-003 … 006 for the log, E-BUN-003 where the record
    ledger is not the one that the log names.
    """
    head = custody.verify()
    size = head.n_events if at_checkpoint is None else at_checkpoint
    if not 1 <= size <= head.n_events:
        raise UsageError(
            "E-BUN-002",
            _("The custody log has no checkpoint {n}: it holds {size} events.").format(
                n=size, size=head.n_events
            ),
            where=str(custody.path),
            remedy=_("Choose a number between 1 and the number of events."),
        )
    events = tuple(custody.events(up_to=size))
    lines = (line for line, _n in zip(whole_lines(custody.path), range(size), strict=False))
    known: dict[str, CustodyEvent] = {}
    for event in events:
        if event.object_sha256:
            known.setdefault(event.object_sha256, event)
    entries = tuple(ledger.ids(up_to=_compared_entries(events, ledger)))
    return CaseView(folder, ledger, custody, size, merkle_root(lines), events, entries, known)


def _compared_entries(events: tuple[CustodyEvent, ...], ledger: RecordLedger) -> int:
    """Return the number of ledger entries at the checkpoint, every head in the log compared."""
    chain, hashes = ZERO, [ZERO]
    for entry in ledger.chained():
        chain = next_hash(chain, entry.commitment)
        hashes.append(chain)
    n_entries = 0
    for event in events:
        if event.reason != HEAD_REASON:
            continue
        n_entries = int(event.details["n_entries"])
        if n_entries >= len(hashes) or hashes[n_entries] != event.object_sha256:
            raise VerificationError(
                "E-BUN-003",
                _("The record ledger is not the one that event {n} of the log names.").format(
                    n=event.id
                ),
                where=str(n_entries),
                remedy=_("Restore the case from a copy that verifies."),
            )
    return n_entries
