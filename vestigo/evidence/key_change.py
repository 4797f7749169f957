# SPDX-License-Identifier: AGPL-3.0-or-later
"""Changing the keys of a case so that a machine may die at any step.

All of the change is written into one encrypted box beside the old one first; from there
on it can only go forward.  Its files, its event, the anchors: each step may be done twice.
The last step gives the box its name.  Between the first step and the last nobody signs.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding

from vestigo.clock import Clock, iso
from vestigo.evidence import keybox
from vestigo.evidence.anchors import write_anchors
from vestigo.evidence.custody import CustodyLog
from vestigo.evidence.handover import HandOver
from vestigo.evidence.key_names import BOX, NEW_PASSPHRASE, PASSPHRASE_CHANGED, ROTATED, ROTATION
from vestigo.evidence.keys import (
    UnlockedKeys,
    fingerprints,
    new_keys,
    private_parts,
    refuse_short,
    unlock_keys,
)
from vestigo.evidence.note import Note
from vestigo.store import CaseFolder
from vestigo.store.atomic import sync_folder, write_atomically


def rotate_keys(
    folder: CaseFolder, custody: CustodyLog, passphrase: str, clock: Clock
) -> dict[str, str]:
    """Make new keys that the old ones hand over to; return what is public of the new ones.

    A rotation that was cut off goes on.  Raises as ``unlock_keys`` and ``CustodyLog.verify``.
    """
    staged = folder.keys / ROTATION
    if not staged.exists():
        old = unlock_keys(folder, passphrase)
        new = _successor(old, folder.description()["unit"], clock)
        files, event = _hand_over(old, new, custody, clock)
        _stage(folder, ROTATION, private_parts(new) | {"files": files, "event": event}, passphrase)
    return _finish(folder, custody, ROTATION, passphrase)


def change_passphrase(
    folder: CaseFolder, custody: CustodyLog, old: str, new: str
) -> dict[str, str]:
    """Put the keys under another passphrase; the old one opens nothing from then on.

    A change that was cut off goes on with the same new passphrase; with another one it begins
    anew, unless the log has it already.  Raises ``UsageError`` E-EVI-011 and as ``unlock_keys``.
    """
    staged = folder.keys / NEW_PASSPHRASE
    if staged.exists() and not _is_logged(custody, sha256(staged.read_bytes()).hexdigest()):
        staged.unlink()
        sync_folder(folder.keys)
    if not staged.exists():
        refuse_short(new)
        unlock_keys(folder, old)
        box = keybox.unlock((folder.keys / BOX).read_bytes(), old, str(folder.keys / BOX))
        event = {"action": "processing", "reason": PASSPHRASE_CHANGED, "object_sha256": "",
                 "details": {}}  # fmt: skip
        content = {**json.loads(box), "files": {}, "event": event}
        _stage(folder, NEW_PASSPHRASE, content, new)
    return _finish(folder, custody, NEW_PASSPHRASE, new)


def _successor(old: UnlockedKeys, unit: str, clock: Clock) -> UnlockedKeys:
    return replace(
        new_keys(unit, clock()),
        first=old.first_keys,
        number=old.number + 1,
        retired_seals=(*old.retired_seals, old.seal_key),
    )


def _hand_over(
    old: UnlockedKeys, new: UnlockedKeys, custody: CustodyLog, clock: Clock
) -> tuple[dict[str, str], dict[str, Any]]:
    """Return the files of a hand-over (base64, by name) and its event."""
    size = custody.verify().n_events
    told = HandOver(
        origin=old.origin, size=size, root=custody.tree().root(size),
        made_at=iso(clock().replace(microsecond=0)), number=new.number,
        old=old.note_key, new=new.note_key,
        old_certificate=old.certificate.public_bytes(Encoding.DER),
        new_certificate=new.certificate.public_bytes(Encoding.DER),
    )  # fmt: skip
    text = told.text()
    note = Note(text, (old.signature_of(text), new.signature_of(text))).written().encode()
    by_old, by_new = told.cms_names()
    files = {told.name: note, by_old: old.sign_statement(note), by_new: new.sign_statement(note),
             **new.public_files()}  # fmt: skip
    details = {**fingerprints(new), "old_key": old.note_key.id.hex()}
    event = {"action": "processing", "reason": ROTATED, "details": details,
             "object_sha256": sha256(note).hexdigest()}  # fmt: skip
    return {name: base64.b64encode(one).decode("ascii") for name, one in files.items()}, event


def _stage(folder: CaseFolder, name: str, content: Mapping[str, Any], passphrase: str) -> None:
    box = keybox.lock(json.dumps(content).encode(), passphrase)
    write_atomically(folder.keys / name, box)


def _finish(folder: CaseFolder, custody: CustodyLog, name: str, passphrase: str) -> dict[str, str]:
    """Do all steps behind the staged box, those that were done before once more."""
    staged = folder.keys / name
    box = staged.read_bytes()
    content = json.loads(keybox.unlock(box, passphrase, str(staged)))
    digest = sha256(box).hexdigest()
    for file, encoded in sorted(content["files"].items()):
        write_atomically(folder.keys / file, base64.b64decode(encoded))
    event = content["event"]
    details = {**event["details"], "box_sha256": digest}
    if not _is_logged(custody, digest):
        custody.append(event["action"], object_sha256=event["object_sha256"] or digest,
                       reason=event["reason"], details=details)  # fmt: skip
    write_anchors(folder)
    staged.replace(folder.keys / BOX)
    sync_folder(folder.keys)
    return details


def _is_logged(custody: CustodyLog, digest: str) -> bool:
    return any(event.details.get("box_sha256") == digest for event in custody.events())
