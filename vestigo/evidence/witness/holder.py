# SPDX-License-Identifier: AGPL-3.0-or-later
"""The witness's side: which logs it watches, what it saw of each last, and its answers.

The rules are those of C2SP tlog-witness, with files in the place of the network: the log
must be known and its key must have signed; the request must begin where the last
cosignature ended; what goes on from another state is a fork, kept and never cosigned.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from vestigo.clock import Clock, iso
from vestigo.errors import UsageError, VerificationError
from vestigo.evidence.checkpoint import Checkpoint, parse_checkpoint
from vestigo.evidence.handover import HEAD, parse_hand_over, verify_hand_over
from vestigo.evidence.merkle import EMPTY_ROOT
from vestigo.evidence.merkle_proofs import verify_consistency
from vestigo.evidence.note import ED25519, Note, NoteKey, parse_key, parse_note, verify_note
from vestigo.evidence.tlog_files import ConsistencyFile, parse_consistency
from vestigo.evidence.witness.exchange import unreadable
from vestigo.evidence.witness.holder_key import UnlockedWitness
from vestigo.i18n import _
from vestigo.store.atomic import write_atomically

LATEST = "latest.note"
LOG_KEY = "log.vkey"


class WitnessFolder:
    """What one witness keeps: ``logs/ID/`` with a log's key, the last note and refused ones."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def watch(self, text: str) -> NoteKey:
        """Watch the log with this key from now on, or the key that a hand-over leads to.

        Raises ``UsageError``: E-EVI-115 it is no key of a log, E-EVI-116 another key of
        the same log is watched; ``VerificationError`` E-EVI-262 for a hand-over that the key
        that is watched did not sign.
        """
        if text.startswith(HEAD):
            return self._follow(text)
        key = _log_key(text)
        path = self._log(key.name) / LOG_KEY
        if path.exists() and parse_key(path.read_text("utf-8")) != key:
            raise UsageError(
                "E-EVI-116",
                _("The witness knows this log by another key."),
                where=key.name,
                remedy=_("Ask the holder of the log by another way which of the two is right."),
            )
        write_atomically(path, f"{key.written()}\n".encode())
        return key

    def _follow(self, note: str) -> NoteKey:
        """Take the next key of a log that is watched; the note is kept beside it."""
        try:
            told, _parsed_note = parse_hand_over(note)
        except ValueError as error:
            raise unreadable(error) from error
        last = self._watched(told.origin)
        if last == told.new:
            return last
        verify_hand_over(note, told.name, (told.number, last, None))
        write_atomically(self._log(told.origin) / told.name, note.encode("utf-8"))
        write_atomically(self._log(told.origin) / LOG_KEY, f"{told.new.written()}\n".encode())
        return told.new

    def latest(self, origin: str) -> tuple[Checkpoint, Note] | None:
        """Return the last checkpoint of a log that was cosigned, None where there is none."""
        path = self._log(origin) / LATEST
        if not path.is_file():
            return None
        text = path.read_text("utf-8")
        return parse_checkpoint(text), parse_note(text)

    def cosign(self, request: str, witness: UnlockedWitness, clock: Clock) -> Note:
        """Compare the checkpoint of a request with the last one and cosign it.

        What was seen is on the disk before this returns.  Raises E-EVI-115 a request that
        cannot be read, E-EVI-116 a log that is not watched, E-EVI-117 not signed by it,
        E-EVI-118 it does not begin where the last one ended, E-EVI-113 a fork.
        """
        asked, checkpoint = _parsed(request)
        log = self._log(checkpoint.origin)
        verify_note(asked.note, self._watched(checkpoint.origin), checkpoint.origin)
        with self._turn():
            self._compare(asked, checkpoint)
            moment = int(self._now(checkpoint.origin, witness, clock).timestamp())
            cosigned = asked.note.with_signatures((witness.cosign(asked.note.text, moment),))
            write_atomically(log / LATEST, cosigned.written().encode())
        return cosigned

    def _compare(self, asked: ConsistencyFile, checkpoint: Checkpoint) -> None:
        found = self.latest(checkpoint.origin)
        last = found[0] if found else Checkpoint(checkpoint.origin, 0, EMPTY_ROOT)
        if last.size not in (asked.old, checkpoint.size):
            raise _other_start(last, asked.old)
        proof = () if checkpoint.size == last.size else asked.path
        try:
            verify_consistency(last.size, last.root, checkpoint.size, checkpoint.root, proof)
        except VerificationError:
            name = f"refused-{checkpoint.size}-{checkpoint.root.hex()[:16]}.note"
            kept = self._log(checkpoint.origin) / name
            write_atomically(kept, asked.note.written().encode())
            raise

    def _watched(self, origin: str) -> NoteKey:
        path = self._log(origin) / LOG_KEY
        if not path.is_file():
            raise UsageError(
                "E-EVI-116",
                _("The witness does not watch this log."),
                where=origin,
                remedy=_("Get the key of the log from its holder by another way, and watch it."),
            )
        return parse_key(path.read_text("utf-8"))

    def _now(self, origin: str, witness: UnlockedWitness, clock: Clock) -> datetime:
        now, found = clock(), self.latest(origin)
        seen = verify_note(found[1], witness.key, origin) if found else None
        if seen is not None and int(now.timestamp()) < seen:
            raise UsageError(
                "E-EVI-002",
                _("The clock ({now}) stands before the last event ({last}).").format(
                    now=iso(now), last=seen
                ),
                where=str(self.path),
                remedy=_("Set the clock of this machine right; nothing was logged."),
            )
        return now

    def _log(self, origin: str) -> Path:
        return self.path / "logs" / hashlib.sha256(origin.encode("utf-8")).hexdigest()[:16]

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Compare and keep as one act: two requests at once may not both be the next one."""
        descriptor = os.open(self.path / ".turn", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def _log_key(vkey: str) -> NoteKey:
    try:
        return parse_key(vkey, ED25519)
    except ValueError as error:
        raise unreadable(error) from error


def _parsed(request: str) -> tuple[ConsistencyFile, Checkpoint]:
    try:
        asked = parse_consistency(request)
        checkpoint = parse_checkpoint(asked.note.written())
    except ValueError as error:
        raise unreadable(error) from error
    if asked.old > checkpoint.size:
        raise unreadable("it begins behind its own end")
    return asked, checkpoint


def _other_start(last: Checkpoint, old: int) -> UsageError:
    return UsageError(
        "E-EVI-118",
        _("The witness saw {seen} events of this log last; the request begins at {old}.").format(
            seen=last.size, old=old
        ),
        where=f"{last.size} {last.root.hex()}",
        remedy=_("Write the request again with --old {seen}.").format(seen=last.size),
    )
