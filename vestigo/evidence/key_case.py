# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a case does with its keys: operators, revocations, and the check of all of it.

Every act is an event; the files beside the keys are compared with these events.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

from vestigo.clock import Clock, iso
from vestigo.errors import VerificationError
from vestigo.evidence.anchors import write_anchors
from vestigo.evidence.checkpoint import parse_checkpoint
from vestigo.evidence.custody import CustodyEvent, CustodyLog
from vestigo.evidence.custody_reading import whole_lines
from vestigo.evidence.handover import broken
from vestigo.evidence.key_history import KeyHistory, read_history
from vestigo.evidence.key_names import KEY_REVOKED, OPERATOR_ADDED, ROTATED, UNIT
from vestigo.evidence.key_revocation import Revocation, new_revocation, revocations
from vestigo.evidence.keys import UnlockedKeys, refuse_short
from vestigo.evidence.merkle import roots_at
from vestigo.evidence.note import Note, NoteKey, parse_note
from vestigo.evidence.operator_key import (
    OperatorKey,
    OperatorNote,
    lock_operator,
    name_refused,
    new_operator_key,
    open_operator,
)
from vestigo.evidence.operator_passphrase import open_acting
from vestigo.i18n import _
from vestigo.store import CaseFolder
from vestigo.store.atomic import sync_folder, write_atomically

SIGNING = ("checkpoint signed", "bundle built", "disclosed copy built")


@dataclass(frozen=True, slots=True)
class KeyReport:
    """What was found of the keys of a case; ``doubtful`` names signatures by revoked keys."""

    n_keys: int = 0
    n_operators: int = 0
    n_revoked: int = 0
    doubtful: tuple[str, ...] = ()


def add_operator(
    folder: CaseFolder, custody: CustodyLog, keys: UnlockedKeys, name: str, passphrase: str,
    clock: Clock,
) -> NoteKey:  # fmt: skip
    """Make the key of an operator, named by the unit's key; return the public part.

    Raises ``UsageError``: E-EVI-265 for a name that cannot be or is there already, E-EVI-011
    for a passphrase that is too short.  What was cut off goes on.
    """
    refuse_short(passphrase)
    staged, path = folder.keys / f"operator-{name}.staged", folder.keys / f"operator-{name}.note"
    known = {event.object_sha256 for event in custody.events() if event.reason == OPERATOR_ADDED}
    if path.exists():
        raise name_refused(name)
    if staged.exists() and _sha256(staged) in known:
        made = open_operator(folder.keys, name, passphrase)  # cut off behind its event: go on
    else:
        made = new_operator_key(name)
        note = _operator_note(keys, made, custody, clock)
        lock_operator(folder.keys, made, passphrase)
        write_atomically(staged, note)
        custody.append(
            "processing", object_sha256=_sha256(staged), reason=OPERATOR_ADDED,
            details={"operator": name, "key": made.key.id.hex()},
        )  # fmt: skip
    staged.replace(path)
    sync_folder(folder.keys)
    write_anchors(folder)
    return made.key


def _operator_note(
    keys: UnlockedKeys, made: OperatorKey, custody: CustodyLog, clock: Clock
) -> bytes:
    """Return the note that names an operator's key, signed by the unit's key and by itself."""
    size = custody.verify().n_events
    told = OperatorNote(origin=keys.origin, size=size, root=custody.tree().root(size),
                        made_at=iso(clock().replace(microsecond=0)), key=made.key)  # fmt: skip
    text = told.text()
    return Note(text, (keys.signature_of(text), made.signature_of(text))).written().encode()


def unlock_operator(
    folder: CaseFolder, custody: CustodyLog, keys: UnlockedKeys, name: str, passphrase: str
) -> UnlockedKeys:
    """Return the keys with those of an operator beside them; the session is his from then on.

    Raises ``ConfigurationError`` E-EVI-266 where there is no such operator, it was revoked, or
    its box is not that of the key that the unit named; E-EVI-261 for an older box; E-EVI-013
    and 014 as ``keybox.unlock``.
    """
    operator = open_acting(folder, custody, name, passphrase)
    custody.act_as(name)
    custody.append("access", reason="operator key unlocked", details={
        "operator": name, "key": operator.key.id.hex()})  # fmt: skip
    return replace(keys, operator=operator)


