# SPDX-License-Identifier: AGPL-3.0-or-later
"""The unit's side: requests to witnesses, their answers, and what a bundle holds of them.

``CASE/anchors/witness-ID.vkey`` are the witnesses of a case; ``evidence/custody/witness/``
keeps each checkpoint that one of them cosigned, as a note.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from vestigo.errors import UsageError, VerificationError
from vestigo.evidence.checkpoint import Checkpoint, parse_checkpoint
from vestigo.evidence.custody import CustodyLog
from vestigo.evidence.key_history import read_history
from vestigo.evidence.key_names import UNIT
from vestigo.evidence.log_proofs import sound_tree
from vestigo.evidence.note import (
    COSIGNATURE,
    Note,
    NoteKey,
    NoteSignature,
    parse_key,
    parse_note,
    parse_signature,
    verify_note,
)
from vestigo.evidence.tlog_files import ConsistencyFile
from vestigo.evidence.witness.exchange import unreadable
from vestigo.i18n import _
from vestigo.store import CaseFolder
from vestigo.store.atomic import write_atomically

FOLDER = "witness"


@dataclass(frozen=True, slots=True)
class CosignedCheckpoint:
    """A state of the log that a witness cosigned, and the second (POSIX) that it gave."""

    witness: NoteKey
    checkpoint: Checkpoint
    timestamp: int
    note: Note
    path: Path


def add_witness(folder: CaseFolder, vkey: str) -> NoteKey:
    """Name a witness of the case by its key; return the key.

    Raises ``UsageError``: E-EVI-115 it is no key of a witness, E-EVI-119 it is the key of
    the case itself.
    """
    try:
        key = parse_key(vkey, COSIGNATURE)
    except ValueError as error:
        raise unreadable(error) from error
    has_keys = (folder.keys / UNIT).is_file()
    own = read_history(folder.keys).generations if has_keys else ()
    if key.public in [one.key.public for one in own]:
        raise UsageError(
            "E-EVI-119",
            _("This is the key of the case: a witness is somebody else."),
            where=key.name,
            remedy=_("Ask somebody outside of the unit for the key of a witness."),
        )
    write_atomically(folder.anchors / f"witness-{key.id.hex()}.vkey", f"{key.written()}\n".encode())
    return key


def known_witnesses(folder: CaseFolder) -> tuple[NoteKey, ...]:
    """Return the witnesses of the case."""
    paths = sorted(folder.anchors.glob("witness-*.vkey"))
    return tuple(parse_key(path.read_text("utf-8")) for path in paths)


def cosigned_notes(folder: CaseFolder) -> tuple[CosignedCheckpoint, ...]:
    """Return every checkpoint that a witness of the case cosigned, by witness and size."""
    found = []
    for key in known_witnesses(folder):
        for path in sorted((folder.custody / FOLDER).glob(f"{key.id.hex()}-*.note")):
            text = path.read_text("utf-8")
            note = parse_note(text)
            moment = verify_note(note, key, str(path))
            found.append(CosignedCheckpoint(key, parse_checkpoint(text), moment or 0, note, path))
    return tuple(sorted(found, key=lambda one: (one.witness.name, one.checkpoint.size)))


def write_request(
    folder: CaseFolder, custody: CustodyLog, note: str, witness: NoteKey, old: int | None
) -> ConsistencyFile:
    """Return the request to cosign ``note``, a checkpoint that this log signed.

    ``old`` is the size that the witness saw last; None: the last one that it cosigned for
    this case.  Raises ``VerificationError`` E-EVI-113 where the log is not that of the note.
    """
    checkpoint = parse_checkpoint(note)
    seen = [one.checkpoint.size for one in cosigned_notes(folder) if one.witness == witness]
    begin = max(seen, default=0) if old is None else old
    if begin > checkpoint.size:
        raise UsageError(
            "E-EVI-118",
            _(
                "The witness saw {seen} events of this log last; the request begins at {old}."
            ).format(seen=begin, old=checkpoint.size),
            where=witness.name,
            remedy=_("Ask for a later checkpoint: build a bundle, or sign one."),
        )
    tree = sound_tree(custody, checkpoint.size, checkpoint.root)
    return ConsistencyFile(begin, tuple(tree.consistency_proof(begin, checkpoint.size)),
                           parse_note(note))  # fmt: skip


def read_answer(folder: CaseFolder, answer: str) -> list[CosignedCheckpoint]:
    """Keep the cosignatures that an answer holds for kept checkpoints of this case.

    Signatures by keys that are no witness of the case are passed over.  Raises E-EVI-115
    where the answer cannot be read and E-EVI-120 where it holds no cosignature of ours.
    """
    try:
        lines = [parse_signature(line) for line in answer.splitlines() if line]
    except ValueError as error:
        raise unreadable(error) from error
    kept = [one for line in lines for key in known_witnesses(folder) if key.is_named_by(line)
            for one in _kept(folder, key, line)]  # fmt: skip
    if not kept:
        raise VerificationError(
            "E-EVI-120",
            _("The answer holds no cosignature of a checkpoint of this case by its witnesses."),
            where=", ".join(sorted({line.name for line in lines})),
            remedy=_("Name the witness first, and read the answer to a request of this case."),
        )
    return kept


def bundle_cosignatures(folder: CaseFolder, size: int, text: str) -> dict[str, bytes]:
    """Return name and content of the witness notes for a bundle with this checkpoint text."""
    return {
        f"seal/witness/{one.witness.id.hex()}.note": one.note.written().encode()
        for one in cosigned_notes(folder)
        if (one.checkpoint.size, one.note.text) == (size, text)
    }


def _kept(folder: CaseFolder, key: NoteKey, line: NoteSignature) -> list[CosignedCheckpoint]:
    """Keep a cosignature beside the checkpoint that it is of; [] where it is of none of ours."""
    for path in sorted(folder.anchors.glob("checkpoint-*.note"), reverse=True):
        text = path.read_text("utf-8")
        note, checkpoint = parse_note(text).with_signatures((line,)), parse_checkpoint(text)
        try:
            moment = verify_note(note, key, path.name)
        except VerificationError:
            continue
        kept = folder.custody / FOLDER / f"{key.id.hex()}-{checkpoint.size}.note"
        write_atomically(kept, note.written().encode())
        return [CosignedCheckpoint(key, checkpoint, moment or 0, note, kept)]
    return []
