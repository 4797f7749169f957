# SPDX-License-Identifier: AGPL-3.0-or-later
"""Proofs in a bundle: one for each exhibit, and one that the log goes on from the last bundle.

An exhibit is one event of the log, written before the first bundle that holds it; its
line is the leaf, and it names the WARC record by the record's digest.
"""

from __future__ import annotations

from vestigo.errors import UsageError
from vestigo.evidence.anchors import kept_checkpoint
from vestigo.evidence.bundle.exhibits import exhibits_of
from vestigo.evidence.bundle.payload import BagFolder
from vestigo.evidence.bundle.view import CaseView, view_at
from vestigo.evidence.checkpoint import parse_checkpoint
from vestigo.evidence.custody import CustodyEvent, CustodyLog
from vestigo.evidence.keys import UnlockedKeys
from vestigo.evidence.log_proofs import event_proof, sound_tree
from vestigo.evidence.log_tree import LogTree
from vestigo.evidence.merkle_proofs import verify_consistency
from vestigo.evidence.note import parse_note
from vestigo.evidence.tlog_files import SUFFIX, ConsistencyFile
from vestigo.store import CaseFolder, RecordLedger

RECORDED = "exhibit recorded"
BUILT = "bundle built"
FOLDER = "data/custody/proofs"
CONSISTENCY, PREVIOUS = "data/custody/consistency.txt", "data/custody/previous.note"


def log_exhibits(folder: CaseFolder, ledger: RecordLedger, custody: CustodyLog) -> int:
    """Log every exhibit that has no event yet, all at once; return how many."""
    view = view_at(folder, ledger, custody, None)
    logged = exhibit_events(view)
    fresh = [
        {
            "action": "fixation",
            "object_sha256": exhibit.capture.capture_id,
            "exhibit": exhibit.number,
            "reason": RECORDED,
            "authorization_id": exhibit.capture.authorization_id,
            "details": {"capture_record_id": exhibit.record_id,
                        "content_sha256": exhibit.capture.content_sha256},
        }
        for exhibit in exhibits_of(view)
        if exhibit.cited and exhibit.number not in logged
    ]  # fmt: skip
    if fresh:
        custody.append_all(fresh)
    return len(fresh)


def exhibit_events(view: CaseView) -> dict[str, CustodyEvent]:
    """Return the event that recorded each exhibit, by its number; the first counts."""
    found: dict[str, CustodyEvent] = {}
    for event in view.events:
        if event.reason == RECORDED:
            found.setdefault(event.exhibit, event)
    return found


def signed_checkpoint(view: CaseView, keys: UnlockedKeys) -> str:
    """Return the note of the checkpoint: the one that was signed before, where there is one."""
    return _note(view.folder, keys, view.size, view.root)


def add_proofs(bag: BagFolder, view: CaseView, keys: UnlockedKeys, exhibits: list[str]) -> None:
    """Write a ``tlog-proof`` for each exhibit that was recorded by then, and the consistency."""
    note = parse_note(signed_checkpoint(view, keys))
    tree = sound_tree(view.custody, view.size, view.root)
    events = exhibit_events(view)
    for number in exhibits:
        event = events.get(number)
        if event is not None:
            proof = event_proof(tree, event.line(), event.id, view.size, view.root, note)
            bag.add(f"{FOLDER}/{number}{SUFFIX}", proof.written().encode())
    _add_consistency(bag, view, keys, tree)


def _add_consistency(bag: BagFolder, view: CaseView, keys: UnlockedKeys, tree: LogTree) -> None:
    """Write the checkpoint of the bundle before this one and the proof that leads from it."""
    sizes = [int(event.details["checkpoint"]) for event in view.events if event.reason == BUILT]
    if not sizes:
        return
    old = sizes[-1]
    path = tree.consistency_proof(old, view.size)
    verify_consistency(old, tree.root(old), view.size, view.root, path)
    proof = ConsistencyFile(old, tuple(path), parse_note(signed_checkpoint(view, keys)))
    bag.add(CONSISTENCY, proof.written().encode())
    bag.add(PREVIOUS, _note(view.folder, keys, old, tree.root(old)).encode())


def _note(folder: CaseFolder, keys: UnlockedKeys, size: int, root: bytes) -> str:
    """Return the kept note of a state where it is there and ours, else a new one (the same)."""
    try:
        kept = kept_checkpoint(folder, size)
    except UsageError:
        return keys.sign_checkpoint(size, root)
    stated = parse_checkpoint(kept)
    return kept if (stated.origin, stated.root) == (keys.origin, root) else (
        keys.sign_checkpoint(size, root))  # fmt: skip
