# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a case does with its witnesses: each act is an event of its log."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from vestigo.clock import Clock
from vestigo.errors import UsageError
from vestigo.evidence.anchors import keep_checkpoint, kept_checkpoint
from vestigo.evidence.checkpoint import parse_checkpoint
from vestigo.evidence.custody import CustodyLog
from vestigo.evidence.keys import UnlockedKeys
from vestigo.evidence.log_proofs import event_proof, sound_tree
from vestigo.evidence.note import NoteKey, parse_note
from vestigo.evidence.received.checking import FILED
from vestigo.evidence.stamping.bundled import add_late_files
from vestigo.evidence.tlog_files import ConsistencyFile, InclusionFile
from vestigo.evidence.witness.asking import (
    CosignedCheckpoint,
    add_witness,
    bundle_cosignatures,
    known_witnesses,
    read_answer,
    write_request,
)
from vestigo.i18n import _
from vestigo.store import CaseFolder

NOTE = "seal/checkpoint.note"
RECORDED = "exhibit recorded"
RECEIVED = re.compile(r"R[0-9]{4,}")


class WitnessedCase:
    """The log of a case, its signed checkpoints and its witnesses."""

    def __init__(self, folder: CaseFolder, custody: CustodyLog, clock: Clock) -> None:
        self._folder = folder
        self._custody = custody
        self._clock = clock

    def name(self, vkey: str) -> NoteKey:
        """Name a witness by its key; raises as ``add_witness`` does."""
        key = add_witness(self._folder, vkey)
        digest = hashlib.sha256(key.written().encode()).hexdigest()
        self._log("receipt", "witness named", digest, key.name, key_id=key.id.hex())
        return key

    def sign(self, keys: UnlockedKeys) -> tuple[int, Path]:
        """Sign the state of the log as it is now and keep the note; return size and path."""
        head = self._custody.verify()
        root = self._custody.tree().root(head.n_events)
        note = keys.sign_checkpoint(head.n_events, root)
        keep_checkpoint(self._folder, head.n_events, note)
        digest = hashlib.sha256(note.encode()).hexdigest()
        self._log("fixation", "checkpoint signed", digest, "", checkpoint=str(head.n_events))
        return head.n_events, self._folder.anchors / f"checkpoint-{head.n_events}.note"

    def ask(self, name: str, size: int | None, old: int | None) -> ConsistencyFile:
        """Return the request to a witness ("": the only one) to cosign a checkpoint.

        Raises E-EVI-114 where no checkpoint was signed, E-EVI-124 where the witness is not
        known, and as ``write_request`` does.
        """
        witness = self._witness(name)
        note = kept_checkpoint(self._folder, size)
        request = write_request(self._folder, self._custody, note, witness, old)
        digest = hashlib.sha256(note.encode()).hexdigest()
        stated = parse_checkpoint(note)
        self._log("export", "checkpoint sent to a witness", digest, witness.name,
                  checkpoint=str(stated.size), old=str(request.old))  # fmt: skip
        return request

    def file_answer(self, answer: str) -> tuple[list[CosignedCheckpoint], list[Path]]:
        """Keep the cosignatures of an answer and put them into bundles; return both."""
        kept = read_answer(self._folder, answer)
        for one in kept:
            digest = hashlib.sha256(one.note.written().encode()).hexdigest()
            self._log("receipt", "checkpoint cosigned by a witness", digest, one.witness.name,
                      checkpoint=str(one.checkpoint.size), time=str(one.timestamp))  # fmt: skip
        return kept, self.put_into_bundles()

    def put_into_bundles(self) -> list[Path]:
        """Put cosignatures into the bundles that they came too late for; return those changed."""
        changed = []
        for bundle in sorted(self._folder.bundles.glob("bundle-*")):
            if (bundle / NOTE).is_file():
                text = (bundle / NOTE).read_text("utf-8")
                size = parse_checkpoint(text).size
                files = bundle_cosignatures(self._folder, size, parse_note(text).text)
                if add_late_files(bundle, files):
                    changed.append(bundle)
        return changed

    def prove(self, exhibit: str, size: int | None) -> InclusionFile:
        """Return the proof that an exhibit stands in the log under a signed checkpoint.

        Of an item that somebody handed over (R0001) the event of its receipt is proved, of a
        page the one that a bundle recorded it with.  Raises ``UsageError``: E-EVI-114 no such
        checkpoint, E-EVI-123 no event recorded the
        exhibit before it.
        """
        note = kept_checkpoint(self._folder, size)
        stated = parse_checkpoint(note)
        events = self._custody.events(up_to=stated.size)
        due = FILED if RECEIVED.fullmatch(exhibit) else RECORDED
        named = [e for e in events if (e.reason, e.exhibit) == (due, exhibit)]
        if not named:
            raise _not_recorded(stated.size, exhibit, due)
        tree = sound_tree(self._custody, stated.size, stated.root)
        proof = event_proof(
            tree, named[0].line(), named[0].id, stated.size, stated.root, parse_note(note)
        )
        self._log("export", "inclusion proof written", named[0].object_sha256, exhibit,
                  checkpoint=str(stated.size))  # fmt: skip
        return proof

    def _witness(self, name: str) -> NoteKey:
        known = known_witnesses(self._folder)
        found = [key for key in known if key.name == name or not name]
        if len(found) != 1:
            raise UsageError(
                "E-EVI-124",
                _("The case has no such witness, or several."),
                where=", ".join(key.name for key in known),
                remedy=_("Name one with “vestigo evidence witness add”; give --witness NAME."),
            )
        return found[0]

    def _log(self, action: str, reason: str, digest: str, exhibit: str, **details: str) -> None:
        self._custody.append(
            action, reason=reason, object_sha256=digest, exhibit=exhibit, details=details
        )


def _not_recorded(size: int, exhibit: str, due: str) -> UsageError:
    received = _("Look at its number. If it was filed later, sign a checkpoint now: "
                 "“vestigo evidence checkpoint CASE”.")  # fmt: skip
    page = _("Look at its number. Build a bundle: it records each page before it signs.")
    return UsageError(
        "E-EVI-123",
        _("No event before checkpoint {n} recorded this exhibit.").format(n=size),
        where=exhibit,
        remedy=received if due == FILED else page,
    )