def revoke_key(
    folder: CaseFolder, custody: CustodyLog, key: str, reason: str, since: str
) -> Revocation:
    """Log that signatures by a key are doubtful from a moment on, and tell it to strangers.

    ``key`` is its eight hex digits, or the name of an operator.  No passphrase is needed: it
    may be lost or stolen.  Raises ``UsageError`` E-EVI-264 as ``new_revocation``.
    """
    history = read_history(folder.keys)
    names = {one.key.name.rpartition("/")[2]: one.key.id.hex() for one in history.operators}
    revoked = new_revocation(names.get(key, key), since, reason, history.key_ids())
    custody.append(
        "processing", object_sha256=revoked.sha256, reason=KEY_REVOKED,
        details={"key": revoked.key, "since": revoked.since, "why": revoked.reason},
    )  # fmt: skip
    write_anchors(folder)
    return revoked


def verify_keys(folder: CaseFolder, custody: CustodyLog) -> KeyReport:
    """Compare hand-overs, operators, signed checkpoints and revocations with the log.

    Raises ``VerificationError``: E-EVI-262 and 268 as ``read_history``, E-EVI-263 for a
    checkpoint by a key that was not in use, E-EVI-267 where files and events differ.
    """
    if not (folder.keys / UNIT).is_file():
        return KeyReport()
    history, events = read_history(folder.keys), tuple(custody.events())
    _compare_events(folder.keys, history, events)
    _compare_roots(folder.keys, history, custody)
    notes = _signed_notes(folder, history)
    revoked = revocations(events)
    return KeyReport(len(history.generations), len(history.operators), len(revoked),
                     tuple(_doubtful(history, events, notes, revoked)))  # fmt: skip


def _compare_events(keys: Path, history: KeyHistory, events: tuple[CustodyEvent, ...]) -> None:
    """Every hand-over and operator has its event, and every such event its file."""
    for reason, names in (
        (ROTATED, [one.name for one in history.hand_overs]),
        (OPERATOR_ADDED, [f"operator-{one.key.name.rpartition('/')[2]}.note"
                          for one in history.operators]),
    ):  # fmt: skip
        files = {_sha256(keys / name): name for name in names}
        logged = {event.object_sha256 for event in events if event.reason == reason}
        for digest in sorted(logged ^ set(files)):
            raise VerificationError(
                "E-EVI-267",
                _("The custody log and the files of the keys tell of different keys."),
                where=files.get(digest, digest),
                remedy=_("Run the command that was cut off once more, or restore the file."),
            )


def _compare_roots(keys: Path, history: KeyHistory, custody: CustodyLog) -> None:
    told = [(one.size, one.root, one.name) for one in history.hand_overs]
    told += [(one.size, one.root, one.key.name) for one in history.operators]
    roots = roots_at(whole_lines(custody.path), {size for size, _root, _name in told})
    for size, root, name in told:
        if roots.get(size) != root:
            raise broken(str(keys / name))


def _signed_notes(folder: CaseFolder, history: KeyHistory) -> dict[int, Note]:
    """Return the kept checkpoints of this log by size, their signers compared."""
    found, origin = {}, history.current.key.name
    for path in sorted(folder.anchors.glob("checkpoint-*.note")):
        text = path.read_text("utf-8")
        stated, note = parse_checkpoint(text), parse_note(text)
        if stated.origin == origin:
            history.verify_signers(note, stated.size, str(path))
            found[stated.size] = note
    return found


def _doubtful(
    history: KeyHistory, events: tuple[CustodyEvent, ...], notes: dict[int, Note],
    revoked: tuple[Revocation, ...],
) -> list[str]:  # fmt: skip
    """Name what was signed by a revoked key at or after the moment that its revocation gives."""
    found, rotated, seen = [], 0, set[str]()
    for event in events:
        if event.reason not in (*SIGNING, ROTATED):
            continue
        used = {history.generations[rotated].key.id.hex()}
        rotated += event.reason == ROTATED
        size = event.details.get("checkpoint", "0")
        if size not in seen and int(size) in notes:  # a note is signed once and kept
            used |= {line.key_id.hex() for line in notes[int(size)].signatures}
        seen.add(size)
        found += [f"event {event.id} ({event.reason}): {one.key}, {one.since}"
                  for one in revoked if one.key in used and one.doubts(event.at)]  # fmt: skip
    return found


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
